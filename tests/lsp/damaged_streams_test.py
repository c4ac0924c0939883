"""A thousand damaged streams against the real server: an error reply or a clean end, never a crash,
a hang, or a request that nobody answers.

usage: damaged_streams_test.py [STREAMS [SEED]]

A stream is what one careless, broken or hostile client sends. Where it leaves the server alive, the
next one goes to the same process, behind requests that must still be answered: that is most of
them, and much of what they test.
"""
import copy, json, os, random, re, shutil, sys, tempfile, threading

from wire import Client, Died

sys.setrecursionlimit(10000)  # some messages nest deeply
HERE = os.path.dirname(os.path.abspath(__file__))
LONG = 10  # seconds until a request is cancelled
PATIENCE = 60  # seconds until silence is a hang
PER_PROCESS = 40


def methods():
    """Every method that the server's sources name; what ends a session is sent on purpose only."""
    source = ''
    for folder in ('features', '.'):
        path = os.path.join(HERE, '../../lsp', folder)
        source += ''.join(open(os.path.join(path, name), encoding='utf-8').read()
                          for name in sorted(os.listdir(path)) if name.endswith('.cpp'))
    found = sorted(set(re.findall(r'"((?:\$|[a-zA-Z]+)/[a-zA-Z/]+)"', source)) |
                   {'initialize', 'initialized'})
    assert len(found) > 50, found
    return found


METHODS = methods()
NOTIFICATIONS = [m for m in METHODS if m.startswith(('textDocument/did', 'workspace/did', 'window/',
                                                     '$/'))]
REQUESTS = [m for m in METHODS if m not in NOTIFICATIONS and m not in ('initialize', 'initialized')]

TEXT = """{ lib, pkgs ? import ./none.nix, ... }@args:
let
  f = x: y: x + y; # ä 𝄞
  set = rec { a = 1; b = a; "c d" = f a b; inherit (lib) id; };
in
with set; [ (f 1 2) set.a ./x.nix <nixpkgs> "https://x.org" "${toString a}" ] ++ args.more or [ ]
"""

# What stands where something else was expected. Lone surrogates become escapes in the JSON.
JUNK = [
    None, True, False, [], {}, [None], [[]], {'uri': None}, [''] * 300, {'x' * 300: {'': {}}},
    0, -1, 1, 2**31 - 1, 2**31, 2**32, 2**53, 2**63, 2**64, 2**70, -2**31, -2**63, -2**64,
    0.5, -0.5, 1e308, -1e308,
    '', ' ', 'x', '\0', '\ud800', 'a\udfffb', '\ud800\ud800', '\ufeff', 'x' * 20000, '../' * 100,
    'file:', 'file://', 'file:///%', 'file:///%zz', 'file:///%00', 'file:///%ff.nix',
    'file:///nonexistent/a.nix', 'file://elsewhere/a.nix', 'FILE:///a.nix', 'untitled:Untitled-1',
    'https://x/y.nix', 'nilas:', 'git:/a.nix?ref', '/plain/path', 'nonsense', 'refactor',
]


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def parameters(uri):
    """One object with a member for everything that any method looks for."""
    document = {'uri': uri, 'languageId': 'nix', 'version': 1, 'text': TEXT}
    where = {'line': 3, 'character': 14}
    span = {'start': {'line': 0, 'character': 0}, 'end': {'line': 6, 'character': 3}}
    item = {'name': 'f', 'kind': 12, 'uri': uri, 'range': span,
            'selectionRange': {'start': where, 'end': where},
            'data': {'uri': uri, 'version': 1}}
    data = {'uri': uri, 'version': 1, 'range': span, 'title': 'x', 'node': 3, 'at': 4}
    return {
        'textDocument': document, 'position': where, 'positions': [where, where], 'range': span,
        'context': {'includeDeclaration': True,
                    'diagnostics': [{'range': span, 'message': 'x', 'code': 'unused-binding'}],
                    'only': ['quickfix'], 'triggerKind': 1, 'triggerCharacter': '.',
                    'frameId': 1, 'stoppedLocation': span},
        'contentChanges': [{'range': span, 'text': 'a: b'}, {'text': TEXT}],
        'newName': 'renamed', 'options': {'tabSize': 2, 'insertSpaces': True}, 'query': 'a',
        'item': item, 'previousResultId': '1', 'identifier': 'x',
        'previousResultIds': [{'uri': uri, 'value': '1'}],
        'command': 'nilas.reload', 'arguments': [],
        'files': [{'oldUri': uri, 'newUri': uri + '.new'}], 'changes': [{'uri': uri, 'type': 2}],
        'event': {'added': [{'uri': uri, 'name': 'x'}], 'removed': []},
        'settings': {'nilas': {'trusted': True}},
        'token': 't', 'workDoneToken': 't', 'partialResultToken': 'p', 'id': 1, 'value': 'off',
        'kind': 'ast', 'uri': uri, 'label': 'map', 'title': 'x', 'data': data,
        'target': uri, 'expression': 'a', 'selectionRange': span, 'name': 'f',
    }


