"""nilas hover, dump and parse: what a terminal gets."""
import subprocess

from wire import NILAS, Workspace, run_tests


def run(root, *arguments):
    p = subprocess.run([NILAS, *arguments], cwd=root, capture_output=True, text=True, timeout=60)
    return p.returncode, p.stdout.replace(root, '$ROOT'), p.stderr.replace(root, '$ROOT')


def test_hover():
    with Workspace({('/a.nix', False): 'let\n  answer = 6 * 7;\nin answer\n'}) as w:
        code, out, err = run(w.root, 'hover', 'a.nix:3:4')
        assert code == 0 and err == ''
        assert out.startswith('```nix\n42\n```\n') and 'a.nix:2:3' in out, out
        assert run(w.root, 'hover', 'a.nix:3:3') == (0, '', '')  # nothing there
        code, out, _ = run(w.root, 'hover', '--plain', 'a.nix:3:4')
        assert out.startswith('42\n')


def test_hover_of_wrong_places():
    with Workspace({('/a.nix', False): '1'}) as w:
        for place in ['a.nix', 'a.nix:1', 'a.nix:x:1', 'a.nix:0:1', 'missing.nix:1:1', '.:1:1', ':1:1']:
            code, out, err = run(w.root, 'hover', place)
            assert code == 1 and out == '' and err, place


def test_dump():
    with Workspace({('/a.nix', False): 'let x = 1; in x + 1'}) as w:
        for what, word in [('cst', 'let_expression'), ('ast', 'Let'), ('scope', 'scope'), ('bytecode', '')]:
            code, out, err = run(w.root, 'dump', what, 'a.nix')
            assert code == 0 and out and word in out, (what, out, err)
        assert run(w.root, 'dump', 'nonsense', 'a.nix')[0] == 1


def test_parse():
    with Workspace({('/a.nix', False): '{ a = 1 + 2; }', ('/b.nix', False): '{ a = ; }'}) as w:
        assert run(w.root, 'parse', '--print', 'a.nix') == (0, '{ a = (1 + 2); }\n', '')
        code, _, err = run(w.root, 'parse', 'a.nix', 'b.nix')
        assert code == 1 and 'b.nix:1:7' in err


def test_usage():
    with Workspace({('/a.nix', False): '1'}) as w:
        code, out, _ = run(w.root, '--help')
        assert code == 0 and all(c in out for c in ['lsp', 'eval', 'hover', 'check', 'parse', 'dump'])
        assert run(w.root, '--version')[0] == 0
        assert run(w.root)[0] == 1
        assert run(w.root, 'nonsense')[0] == 1
        assert run(w.root, 'lsp', '--nonsense')[0] == 1



def test_eval_trace():
    with Workspace({('/a.nix', False): 'let\n  f = x: y: x + y;\n  g = x: map (f x) [ 1 ];\nin builtins.head (g 2)\n'}) as w:
        code, out, err = run(w.root, 'eval', '--trace', 'a.nix')
        assert (code, out) == (0, '3\n')
        name = w.root.rsplit('/', 1)[1]
        assert [line.replace(name, 'ROOT') for line in err.splitlines()] == [
            'g ROOT/a.nix:3:7 2',
            '  builtins.map … [ 1 ]',
            'f ROOT/a.nix:2:7 2 1',
        ], err


def test_eval_profile():
    with Workspace({('/a.nix', False): 'let f = n: if n == 0 then 0 else 1 + f (n - 1); in builtins.foldl\' (a: b: f 900) 0 '
                                       '(builtins.genList (x: x) 900)'}) as w:
        assert run(w.root, 'eval', '--profile', 'out.txt', 'a.nix') == (0, '900\n', '')
        with open(w.root + '/out.txt') as f:
            lines = f.read().splitlines()
        assert all(line.rsplit(' ', 1)[1].isdigit() for line in lines), lines[:3]
        assert any("builtins.foldl'" in line and ';f ' in line for line in lines), lines[:3]


def test_dump_bytecode_of_every_body():
    with Workspace({('/a.nix', False): '{ f = x: x.y or (z: z + 1); }'}) as w:
        code, out, err = run(w.root, 'dump', 'bytecode', 'a.nix')
        assert code == 0 and err == ''
        assert 'not compiled' not in out and 'Add' in out and 'SelectOr' in out, out


run_tests(globals())
