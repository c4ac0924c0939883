"""Inputs made to hurt: each a value or a clear error in time, through hover and through the command line; and memory that
stays flat over thousands of edits and hovers."""
import concurrent.futures, os, re, resource, subprocess, tempfile

from wire import NILAS, Client, Workspace, run_tests

DEEP = 100000
INPUTS = {
    'endless recursion': 'let f = n: 1 + f (n - 1); in f 0',
    'infinite recursion': 'let x = x; in x',
    'ten million elements': 'builtins.genList (i: i) 10000000',
    'ten million sums': "builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i) 10000000)",
    'deep lists': f"builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (i: i) {DEEP})",
    'deep lists compared': f"let l = builtins.foldl' (a: b: [ a ]) [ ]; n = builtins.genList (i: i) {DEEP}; in l n == l n",
    'deep lists as JSON': f"builtins.stringLength (builtins.toJSON (builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (i: i) {DEEP})))",
    'opening brackets': '[' * DEEP,
    'opening parentheses': '(' * DEEP,
    'opening braces': '{a=' * DEEP,
    'nested interpolations': '"${' * 50000,
    'closed interpolations': '"${' * 50000 + '"x"' + '}"' * 50000,
    'sums': '1' + '+1' * 199999,
    'selects': '{}' + '.a' * 200000,
    'NUL': '{ a = "x\0y"; b = 1\0; }',
    'invalid UTF-8': b'{ a = "\xff\xfe"; \xc0 = 1; }',
    'a long line': '"' + 'x' * (50 << 20) + '"',
    'dense input': '1 ' * (2500 << 10),
}


def memory_limit():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))


# AddressSanitizer reserves terabytes of addresses for its shadow: such a build cannot start under a limit. What is started
# from here on inherits it.
if subprocess.run([NILAS, '--version'], capture_output=True, preexec_fn=memory_limit).returncode == 0:
    memory_limit()


# For what hangs, not for what is slow: a busy machine with a sanitizer takes a minute where others take a second.
HANGS = 600  # s


def run(command, path):
    return subprocess.run([NILAS, *command, path], capture_output=True, timeout=HANGS)


def for_each_input(check):
    """`check(name, text)` for all, as many at once as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(check, INPUTS.keys(), INPUTS.values()):
            pass  # what was raised is raised here


def check_command_line(name, text):
    with tempfile.TemporaryDirectory() as directory:
        path = directory + '/x.nix'
        with open(path, 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        for command in [['eval', '--strict'], ['parse'], ['check']]:
            p = run(command, path)
            assert p.returncode in (0, 1), (name, command, p.returncode, p.stderr[-300:])
            assert p.returncode == 0 or p.stderr or p.stdout, (name, command)
        p = run(['hover'], path + ':1:1')
        assert p.returncode in (0, 1), (name, 'hover', p.returncode, p.stderr[-300:])


def check_hover_over_the_wire(name, text):
    if isinstance(text, bytes):
        return
    with Workspace({('/main.nix', False): '1'}) as w:
        c = Client()
        c.initialize(w.root)
        c.open(w.main, text)
        for character in (0, 2, len(text) // 2, len(text) - 1):
            c.hover(w.main, 0, character, HANGS)
        c.change(w.main, '[ (20 + 1) ]', 2)
        assert '21' in c.hover(w.main, 0, 6)['contents']['value'], name
        assert c.stop() == 0, name


def test_command_line():
    for_each_input(check_command_line)


def test_hover_over_the_wire():
    for_each_input(check_hover_over_the_wire)


def resident(c):
    return int(re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{c.process.pid}/status').read())[1]) / 1024


def test_memory_is_flat():
    base = 'let lib = import ./lib.nix; xs = builtins.genList (i: lib.f i) 100; in { a = xs; b = lib.g 3; }\n'
    with Workspace({('/main.nix', False): base, ('/lib.nix', False): '{ f = x: { y = x + 1; }; g = n: builtins.genList (i: i * n) 50; }'}) as w:
        c = Client()
        c.initialize(w.root)
        c.open(w.main, base)
        samples = []
        rounds = 3000
        for version in range(2, rounds + 2):
            c.change(w.main, base + '# ' + str(version), version)
            at = base.index('xs = ') if version % 2 else base.index('b = ')
            assert c.hover(w.main, 0, at) is not None
            if version % 200 == 0:
                samples.append(resident(c))
        assert c.stop() == 0
        print('resident MiB:', ' '.join(f'{s:.0f}' for s in samples))
        half = len(samples) // 2
        assert max(samples[half:]) < max(samples[:half]) * 1.3 + 20, samples


run_tests(globals())
