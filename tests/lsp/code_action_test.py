"""textDocument/codeAction and codeAction/resolve over the wire."""
from wire import Client, Workspace, run_tests

CAPABLE = {'textDocument': {'codeAction': {'codeActionLiteralSupport': {'codeActionKind': {'valueSet': []}},
                                           'dataSupport': True, 'resolveSupport': {'properties': ['edit']}}},
           'workspace': {'workspaceEdit': {'documentChanges': True, 'resourceOperations': ['create']}}}


class Session:
    def __init__(self, text, capabilities=CAPABLE, **settings):
        self.workspace = Workspace({('/main.nix', False): text})
        self.client = Client()
        self.client.initialize(self.workspace.root, capabilities=capabilities, initializationOptions=settings)
        self.path = self.workspace.main
        self.uri = 'file://' + self.path
        self.text = text
        self.client.open(self.path, text)

    def __enter__(self):
        self.workspace.__enter__()
        return self

    def __exit__(self, *exception):
        if exception[0] is None:
            assert self.client.stop() == 0
        self.client.kill()
        return self.workspace.__exit__(*exception)

    def position(self, offset):
        before = self.text[:offset]
        return {'line': before.count('\n'), 'character': len(before) - before.rfind('\n') - 1}

    def actions(self, begin, end=None, only=None):
        """At the text `begin`, or from there to the end of the text `end`."""
        start = self.text.index(begin)
        stop = start if end is None else self.text.index(end, start) + len(end)
        context = {'diagnostics': []}
        if only is not None:
            context['only'] = only
        return self.client.request('textDocument/codeAction', {
            'textDocument': {'uri': self.uri}, 'context': context,
            'range': {'start': self.position(start), 'end': self.position(stop)}}) or []

    def apply(self, action):
        """The text after an action, which is resolved first."""
        if 'edit' not in action:
            action = self.client.request('codeAction/resolve', action)
        [change] = [c for c in action['edit']['documentChanges'] if 'edits' in c and c['textDocument']['uri'] == self.uri]
        lines = self.text.split('\n')
        offset = lambda p: sum(len(line) + 1 for line in lines[:p['line']]) + p['character']
        text = self.text
        for e in sorted(change['edits'], key=lambda e: -offset(e['range']['start'])):
            text = text[:offset(e['range']['start'])] + e['newText'] + text[offset(e['range']['end']):]
        return text


def titled(actions, title):
    [action] = [a for a in actions if a['title'] == title]
    return action


def test_fix_of_a_diagnostic():
    with Session('let a = 1; b = 2; in b') as s:
        action = titled(s.actions('a ='), 'Remove the binding')
        assert action['kind'] == 'quickfix' and action['isPreferred']
        assert action['diagnostics'][0]['code'] == 'unused-binding'
        assert action['edit']['documentChanges'][0]['textDocument'] == {'uri': s.uri, 'version': 1}
        assert s.apply(action) == 'let b = 2; in b'
        assert s.actions('2; in') == [] or all('diagnostics' not in a for a in s.actions('2; in'))


def test_only():
    with Session('let a = 1; b = (2); in b') as s:
        everything = {a['kind'] for a in s.actions('a =')}
        assert {'quickfix', 'source.fixAll'} <= everything
        for only in (['quickfix'], ['source.fixAll'], ['source'], ['refactor'], ['source.organizeImports']):
            kinds = {a['kind'] for a in s.actions('a =', only=only)}
            assert all(k == only[0] or k.startswith(only[0] + '.') for k in kinds), (only, kinds)
        assert s.actions('a =', only=['source.organizeImports']) == []


def test_fix_all_is_resolved_when_chosen():
    with Session('let a = 1; b = (2); in (b)') as s:
        [action] = s.actions('in', only=['source.fixAll'])
        assert 'edit' not in action and action['data']
        assert s.apply(action) == 'let b = 2; in b'
        s.client.change(s.path, 'let a = 1; in 2', 2)
        try:
            s.client.request('codeAction/resolve', action)
            assert False
        except RuntimeError as e:
            assert e.args[0]['code'] == -32801, e


def test_all_of_one_name():
    with Session('x: [ (x) ("s") (1 + 1) ]') as s:
        action = titled(s.actions('(x)'), 'Remove the parentheses, everywhere in this file')
        assert s.apply(action) == 'x: [ x "s" (1 + 1) ]'


