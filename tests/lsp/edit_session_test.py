"""An editing session: after random edits, every answer equals that of a server that has just opened the text.

usage: edit_session_test.py [EDITS [SEED [FILE]]]     the texts of the fixtures, or FILE, are edited
"""
import glob, os, random, sys, tempfile

from fixtures import capabilities
from wire import Client, Died, cursor, read_cases

HERE = os.path.dirname(os.path.abspath(__file__))
PIECES = ['{', '}', '[', ']', '(', ')', '"', "''", '${', ';', '=', ':', ',', '.', '@', '?', '# ', '/* ', ' */', '\n',
          'let ', ' in ', 'inherit ', 'rec ', 'with ', 'x', 'foo', 'a.b', ' = 1; ', '"s"', './p', '1', ' // ', ' or ',
          'if a then b else c', 'x: x', '{ a, b ? 1, ... }: ', 'ä', '𝄞', '\r\n', '\t', 'builtins.map ', 'map']
AT_POSITION = ['definition', 'declaration', 'references', 'documentHighlight', 'completion', 'signatureHelp',
               'prepareRename', 'linkedEditingRange', 'prepareCallHierarchy', 'hover']
WHOLE = ['documentSymbol', 'foldingRange', 'documentLink', 'semanticTokens/full', 'codeLens']


def texts():
    found = []
    for path in sorted(glob.glob(HERE + '/*/*.txt')):
        for _, files, _ in read_cases(path):
            found += [cursor(text)[0] for (name, _), text in files.items() if name.endswith('.nix')]
    return found


def position(text, offset):
    before = text[:offset]
    lines = before.replace('\r\n', '\n\0').replace('\r', '\n').replace('\0', '')
    line = lines.count('\n')
    last = max(before.rfind('\n'), before.rfind('\r')) + 1
    return {'line': line, 'character': len(before[last:].encode('utf-16-le')) // 2}


def splits_line_end(text, offset):
    return 0 < offset < len(text) and text[offset - 1] == '\r' and text[offset] == '\n'


def random_edit(r, text):
    """A place and what to put there. Half-typed words, lost brackets, pasted and deleted pieces."""
    while True:
        begin = r.randrange(len(text) + 1)
        size = r.choice([0, 0, 0, 1, 1, 2, 5, r.randrange(30)])
        end = min(len(text), begin + size)
        if splits_line_end(text, begin) or splits_line_end(text, end):
            continue
        kind = r.random()
        if kind < 0.5:
            new = r.choice(PIECES)
        elif kind < 0.8:
            new = ''
        else:
            at = r.randrange(len(text) + 1)
            new = text[at:at + r.randrange(40)]
        return begin, end, new


class Session:
    def __init__(self, encoding):
        self.client = Client()
        caps = capabilities(documentSymbol={'hierarchicalDocumentSymbolSupport': True},
                            completion={'completionItem': {'snippetSupport': True}})
        caps['general']['positionEncodings'] = [encoding]
        self.client.initialize(tempfile.gettempdir(), capabilities=caps, initializationOptions={
            'codeLens': {'references': True}, 'evaluation': {'diagnostics': False, 'hoverDeadline': 40000}})
        self.uri = 'file:///nowhere/x.nix'
        self.version = 1

    def open(self, text):
        self.version += 1
        self.client.open('/nowhere/x.nix', text, self.version)

    def close(self):
        self.client.close('/nowhere/x.nix')

    def edit(self, start, end, new):
        self.version += 1
        self.client.notify('textDocument/didChange', {
            'textDocument': {'uri': self.uri, 'version': self.version},
            'contentChanges': [{'range': {'start': start, 'end': end}, 'text': new}]})

    def answers(self, where):
        document = {'textDocument': {'uri': self.uri}}
        requests = {m: (f'textDocument/{m}', document) for m in WHOLE}
        requests |= {m: (f'textDocument/{m}', {**document, 'position': where}) for m in AT_POSITION}
        requests['references'][1]['context'] = {'includeDeclaration': True}
        requests['selectionRange'] = ('textDocument/selectionRange', {**document, 'positions': [where]})
        requests['inlayHint'] = ('textDocument/inlayHint', {**document, 'range': {
            'start': {'line': 0, 'character': 0}, 'end': {'line': 10000, 'character': 0}}})
        requests['rename'] = ('textDocument/rename', {**document, 'position': where, 'newName': 'renamed'})
        started = {name: self.client.start_request(*request) for name, request in requests.items()}
        return {name: plain(self.wait(name, identity)) for name, identity in started.items()}

    def wait(self, name, identity):
        try:
            return self.client.wait(identity, 60)
        except TimeoutError:
            raise TimeoutError(f'no answer: {name}') from None


def plain(answer):
    """Without what differs between two sessions: identities and versions."""
    if isinstance(answer, dict):
        return {k: plain(v) for k, v in answer.items() if k not in ('id', 'resultId', 'version', 'data') or
                (k == 'data' and isinstance(v, list))}
    return [plain(a) for a in answer] if isinstance(answer, list) else answer


def main():
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    r = random.Random(seed)
    sources = [open(sys.argv[3], encoding='utf-8').read()] if len(sys.argv) > 3 else texts()
    edited, fresh = Session('utf-16'), Session('utf-16')
    text = ''
    compared = 0
    for i in range(edits):
        if i % 50 == 0:
            if i:
                edited.close()
            text = r.choice(sources)
            edited.open(text)
        begin, end, new = random_edit(r, text)
        edited.edit(position(text, begin), position(text, end), new)
        text = text[:begin] + new + text[end:]
        if i % 3:
            continue  # several edits in a row
        where = position(text, min(len(text), begin + len(new)))
        fresh.open(text)
        try:
            mine, theirs = edited.answers(where), fresh.answers(where)
        except (TimeoutError, Died) as e:
            raise AssertionError(f'edit {i} of seed {seed}: {e} at {where} of {text!r}') from None
        fresh.close()
        for name in theirs:
            compared += 1
            assert mine[name] == theirs[name], f'edit {i} of seed {seed}: {name} at {where} of {text!r}:\n{mine[name]}\n{theirs[name]}'
            assert mine[name].get('error', {}).get('code') != -32603, (name, mine[name], text)
    assert edited.client.stop() == 0 and fresh.client.stop() == 0
    print(f'{edits} edits, {compared} answers compared')


main()
