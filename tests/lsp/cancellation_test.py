"""Cancellation, deadlines, and what a long evaluation leaves possible meanwhile."""
import time

from wire import Client, Workspace, run_tests

# Each takes very long, in its own way.
ENDLESS = {
    'closure': 'builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }',
    'fold': "builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i) 5000000)",
    'sort': 'builtins.length (builtins.sort (a: b: a < b) (builtins.genList (i: 3000000 - i) 3000000))',
    'strings': "builtins.foldl' (s: i: builtins.substring 0 1000 (s + \"x\")) \"\" (builtins.genList (i: i) 5000000)",
    'fibonacci': 'let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 60',
    'list': 'let f = n: [ n ] ++ f (n + 1); in builtins.length (builtins.genList (i: i) 10 ++ builtins.concatLists (builtins.genList (i: builtins.genList (j: j) 1000) 1000000))',
}


def started(text, **extra):
    w = Workspace({('/main.nix', False): text})
    c = Client()
    c.initialize(w.root, **extra)
    c.open(w.main, text)
    return c, w


def ask(c, w, line=0, character=0):
    return c.start_request('textDocument/hover', {'textDocument': {'uri': 'file://' + w.main},
                                                  'position': {'line': line, 'character': character}})


def test_a_cancelled_hover_answers_within_50_ms():
    worst = 0
    for name, expression in ENDLESS.items():
        c, w = started('(' + expression + ')')
        for _ in range(3):
            request = ask(c, w)
            time.sleep(0.3)
            t = time.monotonic()
            c.notify('$/cancelRequest', {'id': request})
            answer = c.wait(request, 5)
            took = time.monotonic() - t
            assert answer['error']['code'] == -32800, (name, answer)
            worst = max(worst, took)
            assert took < 0.05, f'{name}: {took * 1000:.0f} ms'
        # The evaluator itself is free again, too.
        t = time.monotonic()
        c.change(w.main, '[ (20 + 1) ]', 2)
        assert '21' in c.hover(w.main, 0, 6)['contents']['value'], name
        free = time.monotonic() - t
        assert free < 1, f'{name}: the evaluator was busy for {free:.2f} s'
        assert c.stop() == 0
    print(f'worst cancellation {worst * 1000:.1f} ms')


def test_cancelling_what_waits_behind_another():
    c, w = started('(' + ENDLESS['fibonacci'] + ')\n(1 + 1)')
    first, second = ask(c, w), ask(c, w, 1, 3)
    time.sleep(0.1)
    for request in (second, first):
        c.notify('$/cancelRequest', {'id': request})
        assert c.wait(request, 1)['error']['code'] == -32800
    assert c.stop() == 0


def test_cancelling_nothing():
    c, w = started('1')
    for identity in [99, 'x', None, {}, []]:
        c.notify('$/cancelRequest', {'id': identity})
    c.notify('$/cancelRequest', None)
    assert c.request('nilas/status', None)
    assert c.stop() == 0


def test_still_evaluating_and_the_answer_when_asked_again():
    # About four seconds of work at most, so the second question finds the answer.
    text = "let slow = builtins.foldl' (a: b: a + 1) 0 (builtins.genList (i: i) 8000000); in $0slow".replace('$0', '')
    c, w = started(text, initializationOptions={'evaluation': {'hoverDeadline': 50, 'diagnostics': False}})
    character = text.rindex('slow')
    t = time.monotonic()
    answer = c.wait(ask(c, w, 0, character))
    assert 'still evaluating' in answer['result']['contents']['value'], answer
    assert time.monotonic() - t < 1
    end = time.monotonic() + 60
    while 'still evaluating' in answer['result']['contents']['value']:
        assert time.monotonic() < end
        time.sleep(0.3)
        answer = c.wait(ask(c, w, 0, character))
    assert '8000000' in answer['result']['contents']['value']
    assert c.stop() == 0


def test_the_deadline_holds_for_everything():
    for name, expression in ENDLESS.items():
        c, w = started('(' + expression + ')')
        t = time.monotonic()
        answer = c.wait(ask(c, w), 20)
        took = time.monotonic() - t
        assert took < 3, f'{name}: {took:.1f} s'
        assert 'result' in answer, (name, answer)
        assert c.stop() == 0


def test_an_edit_makes_a_hover_stale():
    c, w = started('(' + ENDLESS['fibonacci'] + ')')
    request = ask(c, w)
    time.sleep(0.2)
    c.change(w.main, '(1 + 1)', 2)
    assert c.wait(request, 2)['error']['code'] == -32801
    assert '2' in c.hover(w.main, 0, 3)['contents']['value']
    assert c.stop() == 0


def test_edits_and_diagnostics_go_on_meanwhile():
    c, w = started('(' + ENDLESS['fibonacci'] + ')')
    other = w.root + '/other.nix'
    request = ask(c, w)
    time.sleep(0.2)
    for version in range(1, 6):
        t = time.monotonic()
        if version == 1:
            c.open(other, '{ a = ; }')
        else:
            c.change(other, '{ a = ' + ('' if version % 2 else '1') + '; }', version)
        ds = c.diagnostics(other, version)
        assert time.monotonic() - t < 0.5
        assert bool(ds) == bool(version % 2)
    c.notify('$/cancelRequest', {'id': request})
    assert c.stop() == 0


def test_shutdown_during_an_evaluation():
    for expression in ENDLESS.values():
        c, w = started('(' + expression + ')')
        ask(c, w)
        time.sleep(0.2)
        t = time.monotonic()
        assert c.stop() == 0
        assert time.monotonic() - t < 1


def test_progress_of_a_long_evaluation():
    text = '(' + ENDLESS['fibonacci'] + ')'
    c, w = started(text, initializationOptions={'evaluation': {'diagnostics': False, 'hoverDeadline': 3000}})
    c.start_request('textDocument/hover', {'textDocument': {'uri': 'file://' + w.main}, 'workDoneToken': 'tok',
                                           'position': {'line': 0, 'character': 0}})
    begin = c.wait_notification('$/progress', lambda p: p['token'] == 'tok')
    assert begin['value']['kind'] == 'begin'
    c.notify('window/workDoneProgress/cancel', {'token': 'tok'})
    end = c.wait_notification('$/progress', lambda p: p['token'] == 'tok', timeout=5)
    assert end['value']['kind'] == 'end'
    assert c.stop() == 0


def test_many_hovers_at_once():
    c, w = started('{ ' + ' '.join(f'a{i} = {i} + 1000;' for i in range(100)) + ' }')
    text = w.buffers[w.main]
    requests = [(i, ask(c, w, 0, text.index(f'a{i} ='))) for i in range(100)]
    for i, request in requests:
        assert str(i + 1000) in c.wait(request, 20)['result']['contents']['value']
    assert c.stop() == 0


run_tests(globals())
