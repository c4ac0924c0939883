"""Damaged streams: an error reply or a clean end, never a crash, a hang, or unbounded memory."""
import json, random, re, time

from wire import Client, Died, run_tests


def frame(message):
    body = json.dumps(message).encode() if not isinstance(message, bytes) else message
    return b'Content-Length: %d\r\n\r\n' % len(body) + body


def still_serves(c):
    assert 'worlds' in c.request('nilas/status', None)


def damaged(data, code):
    """Sends bytes, expects an error reply without an id, and a server that goes on."""
    c = Client()
    c.initialize()
    c.send_bytes(data)
    error = c.wait(None)['error']
    assert error['code'] == code, error
    still_serves(c)
    assert c.stop() == 0


def test_not_json():
    damaged(frame(b'{"jsonrpc": "2.0", "id": 1,'), -32700)


def test_not_utf8():
    damaged(frame(b'{"jsonrpc": "2.0", "method": "\xff\xfe"}'), -32700)


def test_batches_scalars_and_strange_members():
    for body in [b'[]', b'1', b'"x"', b'null', b'{}', b'{"jsonrpc": "1.0", "method": "x"}',
                 b'{"jsonrpc": "2.0", "method": 1}', b'{"jsonrpc": "2.0", "id": {}, "method": "x"}',
                 b'{"jsonrpc": "2.0", "method": "x", "params": 3}']:
        damaged(frame(body), -32600)


def test_deep_nesting():
    damaged(frame(b'{"jsonrpc": "2.0", "method": "x", "params": ' + b'[' * 100000 + b']' * 100000 + b'}'), -32600)


def test_header_without_length():
    damaged(b'Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n', -32700)


def test_a_message_right_behind_damage_is_read():
    """In one piece with it, and in two."""
    c = Client()
    c.initialize()
    for bad in [b'no header\r\n\r\n', b'Content-Length: -1\r\n\r\n', b'X: 1\n\n',
                b'X' * 8192 + b'\r\n\r\n']:
        for cut in range(-3, 20):
            identity = f'{bad[:5]} {cut}'
            data = bad + frame({'jsonrpc': '2.0', 'id': identity, 'method': 'nilas/status'})
            c.send_bytes(data[:len(bad) + cut])
            c.send_bytes(data[len(bad) + cut:])
            assert c.wait(identity)['result']
    assert c.stop() == 0


def test_header_that_is_none():
    damaged(b'this is not a header\r\n\r\n', -32700)


def test_lengths_that_are_none():
    for length in [b'-1', b'abc', b'', b'1e3', b'99999999999999999999999999', b'0x10']:
        damaged(b'Content-Length: ' + length + b'\r\n\r\n', -32700)


def test_endless_header():
    damaged(b'X' * 20000, -32700)


def peak_memory(c):
    return int(re.search(r'VmHWM:\s+(\d+)', open(f'/proc/{c.process.pid}/status').read())[1]) >> 10


def test_oversized_message_is_skipped():
    c = Client()
    c.initialize()
    still_serves(c)
    before = peak_memory(c)  # of a sanitized build, most of it its own
    size = 300 << 20
    c.send_bytes(b'Content-Length: %d\r\n\r\n' % size)
    assert c.wait(None)['error']['code'] == -32700
    chunk = b' ' * (1 << 20)
    for _ in range(size >> 20):
        c.send_bytes(chunk)
    still_serves(c)
    assert peak_memory(c) - before < 60, f'{before} MiB before, {peak_memory(c)} after'
    assert c.stop() == 0


def test_truncated_message_ends_the_server():
    for data in [b'Content-Length: 100\r\n\r\n{"jsonrpc"', b'Content-Length: 10', b'Content-Length: 10\r\n']:
        c = Client()
        c.initialize()
        c.send_bytes(data)
        c.process.stdin.close()
        assert c.process.wait(10) == 1


def test_lenient_headers():
    c = Client()
    body = json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}}).encode()
    c.send_bytes(b'content-length:%d\nContent-Type: x\n\n' % len(body) + body)
    assert 'capabilities' in c.wait(1)['result']
    c.kill()


def test_bytes_one_at_a_time():
    c = Client()
    data = frame({'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}})
    for i in range(len(data)):
        c.send_bytes(data[i:i + 1])
    assert 'capabilities' in c.wait(1)['result']
    c.kill()


def test_half_a_surrogate_pair():
    """JavaScript's strings may hold one; an edit with it must not be lost."""
    c = Client()
    c.initialize()
    names = {'\ud83dx': '\ufffdx', 'x\ude00\ud83d': 'x\ufffd\ufffd', '\ud83d\ude00': '\U0001f600'}
    for name, shown in names.items():
        c.open('/x.nix', '{ "' + name + '" = 1; }')  # json.dumps writes escapes
        document = {'textDocument': {'uri': 'file:///x.nix'}}
        symbol, = c.request('textDocument/documentSymbol', document)
        assert symbol['name'].strip('"') == shown, symbol
        c.close('/x.nix')
    # An escaped backslash begins no other escape.
    body = rb'{"jsonrpc":"2.0","id":"\\ud83d","method":"nilas/status"}'
    c.send_bytes(b'Content-Length: %d\r\n\r\n' % len(body) + body)
    assert c.wait('\\ud83d')['result']
    assert c.stop() == 0


def test_responses_to_nothing():
    c = Client()
    c.initialize()
    c.send({'jsonrpc': '2.0', 'id': 77, 'result': {}})
    c.send({'jsonrpc': '2.0', 'id': None, 'error': {'code': 1, 'message': 'x'}})
    c.send({'jsonrpc': '2.0', 'id': 'x', 'error': 'nonsense'})
    still_serves(c)
    assert c.stop() == 0


def test_random_damage():
    """Valid sessions with random bytes changed: the server answers, or ends; it never hangs."""
    rng = random.Random(7)
    session = [{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}},
               {'jsonrpc': '2.0', 'method': 'initialized', 'params': {}},
               {'jsonrpc': '2.0', 'method': 'textDocument/didOpen', 'params': {'textDocument': {
                   'uri': 'file:///tmp/nilas-random.nix', 'languageId': 'nix', 'version': 1, 'text': '{ a = 1; b = a; }'}}},
               {'jsonrpc': '2.0', 'id': 2, 'method': 'textDocument/hover', 'params': {
                   'textDocument': {'uri': 'file:///tmp/nilas-random.nix'}, 'position': {'line': 0, 'character': 2}}}]
    clean = b''.join(frame(m) for m in session)
    for round in range(40):
        data = bytearray(clean)
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        c = Client()
        try:
            c.send_bytes(bytes(data))
            c.process.stdin.close()
        except BrokenPipeError:
            pass
        status = c.process.wait(10)
        assert status == 1, (round, status, c.stderr)


run_tests(globals())
