"""Names across files while files change, over the wire: on the disk, in buffers; unreadable files,
the store."""
import os, shutil, tempfile

from fixtures import apply_edits, offset
from wire import Client, run_tests

LIB = '{ foo = 1; bar = 2; }\n'
USE = '(import ./lib.nix).foo\n'


class Session:
    def __init__(self, **files):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        for name, text in files.items():
            self.write(name + '.nix', text)
        self.client = Client()
        capabilities = {'general': {'positionEncodings': ['utf-16']},
                        'workspace': {'workspaceEdit': {'documentChanges': True}}}
        self.client.initialize(self.root, capabilities=capabilities)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.client.stop() == 0
        shutil.rmtree(self.root)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        with open(self.path(name), 'w') as f:
            f.write(text)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def open(self, name):
        self.client.open(self.path(name), self.read(name))

    def changed(self, *names):
        self.client.notify('workspace/didChangeWatchedFiles', {
            'changes': [{'uri': 'file://' + self.path(n), 'type': 2} for n in names]})

    def ask(self, method, name, needle, text=None, **extra):
        before = (text or self.read(name)).split(needle)[0]
        position = {'line': before.count('\n'), 'character': len(before) - before.rfind('\n') - 1}
        params = {'textDocument': {'uri': 'file://' + self.path(name)}, 'position': position,
                  **extra}
        return self.client.wait(self.client.start_request('textDocument/' + method, params))

    def references(self, name, needle, text=None):
        context = {'includeDeclaration': True}
        answer = self.ask('references', name, needle, text, context=context)['result']
        return [l['uri'].removeprefix(f'file://{self.root}/') for l in answer or []]

    def rename(self, name, needle, new_name):
        return self.ask('rename', name, needle, newName=new_name)