def places(value, path=()):
    """Every place in a JSON value but the root."""
    if not isinstance(value, (dict, list)):
        return
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        yield path + (key,)
        yield from places(member, path + (key,))


def damage(r, value):
    """A copy with some places replaced by junk or taken away."""
    value = json.loads(json.dumps(value))
    for _ in range(r.choice([0, 1, 1, 1, 2, 3, 8])):
        path = r.choice(list(places(value)) or [()])
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        if not path:
            return value
        if r.random() < 0.25:
            del holder[path[-1]]
        else:
            is_deep = r.random() < 0.03
            junk = deep(r.choice([50, 500, 900])) if is_deep else r.choice(JUNK)
            holder[path[-1]] = copy.deepcopy(junk)  # it may be damaged, too
    return value


def text_of(message):
    return json.dumps(message).encode()


def frame(body):
    return b'Content-Length: %d\r\n\r\n' % len(body) + body


class Process:
    """A server under damage. `ask` numbers requests so that every one can be waited for."""

    def __init__(self, r):
        self.r = r
        self.root = tempfile.mkdtemp(prefix='nilas-damaged-')
        self.uri = 'file://' + self.root + '/main.nix'
        with open(self.root + '/main.nix', 'w', encoding='utf-8') as f:
            f.write(TEXT)
        self.client = Client('--log', 'off')
        self.asked = []
        self.number = 0

    def start(self):
        encoding = self.r.choice(['utf-8', 'utf-16', 'utf-32'])
        everything = {'general': {'positionEncodings': [encoding]},
                      'textDocument': {'codeAction': {'codeActionLiteralSupport': {},
                                                      'dataSupport': True}}}
        self.client.initialize(self.root, capabilities=everything, initializationOptions={
            'evaluation': {'hoverDeadline': 500}, 'formatting': {'command': ['cat']}})
        self.client.open(self.root + '/main.nix', TEXT)

    def send(self, message):
        self.client.send_bytes(frame(text_of(message)))

    def ask(self, method, params, **extra):
        self.number += 1
        identity = f'request {self.number}'
        self.asked.append((identity, method, params))
        self.send({'jsonrpc': '2.0', 'id': identity, 'method': method, 'params': params, **extra})
        return identity

    def wait(self, identity, method, params):
        try:
            return self.client.wait(identity, PATIENCE)
        except TimeoutError:
            raise AssertionError(f'no answer to {method} {params}') from None

    def settle(self):
        """Everything asked is answered, if only when it is cancelled (someone made the root of all
        files a folder of the workspace), and nothing by an internal error."""
        for identity, method, params in self.asked:
            try:
                answer = self.client.wait(identity, LONG)
            except TimeoutError:
                self.client.notify('$/cancelRequest', {'id': identity})
                answer = self.wait(identity, method, params)
            code = answer.get('error', {}).get('code')
            assert code != -32603, (method, params, answer)
        self.asked.clear()
        with self.client.condition:
            self.client.answers.clear()

    def resynchronise(self):
        """After damage below the messages: a header that says too much swallows what follows."""
        filler = b'\r\n' + b' ' * 400 + b'\r\n\r\n'
        for i in range(8):
            self.client.send_bytes(filler + frame(text_of({'jsonrpc': '2.0', 'id': 'probe',
                                                           'method': 'nilas/status'})))
        self.client.wait('probe', PATIENCE)

    def end(self):
        """Shuts down in order: the status must be 0, or what the stream asked for."""
        try:
            assert self.client.stop() == 0, self.client.stderr
        finally:
            self.client.kill()
            shutil.rmtree(self.root, ignore_errors=True)
        assert b'Sanitizer' not in self.client.stderr, self.client.stderr.decode(errors='replace')

    def close_input(self, allowed=(0, 1)):
        """The stream ends: so does the server."""
        try:
            self.client.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            status = self.client.process.wait(PATIENCE)
        finally:
            self.client.kill()
            shutil.rmtree(self.root, ignore_errors=True)
        assert status in allowed, (status, self.client.stderr.decode(errors='replace'))
        assert b'Sanitizer' not in self.client.stderr, self.client.stderr.decode(errors='replace')


