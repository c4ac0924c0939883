#!/usr/bin/env python3
"""No false alarms in nixpkgs: `nilas check` over all of it reports no error, and each of 200 warnings drawn with a fixed seed has
been judged (nixpkgs_warnings.tsv).

usage: NILAS=... NILAS_NIXPKGS=DIR tests/lsp/nixpkgs_warnings_test.py

Skipped without NILAS_NIXPKGS: the tree named in nixpkgs_warnings.tsv, unpacked. A lint that finds more, or less, draws others: read
those, say why they are right, and replace the rows.
"""
import json, os, random, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, DRAWN = 2026, 200


def judged():
    """(place, name) of the rows, each of which has a reason."""
    rows = set()
    with open(os.path.join(HERE, 'nixpkgs_warnings.tsv'), encoding='utf-8') as file:
        for line in file:
            if line.startswith('#'):
                continue
            place, name, reason = line.rstrip('\n').split('\t')
            assert reason, line
            rows.add((place, name))
    return rows


def main():
    tree = os.environ.get('NILAS_NIXPKGS')
    if not tree:
        print('SKIPPED: NILAS_NIXPKGS names no tree')
        return 77
    run = subprocess.run([os.environ['NILAS'], 'check', '--format', 'json', tree], capture_output=True, check=False)
    found = json.loads(run.stdout)
    errors = [f for f in found if f['severity'] == 'error']
    warnings = sorted({(os.path.relpath(f['file'], tree), f['line'], f['column'], f['code'], f['message'])
                       for f in found if f['severity'] == 'warning'})
    drawn = random.Random(SEED).sample(warnings, min(DRAWN, len(warnings)))
    known = judged()
    unknown = [d for d in sorted(drawn) if (f'{d[0]}:{d[1]}:{d[2]}', d[3]) not in known]
    print(f'{len(errors)} errors, {len(warnings)} warnings, {len(drawn)} drawn, {len(drawn) - len(unknown)} of them judged')
    for error in errors:
        print('error:', error['file'], error['line'], error['message'])
    for path, line, column, name, message in unknown:
        print(f'not judged: {path}:{line}:{column}\t{name}\t{message}')
    return 1 if errors or unknown else 0


sys.exit(main())
