#!/usr/bin/env python3
"""How soon the server feels a cancellation: a measurement, on whatever machine this is.

usage: NILAS=build/release/lsp/nilas tests/bench/cancellation.py [--runs N]

For each evaluation of tests/lsp/endless.py: milliseconds from `$/cancelRequest` to the answer, and
until the evaluator has nothing to do any more, as `nilas/status` tells (asked again and again, so
that it is rather too much).
"""
import argparse, os, random, statistics, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lsp'))
from endless import ENDLESS
from wire import Client, Workspace


def measure(expression, runs):
    """Pairs of milliseconds: answered, idle."""
    with Workspace({('/main.nix', False): '(' + expression + ')'}) as w:
        c = Client('--log', 'off')
        c.initialize(w.root, initializationOptions={'evaluation': {'diagnostics': False,
                                                                   'hoverDeadline': 60000}})
        c.open(w.main, w.buffers[w.main])
        pairs = []
        for _ in range(runs):
            request = c.start_request('textDocument/hover',
                                      {'textDocument': {'uri': 'file://' + w.main},
                                                             'position': {'line': 0, 'character': 0}})
            while not c.request('nilas/status', None)['busy']:
                pass
            time.sleep(0.1 + random.random() / 10)
            start = time.monotonic()
            c.notify('$/cancelRequest', {'id': request})
            assert c.wait(request)['error']['code'] == -32800
            answered = time.monotonic()
            while c.request('nilas/status', None)['busy']:
                pass
            pairs.append((1000 * (answered - start), 1000 * (time.monotonic() - start)))
        assert c.stop() == 0
    return pairs


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--runs', type=int, default=20)
    runs = arguments.parse_args().runs
    print(f'{"ms":24}{"answered: median":>18}{"worst":>8}{"idle: median":>16}{"worst":>8}')
    for name, expression in ENDLESS.items():
        pairs = measure(expression, runs)
        columns = [f(values) for values in zip(*pairs) for f in (statistics.median, max)]
        print(f'{name:24}{columns[0]:18.1f}{columns[1]:8.1f}{columns[2]:16.1f}{columns[3]:8.1f}')


main()
