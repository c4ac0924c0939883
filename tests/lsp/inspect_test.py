"""The inside of the server: nilas/syntaxTree, nilas/bytecode, nilas/memory, nilas.reload; nilas check --self."""
import glob, os, re, subprocess, tempfile

from wire import NILAS, Client, cursor, read_cases, run_tests


def session():
    client = Client()
    client.initialize(tempfile.gettempdir())
    client.open('/none/x.nix', 'let x = 1; in x + 1')
    return client


def tree(client, kind):
    return client.request('nilas/syntaxTree', {'textDocument': {'uri': 'file:///none/x.nix'}, 'kind': kind})


def test_syntax_tree():
    c = session()
    assert 'Binary' in tree(c, 'ast') and 'Let' in tree(c, 'ast')
    assert 'x' in tree(c, 'scope')
    assert 'binary' in tree(c, 'cst').lower()
    answer = c.wait(c.start_request('nilas/syntaxTree', {'textDocument': {'uri': 'file:///none/x.nix'}, 'kind': 'no'}))
    assert answer['error']['code'] == -32602
    assert c.request('nilas/syntaxTree', {'textDocument': {'uri': 'file:///none/none.nix'}}) is None
    assert c.stop() == 0


def test_bytecode():
    c = session()
    assert c.request('nilas/bytecode', {'textDocument': {'uri': 'file:///none/x.nix'}})
    c.change('/none/x.nix', 'let', 2)
    assert c.request('nilas/bytecode', {'textDocument': {'uri': 'file:///none/x.nix'}}) is None
    assert c.stop() == 0


def test_memory():
    c = session()
    memory = c.request('nilas/memory', None)
    assert memory['documents'] == [{'uri': 'file:///none/x.nix', 'textBytes': 19, 'nodes': 5, 'bindings': 1, 'names': 1}], memory
    assert 1 << 20 < memory['residentBytes'] <= memory['peakBytes']
    assert c.stop() == 0


def test_reload():
    c = session()
    rebuilt = lambda: c.request('nilas/status', None)['worldsRebuilt']
    c.hover('/none/x.nix', 0, 14)
    before = rebuilt()
    c.request('workspace/executeCommand', {'command': 'nilas.reload', 'arguments': []})
    c.hover('/none/x.nix', 0, 14)
    assert rebuilt() > before
    answer = c.wait(c.start_request('workspace/executeCommand', {'command': 'no.such'}))
    assert answer['error']['code'] == -32602
    assert c.stop() == 0


def test_every_feature_at_every_token():
    """Of all texts of the fixtures, damaged ones among them."""
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        count = 0
        for path in sorted(glob.glob(here + '/*/*.txt')):
            for _, files, _ in read_cases(path):
                for (name, _), text in files.items():
                    if name.endswith('.nix'):
                        count += 1
                        with open(f'{folder}/{count}.nix', 'w', encoding='utf-8') as f:
                            f.write(cursor(text)[0])
        p = subprocess.run([NILAS, 'check', '--self', folder], capture_output=True, text=True)
        assert p.returncode == 0 and p.stderr == '', (p.returncode, p.stdout[-500:], p.stderr[-500:])
        told = re.search(r'(\d+) answers in (\d+) files, 0 failed', p.stdout)
        assert told and int(told[2]) == count and int(told[1]) > 20 * count, p.stdout


run_tests(globals())