# --- Streams that leave the server alive ---------------------------------------------------------
def wrong_parameters(p, r):
    method = r.choice(REQUESTS)
    params = damage(r, parameters(p.uri)) if r.random() < 0.9 else r.choice(JUNK)
    identity = p.ask(method, params)
    if method == 'workspace/diagnostic' or r.random() < 0.1:  # it may wait for news
        p.send({'jsonrpc': '2.0', 'method': '$/cancelRequest', 'params': {'id': identity}})


def wrong_notifications(p, r):
    method = r.choice(NOTIFICATIONS + ['initialized', 'textDocument/didChange',
                                       'textDocument/didOpen'])
    p.send({'jsonrpc': '2.0', 'method': method, 'params': damage(r, parameters(p.uri))})
    p.ask(r.choice(REQUESTS), parameters(p.uri))
    p.send({'jsonrpc': '2.0', 'method': '$/cancelRequest', 'params': {'id': p.asked[-1][0]}})


def positions_beyond(p, r):
    far = [0, 1, -1, 6, 7, 100, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, -2**40, 1e300]
    params = parameters(p.uri)
    params['position'] = {'line': r.choice(far), 'character': r.choice(far)}
    params['positions'] = [{'line': r.choice(far), 'character': r.choice(far)}
                           for _ in range(r.choice([0, 1, 2, 50]))]
    params['range'] = {'start': {'line': r.choice(far), 'character': r.choice(far)},
                       'end': {'line': r.choice(far), 'character': r.choice(far)}}
    for method in r.sample(REQUESTS, 6):
        if method != 'workspace/diagnostic':
            p.ask(method, params)


def wild_edits(p, r):
    """Edits of ranges that do not exist, of versions that went by, of documents nobody opened."""
    far = [0, 1, 2, 5, 6, 7, 100, 2**31, -1]
    for _ in range(r.randint(1, 5)):
        changes = [{'range': {'start': {'line': r.choice(far), 'character': r.choice(far)},
                              'end': {'line': r.choice(far), 'character': r.choice(far)}},
                    'text': r.choice(['', 'x', TEXT, '\ud800', '\0', '\r\n', '{' * 2000,
                                      '"${' * 500])}
                   for _ in range(r.randint(0, 4))]
        if r.random() < 0.3:
            changes.append({'text': r.choice(['', TEXT, 'x: ' * 3000])})
        uri = p.uri if r.random() < 0.8 else r.choice([j for j in JUNK if isinstance(j, str)])
        p.send({'jsonrpc': '2.0', 'method': r.choice(['textDocument/didChange'] * 6 + [
            'textDocument/didClose', 'textDocument/didOpen', 'textDocument/didSave']),
                'params': {'textDocument': {'uri': uri, 'text': TEXT,
                                            'version': r.choice([1, 0, -5, 7, 2**40, None]),
                                            'languageId': 'nix'}, 'contentChanges': changes}})
        p.ask(r.choice([m for m in REQUESTS if m != 'workspace/diagnostic']), parameters(uri))


def identities(p, r):
    """The same id twice, ids of every kind, none, answers to nothing, cancelling what is not."""
    for identity in r.sample([0, -1, 2**63, 2**64, '', 'x', 'ä', '\ud800', 'x' * 5000, 1.5, None,
                              True, [], {}], 4):
        for _ in range(2):
            p.send({'jsonrpc': '2.0', 'id': identity, 'method': r.choice(REQUESTS),
                    'params': parameters(p.uri)})
        p.send({'jsonrpc': '2.0', 'method': '$/cancelRequest', 'params': {'id': identity}})
        p.send({'jsonrpc': '2.0', 'id': identity, 'result': r.choice(JUNK)})
        p.send({'jsonrpc': '2.0', 'id': identity, 'error': r.choice(JUNK)})
        p.send({'jsonrpc': '2.0', 'id': f'nilas-{r.randint(1, 3)}',
                r.choice(['result', 'error']): r.choice(JUNK)})
    p.send({'jsonrpc': '2.0', 'method': '$/cancelRequest',
            'params': r.choice(JUNK[:6] + [{'id': r.choice(JUNK)}])})
    p.send({'jsonrpc': '2.0', 'method': r.choice(REQUESTS), 'params': parameters(p.uri)})