def test_suppress():
    with Session("let\n  a = 1;\n  b = ''\n    text ${let c = 1; in \"\"}\n  '';\nin b") as s:
        action = titled(s.actions('a ='), "Ignore 'unused-binding' in this line")
        fixed = s.apply(action)
        assert '  a = 1; # nilas: ignore[unused-binding]\n' in fixed, fixed
        s.client.change(s.path, fixed, 2)
        ds = s.client.diagnostics(s.path, 2)
        assert [d['range']['start']['line'] for d in ds] == [3]
        # No comment fits into a string.
        assert not [a for a in s.actions('c =') if a['title'].startswith('Ignore')]


def test_repairs_of_errors():
    with Session('{ a = head [ 1 ] }') as s:
        assert s.apply(titled(s.actions(' }', '}'), "Insert ';'")) == '{ a = head [ 1 ]; }'
    with Session('{ lib }: { a = head lbi; }') as s:
        assert s.apply(titled(s.actions('head'), 'Use `builtins.head`')) == '{ lib }: { a = builtins.head lbi; }'
        assert s.apply(titled(s.actions('lbi'), 'Add `lbi` to the parameters of the function')) == \
            '{ lib, lbi }: { a = head lbi; }'


def test_refactorings():
    with Session('{ a = [ (1 + 2) ]; }') as s:
        [action] = [a for a in s.actions('(1', '2)', only=['refactor.extract']) if a['title'] == 'Extract to let']
        assert 'edit' not in action
        assert s.apply(action) == '{ a = let value = (1 + 2); in [ value ]; }'
        file = titled(s.actions('(1', '2)'), 'Extract to value.nix')
        resolved = s.client.request('codeAction/resolve', file)['edit']['documentChanges']
        assert resolved[0] == {'kind': 'create', 'uri': 'file://' + s.workspace.root + '/value.nix'}
        assert resolved[1]['edits'][0]['newText'] == '(1 + 2)\n'
        assert s.apply(file) == '{ a = [ (import ./value.nix) ]; }'
    no_files = {'textDocument': CAPABLE['textDocument'], 'workspace': {'workspaceEdit': {'documentChanges': True}}}
    with Session('{ a = [ (1 + 2) ]; }', capabilities=no_files) as s:
        titles = [a['title'] for a in s.actions('(1', '2)')]
        assert 'Extract to let' in titles and 'Extract to value.nix' not in titles


def test_data_to_nix():
    with Session('{\n  a = {"b": [1, "c", null], "d-e": {"f": 1.5}};\n}') as s:
        action = titled(s.actions('{"b', '}}'), 'Convert JSON to Nix')
        text = s.apply(action)
        assert text.startswith('{\n  a = {') and '"b"' not in text
        assert text.replace('\n', ' ').split() == \
            '{ a = { b = [ 1 "c" null ]; d-e = { f = 1.5; }; }; }'.split(), text
    with Session('x = 1\n[y]\nz = "w"\n') as s:
        text = s.apply(titled(s.actions('x', '"w"'), 'Convert TOML to Nix'))
        assert text.split() == '{ x = 1; y = { z = "w"; }; }'.split(), text
    with Session('[ 1 2 ]') as s:
        assert not [a for a in s.actions('[', ']') if 'Convert' in a['title']]


def test_a_client_without_literals_or_versions():
    with Session('let a = 1; in 2', capabilities={}) as s:
        assert s.actions('a =') == []
    old = {'textDocument': {'codeAction': {'codeActionLiteralSupport': {'codeActionKind': {'valueSet': []}}}}}
    with Session('let a = (1); in a', capabilities=old) as s:
        [action] = s.actions('(1)', only=['source.fixAll'])
        assert list(action['edit']['changes']) == [s.uri]


def test_data_is_converted_where_it_is_no_nix():
    title = 'Convert TOML to Nix'
    for text, at in (('{\n  # a comment\n}', '# a comment'), ('{ a = 1; }', 'a = 1')):
        with Session(text) as s:
            assert title not in [a['title'] for a in s.actions(at, at)]
    with Session('{ x =\na = 1\nb = 2\n; }') as s:
        assert s.apply(titled(s.actions('a = 1', 'b = 2'), title)) == '{ x =\n{ a = 1; b = 2; }\n; }'


def test_nothing_to_fix_at_once():
    # The comment would be lost.
    with Session('{ b }: {\n  a = [ ] # why\n    ++ b;\n}') as s:
        assert s.actions('++', only=['source.fixAll']) == []


def test_an_undefined_name_is_in_no_ones_way():
    with Session('{ a = undefined.b; }') as s:
        assert 'Quote the name' in [a['title'] for a in s.actions('a =')]
    with Session('{ a = ; }') as s:
        assert 'Quote the name' not in [a['title'] for a in s.actions('a =')]


def test_nothing_here():
    with Session('{ a = 1; }') as s:
        assert [a for a in s.actions('a =') if not a['kind'].startswith('refactor')] == []


run_tests(globals())
