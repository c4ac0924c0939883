"""Diagnostics over the wire. The cases stand in diagnostics/*.txt: a comment line `# ^^^ code: message` under a line of the
main file expects a diagnostic at exactly that range (`# |` an empty one); nothing else may be reported, except hints.
Sections: `--- related`: each line occurs among the related places, as `FILE:LINE:COL message`."""
import glob, os, re, sys, tempfile, time

from wire import Client, Workspace, read_cases

HERE = os.path.dirname(os.path.abspath(__file__))


def split_expectations(text):
    """The text without the comments that expect something, and what they expect."""
    lines, expected = [], []
    for line in text.split('\n'):
        match = re.match(r'#(\s*)(\^+|\|) ([\w-]+): (.*)$', line)
        if not match:
            lines.append(line)
            continue
        start = 1 + len(match[1])
        end = start + (len(match[2]) if match[2] != '|' else 0)
        expected.append([len(lines) - 1, start, end, match[3], match[4]])
    return '\n'.join(lines), expected


def describe(d):
    r = d['range']
    return [r['start']['line'], r['start']['character'], r['end']['character'], d['code'], d['message'].split('\n')[0]]


def check(client, files, sections):
    files = dict(files)
    main = next(iter(files))
    files[main], expected = split_expectations(files[main])
    with Workspace(files) as w:
        for path, text in w.buffers.items():
            client.open(path, text)
        last = None
        for e in expected:
            e[4] = e[4].replace('$ROOT', w.root)

        def settled(ds):
            nonlocal last
            last = sorted(describe(d) for d in ds if d['severity'] < 4)
            return last == sorted(expected)
        try:
            ds = client.diagnostics(w.main, 1, settled, timeout=4)
            # What is published next must not take it back.
            try:
                client.diagnostics(w.main, 1, lambda d: not settled(d), timeout=0.5)
                return f'changed afterwards to {last}'
            except TimeoutError:
                pass
        except TimeoutError:
            return f'expected {sorted(expected)}, got {last}'
        related = '\n'.join(
            f"{os.path.basename(r['location']['uri'])}:{r['location']['range']['start']['line'] + 1}:"
            f"{r['location']['range']['start']['character'] + 1} {r['message']}"
            for d in ds for r in d.get('relatedInformation', []))
        for line in sections.get('related', '').splitlines():
            if line not in related:
                return f'{line!r} is not related: {related!r}'
        for path in w.buffers:
            client.close(path)
        return None


def test_fixtures():
    problems = []
    for path in sorted(glob.glob(HERE + '/diagnostics/*.txt')):
        client = Client()
        client.initialize(tempfile.gettempdir())
        for name, files, sections in read_cases(path):
            problem = check(client, files, sections)
            if problem:
                problems.append(f'{os.path.basename(path)}: {name}: {problem}')
        assert client.stop() == 0
    assert not problems, '\n'.join(problems)


def started(root):
    c = Client()
    c.initialize(root)
    return c


def codes(ds):
    return [d['code'] for d in ds if d['severity'] < 4]


def test_errors_come_and_go_at_the_right_version():
    with Workspace({('/main.nix', False): '{ a = 1; }\n'}) as w:
        c = started(w.root)
        c.open(w.main, '{ a = 1; }\n')
        assert codes(c.diagnostics(w.main, 1)) == []
        c.change(w.main, '{ a = ; }\n', 2)
        assert codes(c.diagnostics(w.main, 2)) == ['syntax-error']
        c.change(w.main, '{ a = 2; }\n', 3)
        assert codes(c.diagnostics(w.main, 3)) == []
        c.change(w.main, '{ a = 1 + "x"; }\n', 4)
        assert codes(c.diagnostics(w.main, 4)) == []
        assert codes(c.diagnostics(w.main, 4)) == ['type-error']
        c.change(w.main, '{ a = 1 + 1; }\n', 5)
        assert codes(c.diagnostics(w.main, 5)) == []
        assert c.stop() == 0


def test_a_burst_of_edits_ends_with_its_last_version():
    with Workspace({('/main.nix', False): '{ }'}) as w:
        c = started(w.root)
        c.open(w.main, '{ }')
        for version in range(2, 60):
            c.change(w.main, '{ a = ' + ('1 + "x"' if version % 2 else '') + '; }', version)
        c.change(w.main, '{ a = 1 + "x"; }', 60)
        c.diagnostics(w.main, 60, lambda ds: codes(ds) == ['type-error'])
        assert c.stop() == 0


