"""A client that speaks LSP to a real `nilas lsp` over real pipes; and the format of the fixtures.

Fixtures are text files with cases:

    === name of the case
    #- /main.nix                a file of the workspace; `$0` marks the cursor and is removed
    ...
    #- /other.nix (buffer)      the same, but only in the editor: not saved
    ...
    --- value                   what the case expects; the sections are told by each test
    ...
"""
import json, os, queue, re, shutil, subprocess, tempfile, threading, time

NILAS = os.environ.get('NILAS', 'nilas')


class Died(Exception):
    pass


class Client:
    def __init__(self, *arguments, cwd=None, environment=None):
        # What the server reads of its surroundings must not depend on who runs the test.
        env = {k: v for k, v in os.environ.items() if k != 'NIX_PATH'}
        # What AddressSanitizer keeps of freed memory is not what these tests measure.
        env['ASAN_OPTIONS'] = 'quarantine_size_mb=4:' + env.get('ASAN_OPTIONS', '')
        env.update(environment or {})
        self.process = subprocess.Popen([NILAS, 'lsp', *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd=cwd, env=env)
        self.stderr = b''
        self.next_id = 0
        self.answers = {}
        self.requests = []
        self.notifications = queue.Queue()
        self.condition = threading.Condition()
        self.dead = False
        self.configuration = None
        self.arrival = {}
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def _read_errors(self):
        for line in self.process.stderr:
            self.stderr += line

    def _read(self):
        out = self.process.stdout
        while True:
            length = None
            while True:
                line = out.readline()
                if not line:
                    with self.condition:
                        self.dead = True
                        self.condition.notify_all()
                    self.notifications.put(None)
                    return
                line = line.strip()
                if not line:
                    break
                name, _, value = line.partition(b':')
                if name.lower() == b'content-length':
                    length = int(value)
            message = json.loads(out.read(length))
            if 'method' in message and 'id' in message:
                self.requests.append(message)
                result = None
                if message['method'] == 'workspace/configuration':
                    result = [self.configuration for _ in message['params']['items']]
                self.send({'jsonrpc': '2.0', 'id': message['id'], 'result': result})
            elif 'method' in message:
                self.notifications.put(message)
            else:
                with self.condition:
                    key = json.dumps(message['id'])
                    self.answers[key] = message
                    self.arrival[key] = time.monotonic()
                    self.condition.notify_all()

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps(message).encode()
        self.send_bytes(b'Content-Length: %d\r\n\r\n' % len(body) + body)

    def notify(self, method, params):
        self.send({'jsonrpc': '2.0', 'method': method, 'params': params})

    def start_request(self, method, params):
        self.next_id += 1
        self.send({'jsonrpc': '2.0', 'id': self.next_id, 'method': method, 'params': params})
        return self.next_id

    def wait(self, identity, timeout=30):
        key = json.dumps(identity)
        with self.condition:
            end = time.monotonic() + timeout
            while key not in self.answers:
                if self.dead:
                    raise Died(self.stderr.decode(errors='replace'))
                if not self.condition.wait(max(0, end - time.monotonic())) and time.monotonic() >= end:
                    raise TimeoutError(f'no answer to request {identity}')
            return self.answers.pop(key)

    def request(self, method, params, timeout=30):
        answer = self.wait(self.start_request(method, params), timeout)
        if 'error' in answer:
            raise RuntimeError(answer['error'])
        return answer['result']

    def wait_notification(self, method, accept=lambda params: True, timeout=10):
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.notifications.get(timeout=max(0.001, end - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f'no {method}') from None
            if message is None:
                raise Died(self.stderr.decode(errors='replace'))
            if message['method'] == method and accept(message['params']):
                return message['params']

    def initialize(self, root=None, **extra):
        capabilities = {'general': {'positionEncodings': ['utf-16']},
                        'textDocument': {'publishDiagnostics': {'relatedInformation': True, 'versionSupport': True},
                                         'hover': {'contentFormat': ['markdown', 'plaintext']}}}
        params = {'processId': os.getpid(), 'rootUri': 'file://' + root if root else None, 'capabilities': capabilities}
        params.update(extra)
        result = self.request('initialize', params)
        self.notify('initialized', {})
        return result

    def open(self, path, text, version=1):
        self.notify('textDocument/didOpen', {'textDocument': {
            'uri': 'file://' + path, 'languageId': 'nix', 'version': version, 'text': text}})

    def change(self, path, text, version):
        self.notify('textDocument/didChange', {'textDocument': {'uri': 'file://' + path, 'version': version},
                                               'contentChanges': [{'text': text}]})

    def close(self, path):
        self.notify('textDocument/didClose', {'textDocument': {'uri': 'file://' + path}})

    def hover(self, path, line, character, timeout=30):
        return self.request('textDocument/hover', {'textDocument': {'uri': 'file://' + path},
                                                   'position': {'line': line, 'character': character}}, timeout)

    def diagnostics(self, path, version, accept=lambda d: True, timeout=10):
        """The diagnostics of a version; the last that were published and that `accept` takes."""
        uri = 'file://' + path
        return self.wait_notification('textDocument/publishDiagnostics', lambda p: (
            p['uri'] == uri and p.get('version') == version and accept(p['diagnostics'])), timeout)['diagnostics']

    def stop(self):
        """shutdown and exit; the exit status."""
        self.request('shutdown', None)
        self.notify('exit', None)
        return self.process.wait(10)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def read_cases(path):
    """[(name, {file: (text, is_buffer)}, {section: text})]"""
    cases = []
    for block in re.split(r'^=== ', open(path, encoding='utf-8').read(), flags=re.M)[1:]:
        name, _, rest = block.partition('\n')
        files, sections = {}, {}
        current = None
        for line in rest.splitlines(keepends=True):
            header = re.match(r'#- (\S+)( \(buffer\))?\s*$', line)
            section = re.match(r'--- (\w+)(?:: (.*))?$', line)
            if header:
                current = ('file', header[1], bool(header[2]))
                files[header[1], bool(header[2])] = ''
            elif section:
                current = ('section', section[1], None)
                sections[section[1]] = (section[2] or '')
            elif current and current[0] == 'file':
                files[current[1], current[2]] += line
            elif current:
                sections[current[1]] += line
        cases.append((name.strip(), files, {k: v.strip('\n') for k, v in sections.items()}))
    return cases


def cursor(text):
    """The text without `$0`, and the position of it in UTF-16; None without one."""
    at = text.find('$0')
    if at < 0:
        return text, None
    before = text[:at]
    line = before.count('\n')
    column = len(before[before.rfind('\n') + 1:].encode('utf-16-le')) // 2
    return before + text[at + 2:], (line, column)


class Workspace:
    """A temporary directory with the files of a case."""

    def __init__(self, files):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        self.files = [name for name, _ in files]
        self.buffers = {}
        self.position = None
        self.main = None
        for (name, is_buffer), text in files.items():
            text, position = cursor(text)
            text = text.replace('$ROOT', self.root)
            path = self.root + name
            if position:
                self.main, self.position = path, position
                self.buffers.setdefault(path, text)
            if is_buffer:
                self.buffers[path] = text
            else:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(text)
        if self.main is None:
            self.main = self.root + next(iter(files))[0]
            self.buffers.setdefault(self.main, open(self.main, encoding='utf-8').read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)


def squeeze(text):
    """Nix code with every run of white space as one space: layout is free."""
    return re.sub(r'\s+', ' ', text).strip()


def run_tests(namespace):
    """Runs every function test_*; prints what failed; exits 1 if any did."""
    import sys, traceback
    only = sys.argv[1:]
    failed = 0
    count = 0
    for name, function in list(namespace.items()):
        if not name.startswith('test_') or (only and name not in only):
            continue
        count += 1
        try:
            function()
        except Exception:
            failed += 1
            print(f'FAILED {name}')
            traceback.print_exc(file=sys.stdout)
    print(f'{count - failed} of {count} passed')
    sys.exit(1 if failed or not count else 0)
