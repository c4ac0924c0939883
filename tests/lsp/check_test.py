"""nilas check: what is looked at, what is printed, what is changed, and the exit status."""
import json, os, subprocess

from wire import NILAS, Workspace, run_tests


def run(root, *arguments):
    p = subprocess.run([NILAS, 'check', *arguments], cwd=root, capture_output=True, text=True, timeout=60)
    return p.returncode, p.stdout.replace(root, '$ROOT'), p.stderr.replace(root, '$ROOT')


def files(**named):
    return {('/' + name.replace('__', '/') + '.nix', False): text for name, text in named.items()}


def test_a_valid_file():
    with Workspace(files(a='{ a = 1; }')) as w:
        assert run(w.root, 'a.nix') == (0, '', '')


def test_a_directory_is_not_evaluated_unless_asked():
    with Workspace({**files(x__a='{ a = ; }', x__y__b='{ a = 1 + "x"; }', x__c='x: x'),
                    ('/x/readme.txt', False): 'no Nix'}) as w:
        code, out, err = run(w.root, 'x')
        assert (code, err) == (1, '')
        assert out.splitlines() == ['$ROOT/x/a.nix:1:6: error: missing expression [syntax-error]'], out
        code, out, err = run(w.root, '--evaluate', 'x')
        assert (code, err) == (1, '')
        assert out.splitlines() == ['$ROOT/x/a.nix:1:6: error: missing expression [syntax-error]',
                                    '$ROOT/x/y/b.nix:1:11: error: cannot add a string to an integer [type-error]'], out


def test_the_trace_is_shown():
    with Workspace(files(a='{ a = 1 + import ./b.nix; }', b='throw "deep"')) as w:
        code, out, _ = run(w.root, 'a.nix')
        assert code == 1
        assert out.startswith('$ROOT/a.nix:1:') and out.splitlines()[0].endswith(': error: deep [throw]'), out
        assert '    $ROOT/b.nix:1:1: deep' in out, out


def test_what_evaluation_says_is_told_for_each_file():
    with Workspace(files(a='{ a = (import ./w.nix).x; }', b='{ b = (import ./w.nix).x; }',
                         w='{ x = builtins.warn "old" 1; }')) as w:
        code, out, _ = run(w.root, '--level', 'information', 'a.nix', 'b.nix', 'w.nix')
        assert code == 0
        assert [line for line in out.splitlines() if line.endswith('[evaluation-warning]')] == [
            f'$ROOT/{place}: information: old [evaluation-warning]' for place in ['a.nix:1:7', 'b.nix:1:7', 'w.nix:1:7']], out


def test_without_evaluation():
    with Workspace(files(a='{ a = 1 + "x"; }')) as w:
        assert run(w.root, '--no-evaluation', 'a.nix') == (0, '', '')


def test_what_cannot_be_done_is_status_2():
    with Workspace({**files(a='1'), ('/bad.json', False): '{"findings": 3}'}) as w:
        code, out, err = run(w.root, 'missing.nix')
        assert code == 2 and 'missing.nix: No such file or directory' in err
        for arguments in [['--severity', 'no-such-name=off'], ['--severity', 'throw=loud'],
                          ['--baseline', 'missing.json'], ['--baseline', 'bad.json']]:
            code, out, err = run(w.root, *arguments, 'a.nix')
            assert code == 2 and err and not out, (arguments, code, out, err)


def test_what_is_not_understood_is_status_2():
    with Workspace(files(a='1')) as w:
        for arguments in [['--format', 'xml', 'a.nix'], ['--no-such-option', 'a.nix'], []]:
            code, out, err = run(w.root, *arguments)
            assert code == 2 and err and not out, (arguments, code, out, err)


def test_a_file_is_reported_once():
    with Workspace(files(x__a='y')) as w:
        found = '$ROOT/x/a.nix:1:1: error: undefined variable \'y\' [undefined-variable]\n'
        assert run(w.root, 'x/a.nix', 'x', '.', 'x/a.nix') == (1, found, '')


def test_nothing_to_check():
    with Workspace({('/x/readme.txt', False): 'no Nix'}) as w:
        assert run(w.root, 'x') == (0, '', 'nilas: x: there are no .nix files\n')


def test_what_fails_the_run_is_looked_for():
    with Workspace(files(a='x: (x)')) as w:
        assert run(w.root, 'a.nix') == (0, '', '')
        code, out, _ = run(w.root, '--fail-on', 'hint', 'a.nix')
        assert code == 1 and 'these parentheses change nothing' in out, out


def test_columns_of_sarif_are_utf16():
    with Workspace(files(a='{ "\u00e4\U0001f600" = y; }')) as w:
        region = json.loads(run(w.root, '--format', 'sarif', 'a.nix')[1])['runs'][0]['results'][0]
        region = region['locations'][0]['physicalLocation']['region']
        assert region == {'startLine': 1, 'startColumn': 11, 'endLine': 1, 'endColumn': 12}, region
        assert json.loads(run(w.root, '--format', 'json', 'a.nix')[1])[0]['column'] == 14


def test_a_baseline_knows_lines_that_are_not_utf8():
    with Workspace(files(b='1')) as w:
        with open(f'{w.root}/a.nix', 'wb') as f:
            f.write(b'{ "\xff" = y; }')
        assert run(w.root, '--write-baseline', 'known.json', '.')[0] == 0
        assert run(w.root, '--baseline', 'known.json', '.') == (0, '', '')


