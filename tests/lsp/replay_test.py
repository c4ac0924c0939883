"""Recording sessions and playing them again: equal ones are equal, differences are told, and no
file is worth a session."""
import json, os, resource, stat, subprocess, tempfile

from wire import NILAS, Client, Workspace, run_tests

FILES = {('/main.nix', False): 'let lib = import ./lib.nix; unused = 1; in lib.x\n',
         ('/lib.nix', False): '{ x = 20 + 1; }\n'}


def session(w, recording, configuration=None):
    """Some of everything: a question of the server's, edits, diagnostics, deltas, errors, noise."""
    c = Client('--record', recording)
    capabilities = {'general': {'positionEncodings': ['utf-16']},
                    'workspace': {'configuration': True},
                    'textDocument': {'publishDiagnostics': {'versionSupport': True}}}
    c.configuration = configuration
    c.initialize(w.root, capabilities=capabilities)
    text = w.buffers[w.main]
    c.open(w.main, text)
    assert [d['code'] for d in c.diagnostics(w.main, 1)] == ['unused-binding']
    document = {'textDocument': {'uri': 'file://' + w.main}}
    assert '21' in c.hover(w.main, 0, text.index('lib.x') + 4)['contents']['value']
    tokens = c.request('textDocument/semanticTokens/full', document)
    c.change(w.main, text.replace('unused = 1; ', ''), 2)
    assert not c.diagnostics(w.main, 2)
    assert c.request('textDocument/semanticTokens/full/delta',
                     {**document, 'previousResultId': tokens['resultId']})
    assert 'error' in c.wait(c.start_request('textDocument/hover', {}))
    c.send_bytes(b'Content-Length: 9\r\n\r\nno\n\xff"json')
    c.send_bytes(b'no header\r\n\r\n')
    c.request('nilas/status', None)
    spaced = b'{ "jsonrpc": "2.0",\r\n "id": "x",\n "method": "nilas/memory" }'
    c.send_bytes(b'Content-Length: %d\r\n\r\n' % len(spaced) + spaced)
    c.wait('x')
    assert c.stop() == 0
    return c


def replay(recording, *arguments):
    return subprocess.run([NILAS, 'replay', recording, *arguments], capture_output=True, text=True,
                          timeout=120)


def lines(recording):
    return [json.loads(line) for line in open(recording, encoding='utf-8')]


def recorded():
    """A workspace with a recording of the session in it."""
    w = Workspace(FILES)
    recording = w.root + '/session.jsonl'
    session(w, recording, {'diagnostics.ignored': []})
    return w, recording


def test_a_recording_has_both_sides_in_order():
    w, recording = recorded()
    with w:
        first, *messages = lines(recording)
        assert first['recording'] == 1
        assert stat.S_IMODE(os.stat(recording).st_mode) == 0o600
        assert all(m['from'] in ('client', 'server') for m in messages)
        times = [m['ms'] for m in messages]
        assert times == sorted(times)
        methods = [m['message']['method'] for m in messages if 'method' in m.get('message', {})]
        assert methods[0] == 'initialize' and methods[-1] == 'exit'
        assert {'textDocument/publishDiagnostics', 'workspace/configuration',
                'textDocument/didChange'} <= set(methods)
        asked = {m['message']['id'] for m in messages if m['from'] == 'client'
                 and 'method' in m.get('message', {}) and 'id' in m['message']}
        answered = {m['message']['id'] for m in messages if m['from'] == 'server'
                    and 'method' not in m['message']}
        assert asked <= answered
        assert [m['text'] for m in messages if 'text' in m] == ['no\n\ufffd"json']
        assert sum('damage' in m for m in messages) == 1


def test_the_same_session_is_equal():
    w, recording = recorded()
    with w:
        for arguments in [[], ['--realtime']]:
            p = replay(recording, *arguments)
            assert p.returncode == 0, p.stdout + p.stderr
            assert ' 0 differences' in p.stdout
            assert any(line.split()[:2] == ['textDocument/hover', '2']
                       for line in p.stdout.splitlines()), p.stdout


