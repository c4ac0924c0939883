"""`nilas eval` against `nix-instantiate --eval`: arguments, output, errors, exit status. The cases stand in eval/*.txt:

    --- args: ...    words of a shell; run in the workspace
    --- stdin        what standard input holds
    --- out, err, status    what C++ Nix 2.26.3 gave
    --- ours         standard error of ours where it differs on purpose: newer releases tell other steps

With NILAS_NIX='chroot ROOT env -C {pwd} nix-instantiate --eval' and NILAS_NIX_ROOT=ROOT they are computed anew and written back.
"""
import glob, os, re, shlex, subprocess, sys, tempfile

from wire import NILAS, Workspace, read_cases

HERE = os.path.dirname(os.path.abspath(__file__))
NOISE = re.compile(r"^warning: the group 'nixbld'.*\n", re.M)


def run(command, root, prefix, args, stdin):
    env = {k: v for k, v in os.environ.items() if k != 'NIX_PATH'}
    words = shlex.split(args.replace('$ROOT', root[len(prefix):]))
    p = subprocess.run([w.replace('{pwd}', root[len(prefix):]) for w in command] + words, cwd=root, env=env,
                       input=stdin.encode(), capture_output=True, timeout=60)
    clean = lambda b: NOISE.sub('', b.decode(errors='replace')).replace(root[len(prefix):], '$ROOT').strip('\n')
    return clean(p.stdout), clean(p.stderr), str(p.returncode)


def update(path):
    prefix = os.environ['NILAS_NIX_ROOT']
    out = []
    text = open(path, encoding='utf-8').read()
    head = text[:text.index('=== ')]
    for block in re.split(r'^(?==== )', text[len(head):], flags=re.M):
        if not block.strip():
            continue
        with open('/tmp/nilas-case.txt', 'w', encoding='utf-8') as f:
            f.write(block)
        [(name, files, sections)] = read_cases('/tmp/nilas-case.txt')
        tempfile.tempdir = prefix + '/tmp'
        with Workspace(files or {('/unused', False): ''}) as w:
            o, e, s = run(shlex.split(os.environ['NILAS_NIX']), w.root, prefix, sections['args'], sections.get('stdin', ''))
        block = re.split(r'^--- (?:out|err|ours|status)', block, flags=re.M)[0].rstrip('\n') + '\n'
        block += '--- out\n' + (o + '\n' if o else '')
        if e:
            block += '--- err\n' + e + '\n'
        if sections.get('ours', e) != e:
            block += '--- ours\n' + sections['ours'] + '\n'
        out.append(block + '--- status: ' + s + '\n\n')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(head + ''.join(out).rstrip('\n') + '\n')


def main():
    failed = count = 0
    for path in sorted(glob.glob(HERE + '/eval/*.txt')):
        if 'NILAS_NIX' in os.environ:
            update(path)
            continue
        for name, files, sections in read_cases(path):
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            count += 1
            with Workspace(files or {('/unused', False): ''}) as w:
                out, err, status = run([NILAS, 'eval'], w.root, '', sections['args'], sections.get('stdin', ''))
            want = (sections['out'], sections.get('ours', sections.get('err', '')), sections['status'])
            if (out, err, status) != want or sections.get('ours') == sections.get('err', ''):
                failed += 1
                print(f'FAILED {os.path.basename(path)}: {name}')
                for what, w_, g in zip(('out', 'err', 'status'), want, (out, err, status)):
                    if w_ != g:
                        print(f'  {what}: expected\n{w_}\n  got\n{g}')
    print(f'{count - failed} of {count} passed')
    sys.exit(1 if failed else 0)


main()
