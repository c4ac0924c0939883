"""Renames within a file, over the wire. Cases: rename/*.txt; `--- to: NAME` is the new name, the answer the new text,
or why it was refused. `--- linked` asks for the places that change together while one is typed instead."""
import tempfile

from fixtures import apply_edits, at, capabilities, covered, place, run, text_of
from wire import Client


def show(client, workspace, sections):
    text = text_of(workspace, 'file://' + workspace.main)
    if 'linked' in sections:
        answer = client.request('textDocument/linkedEditingRange', at(workspace))
        return '\n'.join(place(r) for r in answer['ranges']) if answer else 'nothing'
    prepared = client.wait(client.start_request('textDocument/prepareRename', at(workspace)))
    renamed = client.wait(client.start_request('textDocument/rename', at(workspace, newName=sections['to'])))
    if 'error' in prepared:
        assert 'error' in renamed
        return 'refused at once: ' + prepared['error']['message']
    if prepared['result'] is None:
        assert 'error' in renamed
        return 'nothing'
    assert prepared['result']['placeholder'] in covered(text, prepared['result']['range'])
    if 'error' in renamed:
        return 'refused: ' + renamed['error']['message']
    change, = renamed['result']['documentChanges']
    assert change['textDocument'] == {'uri': 'file://' + workspace.main, 'version': 1}
    assert plain_changes(workspace, sections) == {'file://' + workspace.main: change['edits']}
    return apply_edits(text, change['edits'])


def plain_changes(workspace, sections):
    """What a client gets that knows no versions of documents."""
    PLAIN.open(workspace.main, workspace.buffers[workspace.main])
    changes = PLAIN.request('textDocument/rename', at(workspace, newName=sections['to']))['changes']
    PLAIN.close(workspace.main)
    return changes


PLAIN = Client()
PLAIN.initialize(tempfile.gettempdir(), capabilities=capabilities())
caps = capabilities(rename={'prepareSupport': True})
caps['workspace'] = {'workspaceEdit': {'documentChanges': True}}
run('rename', show, caps)
