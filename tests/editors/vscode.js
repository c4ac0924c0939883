#!/usr/bin/env node
// Drives a real VS Code (code-server in Chromium) through the expectations, as a user would: the
// mouse rests on a token, squiggles are measured on the screen, the Problems panel is read.
// Run by run.py:  node vscode.js CODE_SERVER_DIR EXTENSION.vsix OUTPUT_DIR
// Each check prints `ok NAME` or `FAIL NAME: reason`; the exit status is 1 if one failed.
// Screenshots of every hover and of the Problems panel are left in OUTPUT_DIR.
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawn } = require('node:child_process');
const { createRequire } = require('node:module');

const [tools, vsix, output] = process.argv.slice(2).map((name) => path.resolve(name));
const { chromium } = createRequire(path.join(tools, 'package.json'))('playwright-core');
const expected = JSON.parse(fs.readFileSync(process.env.NILAS_TEST_EXPECTATIONS, 'utf8'));
const workspace = process.env.NILAS_TEST_WORKSPACE;
const patience = Number(process.env.NILAS_TEST_WAIT_MS);
const kStartMs = 60_000; // for VS Code itself, on a busy machine

const kSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.reduceMotion': 'on',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'editor.hover.delay': 100,
};

// --- Checks ---------------------------------------------------------------------------------

