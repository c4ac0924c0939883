"""Settings: where they come from, and that wrong ones are reported."""
import os
import re
import time

from wire import Client, Workspace, run_tests


def warnings_for(settings):
    c = Client()
    c.initialize(initializationOptions=settings)
    c.request('nilas/status', None)
    found = []
    while not c.notifications.empty():
        m = c.notifications.get()
        if m['method'] == 'window/showMessage':
            found.append(m['params']['message'])
    assert c.stop() == 0
    return found


def test_right_settings_are_silent():
    assert warnings_for({'evaluation': {'enable': True, 'hoverDeadline': 100}, 'searchPath': ['nixpkgs=/x'],
                         'evaluation.diagnostics': False, 'log.level': None}) == []


def test_what_belongs_to_the_editor_is_ignored():
    assert warnings_for({'server': {'path': 'nilas', 'arguments': []}, 'trace': {'server': 'off'}}) == []


def test_unknown_settings_are_reported_with_the_nearest_one():
    [message] = warnings_for({'evaluation': {'diagnostic': True}})
    assert "unknown setting 'nilas.evaluation.diagnostic'" in message
    assert "did you mean 'nilas.evaluation.diagnostics'" in message


def test_wrong_types_are_reported():
    assert 'is not true or false' in warnings_for({'evaluation': {'enable': 'yes'}})[0]
    assert 'not negative' in warnings_for({'evaluation': {'hoverDeadline': -1}})[0]
    assert 'list of strings' in warnings_for({'searchPath': 'nixpkgs=/x'})[0]
    assert len(warnings_for({'evaluation': 3})) == 1


def test_search_path_from_the_editor():
    files = {('/main.nix', False): '(import <lib>)', ('/lib.nix', False): '40 + 2'}
    with Workspace(files) as w:
        c = Client()
        c.configuration = {'searchPath': [f'lib={w.root}/lib.nix']}
        c.initialize(w.root, capabilities={'workspace': {'configuration': True}})
        c.open(w.main, files['/main.nix', False])
        time.sleep(0.3)  # the server asks for its settings, and gets them
        assert '42' in c.hover(w.main, 0, 0)['contents']['value']
        c.configuration = {}
        c.notify('workspace/didChangeConfiguration', {'settings': None})
        time.sleep(0.3)
        assert 'was not found' in c.hover(w.main, 0, 0)['contents']['value']
        c.notify('workspace/didChangeConfiguration', {'settings': {}})
        assert c.stop() == 0


def test_settings_pushed_by_the_editor():
    files = {('/main.nix', False): '(import <lib>)', ('/lib.nix', False): '40 + 2'}
    with Workspace(files) as w:
        c = Client()
        c.initialize(w.root)
        c.notify('workspace/didChangeConfiguration', {'settings': {'nilas': {'searchPath': [f'lib={w.root}/lib.nix']}}})
        c.open(w.main, files['/main.nix', False])
        assert '42' in c.hover(w.main, 0, 0)['contents']['value']
        assert c.stop() == 0


def test_nix_path_from_the_environment():
    files = {('/main.nix', False): '(import <lib>)', ('/lib.nix', False): '40 + 2'}
    with Workspace(files) as w:
        c = Client(environment={'NIX_PATH': f'lib={w.root}/lib.nix'})
        c.initialize(w.root)
        c.open(w.main, files['/main.nix', False])
        assert '42' in c.hover(w.main, 0, 0)['contents']['value']
        assert c.stop() == 0


def test_an_untrusted_workspace_reads_nothing_outside():
    files = {('/ws/main.nix', False): '[ (import ../secret.nix) ] ++ [ (builtins.getEnv "HOME") ]',
             ('/secret.nix', False): '"secret"'}
    with Workspace(files) as w:
        c = Client()
        c.initialize(w.root + '/ws', initializationOptions={'trusted': False})
        main = w.root + '/ws/main.nix'
        text = files['/ws/main.nix', False]
        c.open(main, text)
        answer = c.hover(main, 0, text.index('++'))['contents']['value']
        assert '"secret"' not in answer and 'error' in answer, answer
        assert '[ "" ]' in c.hover(main, 0, text.index('[ (builtins'))['contents']['value']
        assert c.stop() == 0


def test_the_page_has_every_setting():
    here = os.path.dirname(os.path.abspath(__file__)) + '/../..'
    table = open(here + '/lsp/settings.def').read()
    page = open(here + '/docs/settings.md').read()
    rows = re.findall(r'^SETTING\(\w+, "([^"]+)", (\w+), ([^,]+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', table, re.M)
    assert len(rows) == table.count('\nSETTING(')
    for key, kind, default, text in rows:
        text = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)).replace('\\"', '"')
        default = '[' + default[1:-1] + ']' if default.startswith('{') and kind == 'Texts' else default
        assert f'| `{key}` |' in page and f'| `{default}` | {text} |' in page, key


run_tests(globals())
