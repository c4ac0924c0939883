"""Incremental edits in every encoding: what the server makes of them must equal the editor's text."""
import os
import random
import time

from wire import Client, Workspace, run_tests

TEXTS = ['{ a = "grüße 😀 𝒳"; b = 1; }\n', 'let\r\n  x = "ä";\r\n  y = "😀"; # ok\r\nin x + y\r\n', '"\u2028 e\u0301"\n']


def units(text, encoding):
    if encoding == 'utf-8':
        return len(text.encode())
    if encoding == 'utf-16':
        return len(text.encode('utf-16-le')) // 2
    return len(text)


def position(text, at, encoding):
    before = text[:at]
    line = before.count('\n')
    return {'line': line, 'character': units(before[before.rfind('\n') + 1:], encoding)}


def start(encoding):
    c = Client()
    result = c.initialize(capabilities={'general': {'positionEncodings': [encoding]},
                                        'textDocument': {'hover': {'contentFormat': ['markdown']}}})
    assert result['capabilities']['positionEncoding'] == encoding
    return c


def test_the_first_known_encoding_is_taken_but_utf8_preferred():
    for offered, chosen in [(['utf-16', 'utf-8'], 'utf-8'), (['utf-7', 'utf-32', 'utf-16'], 'utf-32'),
                            (['utf-16', 'utf-32'], 'utf-16'), ([], 'utf-16'), (['utf-7'], 'utf-16')]:
        c = Client()
        r = c.initialize(capabilities={'general': {'positionEncodings': offered}})
        assert r['capabilities']['positionEncoding'] == chosen, offered
        assert c.stop() == 0


def test_hover_behind_wide_characters():
    text = '{ a = "😀ä"; b = 40 + 2; }'
    with Workspace({('/main.nix', False): text}) as w:
        for encoding in ['utf-8', 'utf-16', 'utf-32']:
            c = start(encoding)
            c.open(w.main, text)
            at = text.index('+')
            p = position(text, at, encoding)
            hover = c.hover(w.main, p['line'], p['character'])
            assert '42' in hover['contents']['value']
            assert hover['range'] == {'start': position(text, text.index('40'), encoding),
                                      'end': position(text, text.index('; }'), encoding)}
            assert c.stop() == 0


def test_random_edits():
    """After each burst of edits, the diagnostics of the document equal those of the same text opened anew."""
    rng = random.Random(3)
    pieces = ['x', '😀', 'é', '"', ';', '\n', '\r\n', ' = ', '{', '}', 'a', '1', '${', "''", '.', '#']
    for encoding in ['utf-8', 'utf-16', 'utf-32']:
        c = start(encoding)
        text = rng.choice(TEXTS)
        with Workspace({('/main.nix', False): text}) as w:
            c.open(w.main, text)
            for version in range(2, 30):
                changes = []
                for _ in range(rng.randint(1, 4)):
                    a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
                    b = min(b, a + 5)
                    # Not between CR and LF: such an edit is no position of the protocol.
                    if any(0 < p < len(text) and text[p - 1] == '\r' and text[p] == '\n' for p in (a, b)):
                        continue
                    new = rng.choice(pieces) * rng.randint(0, 2)
                    changes.append({'range': {'start': position(text, a, encoding), 'end': position(text, b, encoding)},
                                    'text': new})
                    text = text[:a] + new + text[b:]
                c.notify('textDocument/didChange', {'textDocument': {'uri': 'file://' + w.main, 'version': version},
                                                    'contentChanges': changes})
                edited = c.diagnostics(w.main, version)
                fresh_path = w.root + f'/fresh{version}.nix'
                c.open(fresh_path, text)
                fresh = c.diagnostics(fresh_path, 1)
                strip = lambda ds: [(d['range'], d['message'], d['code']) for d in ds]
                assert strip(edited) == strip(fresh), (encoding, version, text)
                c.close(fresh_path)
        assert c.stop() == 0


