"""Bursts: edits are taken together, and what was asked of a text that is gone is refused."""
import json, time

from wire import Client, Workspace, run_tests

# Large enough that its diagnostics take longer than reading a hundred messages.
LINE = '  attribute{0} = x: y: let used = x; in [ used y {0} "${{toString x}}" ];\n'
LARGE = '{\n' + ''.join(LINE.format(i) for i in range(6000)) + '}\n'
CONTENT_MODIFIED = -32801


def frame(message):
    body = json.dumps({'jsonrpc': '2.0', **message}).encode()
    return b'Content-Length: %d\r\n\r\n' % len(body) + body


def opened(text):
    w = Workspace({('/main.nix', False): '1'})
    c = Client()
    c.initialize(w.root)
    c.open(w.main, text)
    c.diagnostics(w.main, 1, timeout=60)
    return c, w


def insertion(w, version, text):
    at = {'line': 0, 'character': 0}
    return {'method': 'textDocument/didChange', 'params': {
        'textDocument': {'uri': 'file://' + w.main, 'version': version},
        'contentChanges': [{'range': {'start': at, 'end': at}, 'text': text}]}}


def test_a_burst_of_edits_is_taken_together():
    c, w = opened(LARGE)
    with w:
        before = c.request('nilas/status', None)['jobs']
        last = 101
        c.send_bytes(b''.join(frame(insertion(w, version, ' ')) for version in range(2, last + 1)))
        published = []
        while last not in published:
            published.append(c.wait_notification('textDocument/publishDiagnostics',
                                                 timeout=60)['version'])
        assert published == sorted(published), published
        assert len(published) < 50, published
        status = c.request('nilas/status', None)
        while status['busy'] or status['jobsQueued']:
            time.sleep(0.02)
            status = c.request('nilas/status', None)
        assert status['jobs'] - before < 10, (before, status)
        # All of them were applied.
        outline = c.request('textDocument/documentSymbol',
                            {'textDocument': {'uri': 'file://' + w.main}}, 60)
        assert len(outline) >= 6000
        assert c.request('textDocument/selectionRange',
                         {'textDocument': {'uri': 'file://' + w.main}, 'positions': [
            {'line': 0, 'character': 100}]})[0]['range']['start']['character'] == 100
        assert c.stop() == 0


def test_requests_of_an_old_version_are_refused():
    c, w = opened(LARGE)
    with w:
        document = {'textDocument': {'uri': 'file://' + w.main}}
        codes = []
        for version in range(2, 12):
            asked = [(f'{method} {version}', method)
                     for method in ['documentSymbol', 'semanticTokens/full', 'foldingRange']]
            c.send_bytes(b''.join(frame({'id': identity, 'method': 'textDocument/' + method,
                                         'params': document})
                                  for identity, method in asked) +
                         frame(insertion(w, version, ' ')))
            answers = [c.wait(identity, 60) for identity, _ in asked]
            codes += [answer.get('error', {}).get('code') for answer in answers]
        # Some may be done before the edit is read; none is refused for another reason.
        assert set(codes) <= {None, CONTENT_MODIFIED}, codes
        assert CONTENT_MODIFIED in codes
        assert c.stop() == 0


def test_a_document_closed_and_opened_is_another():
    c, w = opened(LARGE)
    with w:
        asked = frame({'id': 'old', 'method': 'textDocument/documentSymbol',
                       'params': {'textDocument': {'uri': 'file://' + w.main}}})
        close = frame({'method': 'textDocument/didClose',
                       'params': {'textDocument': {'uri': 'file://' + w.main}}})
        c.send_bytes(asked + close)
        c.open(w.main, '{ only = 1; }', 1)
        old = c.wait('old', 60)
        if 'result' in old:
            assert len(old['result']) == 6000
        else:
            assert old['error']['code'] == CONTENT_MODIFIED
        new = c.request('textDocument/documentSymbol',
                        {'textDocument': {'uri': 'file://' + w.main}})
        assert [s['name'] for s in new] == ['only']
        assert c.stop() == 0


run_tests(globals())
