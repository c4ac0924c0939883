"""Symbols of the workspace, and paths that follow renamed files, over the wire."""
import json, os, shutil, tempfile

from wire import Client, run_tests
from fixtures import apply_edits

FILES = {
    'default.nix': '{ alpha = import ./lib/a.nix; beta = ./sub; gamma = ./lib/../sub/x.nix; home = ~/lib/a.nix; }\n',
    'lib/a.nix': 'let helper = x: x; in { makeThing = helper; deep.er = { level = { down = 1; }; }; rel = ../sub/x.nix; }\n',
    'sub/default.nix': '[ ./x.nix ../lib/a.nix ]\n',
    'sub/x.nix': '{ thing = 1; }\n',
    '.hidden/y.nix': '{ makeHidden = 1; }\n',
    'broken.nix': '{ makeBroken = [ ; }\n',
}


class Session:
    def __enter__(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        for name, text in FILES.items():
            self.write(name, text)
        self.client = Client()
        self.client.initialize(self.root)
        return self

    def __exit__(self, *_):
        assert self.client.stop() == 0
        shutil.rmtree(self.root)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)

    def symbols(self, query):
        return [(s['name'], s['location']['uri'].removeprefix('file://' + self.root + '/'), s.get('containerName'))
                for s in self.client.request('workspace/symbol', {'query': query})]

    def changed(self, *names):
        self.client.notify('workspace/didChangeWatchedFiles', {
            'changes': [{'uri': f'file://{self.root}/{n}', 'type': 2} for n in names]})

    def renamed(self, *moves):
        answer = self.client.request('workspace/willRenameFiles', {'files': [
            {'oldUri': f'file://{self.root}/{a}', 'newUri': f'file://{self.root}/{b}'} for a, b in moves]})
        if answer is None:
            return {}
        return {uri.removeprefix('file://' + self.root + '/'): apply_edits(self.read(uri), edits)
                for uri, edits in answer['changes'].items()}

    def read(self, uri):
        with open(uri.removeprefix('file://')) as f:
            return f.read()


def test_finds_symbols():
    with Session() as s:
        assert s.symbols('makething') == [('makeThing', 'lib/a.nix', None)], s.symbols('makething')
        assert ('helper', 'lib/a.nix', None) in s.symbols('hlpr')
        assert [n for n, _, _ in s.symbols('make')] == ['makeThing', 'makeBroken']  # the shorter one first
        assert s.symbols('level') == [('level', 'lib/a.nix', 'deep.er')]
        assert s.symbols('nothing-of-that-name') == []
        assert len(s.symbols('')) >= 10


def test_exact_names_come_first():
    with Session() as s:
        assert [n for n, _, _ in s.symbols('thing')] == ['thing', 'makeThing']


def test_follows_changes():
    with Session() as s:
        assert s.symbols('appears') == []
        s.write('sub/new.nix', '{ appears = 1; }')
        s.write('sub/x.nix', '{ changed = 1; }')
        os.remove(os.path.join(s.root, 'lib/a.nix'))
        s.changed('sub/new.nix', 'sub/x.nix', 'lib/a.nix')
        assert s.symbols('appears') == [('appears', 'sub/new.nix', None)]
        assert [n for n, _, _ in s.symbols('thing')] == []
        assert [n for n, _, _ in s.symbols('changed')] == ['changed']


def test_buffers_win():
    with Session() as s:
        s.client.open(s.root + '/sub/x.nix', '{ unsaved = 1; }')
        assert [n for n, _, _ in s.symbols('unsaved')] == ['unsaved']
        s.client.close(s.root + '/sub/x.nix')
        assert s.symbols('unsaved') == []


def test_other_folders():
    with Session() as s:
        assert s.symbols('thing') != []
        other = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        with open(other + '/o.nix', 'w') as f:
            f.write('{ otherThing = 1; }')
        s.client.notify('workspace/didChangeWorkspaceFolders', {'event': {
            'added': [{'uri': 'file://' + other, 'name': 'other'}], 'removed': [{'uri': 'file://' + s.root, 'name': 'root'}]}})
        assert [n for n, _, _ in s.symbols('thing')] == ['otherThing']
        shutil.rmtree(other)


def test_paths_follow_a_file():
    with Session() as s:
        assert s.renamed(('lib/a.nix', 'lib/b.nix')) == {
            'default.nix': FILES['default.nix'].replace('import ./lib/a.nix', 'import ./lib/b.nix'),
            'sub/default.nix': '[ ./x.nix ../lib/b.nix ]\n'}


def test_a_moved_file_keeps_its_paths():
    with Session() as s:
        changes = s.renamed(('lib/a.nix', 'a.nix'))
        assert changes['lib/a.nix'] == FILES['lib/a.nix'].replace('../sub/x.nix', './sub/x.nix')
        assert 'import ./a.nix' in changes['default.nix']
        assert changes['sub/default.nix'] == '[ ./x.nix ../a.nix ]\n'


def test_paths_follow_a_directory():
    with Session() as s:
        changes = s.renamed(('sub', 'other/place'))
        assert changes['default.nix'] == FILES['default.nix'].replace('./sub;', './other/place;').replace(
            './lib/../sub/x.nix', './other/place/x.nix')
        assert changes['lib/a.nix'] == FILES['lib/a.nix'].replace('../sub/x.nix', '../other/place/x.nix')
        assert changes['sub/default.nix'] == '[ ./x.nix ../../lib/a.nix ]\n'


def test_nothing_to_follow():
    with Session() as s:
        assert s.renamed(('broken.nix', 'fixed.nix')) == {}


run_tests(globals())