def test_positions_beyond_the_end_are_clamped():
    c = start('utf-16')
    with Workspace({('/main.nix', False): '1 + 1\n'}) as w:
        c.open(w.main, '1 + 1\n')
        far = {'line': 999999, 'character': 4294967295}
        c.notify('textDocument/didChange', {'textDocument': {'uri': 'file://' + w.main, 'version': 2}, 'contentChanges': [
            {'range': {'start': {'line': 0, 'character': 5}, 'end': far}, 'text': ' + 40'}]})
        assert '42' in c.hover(w.main, 0, 6)['contents']['value']
        assert c.hover(w.main, 999999, 4294967295) is None
    assert c.stop() == 0


def test_reopening_and_odd_uris():
    c = start('utf-16')
    with Workspace({('/with space.nix', False): '1'}) as w:
        uri = 'file://' + w.root + '/with%20space.nix'
        for text, value in [('1 + 1', '2'), ('2 + 2', '4')]:
            c.notify('textDocument/didOpen', {'textDocument': {'uri': uri, 'languageId': 'nix', 'version': 1, 'text': text}})
            hover = c.request('textDocument/hover', {'textDocument': {'uri': uri}, 'position': {'line': 0, 'character': 2}})
            assert value in hover['contents']['value']
            c.notify('textDocument/didClose', {'textDocument': {'uri': uri}})
            assert c.wait_notification('textDocument/publishDiagnostics',
                                       lambda p: p['uri'] == uri and 'version' not in p)['diagnostics'] == []
        c.notify('textDocument/didOpen', {'textDocument': {'uri': 'untitled:Untitled-1', 'languageId': 'nix', 'version': 1,
                                                           'text': 'let x = 20; in x + 1'}})
        hover = c.request('textDocument/hover', {'textDocument': {'uri': 'untitled:Untitled-1'},
                                                 'position': {'line': 0, 'character': 17}})
        assert '21' in hover['contents']['value']
    assert c.stop() == 0


def test_files_changed_by_others():
    """Without any word from the editor: a hover looks at what was read, at most four times a second."""
    files = {('/main.nix', False): '(import ./other.nix)', ('/other.nix', False): '"first"'}
    with Workspace(files) as w:
        c = start('utf-16')
        c.open(w.main, '(import ./other.nix)')
        assert 'first' in c.hover(w.main, 0, 0)['contents']['value']
        with open(w.root + '/other.nix', 'w') as f:
            f.write('"second"')
        time.sleep(0.5)
        assert 'second' in c.hover(w.main, 0, 0)['contents']['value']
        os.remove(w.root + '/other.nix')
        os.mkdir(w.root + '/other.nix')
        with open(w.root + '/other.nix/default.nix', 'w') as f:
            f.write('"third"')
        time.sleep(0.5)
        assert 'third' in c.hover(w.main, 0, 0)['contents']['value']
        assert c.stop() == 0


def test_saving_changes_nothing():
    """The world is kept when a buffer becomes the file: what was evaluated stays evaluated."""
    files = {('/main.nix', False): '(import ./other.nix)', ('/other.nix', False): '"first"'}
    with Workspace(files) as w:
        c = start('utf-16')
        c.open(w.main, '(import ./other.nix)')
        other = w.root + '/other.nix'
        c.open(other, '"edited"')
        assert 'edited' in c.hover(w.main, 0, 0)['contents']['value']
        rebuilt = c.request('nilas/status', None)['worldsRebuilt']
        with open(other, 'w') as f:
            f.write('"edited"')
        c.notify('textDocument/didSave', {'textDocument': {'uri': 'file://' + other}})
        c.close(other)
        time.sleep(0.5)
        assert 'edited' in c.hover(w.main, 0, 0)['contents']['value']
        assert c.request('nilas/status', None)['worldsRebuilt'] == rebuilt
        assert c.stop() == 0


run_tests(globals())
