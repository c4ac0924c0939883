"""Formatting by a command, over the wire: its edits, its failures, its time."""
import os, shutil, stat, tempfile, time

from fixtures import apply_edits
from wire import Client, run_tests

BEFORE = 'line 1\nline 2\nline 3\nline 4\nline 5\n'


class Session:
    def __init__(self, script, text=BEFORE, **settings):
        self.script, self.text, self.settings = script, text, settings

    def __enter__(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix='nilas-'))
        command = self.root + '/formatter'
        with open(command, 'w') as f:
            f.write('#!/bin/sh\n' + self.script + '\n')
        os.chmod(command, os.stat(command).st_mode | stat.S_IXUSR)
        self.client = Client()
        self.client.initialize(self.root, initializationOptions={'formatting': {'command': [command], **self.settings}})
        self.path = self.root + '/x.nix'
        self.client.open(self.path, self.text)
        return self

    def __exit__(self, *_):
        assert self.client.stop() == 0
        shutil.rmtree(self.root)

    def start(self):
        return self.client.start_request('textDocument/formatting', {
            'textDocument': {'uri': 'file://' + self.path}, 'options': {'tabSize': 2, 'insertSpaces': True}})

    def ask(self):
        return self.client.wait(self.start())

    def edits(self):
        answer = self.ask()
        assert 'result' in answer, answer
        return answer['result']


def lines(edits):
    return [(e['range']['start']['line'], e['range']['end']['line'], e['newText']) for e in edits]


def test_no_change():
    with Session('cat') as s:
        assert s.edits() == []


def test_the_least_change():
    with Session("sed 's/line 2/LINE 2/; s/line 4/LINE 4/'") as s:
        assert lines(s.edits()) == [(1, 2, 'LINE 2\n'), (3, 4, 'LINE 4\n')]


def test_lines_come_and_go():
    with Session("sed '2d; 4a\\new'") as s:
        edits = s.edits()
        assert lines(edits) == [(1, 2, ''), (4, 4, 'new\n')], edits
        assert apply_edits(BEFORE, edits) == 'line 1\nline 3\nline 4\nnew\nline 5\n'


def test_the_end_of_the_file():
    with Session("printf 'a\\nb\\n'", text='a\nb') as s:
        assert apply_edits('a\nb', s.edits()) == 'a\nb\n'
    with Session("printf 'a'", text='a\nb\n') as s:
        assert apply_edits('a\nb\n', s.edits()) == 'a'


def test_everything_changes():
    with Session("seq 1 9000", text=''.join(f'old {i}\n' for i in range(9000))) as s:
        edits = s.edits()
        assert len(edits) == 1 and edits[0]['newText'].startswith('1\n2\n')


def test_edits_lead_to_the_output():
    """Many small differences in many places."""
    before = ''.join(f'{i % 7} {i // 3}\n' for i in range(400))
    after = ''.join(f'{i % 5} {i // 3}\n' * (i % 3) for i in range(400))
    with Session("cat '%s'", text=before) as s:
        with open(s.root + '/after', 'w') as f:
            f.write(after)
        with open(s.root + '/formatter', 'w') as f:
            f.write(f'#!/bin/sh\ncat {s.root}/after\n')
        assert apply_edits(before, s.edits()) == after


def test_large_files_do_not_deadlock():
    text = ''.join(f'# {i}\n' for i in range(300000))
    with Session('cat', text=text) as s:
        assert s.edits() == []
    with Session('head -c 100 >/dev/null; seq 1 300000', text=text) as s:
        assert len(s.edits()) == 1


def test_a_failure_is_told():
    with Session('echo "x.nix:1: it is wrong" >&2; exit 3') as s:
        error = s.ask()['error']
        assert error['code'] == -32803 and 'it is wrong' in error['message'] and '3' in error['message'], error


def test_no_output_is_a_failure():
    with Session('cat >/dev/null') as s:
        assert 'error' in s.ask()


def test_a_missing_command():
    with Session('cat') as s:
        os.remove(s.root + '/formatter')
        assert 'cannot be run' in s.ask()['error']['message']


def test_the_time_limit():
    with Session('sleep 100', timeout=200) as s:
        assert '200 ms' in s.ask()['error']['message']


def test_the_server_goes_on():
    """Nothing waits for a formatter; not even the others of its kind block what is quick."""
    with Session('sleep 100') as s:
        slow = [s.start() for _ in range(4)]
        assert s.client.request('textDocument/documentSymbol', {'textDocument': {'uri': 'file://' + s.path}}, 20) is not None
        for identity in slow:
            s.client.notify('$/cancelRequest', {'id': identity})
        for identity in slow:
            assert s.client.wait(identity)['error']['code'] == -32800


def test_an_edit_ends_it():
    with Session('sleep 100') as s:
        slow = s.start()
        s.client.change(s.path, 'other\n', 2)
        assert s.client.wait(slow)['error']['code'] == -32801


def test_an_untrusted_workspace():
    with Session('cat') as s:
        s.client.notify('workspace/didChangeConfiguration', {'settings': {
            'nilas': {'trusted': False, 'formatting': {'command': [s.root + '/formatter']}}}})
        assert 'not trusted' in s.ask()['error']['message']


def test_the_working_directory():
    with Session('cat >/dev/null; pwd') as s:
        assert apply_edits(BEFORE, s.edits()) == s.root + '\n'


run_tests(globals())