def test_an_edit_of_an_imported_file_reaches_its_importer():
    files = {('/main.nix', False): '{ a = (import ./other.nix) + 1; }', ('/other.nix', False): '1'}
    with Workspace(files) as w:
        c = started(w.root)
        c.open(w.main, files['/main.nix', False])
        other = w.root + '/other.nix'
        c.open(other, '1')
        assert codes(c.diagnostics(w.main, 1)) == []
        c.change(other, '"text"', 2)
        c.diagnostics(w.main, 1, lambda ds: codes(ds) == ['type-error'])
        c.close(other)  # without saving
        c.diagnostics(w.main, 1, lambda ds: codes(ds) == [])
        with open(other, 'w') as f:
            f.write('"saved by someone else"')
        c.notify('workspace/didChangeWatchedFiles', {'changes': [{'uri': 'file://' + other, 'type': 2}]})
        c.diagnostics(w.main, 1, lambda ds: codes(ds) == ['type-error'])
        assert c.stop() == 0


def test_closing_clears():
    with Workspace({('/main.nix', False): '{ a = ; }'}) as w:
        c = started(w.root)
        c.open(w.main, '{ a = ; }')
        assert codes(c.diagnostics(w.main, 1)) == ['syntax-error']
        c.close(w.main)
        assert c.wait_notification('textDocument/publishDiagnostics')['diagnostics'] == []
        assert c.stop() == 0


def test_an_endless_loop_does_not_hide_other_errors():
    text = '{ a = let f = n: f n; in f 0; b = 1 + "x"; }'
    with Workspace({('/main.nix', False): text}) as w:
        c = started(w.root)
        c.open(w.main, text)
        c.diagnostics(w.main, 1, lambda ds: 'type-error' in codes(ds), timeout=30)
        assert c.stop() == 0


def test_switched_off():
    text = '{ a = 1 + "x"; }'
    with Workspace({('/main.nix', False): text}) as w:
        c = Client()
        c.initialize(w.root, initializationOptions={'evaluation': {'diagnostics': False}})
        c.open(w.main, text)
        assert codes(c.diagnostics(w.main, 1)) == []
        try:
            c.diagnostics(w.main, 1, timeout=1)
            assert False
        except TimeoutError:
            pass
        assert c.stop() == 0


def test_what_evaluation_says_stays_after_edits():
    """A world says it once; whoever heard it before, each version of each text is told of it."""
    files = {('/main.nix', False): '', ('/f.nix', False): '{ n ? 1 }: { x = builtins.warn "of the call" n; }',
             ('/set.nix', False): '{ y = builtins.warn "of the file" 2; z = 3; }'}
    text = 'let f = import ./f.nix { n = 2; }; s = import ./set.nix; in { a = f.x; b = s.y + (import ./f.nix { }).x; c = s.z; }'
    both = ['of the call', 'of the file']

    def said(path, version, expected):
        got = []
        try:
            c.diagnostics(path, version, lambda ds: got.append(sorted(
                d['message'] for d in ds if d['code'] == 'evaluation-warning')) or got[-1] == expected)
        except TimeoutError:
            raise AssertionError(f'{path}, version {version}: {got}') from None

    with Workspace(files) as w:
        c = started(w.root)
        c.open(w.main, text)
        said(w.main, 1, ['of the call', *both])
        c.change(w.main, text + '# an end', 2)
        said(w.main, 2, ['of the call', *both])
        c.change(w.main, text.replace('c = s.z', 'c = s.y'), 3)
        c.hover(w.main, 0, text.index('s.y') + 2)  # hears it first
        said(w.main, 3, ['of the call', *both])
        c.change(w.main, '{ a = (import ./set.nix).y; }', 4)
        said(w.main, 4, ['of the file'])
        other = w.root + '/other.nix'  # another text, the same file in it
        c.open(other, '{ a = (import ./set.nix).y; }')
        said(other, 1, ['of the file'])
        c.change(w.main, '{ a = (import ./set.nix).z; }', 5)
        said(w.main, 5, [])
        assert c.stop() == 0


PULLING = {'textDocument': {'diagnostic': {}, 'publishDiagnostics': {'relatedInformation': True, 'codeDescriptionSupport': True}},
           'workspace': {'diagnostics': {'refreshSupport': True}}}


def pull(c, path, previous=None):
    return c.request('textDocument/diagnostic', {'textDocument': {'uri': 'file://' + path}, 'previousResultId': previous})


def wait_for_refresh(c, count):
    end = time.monotonic() + 10
    while sum(r['method'] == 'workspace/diagnostic/refresh' for r in c.requests) < count:
        assert time.monotonic() < end, 'not told to ask again'
        time.sleep(0.02)