def test_one_evaluation_error_is_reported_once():
    with Workspace(files(a='let\n  lib = import ./b.nix;\n  c = lib.d 1;\nin { inherit c lib; e = [ c ]; }')) as w:
        code, out, _ = run(w.root, 'a.nix')
        places = [line for line in out.splitlines() if not line.startswith(' ')]
        assert code == 1 and len(places) == 1 and ':2:9: error:' in places[0], out


def test_levels():
    with Workspace(files(a='let b = (1); c = 2; in c')) as w:
        code, out, _ = run(w.root, 'a.nix')
        assert code == 0 and out == "$ROOT/a.nix:1:5: warning: 'b' is never used [unused-binding]\n", out
        assert run(w.root, '--level', 'error', 'a.nix') == (0, '', '')
        assert len(run(w.root, '--level', 'hint', 'a.nix')[1].splitlines()) == 2
        assert run(w.root, '--fail-on', 'warning', 'a.nix')[0] == 1
        assert run(w.root, '--severity', 'unused-binding=off', 'a.nix') == (0, '', '')
        code, out, _ = run(w.root, '--severity', 'redundant-parentheses=error', 'a.nix')
        assert code == 1 and '1:9: error: these parentheses change nothing' in out, out


def test_fix():
    with Workspace(files(d__a='let b = (1); c = 2; in c\n', d__b='x: [ (x) ]\n', d__c='{ a = ; }')) as w:
        code, out, err = run(w.root, '--fix', 'd')
        assert (code, err) == (1, ''), (code, err)
        assert out == '$ROOT/d/c.nix:1:6: error: missing expression [syntax-error]\n', out
        read = lambda name: open(f'{w.root}/d/{name}.nix').read()
        assert read('a') == 'let c = 2; in c\n', read('a')
        assert read('b') == 'x: [ (x) ]\n'  # a hint: not asked for
        assert run(w.root, '--fix', '--level', 'hint', 'd')[0] == 1
        assert read('b') == 'x: [ x ]\n' and read('c') == '{ a = ; }'


def test_json():
    with Workspace(files(a='let b = 1; in (2)', b='3')) as w:
        code, out, _ = run(w.root, '--format', 'json', '--level', 'hint', 'a.nix', 'b.nix')
        assert code == 0
        found = json.loads(out)
        assert [f['code'] for f in found] == ['unused-binding', 'redundant-parentheses']
        assert found[0] == {'file': '$ROOT/a.nix', 'line': 1, 'column': 5, 'endLine': 1, 'endColumn': 6,
                            'severity': 'warning', 'code': 'unused-binding', 'message': "'b' is never used",
                            'fixable': True, 'related': []}, found[0]
        assert json.loads(run(w.root, '--format', 'json', 'b.nix')[1]) == []


def test_sarif():
    with Workspace(files(a='{ a = 1;\n  a = 2; }', b='3')) as w:
        code, out, _ = run(w.root, '--format', 'sarif', 'a.nix')
        log = json.loads(out)
        assert code == 1 and log['version'] == '2.1.0'
        driver, [result] = log['runs'][0]['tool']['driver'], log['runs'][0]['results']
        assert driver['rules'][result['ruleIndex']]['id'] == result['ruleId'] == 'duplicate-attribute'
        assert result['level'] == 'error'
        place = result['locations'][0]['physicalLocation']
        assert place['artifactLocation']['uri'] == 'file://$ROOT/a.nix'
        assert place['region'] == {'startLine': 2, 'startColumn': 3, 'endLine': 2, 'endColumn': 4}
        assert result['relatedLocations'][0]['message']['text'] == 'already defined here'
        assert json.loads(run(w.root, '--format', 'sarif', 'b.nix')[1])['runs'][0]['results'] == []


def test_github():
    with Workspace(files(a='throw "50%\nlost"')) as w:
        code, out, _ = run(w.root, '--format', 'github', 'a.nix')
        assert code == 1
        assert out.startswith('::error file=$ROOT/a.nix,line=1,col=1,') and out.endswith('title=throw::50%25%0Alost\n'), out


def test_baseline():
    with Workspace(files(a='let b = 1; in 2', c='1')) as w:
        code, out, _ = run(w.root, '--write-baseline', 'known.json', '--fail-on', 'warning', '.')
        assert code == 0 and 'unused-binding' in out
        assert run(w.root, '--baseline', 'known.json', '.') == (0, '', '')
        with open(w.root + '/a.nix', 'w') as f:  # moved, and a second one of the same kind
            f.write('# a remark\nlet b = 1; in 2\n+ (let d = 1; in 2)')
        out = run(w.root, '--baseline', 'known.json', '.')[1]
        assert out == "$ROOT/a.nix:3:8: warning: 'd' is never used [unused-binding]\n", out


def test_many_files_are_printed_in_order():
    with Workspace({(f'/d/{i:03}.nix', False): '{ a = 1; a = 2; }' * (i % 3 + 1) for i in range(300)}) as w:
        lines = run(w.root, '-j', '4', 'd')[1].splitlines()
        places = [line.split(':')[0] for line in lines if ': error:' in line]
        assert places == sorted(places) and len(set(places)) == 300


def test_comments_suppress():
    text = 'let\n  b = 1; # nilas: ignore[unused-binding]\n  c = throw "x"; # nilas: ignore\nin { d = throw "y"; /* nilas: ignore[throw] */ }'
    with Workspace(files(a=text)) as w:
        assert run(w.root, 'a.nix') == (0, '', '')


run_tests(globals())
