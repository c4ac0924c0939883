"""Every row of "What a hover shows", over the wire. The cases stand in hover/*.txt; sections of a case:

    --- nix: EXPR     the hovered expression as C++ Nix can evaluate it; `--- value` is what it printed
    --- value         the fenced Nix block of the hover; white space is free
    --- has           each line occurs in the hover; --- lacks: none does
    --- denotes: X    the text under the hover's range
    --- null          there is no hover
    --- slow          not run while garbage is collected at every step

With NILAS_NIX='chroot ROOT nix-instantiate' and NILAS_NIX_ROOT=ROOT the values are computed anew and written back.
"""
import glob, os, re, shlex, subprocess, sys, tempfile

from wire import Client, Workspace, read_cases, squeeze

HERE = os.path.dirname(os.path.abspath(__file__))


def fenced(text):
    match = re.match(r'(`{3,})nix\n(.*?)\n\1', text, re.S)
    return match[2] if match else None


def denoted(workspace, hover_range):
    lines = workspace.buffers[workspace.main].split('\n')
    start, end = hover_range['start'], hover_range['end']
    if start['line'] == end['line']:
        return lines[start['line']][start['character']:end['character']]
    return '\n'.join([lines[start['line']][start['character']:]] + lines[start['line'] + 1:end['line']]
                     + [lines[end['line']][:end['character']]])


def check(client, files, expected):
    """What is wrong, or None."""
    with Workspace(files) as w:
        for path, text in w.buffers.items():
            client.open(path, text)
        hover = client.hover(w.main, *w.position, timeout=90)
        for path in w.buffers:
            client.close(path)
        if 'null' in expected:
            return None if hover is None else f'expected nothing, got {hover}'
        if hover is None:
            return 'expected a hover, got nothing'
        text = hover['contents']['value'].replace(w.root, '$ROOT')
        if len(text) > 40000:
            return f'{len(text)} characters'
        if 'value' in expected and squeeze(fenced(text) or '') != squeeze(expected['value']):
            return f"expected value {squeeze(expected['value'])!r}, got {text!r}"
        for line in expected.get('has', '').splitlines():
            if line not in text:
                return f'{line!r} is missing in {text!r}'
        for line in expected.get('lacks', '').splitlines():
            if line in text:
                return f'{line!r} must not be in {text!r}'
        if 'denotes' in expected and denoted(w, hover['range']) != expected['denotes']:
            return f"expected range of {expected['denotes']!r}, got {denoted(w, hover['range'])!r}"
        return None


def nix_value(files, expression):
    root = os.environ.get('NILAS_NIX_ROOT', '')
    tempfile.tempdir = root + '/tmp'
    with Workspace(files) as w:
        for path, text in w.buffers.items():  # Nix knows no buffers
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        inside = w.root[len(root):]
        command = shlex.split(os.environ['NILAS_NIX']) + ['--eval', '--strict', '-E', '(' + expression.replace('$ROOT', inside) + ')']
        p = subprocess.run(command, capture_output=True, text=True)
        tempfile.tempdir = None
        if p.returncode:
            raise RuntimeError(p.stderr)
        return p.stdout.strip().replace(inside, '$ROOT')


def update(path):
    text = open(path, encoding='utf-8').read()
    for name, files, expected in read_cases(path):
        if 'nix' not in expected:
            continue
        value = nix_value(files, expected['nix'])
        block = re.compile(r'(=== ' + re.escape(name) + r'\n(?:(?!^=== ).*\n)*?--- value\n)((?:(?!^(?:---|===) ).*\n)*)', re.M)
        assert block.search(text), name
        text = block.sub(lambda m: m[1] + value + '\n', text, count=1)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    failed = count = 0
    for path in sorted(glob.glob(HERE + '/hover/*.txt')):
        if 'NILAS_NIX' in os.environ:
            update(path)
            continue
        client = Client()
        # Collecting garbage at every step takes its time.
        slow = {'evaluation': {'hoverDeadline': 60000}} if os.environ.get('NILAS_GC_STRESS') else {}
        client.initialize(tempfile.gettempdir(), initializationOptions=slow)
        for name, files, expected in read_cases(path):
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            if 'slow' in expected and os.environ.get('NILAS_GC_STRESS'):
                continue
            count += 1
            problem = check(client, files, expected)
            if problem:
                failed += 1
                print(f'FAILED {os.path.basename(path)}: {name}: {problem}')
        assert client.stop() == 0
    print(f'{count - failed} of {count} passed')
    sys.exit(1 if failed else 0)


main()
