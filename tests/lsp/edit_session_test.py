"""An editing session: after random edits, every answer equals that of a server that has just opened
the text; and memory stays where it was.

usage: edit_session_test.py [--edits N] [--seed N] [--every N] [FILE...]

The texts of the fixtures, or FILEs, are edited, for 50 edits each time; every N-th edit all
requests are asked. The second server opens and closes each text, and is started anew now and then.
A session of 10,000 edits or more measures memory, too, and fails if it grows by more than 2 %
behind the first 1,000 edits: not for sanitized builds, which keep what was freed.
"""
import argparse, glob, os, random, re, statistics, tempfile

from fixtures import capabilities
from wire import Client, Died, cursor, read_cases

HERE = os.path.dirname(os.path.abspath(__file__))
PIECES = [
    '{', '}', '[', ']', '(', ')', '"', "''", '${', ';', '=', ':', ',', '.', '@', '?', '# ', '/* ',
    ' */', '\n', 'let ', ' in ', 'inherit ', 'rec ', 'with ', 'x', 'foo', 'a.b', ' = 1; ', '"s"',
    './p', '1', ' // ', ' or ', 'if a then b else c', 'x: x', '{ a, b ? 1, ... }: ', 'ä', '𝄞',
    '\r\n', '\t', 'builtins.map ', 'map']
AT_POSITION = [
    'definition', 'declaration', 'references', 'documentHighlight', 'completion', 'signatureHelp',
    'prepareRename', 'linkedEditingRange', 'prepareCallHierarchy', 'hover']
WHOLE = ['documentSymbol', 'foldingRange', 'documentLink', 'codeLens', 'diagnostic']
ROUND = 50  # edits of one text
FRESH_FOR = 10 * ROUND  # edits until the second server is another process
LONG = 10000  # edits of a session that measures memory
MEASURED_FROM = 1000
GROWTH = 1.02


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
    def __init__(self, encoding, root):
        self.client = Client()
        caps = capabilities(documentSymbol={'hierarchicalDocumentSymbolSupport': True},
                            completion={'completionItem': {'snippetSupport': True}}, diagnostic={},
                            codeAction={'codeActionLiteralSupport': {}})
        caps['workspace'] = {'diagnostics': {'refreshSupport': True}}
        caps['general']['positionEncodings'] = [encoding]
        self.client.initialize(root, capabilities=caps, initializationOptions={
            'codeLens': {'references': True}, 'evaluation': {'diagnostics': False,
                                                             'hoverDeadline': 40000}})
        self.uri = 'file:///nowhere/x.nix'
        self.version = 1
        self.tokens = None  # (identity, data) of the last answer

    def open(self, text):
        self.version += 1
        self.client.open('/nowhere/x.nix', text, self.version)

    def close(self):
        self.client.close('/nowhere/x.nix')
        self.tokens = None

    def resident(self):
        return self.client.request('nilas/memory', None)['residentBytes']

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
        requests['selectionRange'] = ('textDocument/selectionRange',
                                      {**document, 'positions': [where]})
        requests['inlayHint'] = ('textDocument/inlayHint', {**document, 'range': {
            'start': {'line': 0, 'character': 0}, 'end': {'line': 10000, 'character': 0}}})
        here = {'start': where, 'end': where}
        requests['codeAction'] = ('textDocument/codeAction',
                                  {**document, 'context': {'diagnostics': []}, 'range': here})
        requests['tokens'] = ('textDocument/semanticTokens/full', document)
        if self.tokens:
            requests['tokens'] = ('textDocument/semanticTokens/full/delta',
                                  {**document, 'previousResultId': self.tokens[0]})
        requests['rename'] = ('textDocument/rename',
                              {**document, 'position': where, 'newName': 'renamed'})
        started = {name: self.client.start_request(*request) for name, request in requests.items()}
        answers = {name: self.wait(name, identity) for name, identity in started.items()}
        answers['tokens'] = {'result': self.all_tokens(answers['tokens']['result'])}
        return {name: plain(answer) for name, answer in answers.items()}

    def all_tokens(self, answer):
        """The tokens that an answer stands for: all of them, or edits of the last ones."""
        if answer is None:
            self.tokens = None
            return None
        data = answer.get('data')
        if data is None:
            data = list(self.tokens[1])
            for edit in sorted(answer['edits'], key=lambda e: e['start'], reverse=True):
                data[edit['start']:edit['start'] + edit['deleteCount']] = edit.get('data', [])
        self.tokens = answer['resultId'], data
        return data

    def wait(self, name, identity):
        try:
            return self.client.wait(identity, 60)
        except TimeoutError:
            raise TimeoutError(f'no answer: {name}') from None