def test_a_file_that_changes_on_disk():
    with Session(lib=LIB, use=USE) as s:
        s.open('lib.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'use.nix']
        s.write('use.nix', '(import ./lib.nix).bar\n')
        s.write('new.nix', '[ (import ./lib.nix).foo ]\n')
        s.changed('use.nix', 'new.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'new.nix']
        assert s.references('lib.nix', 'bar') == ['lib.nix', 'use.nix']


def test_a_file_that_disappears():
    with Session(lib=LIB, use=USE, other=USE) as s:
        s.open('lib.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'other.nix', 'use.nix']
        os.remove(s.path('use.nix'))
        # Whether or not somebody tells.
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'other.nix']
        assert 'result' in s.rename('lib.nix', 'foo', 'baz')
        s.changed('use.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'other.nix']


def test_the_defining_file_disappears():
    with Session(lib=LIB, use=USE) as s:
        s.open('use.nix')
        assert s.references('use.nix', 'foo') == ['lib.nix', 'use.nix']
        os.remove(s.path('lib.nix'))
        s.changed('lib.nix')
        assert s.references('use.nix', 'foo') == ['use.nix']
        s.write('lib.nix', '{ other = 1;\n  foo = 2; }')
        s.changed('lib.nix')
        assert s.references('use.nix', 'foo') == ['lib.nix', 'use.nix']


def test_edits_of_buffers():
    with Session(lib=LIB, use=USE) as s:
        s.open('lib.nix')
        s.open('use.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'use.nix']
        text = 'let l = import ./lib.nix; in [ l.foo l.foo ]'
        s.client.change(s.path('use.nix'), text, 2)
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'use.nix', 'use.nix']
        change = next(c for c in s.rename('lib.nix', 'foo', 'baz')['result']['documentChanges']
                      if c['textDocument']['uri'].endswith('use.nix'))
        assert change['textDocument']['version'] == 2
        assert apply_edits(text, change['edits']) == text.replace('foo', 'baz')
        s.client.close(s.path('use.nix'))  # unsaved: what the disk says counts again
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'use.nix']


def test_a_file_that_cannot_be_read():
    with Session(lib=LIB, use=USE) as s:
        s.open('lib.nix')
        assert s.references('lib.nix', 'foo') == ['lib.nix', 'use.nix']
        os.remove(s.path('use.nix'))
        os.mkdir(s.path('use.nix'))  # nobody tells: the index still knows the file
        error = s.rename('lib.nix', 'foo', 'baz')['error']
        why = ' may use the name, and cannot be read.'
        assert error['message'] == s.path('use.nix') + why, error
        assert s.references('lib.nix', 'foo') == ['lib.nix']


def test_outside_of_the_workspace():
    with Session(lib=LIB, use=USE) as s:
        other = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        with open(other + '/lib.nix', 'w') as f:
            f.write(LIB)
        text = f'(import {other}/lib.nix).foo'
        s.write('use.nix', text)
        s.open('use.nix')
        found = s.references('use.nix', 'foo')
        assert [os.path.basename(p) for p in found] == ['lib.nix', 'use.nix']
        error = s.rename('use.nix', 'foo', 'baz')['error']
        why = '/lib.nix would change, and lies outside of the workspace.'
        assert error['message'] == other + why, error
        shutil.rmtree(other)


def test_the_store():
    with Session(lib=LIB) as s:
        path = '/nix/store/00000000000000000000000000000000-x/a.nix'
        s.client.open(path, 'let x = 1; in x')
        error = s.rename(path, 'x =', 'y') if os.path.exists(path) else s.ask(
            'rename', path, 'x =', 'let x = 1; in x', newName='y')
        assert error['error']['message'] == path + ' lies in the Nix store.', error


def test_items_of_closed_files():
    use = '{ one = (import ./lib.nix).f 1; two = (import ./use.nix).one; }\n'
    with Session(lib='{ f = a: a; }\n', use=use) as s:
        s.open('lib.nix')
        item, = s.ask('prepareCallHierarchy', 'lib.nix', 'f =')['result']
        caller, = s.client.request('callHierarchy/incomingCalls', {'item': item})
        assert (caller['from']['name'], caller['from']['detail']) == ('one', 'use.nix')
        again, = s.client.request('callHierarchy/outgoingCalls', {'item': caller['from']})
        assert again['to']['uri'].endswith('/lib.nix') and again['to']['name'] == 'f'
        above, = s.client.request('callHierarchy/incomingCalls', {'item': caller['from']})
        assert above['from']['name'] == 'two'


def test_a_moved_file_is_found_again():
    with Session(lib=LIB, use=USE) as s:
        s.open('use.nix')
        assert s.references('use.nix', 'foo') == ['lib.nix', 'use.nix']
        move = {'oldUri': f'file://{s.root}/lib.nix', 'newUri': f'file://{s.root}/moved.nix'}
        edits = s.client.request('workspace/willRenameFiles', {'files': [move]})['changes']
        os.rename(s.path('lib.nix'), s.path('moved.nix'))
        text = apply_edits(USE, edits['file://' + s.path('use.nix')])
        s.client.change(s.path('use.nix'), text, 2)
        s.changed('lib.nix', 'moved.nix')
        assert s.references('use.nix', 'foo', text) == ['moved.nix', 'use.nix']


def test_definitions_follow_arguments_once_the_index_is_there():
    main = 'let util = import ./lib.nix; in import ./use.nix { inherit util; }\n'
    with Session(main=main, lib=LIB, use='{ util }: util.foo\n') as s:
        s.open('use.nix')
        assert s.references('use.nix', 'foo') == ['lib.nix', 'use.nix']
        place = s.ask('definition', 'use.nix', 'foo')['result'][0]
        assert place['uri'] == 'file://' + s.path('lib.nix')
        assert offset(LIB, place['range']['start']) == LIB.index('foo')


def test_a_hover_tells_the_argument_of_a_call_in_another_file():
    call = 'let who = "x" + "y"; in import ./use.nix { name = who; }\n'
    use = '{ name, size ? 1 }: name\n'
    with Session(call=call, use=use) as s:
        s.open('use.nix')
        s.references('use.nix', 'name')  # waits for the index
        hover = lambda: s.ask('hover', 'use.nix', 'name')['result']['contents']['value']
        assert '"xy"' in hover() and 'call.nix:1:' in hover(), hover()
        s.open('call.nix')
        s.client.change(s.path('call.nix'), call.replace('"y"', '"z"'), 2)
        assert '"xz"' in hover(), hover()


run_tests(globals())