def change(recording, pick, edit):
    """Edits the one message that `pick` takes; its number."""
    all_lines = lines(recording)
    numbers = [i for i, line in enumerate(all_lines) if pick(line.get('message', {}))]
    edit(all_lines[numbers[0]]['message'])
    with open(recording, 'w', encoding='utf-8') as f:
        f.writelines(json.dumps(line) + '\n' for line in all_lines)
    return numbers[0] + 1


def test_another_answer_is_told():
    w, recording = recorded()
    with w:
        number = change(recording, lambda m: 'contents' in (m.get('result') or {}),
                        lambda m: m['result']['contents'].update(value='something else'))
        p = replay(recording)
        assert p.returncode == 1, p.stdout
        assert f'{recording}:{number}: textDocument/hover' in p.stdout
        for part in ['something else', '/result/contents/value', ' 1 differences']:
            assert part in p.stdout, p.stdout


def test_other_diagnostics_are_told():
    w, recording = recorded()
    with w:
        number = change(recording, lambda m: m.get('method') == 'textDocument/publishDiagnostics',
                        lambda m: m['params'].update(diagnostics=[]))
        p = replay(recording)
        assert p.returncode == 1, p.stdout
        assert f'{recording}:{number}: textDocument/publishDiagnostics' in p.stdout, p.stdout


def test_a_file_that_has_changed_is_told():
    w, recording = recorded()
    with w:
        with open(w.root + '/lib.nix', 'w', encoding='utf-8') as f:
            f.write('{ x = 20 + 2; }\n')
        p = replay(recording)
        assert p.returncode == 1 and '22' in p.stdout, p.stdout


def test_what_never_comes_is_told():
    w, recording = recorded()
    with w:
        number = change(recording, lambda m: m.get('method') == 'textDocument/publishDiagnostics',
                        lambda m: m['params'].update(version=7))
        p = replay(recording, '--patience', '1')
        assert p.returncode == 1, p.stdout
        assert f'{recording}:{number}: textDocument/publishDiagnostics: no diag' in p.stdout


def test_sessions_that_stop_anywhere():
    """Every prefix of a recording is a recording; the server ends with the stream."""
    w, recording = recorded()
    with w:
        content = open(recording, 'rb').read().splitlines(keepends=True)
        for count in [1, 2, 5, len(content) - 2]:
            with open(recording, 'wb') as f:
                f.writelines(content[:count])
                f.write(content[count][:30])  # a line that does not end
            p = replay(recording)
            assert p.returncode == 0, p.stdout + p.stderr


def test_what_is_no_recording():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + '/x'
        for text in ['', 'x\n', '{}\n', '[]\n', '{"recording":2}\n',
                     '{"recording":1}\n{"from":"client"}\n', '[' * 100000 + '\n']:
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
            p = replay(path)
            assert p.returncode == 1 and path in p.stderr, (text[:50], p)
        assert replay(directory + '/none').returncode == 1


def served(c, w):
    c.initialize(w.root)
    c.open(w.main, w.buffers[w.main])
    assert c.hover(w.main, 0, 5)
    return c.stop()


def test_a_file_that_cannot_be_written_does_not_cost_the_session():
    for path in ['/nonexistent/session', '/', '/dev/full']:
        with Workspace(FILES) as w:
            c = Client('--record', path)
            assert served(c, w) == 0
            assert 'not recorded' in c.wait_notification('window/showMessage')['message']
            assert b'not recorded' in c.stderr


def test_a_disk_that_is_full_later_does_not_cost_the_session():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Workspace(FILES) as w:
        recording = w.root + '/session.jsonl'
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
        try:
            c = Client('--record', recording)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert served(c, w) == 0
        assert b'the recording in ' + recording.encode() + b' ends here' in c.stderr, c.stderr
        assert 1 < len(lines(recording)) and os.path.getsize(recording) <= 3000  # whole lines


run_tests(globals())
