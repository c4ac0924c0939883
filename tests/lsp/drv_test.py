"""nilas eval --drv: derivations as C++ Nix 2.26.3 writes and shows them; and the switches of evaluation's policy."""
import json
import subprocess

from wire import NILAS, Workspace, run_tests

DRV = '''derivation { name = "x"; system = "s"; builder = "/b"; args = [ "a" ]; multi = "a\\nb"; outputs = [ "out" "dev" ]; }'''
ATERM = (r'Derive([("dev","/nix/store/v3s98ixkv8nhifnjarykzg5dr15mmdc6-x-dev","",""),'
         r'("out","/nix/store/khbam74rbqhyp5jbin0fsf07ga7c1wxi-x","","")],[],[],"s","/b",["a"],[("builder","/b"),'
         r'("dev","/nix/store/v3s98ixkv8nhifnjarykzg5dr15mmdc6-x-dev"),("multi","a\nb"),("name","x"),'
         r'("out","/nix/store/khbam74rbqhyp5jbin0fsf07ga7c1wxi-x"),("outputs","out dev"),("system","s")])')
SHOWN = {'/nix/store/hs51kak6q17gfi9z6z0ag8rxv7hwfk6r-x.drv': {
    'args': ['a'], 'builder': '/b',
    'env': {'builder': '/b', 'dev': '/nix/store/v3s98ixkv8nhifnjarykzg5dr15mmdc6-x-dev', 'multi': 'a\nb', 'name': 'x',
            'out': '/nix/store/khbam74rbqhyp5jbin0fsf07ga7c1wxi-x', 'outputs': 'out dev', 'system': 's'},
    'inputDrvs': {}, 'inputSrcs': [], 'name': 'x',
    'outputs': {'dev': {'path': '/nix/store/v3s98ixkv8nhifnjarykzg5dr15mmdc6-x-dev'},
                'out': {'path': '/nix/store/khbam74rbqhyp5jbin0fsf07ga7c1wxi-x'}},
    'system': 's'}}


def run(*arguments, cwd=None):
    p = subprocess.run([NILAS, 'eval', *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)
    return p.returncode, p.stdout, p.stderr


def test_text():
    assert run('--drv', '-E', DRV) == (0, ATERM, '')
    assert run('--drv', '-E', f'({DRV}).dev') == (0, ATERM, '')
    assert run('--drv', '-A', 'a.b', '-E', f'{{ a.b = {DRV}; }}') == (0, ATERM, '')


def test_json():
    code, out, err = run('--drv', '--json', '-E', DRV)
    assert code == 0 and err == '' and json.loads(out) == SHOWN
    assert out == json.dumps(SHOWN, indent=2) + '\n'


def test_what_is_no_derivation():
    code, out, err = run('--drv', '-E', '{ a = 1; }')
    assert code == 1 and out == '' and 'error: ' in err


def test_experimental_features():
    expression = 'map (n: builtins ? ${n}) [ "getFlake" "fetchTree" "outputOf" ]'
    answers = {(): '[ true true false ]',
               ('--extra-experimental-features', 'dynamic-derivations'): '[ true true true ]',
               ('--experimental-features', ''): '[ false false false ]',
               ('--experimental-features', 'flakes'): '[ true true false ]',
               ('--option', 'experimental-features', 'nix-command fetch-tree'): '[ false true false ]'}
    for options, wanted in answers.items():
        code, out, err = run('--strict', *options, '-E', expression)
        assert (code, out, err) == (0, wanted + '\n', ''), (options, out, err)
    assert 'unknown experimental feature' in run('--extra-experimental-features', 'nope', '-E', '1')[2]
    code, _, err = run('-E', 'derivation { name = "x"; system = "s"; builder = "b"; __contentAddressed = true; }', '-A', 'drvPath')
    assert code == 1 and "experimental Nix feature 'ca-derivations' is disabled" in err, err


def test_pure_and_restricted():
    with Workspace({('/a/f.nix', False): '1', ('/b/f.nix', False): '2'}) as w:
        assert run('--pure-eval', '-E', 'builtins ? currentTime')[1] == 'false\n'
        assert run('--pure-eval', '--impure', '-E', 'builtins ? currentTime')[1] == 'true\n'
        _, _, err = run('--pure-eval', w.root + '/a/f.nix')
        assert 'is forbidden in pure evaluation mode' in err, err
        assert run('--restrict-eval', '-I', w.root + '/a', w.root + '/a/f.nix')[1] == '1\n'
        _, _, err = run('--restrict-eval', '-I', w.root + '/a', w.root + '/b/f.nix')
        assert f"access to absolute path '{w.root}/b' is forbidden in restricted mode" in err, err
        _, _, err = run('--restrict-eval', '--allowed-uris', 'https://a.org', '-E', 'fetchTarball "https://b.org/x"')
        assert "access to URI 'https://b.org/x' is forbidden in restricted mode" in err, err


def test_lints():
    files = {('/url.nix', False): 'https://example.org/x', ('/short.nix', False): '[ a/b ./c ]', ('/home.nix', False): 'x: ~/a',
             ('/absolute.nix', False): '{ a = /x; }'}
    with Workspace(files) as w:
        for name, setting, text in (('url', 'url', 'URL literals are {}. Consider using a string literal "https://example.org/x" instead'),
                                    ('short', 'short-path', "relative path literal 'a/b' should be prefixed with '.' for clarity: './a/b'"),
                                    ('home', 'absolute-path', "home path literals are not portable. Consider replacing path literal '~/a'"),
                                    ('absolute', 'absolute-path', "absolute path literals are not portable. Consider replacing path literal '/x'")):
            file, flag = f'{w.root}/{name}.nix', f'--lint-{setting}-literals'
            assert run(file)[2] == '' and run(flag, 'ignore', file)[2] == ''
            code, _, err = run(flag, 'warn', file)
            assert code == 0 and err.startswith('warning: ' + text.format('discouraged')), err
            assert f'\n         at {file}:1:' in err and err.count('warning') == 1, err
            code, _, err = run(flag, 'fatal', file)
            assert code == 1 and err.startswith('error: ' + text.format('disallowed')), err


run_tests(globals())
