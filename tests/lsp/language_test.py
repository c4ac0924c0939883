"""The samples of docs/language.md: each gives what the page says.

In a block of code, samples are separated by empty lines: lines of an expression, then `=> VALUE` or `!! MESSAGE`.
With NILAS_NIX='chroot ROOT nix-instantiate --eval --strict' (and the feature of pipes) they are put
to C++ Nix instead. 2.26.3 agrees but for a few messages: it names the token EQ, and knows no limit for
the depth of JSON and of sets that stand for each other.
"""
import os, re, shlex, subprocess, sys

from wire import NILAS

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'language.md')


def samples():
    """(heading, line, expression, expectation)"""
    with open(PAGE, encoding='utf-8') as f:
        lines = f.read().split('\n')
    heading, code, expression, start = '', False, [], 0
    for number, line in enumerate(lines, 1):
        if line.startswith('```'):
            code, expression = not code, []
        elif line.startswith('## '):
            heading = line[3:]
        elif code and line.startswith(('=> ', '!! ')):
            yield heading, start, '\n'.join(expression), line
            expression = []
        elif code and (line or expression):
            if not expression:
                start = number
            expression.append(line)


def answer(command, expression):
    expression = expression if expression[0] != '-' else ' ' + expression  # no option
    p = subprocess.run(command + ['-E', expression], capture_output=True, timeout=60, cwd='/')
    if p.returncode == 0:
        return '=> ' + p.stdout.decode().rstrip('\n')
    errors = p.stderr.decode()
    return '!! ' + re.findall(r'^ *error: (.+)$', errors, re.M)[-1]


def main():
    ours = [NILAS, 'eval', '--strict', '--extra-experimental-features', 'pipe-operators']
    command = shlex.split(os.environ.get('NILAS_NIX', '')) or ours
    count = failed = 0
    for heading, line, expression, expected in samples():
        count += 1
        got = answer(command, expression)
        if got != expected:
            failed += 1
            print(f'FAILED language.md:{line} ({heading}): {expression}\n  expected {expected}\n  got      {got}')
    print(f'{count - failed} of {count} passed')
    # A page that lost its samples would pass.
    sys.exit(1 if failed or count < 60 else 0)


main()
