#!/usr/bin/env node
// Tokenizes textmate.nix with the extension's grammar, in the engine that VS Code uses, and compares
// with the carets in its comments. `# ^^^ scope` is about these columns of the last line of code,
// `# <- scope` about its first column; `!scope` must not be there.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const extension = path.join(__dirname, '../../editors/vscode');
const load = createRequire(path.join(extension, 'package.json'));
let oniguruma;
let textmate;
try {
  oniguruma = load('vscode-oniguruma');
  textmate = load('vscode-textmate');
} catch {
  console.log('SKIPPED: the extension\'s packages are not installed; ./dev test installs them');
  process.exit(process.env.NILAS_REQUIRE_EDITORS === '1' ? 1 : 77);
}

async function loadGrammar() {
  await oniguruma.loadWASM(fs.readFileSync(load.resolve('vscode-oniguruma/release/onig.wasm')));
  const file = path.join(extension, 'syntaxes/nix.tmLanguage.json');
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(file, 'utf8'), file),
  });
  return registry.loadGrammar('source.nix');
}

// {from, to, scope} for a comment with carets, undefined for any other line.
function parseExpectation(line) {
  const first = /^# <- (\S+)$/.exec(line);
  if (first) return { from: 0, to: 1, scope: first[1] };
  const carets = /^(#\s*)(\^+) (\S+)$/.exec(line);
  if (!carets) return undefined;
  const from = carets[1].length;
  return { from, to: from + carets[2].length, scope: carets[3] };
}

async function main() {
  const grammar = await loadGrammar();
  let passed = 0;
  let failed = 0;
  let stack = textmate.INITIAL;
  let code = '';
  let tokens = [];
  const lines = fs.readFileSync(path.join(__dirname, 'textmate.nix'), 'utf8').split('\n');
  lines.forEach((line, index) => {
    const expectation = parseExpectation(line);
    if (!expectation) {
      code = line;
      ({ tokens, ruleStack: stack } = grammar.tokenizeLine(line, stack));
      return;
    }
    const { from, to, scope } = expectation;
    const forbidden = scope.startsWith('!');
    const name = scope.replace(/^!/, '');
    const within = tokens.filter((token) => token.startIndex < to && token.endIndex > from);
    const holds = (token) => token.scopes.some((each) => each.split(' ').includes(name));
    if (forbidden ? !within.some(holds) : within.length > 0 && within.every(holds)) {
      passed += 1;
    } else {
      failed += 1;
      const seen = within.map((token) => token.scopes.slice(1).join(' ')).join(' | ');
      console.log(`textmate.nix:${index + 1}: "${code.slice(from, to)}": no ${scope}, but ${seen}`);
    }
  });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

main();
