"""A workspace above the size that is read at once: references do not wait for its index, rename does."""
import os, shutil, tempfile, time

from wire import Client, run_tests

FILES = 2_100  # of 2,000, the largest small workspace
USERS = ['user.nix', 'sub/user.nix']
SHARED = '{ wanted = 1; }\n'


class Session:
    def __enter__(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        os.mkdir(self.root + '/sub')
        for i in range(FILES):
            self.write(f'sub/other{i}.nix', '{ }\n')
        self.write('shared.nix', SHARED)
        self.write('user.nix', '(import ./shared.nix).wanted\n')
        self.write('sub/user.nix', '{ inherit (import ../shared.nix) wanted; }\n')
        self.client = Client()
        self.client.initialize(self.root)
        self.client.open(self.root + '/shared.nix', SHARED)
        return self

    def __exit__(self, *_):
        assert self.client.stop() == 0
        shutil.rmtree(self.root)

    def write(self, name, text):
        with open(f'{self.root}/{name}', 'w') as f:
            f.write(text)

    def ask(self, method, **more):
        return self.client.request(method, {
            'textDocument': {'uri': f'file://{self.root}/shared.nix'},
            'position': {'line': 0, 'character': SHARED.index('wanted')}, **more})

    def references(self):
        found = self.ask('textDocument/references', context={'includeDeclaration': True})
        return sorted(l['uri'].removeprefix(f'file://{self.root}/') for l in found)


def test_references_are_completed_by_the_index():
    everything = sorted(['shared.nix', *USERS])
    with Session() as s:
        end = time.monotonic() + 30
        found = s.references()
        while found != everything:
            assert set(found) <= set(everything) and 'shared.nix' in found, found
            assert time.monotonic() < end, found
            time.sleep(0.05)
            found = s.references()


def test_rename_waits_for_the_index():
    with Session() as s:
        edit = s.ask('textDocument/rename', newName='found')
        changed = sorted(uri.removeprefix(f'file://{s.root}/') for uri in edit['changes'])
        assert changed == sorted(['shared.nix', *USERS]), changed


run_tests(globals())