def plain(answer):
    """Without what differs between two sessions: identities, versions and the time."""
    if isinstance(answer, str):
        return re.sub(r'\bcurrentTime = \d+', 'currentTime', answer)
    if isinstance(answer, dict):
        return {k: plain(v) for k, v in answer.items()
                if k not in ('id', 'resultId', 'version', 'data') or
                (k == 'data' and isinstance(v, list))}
    return [plain(a) for a in answer] if isinstance(answer, list) else answer


def check_memory(samples):
    """`samples` are (edit, bytes), always of a text just opened, after one round on another."""
    for edit, size in samples[::max(1, len(samples) // 20)]:
        print(f'  {edit:6} edits: {size / 2**20:.1f} MiB')
    last = samples[-1][0]
    before = [size for edit, size in samples if MEASURED_FROM / 2 <= edit <= MEASURED_FROM * 1.5]
    after = [size for edit, size in samples if edit >= last - MEASURED_FROM]
    growth = statistics.median(after) / statistics.median(before)
    for name, sizes in [(f'about {MEASURED_FROM} edits', before), (f'the last of {last}', after)]:
        print(f'{name}: median {statistics.median(sizes) / 2**20:.1f} MiB, '
              f'at most {max(sizes) / 2**20:.1f}')
    print(f'growth {100 * (growth - 1):+.1f} %')
    assert growth <= GROWTH, f'memory grows by {100 * (growth - 1):.1f} %'


def compare(i, seed, text, mine, theirs, where):
    for name in theirs:
        assert mine[name] == theirs[name], (
            f'edit {i} of seed {seed}: {name} at {where} of {text!r}:\n'
            f'{mine[name]}\n{theirs[name]}')
        assert mine[name].get('error', {}).get('code') != -32603, (name, mine[name], text)


def parse_arguments():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--edits', type=int, default=1000)
    arguments.add_argument('--seed', type=int, default=1)
    arguments.add_argument('--every', type=int, default=3)
    arguments.add_argument('files', nargs='*')
    return arguments.parse_args()


def main(options, root):
    r = random.Random(options.seed)
    sources = [open(name, encoding='utf-8').read() for name in options.files] or texts()
    edited, fresh = Session('utf-16', root), Session('utf-16', root)
    text = ''
    compared = 0
    samples = []
    for i in range(options.edits):
        if i % ROUND == 0:
            if i:
                edited.close()
            text = sources[i // ROUND % len(sources)] if options.files else r.choice(sources)
            edited.open(text)
            if text is sources[0] or not options.files:
                samples.append((i, edited.resident()))
        if i % FRESH_FOR == FRESH_FOR - 1:
            assert fresh.client.stop() == 0
            fresh = Session('utf-16', root)
        begin, end, new = random_edit(r, text)
        edited.edit(position(text, begin), position(text, end), new)
        text = text[:begin] + new + text[end:]
        if i % options.every:
            continue  # several edits in a row
        where = position(text, min(len(text), begin + len(new)))
        fresh.open(text)
        try:
            mine, theirs = edited.answers(where), fresh.answers(where)
        except (TimeoutError, Died) as e:
            problem = f'edit {i} of seed {options.seed}: {e} at {where} of {text!r}'
            raise AssertionError(problem) from None
        fresh.close()
        compare(i, options.seed, text, mine, theirs, where)
        compared += len(theirs)
    assert edited.client.stop() == 0 and fresh.client.stop() == 0
    print(f'{options.edits} edits, {compared} answers compared')
    if options.edits >= LONG:
        check_memory(samples)


with tempfile.TemporaryDirectory() as nothing:
    main(parse_arguments(), nothing)
