"""Cancellation, deadlines, and what a long evaluation leaves possible meanwhile.

How soon things happen is measured by tests/bench/cancellation.py; here, only that they do.
"""
import time

from endless import ENDLESS
from wire import Client, Workspace, run_tests

SOON = 20  # seconds; what takes longer was not noticed at all

def started(text, **extra):
    w = Workspace({('/main.nix', False): text})
    c = Client()
    c.initialize(w.root, **extra)
    c.open(w.main, text)
    return c, w


def ask(c, w, line=0, character=0):
    return c.start_request('textDocument/hover', {'textDocument': {'uri': 'file://' + w.main},
                                                  'position': {'line': line, 'character': character}})


def wait_for_status(c, accept):
    """Until the evaluator is what `accept` wants."""
    end = time.monotonic() + SOON
    while not accept(c.request('nilas/status', None)):
        assert time.monotonic() < end
        time.sleep(0.01)


def is_busy(status):
    return status['busy']


def is_idle(status):
    return not status['busy'] and not status['jobsQueued']


# Only hovers are evaluated.
QUIET = {'initializationOptions': {'evaluation': {'diagnostics': False}}}


def test_a_cancelled_hover_is_answered_and_stops():
    for name, expression in ENDLESS.items():
        c, w = started('(' + expression + ')', **QUIET)
        for _ in range(2):
            request = ask(c, w)
            wait_for_status(c, is_busy)
            time.sleep(0.1)  # into the middle of it
            c.notify('$/cancelRequest', {'id': request})
            answer = c.wait(request, SOON)
            assert answer['error']['code'] == -32800, (name, answer)
            wait_for_status(c, is_idle)
        c.change(w.main, '[ (20 + 1) ]', 2)
        assert '21' in c.hover(w.main, 0, 6)['contents']['value'], name
        assert c.stop() == 0


def test_cancelling_what_waits_behind_another():
    c, w = started('(' + ENDLESS['fibonacci'] + ')\n(1 + 1)', **QUIET)
    first, second = ask(c, w), ask(c, w, 1, 3)
    wait_for_status(c, is_busy)
    for request in (second, first):
        c.notify('$/cancelRequest', {'id': request})
        assert c.wait(request, SOON)['error']['code'] == -32800
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
    text = "let slow = builtins.foldl' (a: b: a + 1) 0 (builtins.genList (i: i) 8000000); in slow"
    c, w = started(text, initializationOptions={
        'evaluation': {'hoverDeadline': 50, 'diagnostics': False}})
    character = text.rindex('slow')
    answer = c.wait(ask(c, w, 0, character))
    assert 'still evaluating' in answer['result']['contents']['value'], answer
    end = time.monotonic() + 60
    while 'still evaluating' in answer['result']['contents']['value']:
        assert time.monotonic() < end
        time.sleep(0.3)
        answer = c.wait(ask(c, w, 0, character))
    assert '8000000' in answer['result']['contents']['value']
    assert c.stop() == 0


def test_the_deadline_holds_for_everything():
    for name, expression in ENDLESS.items():
        c, w = started('(' + expression + ')',
                       initializationOptions={'evaluation': {'diagnostics': False,
                                                             'hoverDeadline': 300}})
        answer = c.wait(ask(c, w), SOON)
        assert 'result' in answer, (name, answer)
        assert c.stop() == 0


def test_an_edit_makes_a_hover_stale():
    c, w = started('(' + ENDLESS['fibonacci'] + ')', **QUIET)
    request = ask(c, w)
    wait_for_status(c, is_busy)
    c.change(w.main, '(1 + 1)', 2)
    assert c.wait(request, SOON)['error']['code'] == -32801
    assert '2' in c.hover(w.main, 0, 3)['contents']['value']
    assert c.stop() == 0


def test_edits_and_diagnostics_go_on_meanwhile():
    c, w = started('(' + ENDLESS['fibonacci'] + ')',
                   initializationOptions={'evaluation': {'diagnostics': False,
                                                         'hoverDeadline': 60000}})
    other = w.root + '/other.nix'
    request = ask(c, w)
    wait_for_status(c, is_busy)
    for version in range(1, 6):
        if version == 1:
            c.open(other, '{ a = ; }')
        else:
            c.change(other, '{ a = ' + ('' if version % 2 else '1') + '; }', version)
        assert bool(c.diagnostics(other, version)) == bool(version % 2)
    assert c.request('nilas/status', None)['busy']
    c.notify('$/cancelRequest', {'id': request})
    assert c.wait(request, SOON)['error']['code'] == -32800
    assert c.stop() == 0


def test_shutdown_during_an_evaluation():
    for expression in ENDLESS.values():
        c, w = started('(' + expression + ')', **QUIET)
        ask(c, w)
        wait_for_status(c, is_busy)
        assert c.stop() == 0


def test_progress_of_a_long_evaluation():
    text = '(' + ENDLESS['fibonacci'] + ')'
    c, w = started(text, initializationOptions={'evaluation': {'diagnostics': False,
                                                               'hoverDeadline': 3000}})
    c.start_request('textDocument/hover', {'textDocument': {'uri': 'file://' + w.main},
                                           'workDoneToken': 'tok',
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