def test_pulled_diagnostics():
    text = '{ a = 1 + "x"; b = let c = 1; in 2; }'
    with Workspace({('/main.nix', False): text}) as w:
        c = Client()
        answer = c.initialize(w.root, capabilities=PULLING)
        assert answer['capabilities']['diagnosticProvider']['interFileDependencies']
        c.open(w.main, text)
        first = pull(c, w.main)
        assert first['kind'] == 'full' and 'unused-binding' in [d['code'] for d in first['items']]
        wait_for_refresh(c, 1)  # evaluation has more to say
        second = pull(c, w.main, first['resultId'])
        assert sorted(codes(second['items'])) == ['type-error', 'unused-binding']
        assert pull(c, w.main, second['resultId']) == {'kind': 'unchanged', 'resultId': second['resultId']}
        unused = [d for d in second['items'] if d['code'] == 'unused-binding'][0]
        assert unused['tags'] == [1] and unused['codeDescription']['href'].endswith('diagnostics.md#unused-binding')
        c.change(w.main, '{ }', 2)
        assert pull(c, w.main, second['resultId'])['items'] == []
        assert pull(c, w.root + '/closed.nix')['items'] == []
        assert all(m['method'] != 'textDocument/publishDiagnostics' for m in c.notifications.queue)
        assert c.stop() == 0


def test_severities_are_settings():
    text = 'let a = (1); in 2'
    with Workspace({('/main.nix', False): text}) as w:
        c = Client()
        c.initialize(w.root)
        c.open(w.main, text)
        assert [d['code'] for d in c.diagnostics(w.main, 1)] == ['unused-binding', 'redundant-parentheses']
        c.notify('workspace/didChangeConfiguration', {'settings': {'nilas': {'diagnostics': {
            'severity': {'unused-binding': 'error', 'redundant-parentheses': 'off'}}}}})
        [d] = c.diagnostics(w.main, 1)
        assert (d['code'], d['severity']) == ('unused-binding', 1)
        c.notify('workspace/didChangeConfiguration', {'settings': {'nilas': {'diagnostics': {'ignored': ['unused-binding', 'redundant-parentheses']}}}})
        assert c.diagnostics(w.main, 1) == []
        assert c.stop() == 0


def pull_workspace(c, known=(), **more):
    return c.start_request('workspace/diagnostic', {'previousResultIds': [
        {'uri': i['uri'], 'value': i['resultId']} for i in known], **more})


def test_the_whole_workspace():
    files = {('/a.nix', False): '{ a = ; }', ('/b/c.nix', False): 'let d = 1; in 2', ('/e.nix', False): '1'}
    with Workspace(files) as w:
        c = Client()
        answer = c.initialize(w.root, capabilities=PULLING, initializationOptions={'diagnostics': {'workspace': True}})
        assert answer['capabilities']['diagnosticProvider']['workspaceDiagnostics']
        c.open(w.root + '/e.nix', '1')
        items = c.wait(pull_workspace(c))['result']['items']
        assert {os.path.basename(i['uri']): codes(i['items']) for i in items} == {
            'a.nix': ['syntax-error'], 'c.nix': ['unused-binding']}
        # Nothing new: the answer waits until there is something.
        waiting = pull_workspace(c, items)
        try:
            c.wait(waiting, timeout=0.5)
            assert False, 'answered without news'
        except TimeoutError:
            pass
        with open(w.root + '/a.nix', 'w') as f:
            f.write('{ a = 1; }')
        os.remove(w.root + '/b/c.nix')
        c.notify('workspace/didChangeWatchedFiles', {'changes': [{'uri': 'file://' + w.root + '/a.nix', 'type': 2}]})
        news = c.wait(waiting)['result']['items']
        assert {os.path.basename(i['uri']): i['items'] for i in news if i['kind'] == 'full'} == {'a.nix': [], 'c.nix': []}
        # In parts, if the client likes.
        assert c.wait(pull_workspace(c, partialResultToken='part'))['result'] == {'items': []}
        part = c.wait_notification('$/progress', lambda p: p['token'] == 'part')
        assert [os.path.basename(i['uri']) for i in part['value']['items']] == ['a.nix']
        # A request that waits can be cancelled, and does not keep the server.
        waiting = pull_workspace(c, [i for i in news if 'resultId' in i])
        c.notify('$/cancelRequest', {'id': waiting})
        assert c.wait(waiting)['error']['code'] == -32800
        assert c.stop() == 0


from wire import run_tests
run_tests(globals())