let failed = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
    return true;
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${String(error.message).replaceAll('\n', ' | ').slice(0, 600)}`);
    return false;
  }
}

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- The screen -----------------------------------------------------------------------------

class Workbench {
  constructor(page) {
    this.page = page;
    this.shots = 0;
  }

  async shot(name) {
    this.shots += 1;
    const number = String(this.shots).padStart(2, '0');
    const slug = name.replaceAll(/[^a-z0-9]+/gi, '-');
    await this.page.screenshot({ path: path.join(output, `${number}-${slug}.png`) });
  }

  // Opens a file from the explorer and waits until its text is on the screen.
  async open(file) {
    const tab = this.page.locator(`.tab.active[data-resource-name="${file}"]`);
    if ((await tab.count()) === 0) {
      await this.closeHover();
      await this.fileRow(file).dblclick();
      await tab.waitFor();
    }
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  fileRow(file) {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file}"]`);
  }

  // The rectangle that `token` takes on the first line that holds `line`. A line is a row of spans
  // (one for each colour), and its spaces are no-break spaces: the text is searched across them.
  async rectangleOf({ line, token }) {
    const rectangle = await this.page.evaluate(
      ({ line, token }) => {
        const plain = (text) => text.replaceAll('\u00a0', ' ');
        const row = [...document.querySelectorAll('.editor-instance .view-line')].find((each) =>
          plain(each.textContent).includes(line),
        );
        if (!row) return undefined;
        const start = plain(row.textContent).indexOf(token);
        if (start < 0) return undefined;
        const range = document.createRange();
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        let offset = 0;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const last = start + token.length;
          if (start >= offset && start < offset + node.length) range.setStart(node, start - offset);
          if (last > offset && last <= offset + node.length) range.setEnd(node, last - offset);
          offset += node.length;
        }
        const { left, right, top, bottom } = range.getBoundingClientRect();
        return { left, right, top, bottom };
      },
      { line, token },
    );
    assert(rectangle, `"${token}" is not on the screen in a line with "${line}"`);
    return rectangle;
  }

  async closeHover() {
    await this.page.mouse.move(900, 780);
    await this.page.keyboard.press('Escape');
    await this.hovers().first().waitFor({ state: 'hidden' });
  }

  hovers() {
    return this.page.locator('.monaco-hover:not(.hidden) .monaco-hover-content');
  }

  // Rests the mouse on the first character of the token and reads what pops up. While the editor is
  // still laying out, or the server is still reading, nothing does: then the mouse comes again.
  async hover(at) {
    const end = Date.now() + patience;
    let text = '';
    do {
      await this.closeHover();
      const { left, top, bottom } = await this.rectangleOf(at);
      const [x, y] = [left + 3, (top + bottom) / 2];
      await this.page.mouse.move(x + 40, y + 200);
      await this.page.mouse.move(x, y, { steps: 4 });
      try {
        await this.hovers().first().waitFor({ state: 'visible', timeout: 3000 });
        await pause(400); // it fades in, and several answers come one after the other
        text = (await this.hovers().allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
      } catch {
        text = '';
      }
    } while ((text === '' || /^Loading/.test(text)) && Date.now() < end);
    assert(text !== '', `no hover on ${at.token} within ${patience} ms`);
    return text;
  }

  async squiggles(severity) {
    return this.page.locator(`.editor-instance .squiggly-${severity}`).evaluateAll((elements) =>
      elements.map((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
  }
}

// --- What is expected -------------------------------------------------------------------------

async function checkHover(workbench, at) {
  await workbench.open(at.file);
  const text = await workbench.hover(at);
  await workbench.shot(at.name ?? at.token);
  await workbench.closeHover();
  for (const part of at.shows) {
    assert(text.includes(part), `wanted "${part}", the hover says "${text}"`);
  }
}

// The same with a wrong value: passes only if exactly the comparison fails.
async function checkHoverDiffers(workbench, at) {
  const reason = await checkHover(workbench, at).then(
    () => undefined,
    (error) => error.message,
  );
  assert(reason !== undefined, 'the wrong value was accepted');
  assert(reason.startsWith('wanted'), `no hover to compare with: ${reason}`);
}

// The squiggle covers exactly the text, and the Problems panel shows message and place.
async function checkDiagnostic(workbench, want) {
  await workbench.open(want.file);
  const text = await workbench.rectangleOf({ line: want.text, token: want.text });
  const covers = (mark) =>
    Math.abs(mark.left - text.left) < 2 &&
    Math.abs(mark.right - text.right) < 2 &&
    mark.top < text.bottom &&
    mark.bottom > text.top;
  const end = Date.now() + patience;
  let marks = [];
  while (!marks.some(covers) && Date.now() < end) {
    await pause(50);
    marks = await workbench.squiggles(want.severity);
  }
  await workbench.shot(want.name);
  assert(
    marks.some(covers),
    `the text is at ${JSON.stringify(text)}, the squiggles at ${JSON.stringify(marks)}`,
  );
  const [line, column] = want.start;
  const problem = workbench.page
    .locator('.markers-panel .monaco-list-row', { hasText: want.message })
    .filter({ hasText: `[Ln ${line}, Col ${column}]` });
  await problem.first().waitFor({ timeout: patience });
}

async function checkUnsavedEdit(workbench, edit) {
  await workbench.open(edit.file);
  const { left, top, bottom } = await workbench.rectangleOf({ line: edit.from, token: edit.from });
  await workbench.page.mouse.click(left + 3, (top + bottom) / 2);
  await workbench.page.keyboard.press('Control+Home');
  await workbench.page.keyboard.press('Shift+End');
  await workbench.page.keyboard.type(edit.to);
  await workbench.page.locator(`.tab.dirty[data-resource-name="${edit.file}"]`).waitFor();
  await checkHover(workbench, edit.hover);
  const saved = fs.readFileSync(path.join(workspace, edit.file), 'utf8').trim();
  assert(saved === edit.from, `the file on disk was changed to ${saved}`);
}

// The first hover is the proof that the server runs; a notification of the extension that it does
// not ends the wait.
async function checkStart(workbench) {
  await workbench.open(expected.clean_file);
  const language = workbench.page.locator('#status\\.editor\\.mode', { hasText: 'Nix' });
  await language.waitFor();
  const complaint = workbench.page.locator('.notification-list-item-message', { hasText: 'Nilas:' });
  const complained = complaint
    .first()
    .waitFor({ timeout: kStartMs })
    .then(async () => {
      await workbench.shot('the server does not start');
      return complaint.first().innerText();
    })
    .catch(() => undefined);
  const answered = workbench.hover(expected.hovers[1]).then(() => undefined);
  const message = await Promise.race([complained, answered]);
  await answered.catch(() => undefined);
  assert(message === undefined, message);
}

async function drive(page) {
  const workbench = new Workbench(page);
  await workbench.fileRow(expected.clean_file).waitFor();
  if (!(await check('the server starts by itself', () => checkStart(workbench)))) {
    await workbench.shot('failed');
    return;
  }
  await page.keyboard.press('Control+Shift+M');
  await page.locator('.markers-panel').waitFor();
  for (const hover of expected.hovers) {
    const body = hover.must_fail ? checkHoverDiffers : checkHover;
    await check(hover.name, () => body(workbench, hover));
  }
  for (const diagnostic of expected.diagnostics) {
    await check(diagnostic.name, () => checkDiagnostic(workbench, diagnostic));
  }
  await check('a correct file has no diagnostics', async () => {
    await workbench.open(expected.clean_file);
    const rows = page.locator('.markers-panel .monaco-list-row', { hasText: expected.clean_file });
    assert((await rows.count()) === 0, (await rows.allInnerTexts()).join(' | '));
  });
  const edit = expected.unsaved_edit;
  await check(edit.name, () => checkUnsavedEdit(workbench, edit));
  if (failed > 0) await workbench.shot('failed');
}

// --- Starting and stopping --------------------------------------------------------------------

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

class CodeServer {
  // `home` receives everything that code-server and the browser write.
  constructor(home) {
    this.home = home;
    this.launcher = path.join(tools, 'code-server');
    this.folders = [
      ...['--user-data-dir', path.join(home, 'data')],
      ...['--extensions-dir', path.join(home, 'extensions')],
      ...['--config', path.join(home, 'config.yaml')],
    ];
    fs.mkdirSync(path.join(home, 'data/User'), { recursive: true });
    fs.writeFileSync(path.join(home, 'data/User/settings.json'), JSON.stringify(kSettings));
  }

  install() {
    execFileSync(this.launcher, [...this.folders, '--install-extension', vsix], { stdio: 'ignore' });
  }

  async start() {
    const port = await freePort();
    this.address = `http://127.0.0.1:${port}`;
    const log = fs.openSync(path.join(output, 'code-server.log'), 'w');
    const options = ['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry'];
    options.push('--disable-update-check', '--disable-workspace-trust');
    options.push('--disable-getting-started-override');
    this.process = spawn(this.launcher, [...this.folders, ...options], {
      stdio: ['ignore', log, log],
      detached: true, // its own process group: extension host and server end with it
    });
    const end = Date.now() + kStartMs;
    for (;;) {
      const answer = await fetch(`${this.address}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      assert(Date.now() < end, 'code-server did not start');
      await pause(100);
    }
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      try {
        process.kill(-this.process.pid, signal);
      } catch {
        return; // the group is gone
      }
      await Promise.race([ended, pause(5000)]);
    }
  }

  keepLogs() {
    const logs = path.join(this.home, 'data/logs');
    if (fs.existsSync(logs)) fs.cpSync(logs, path.join(output, 'logs'), { recursive: true });
  }
}

function startBrowser(home) {
  return chromium.launchPersistentContext(path.join(home, 'chromium'), {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
}

async function main() {
  fs.rmSync(output, { recursive: true, force: true });
  fs.mkdirSync(output, { recursive: true });
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nilas-vscode-'));
  const server = new CodeServer(home);
  let browser;
  try {
    server.install();
    await server.start();
    browser = await startBrowser(home);
    const page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(kStartMs);
    await page.goto(`${server.address}/?folder=${encodeURIComponent(workspace)}`);
    await drive(page);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${String(error.stack).replaceAll('\n', ' | ')}`);
  } finally {
    await browser?.close().catch(() => undefined);
    if (server.process) await server.stop();
    if (failed > 0) server.keepLogs();
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exit(failed === 0 ? 0 : 1);
}

main();
