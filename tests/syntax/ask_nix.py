#!/usr/bin/env python3
"""Fills the answers of data/print.cases and data/errors.cases from C++ Nix.

usage: ask_nix.py --nix 'nix-instantiate' --nilas 'build/lsp/nilas parse' [--root DIR]

--root: where the root of the Nix command lies, if it runs in a chroot. Of errors.cases only positions come from Nix
2.26: it names tokens differently, so the message is ours. A case whose position differs is reported and left alone.
"""
import argparse, os, re, shlex, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
a = argparse.ArgumentParser()
a.add_argument('--nix', required=True)
a.add_argument('--nilas', required=True)
a.add_argument('--root', default='')
a = a.parse_args()
DIR = '/work/dir'
FLAGS = ['--extra-experimental-features', 'pipe-operators', '--parse', '-']


def cases(path):
    text = open(path, encoding='utf-8', newline='').read()
    head, *rest = re.split(r'^## ', text, flags=re.M)
    out = []
    for part in rest:
        title, body = part.split('\n', 1)
        source, answer = re.split(r'^=>\n?', body, maxsplit=1, flags=re.M)
        out.append([title, source, answer.strip('\n')])
    return head, out


def write(path, head, all_cases):
    with open(path, 'w', encoding='utf-8', newline='') as out:
        out.write(head)
        for title, source, answer in all_cases:
            out.write(f'## {title}\n{source}=>\n{answer}\n')


def ask(command, source):
    env = dict(os.environ, HOME='/home/me')
    p = subprocess.run(command, input=source.encode(), capture_output=True, env=env)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def error(stderr):
    m = re.search(r'^error: (.*?)\n\s+at «stdin»:(\d+):(\d+)', stderr, re.S | re.M)
    return (m[1], f'{m[2]}:{m[3]}') if m else (stderr, '?')


nix = shlex.split(a.nix)
os.makedirs(a.root + DIR, exist_ok=True)
nix = [w.replace('{dir}', DIR) for w in nix]
bad = 0
path = os.path.join(HERE, 'data', 'print.cases')
head, all_cases = cases(path)
for case in all_cases:
    rc, out, err = ask(nix + FLAGS, case[1])
    if rc:
        print(f'{case[0]}: Nix refuses it: {err}')
        bad = 1
    case[2] = out.strip('\n')
write(path, head, all_cases)
path = os.path.join(HERE, 'data', 'errors.cases')
head, all_cases = cases(path)
for case in all_cases:
    source = case[1][:-1]
    theirs, ours = error(ask(nix + FLAGS, source)[2]), error(ask(shlex.split(a.nilas) + ['-'], source)[2])
    syntax = 'syntax error' in theirs[0] and 'syntax error' in ours[0]
    if theirs[1] != ours[1] or (not syntax and theirs[0] != ours[0]):
        print(f'{case[0]}: Nix says {theirs}, we say {ours}')
        bad = 1
        continue
    case[2] = f'{ours[1]}: {ours[0]}'
write(path, head, all_cases)
sys.exit(bad)