def no_messages(p, r):
    """JSON that is no message, and messages that are no JSON."""
    valid = text_of({'jsonrpc': '2.0', 'id': 1, 'method': 'textDocument/hover',
                     'params': parameters(p.uri)})
    bodies = [b'', b' ', b'[]', b'null', b'1', b'"x"', b'{}', b'[' + valid + b',' + valid + b']',
              valid[:r.randrange(len(valid))],
              valid.replace(b'2.0', b'1.0'), b'\xff\xfe' + valid,
              valid.replace(b'lib', b'\xc3\x28'), valid + valid,
              b'[' * 100000, b'{"a":' * 50000,
              b'{"jsonrpc":"2.0","method":' + b'[' * 999 + b']' * 999 + b'}',
              b'\xef\xbb\xbf' + valid,
              b'{"jsonrpc":"2.0","id":1,"id":2,"method":"nilas/status"}',
              b'{"jsonrpc":"2.0","id":1e999,"method":"x"}',
              b'{"jsonrpc":"2.0","id":' + b'9' * 400 + b',"method":"x"}',
              b'{"jsonrpc":"2.0","method":"' + b'x' * 100000 + b'"}',
              b'{"jsonrpc":"2.0","method":"\\ud800"}',
              b'{"jsonrpc":"2.0","id":"\\udc00","method":"nilas/status"}',
              b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}',
              bytes(r.randrange(256) for _ in range(300)),
              valid.replace(b'"', b"'"), valid.replace(b'{', b'[', 1), b'\0' * 64]
    for body in r.sample(bodies, 5):
        p.client.send_bytes(frame(body))


