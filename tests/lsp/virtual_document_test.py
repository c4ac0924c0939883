"""Virtual documents: the actions that lead to them, what a client is asked to show, their texts."""
import json, urllib.parse

from fixtures import capabilities
from wire import Client, Workspace, run_tests

TEXT = """let
  drv = derivation { name = "x"; system = "s"; builder = "/bin/sh"; args = [ "-c" "true" ]; };
  long = builtins.genList (i: { number = i; text = "line ${toString i}"; }) 2000;
  bad = { good = 1; broken = throw "on purpose"; };
  huge = builtins.genList (i: "0123456789012345678901234567890123456789") 200000;
  slow = builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i) 1000000000);
  function = argument: argument;
in [ drv long bad huge slow function ]
"""
# What Nix 2.26.3 makes of `drv`.
DRV_PATH = '/nix/store/gw6kfkm82cdxh2xsp73dabkcrsssdicb-x.drv'
ATERM = ('Derive([("out","/nix/store/nzfi3zsr0y0zzcwawmshal3dzfgr6i83-x","","")],[],[],"s",'
         '"/bin/sh",["-c","true"],[("builder","/bin/sh"),("name","x"),'
         '("out","/nix/store/nzfi3zsr0y0zzcwawmshal3dzfgr6i83-x"),("system","s")])')
KINDS = ['value', 'derivation', 'aterm']


def started(client=None, **settings):
    w = Workspace({('/mäin file.nix', False): TEXT})
    caps = capabilities(codeAction={'codeActionLiteralSupport': {}})
    caps.update(client if client is not None else {
        'window': {'showDocument': {'support': True}}, 'workspace': {'textDocumentContent': {}}})
    c = Client()
    result = c.initialize(w.root, capabilities=caps, initializationOptions=settings)
    assert result['capabilities']['workspace']['textDocumentContent'] == {'schemes': ['nilas']}
    c.open(w.main, TEXT)
    return c, w


def uri(w):
    return 'file://' + urllib.parse.quote(w.main)


def actions(c, w, name, **context):
    line = next(i for i, l in enumerate(TEXT.splitlines()) if l.startswith(f'  {name} ='))
    at = {'line': line, 'character': 3}
    found = c.request('textDocument/codeAction',
                      {'textDocument': {'uri': 'file://' + w.main},
                       'range': {'start': at, 'end': at},
                                                  'context': {'diagnostics': [], **context}})
    return [a for a in found if a['kind'] == 'nilas.show']


def content(c, virtual):
    return c.request('workspace/textDocumentContent', {'uri': virtual}, 60)['text']


def texts(c, w, name):
    return dict(zip(KINDS, (content(c, a['command']['arguments'][0]) for a in actions(c, w, name))))


def test_actions_lead_to_documents():
    c, w = started()
    with w:
        found = actions(c, w, 'drv')
        assert [a['command']['arguments'][0].split('://')[1].split('/')[0] for a in found] == KINDS
        for action in found:
            command = action['command']
            c.request('workspace/executeCommand',
                      {'command': command['command'], 'arguments': command['arguments']})
        c.request('nilas/status', None)
        asked = [r['params'] for r in c.requests if r['method'] == 'window/showDocument']
        assert asked == [{'uri': a['command']['arguments'][0], 'takeFocus': True} for a in found]
        assert actions(c, w, 'drv', only=['nilas.show']) == found
        assert actions(c, w, 'drv', triggerKind=1) == found
        assert not actions(c, w, 'drv', triggerKind=2)
        assert not actions(c, w, 'drv', only=['quickfix'])
        assert c.stop() == 0


def test_clients_that_cannot_show_them_get_no_actions():
    for client in [{}, {'workspace': {'textDocumentContent': {}}},
                   {'window': {'showDocument': {'support': True}}}]:
        c, w = started(client)
        with w:
            assert not actions(c, w, 'drv')
            assert c.stop() == 0
    c, w = started({'window': {'showDocument': {'support': True}},
                    'experimental': {'textDocumentContent': True}})
    with w:
        assert actions(c, w, 'drv')
        assert c.stop() == 0
    c, w = started(evaluation={'enable': False})
    with w:
        assert not actions(c, w, 'drv')
        assert c.stop() == 0


def test_derivations():
    c, w = started()
    with w:
        shown = texts(c, w, 'drv')
        (path, derivation), = json.loads(shown['derivation']).items()
        assert path == DRV_PATH, path
        assert derivation['builder'] == '/bin/sh' and derivation['args'] == ['-c', 'true']
        assert shown['aterm'] == ATERM, shown['aterm']
        assert 'derivation x' in shown['value']
        other = texts(c, w, 'long')
        assert all(other[kind].startswith('# error: ') for kind in ['derivation', 'aterm'])
        assert c.stop() == 0


def test_whole_values():
    c, w = started()
    with w:
        long = texts(c, w, 'long')['value']
        assert long.startswith('[') and long.rstrip().endswith(']')
        assert all(f'text = "line {i}";' in long for i in range(2000)), long[:500]
        bad = texts(c, w, 'bad')['value']
        assert 'good = 1;' in bad and '«error: on purpose»' in bad
        assert '<LAMBDA>' in texts(c, w, 'function')['value']
        assert c.stop() == 0


def test_no_document_is_endless():
    c, w = started(evaluation={'saveDeadline': 2000, 'diagnostics': False})
    with w:
        huge = texts(c, w, 'huge')['value']
        assert 3 << 20 < len(huge.encode()) < 5 << 20, len(huge)
        slow = actions(c, w, 'slow')[0]['command']['arguments'][0]
        assert content(c, slow).startswith('# error: ')
        assert c.stop() == 0


def test_documents_of_what_is_gone():
    c, w = started()
    with w:
        virtual = actions(c, w, 'long')[0]['command']['arguments'][0]
        assert content(c, virtual)

        def error(where):
            return c.wait(c.start_request('workspace/textDocumentContent', {'uri': where}))['error']
        # Some editors encode what they are given anew.
        head, _, query = virtual.partition('?')
        assert content(c, head + '?' + urllib.parse.quote(urllib.parse.unquote(query), safe=''))
        for wrong in ['nilas:', 'nilas://value/x.nix', 'nilas://value/x.nix?',
                      'nilas://value/x.nix?%', 'nilas://value/x.nix?1,2',
                      'nilas://value/x.nix?x,2,y', 'nilas://value/x.nix?1,-2,y',
                      'nilas://other/x.nix?' + query, 'file:///x', '']:
            assert error(wrong)['code'] == -32602, wrong
            if wrong:
                answer = c.wait(c.start_request('workspace/executeCommand',
                                                {'command': 'nilas.show', 'arguments': [wrong]}))
                assert answer['error']['code'] == -32602
        far = head + '?' + urllib.parse.quote(f'1,4000000000,file://{w.main}')
        assert content(c, far).startswith('#')
        c.change(w.main, TEXT + ' ', 2)
        assert error(virtual) == {'code': -32803, 'message': 'its document has changed'}
        c.close(w.main)
        assert error(virtual)['message'] == 'its document is not open any more'
        assert c.stop() == 0


run_tests(globals())
