"""Start and end of a session, and what is answered before, between and after."""
import json, os, signal, subprocess, time

from wire import Client, run_tests


def error_of(client, method, params):
    answer = client.wait(client.start_request(method, params))
    return answer['error']['code'] if 'error' in answer else None


def test_shutdown_and_exit_is_success():
    c = Client()
    c.initialize()
    assert c.stop() == 0


def test_exit_without_shutdown_is_failure():
    c = Client()
    c.initialize()
    c.notify('exit', None)
    assert c.process.wait(10) == 1


def test_exit_before_initialize_is_failure():
    c = Client()
    c.notify('exit', None)
    assert c.process.wait(10) == 1


def test_end_of_stream_is_failure():
    c = Client()
    c.initialize()
    c.process.stdin.close()
    assert c.process.wait(10) == 1


def test_end_of_stream_after_shutdown_is_success():
    c = Client()
    c.initialize()
    c.request('shutdown', None)
    c.process.stdin.close()
    assert c.process.wait(10) == 0


def test_requests_before_initialize():
    c = Client()
    assert error_of(c, 'textDocument/hover', {}) == -32002
    c.initialize()
    assert c.stop() == 0


def test_initialize_comes_once():
    c = Client()
    c.initialize()
    assert error_of(c, 'initialize', {'capabilities': {}}) == -32600
    assert c.stop() == 0


def test_requests_after_shutdown():
    c = Client()
    c.initialize()
    c.request('shutdown', None)
    assert error_of(c, 'textDocument/hover', {}) == -32600
    c.notify('exit', None)
    assert c.process.wait(10) == 0


def test_unknown_methods():
    c = Client()
    c.initialize()
    assert error_of(c, 'textDocument/noSuchThing', {}) == -32601
    assert error_of(c, '$/noSuchThing', {}) == -32601
    c.notify('$/noSuchThing', {})
    c.notify('noSuchThing', {})
    assert c.stop() == 0


def test_wrong_parameters():
    c = Client()
    c.initialize()
    for params in [None, {}, {'textDocument': 1}, {'textDocument': {'uri': 'file:///x'}, 'position': {'line': 'x'}}]:
        assert error_of(c, 'textDocument/hover', params) == -32602, params
    c.notify('textDocument/didOpen', {'nonsense': True})
    c.notify('textDocument/didChange', {'textDocument': {'uri': 'file:///never-opened.nix', 'version': 3},
                                        'contentChanges': []})
    assert c.stop() == 0


def test_wrong_things_to_resolve():
    c = Client()
    c.initialize()
    c.open('/x.nix', '{ a = 1; }')
    data = {'uri': 'file:///x.nix', 'version': 1}
    for method in ['codeLens/resolve', 'inlayHint/resolve']:
        for params in [{}, {'data': data}, {'data': {**data, 'version': 'x'}}, {'data': data, 'range': 1}]:
            assert error_of(c, method, params) in (-32602, -32801, None), (method, params)
    assert error_of(c, 'codeLens/resolve', {'data': data}) == -32602
    assert c.stop() == 0


def test_nothing_here_is_null():
    c = Client()
    c.initialize()
    for uri in ['file:///not-open.nix', 'untitled:Untitled-1', 'nonsense', '']:
        assert c.request('textDocument/hover', {'textDocument': {'uri': uri},
                                                'position': {'line': 0, 'character': 0}}) is None
    assert c.stop() == 0


def test_ids_may_be_strings():
    c = Client()
    c.initialize()
    c.send({'jsonrpc': '2.0', 'id': 'a "quoted" id', 'method': 'nilas/status'})
    assert 'worlds' in c.wait('a "quoted" id')['result']
    assert c.stop() == 0


def test_capabilities():
    c = Client()
    capabilities = c.initialize()['capabilities']
    assert capabilities['hoverProvider']
    assert capabilities['textDocumentSync'] == {'openClose': True, 'change': 2, 'save': {'includeText': False}}
    assert capabilities['positionEncoding'] == 'utf-16'
    assert c.stop() == 0


def test_the_server_ends_with_the_client_process():
    client = subprocess.Popen(['sleep', '100'])
    c = Client()
    c.initialize(processId=client.pid)
    client.kill()
    client.wait()
    assert c.process.wait(10) == 1


def test_termination_by_signal_is_quick():
    c = Client()
    c.initialize()
    c.process.send_signal(signal.SIGTERM)
    c.process.wait(10)


def test_trace_can_be_set():
    c = Client()
    c.initialize()
    c.notify('$/setTrace', {'value': 'verbose'})
    c.request('nilas/status', None)
    assert 'nilas/status' in c.wait_notification('$/logTrace')['message']
    c.notify('$/setTrace', {'value': 'off'})
    assert c.stop() == 0


def test_listen_on_loopback():
    import socket
    p = subprocess.Popen([os.environ.get('NILAS', 'nilas'), 'lsp', '--listen', '127.0.0.1:0'],
                         stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    port = int(p.stderr.readline().decode().rsplit(':', 1)[1])
    with socket.create_connection(('127.0.0.1', port)) as s:
        def send(message):
            body = json.dumps(message).encode()
            s.sendall(b'Content-Length: %d\r\n\r\n' % len(body) + body)
        send({'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}})
        answer = b''
        while b'serverInfo' not in answer:
            chunk = s.recv(4096)
            assert chunk
            answer += chunk
        send({'jsonrpc': '2.0', 'id': 2, 'method': 'shutdown'})
        send({'jsonrpc': '2.0', 'method': 'exit'})
        assert p.wait(10) == 0


def test_listen_elsewhere_is_refused():
    for address in ['0.0.0.0:0', '192.0.2.1:1', 'nonsense', '127.0.0.1:99999']:
        p = subprocess.run([os.environ.get('NILAS', 'nilas'), 'lsp', '--listen', address], capture_output=True, timeout=10)
        assert p.returncode == 1 and p.stderr, address


def test_stdio_flag_is_accepted():
    c = Client('--stdio', '--log', 'debug')
    c.initialize()
    assert c.stop() == 0


def test_standard_input_may_be_a_file():
    messages = [{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}},
                {'jsonrpc': '2.0', 'id': 2, 'method': 'shutdown'}, {'jsonrpc': '2.0', 'method': 'exit'}]
    data = b''.join(b'Content-Length: %d\r\n\r\n%s' % (len(b), b) for b in (json.dumps(m).encode() for m in messages))
    import tempfile
    with tempfile.TemporaryFile() as f:
        f.write(data)
        f.seek(0)
        p = subprocess.run([os.environ.get('NILAS', 'nilas'), 'lsp'], stdin=f, capture_output=True, timeout=10)
    assert p.returncode == 0 and b'serverInfo' in p.stdout


run_tests(globals())