def broken_frames(p, r):
    """Headers that lie, noise between messages, bytes that change on the way."""
    good = frame(text_of({'jsonrpc': '2.0', 'id': 'x', 'method': 'textDocument/hover',
                          'params': parameters(p.uri)}))
    body = good.partition(b'\r\n\r\n')[2]
    noise = bytes(r.randrange(256) for _ in range(r.choice([1, 10, 300, 9000])))
    flipped = bytearray(good)
    for _ in range(r.randint(1, 6)):
        # Not the length: it may say gigabytes.
        flipped[r.randrange(25, len(flipped))] = r.randrange(256)
    length = r.choice([0, 1, len(body) - 1, len(body) + 1, len(body) + 200])
    no_length = r.choice([b'-1', b'x', b'', b'1 2', b'0x10', b'9' * 30, b'+5', b'1e3',
                          b'18446744073709551616'])
    streams = [
        noise, bytes(flipped), good.replace(b'\r\n', b'\n'), good * 3 + noise + good,
        good.replace(b'Content-Length', b'content-LENGTH'),
        good.replace(b'Content-Length', b'Content-Lenght'),
        body, body + b'\r\n\r\n', b'\r\n\r\n', b'\n' * 50, good[:r.randrange(len(good))],
        b'Content-Length: %d\r\n\r\n' % length + body,
        b'Content-Length: ' + no_length + b'\r\n\r\n' + body,
        b'Content-Type: x; charset=latin-1\r\n' + good, b'X' * 9000 + b'\r\n\r\n',
        b'Content-Length: 5\r\nContent-Length: 7\r\n\r\n1234567',
        b'Content-Length: 2\r\n\r\n{}' * 20, b'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    ]
    for stream in r.sample(streams, 2):
        p.client.send_bytes(stream)
        p.resynchronise()


LIVE = ([wrong_parameters] * 8 + [wrong_notifications] * 4 + [positions_beyond] * 2 +
        [wild_edits] * 3 + [identities, no_messages, broken_frames])


# --- Streams that need a process of their own ----------------------------------------------------
def out_of_order(r):
    """Requests before initialize, initialize twice and with junk, requests after shutdown."""
    p = Process(r)
    for method in r.sample(REQUESTS, 10):
        p.ask(method, parameters(p.uri))
    for method in r.sample(NOTIFICATIONS, 5):
        p.send({'jsonrpc': '2.0', 'method': method, 'params': parameters(p.uri)})
    p.settle()
    p.start()
    p.client.wait(p.ask('initialize', {'capabilities': {}}), PATIENCE)
    p.asked.clear()
    p.client.request('shutdown', None)
    for method in r.sample(REQUESTS, 10):
        p.ask(method, parameters(p.uri))
    p.settle()
    p.client.notify('exit', None)
    p.close_input(allowed=(0,))


def strange_client(r):
    """initialize with what is none; the server may refuse it, or end as that process is gone."""
    p = Process(r)
    params = {'processId': os.getpid(), 'rootUri': p.uri, 'rootPath': '/',
              'workspaceFolders': [{'uri': p.uri, 'name': 'x'}],
              'trace': 'verbose', 'clientInfo': {'name': 'x'},
              'initializationOptions': {'evaluation': {'enable': True}},
              'capabilities': {
                  'general': {'positionEncodings': ['utf-8']},
                  'workspace': {'configuration': True,
                                'workspaceEdit': {'resourceOperations': ['create']},
                                'didChangeWatchedFiles': {'dynamicRegistration': True}},
                  'textDocument': {'hover': {'contentFormat': ['markdown']},
                                   'foldingRange': {'rangeLimit': 3},
                                   'completion': {'completionItem': {'snippetSupport': True}}}}}
    try:
        for _ in range(3):
            p.send({'jsonrpc': '2.0', 'id': 'x', 'method': 'initialize',
                    'params': damage(r, params)})
            p.send({'jsonrpc': '2.0', 'method': 'initialized', 'params': {}})
            p.client.wait('x', PATIENCE)
        p.ask('textDocument/hover', parameters(p.uri))
        p.settle()
    except (Died, BrokenPipeError):
        pass
    p.close_input()


def cut_off(r):
    """A session that stops anywhere: the input ends inside a message, perhaps of noise."""
    p = Process(r)
    messages = [{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'capabilities': {}}},
                {'jsonrpc': '2.0', 'method': 'textDocument/didOpen', 'params': parameters(p.uri)}]
    messages += [{'jsonrpc': '2.0', 'id': i, 'method': m, 'params': parameters(p.uri)}
                 for i, m in enumerate(r.sample(REQUESTS, 8), 2)]
    data = bytearray(b''.join(frame(text_of(m)) for m in messages))
    for _ in range(r.choice([0, 0, 1, 5])):
        data[r.randrange(len(data))] = r.randrange(256)
    try:
        p.client.send_bytes(bytes(data[:r.randrange(len(data))]))
        if r.random() < 0.2:
            length = r.choice([1 << 20, 300 << 20, 2**63 - 1])
            p.client.send_bytes(b'Content-Length: %d\r\n\r\n' % length + b' ' * 1000)
    except BrokenPipeError:
        pass
    p.close_input(allowed=(1,))


OWN = [out_of_order, strange_client, cut_off]


def run_batch(seed, count, own):
    """`count` streams; those of LIVE share a process."""
    r = random.Random(seed)
    if own:
        for i in range(count):
            r.choice(OWN)(r)
        return
    p = Process(r)
    p.start()
    for i in range(count):
        stream = r.choice(LIVE)
        try:
            stream(p, r)
            p.settle()
        except (Died, BrokenPipeError) as e:
            status = p.client.process.wait(PATIENCE)
            log = p.client.stderr[-5000:].decode(errors='replace')
            raise AssertionError(f'{stream.__name__}: it ended with {status}: {log}') from e
    assert 'worlds' in p.client.request('nilas/status', None, PATIENCE)
    p.end()


def main():
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    own = streams // 12
    batches = [(PER_PROCESS, False)] * ((streams - own) // PER_PROCESS) + [(10, True)] * (own // 10)
    missing = streams - sum(count for count, _ in batches)
    if missing:
        batches.append((missing, False))
    work = [(first * 1000 + i, *batch) for i, batch in enumerate(batches)]
    failures = []
    lock = threading.Lock()

    def worker():
        while True:
            with lock:
                if not work or failures:
                    return
                seed, count, alone = work.pop()
            try:
                run_batch(seed, count, alone)
            except Exception as e:
                with lock:
                    failures.append((seed, count, alone, e))

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for seed, count, alone, e in failures:
        kind = 'processes of their own' if alone else 'one process'
        print(f'FAILED batch {seed} ({count} streams, {kind}): {type(e).__name__}: {e}'[:6000])
    print(f'{streams} streams, {len(batches)} batches')
    sys.exit(1 if failures else 0)


main()
