"""Renames, over the wire. Cases: rename/*.txt; `--- to: NAME` is the new name, the answer the new
text, or why it was refused. If other files change, too, each stands under its name and the version
that was edited. `--- linked` asks for the places that change together while one is typed instead.
"""
from fixtures import apply_edits, at, enter, capabilities, covered, place, run, text_of
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
    changes = renamed['result']['documentChanges']
    for change in changes:
        path = change['textDocument']['uri'].removeprefix('file://')
        assert change['textDocument']['version'] == (1 if path in workspace.buffers else None)
    assert plain_changes(workspace, sections) == {c['textDocument']['uri']: c['edits'] for c in changes}
    if [c['textDocument']['uri'] for c in changes] == ['file://' + workspace.main]:
        return apply_edits(text, changes[0]['edits'])
    return ''.join(shown(workspace, c) for c in changes)


def shown(workspace, change):
    uri, version = change['textDocument']['uri'], change['textDocument']['version']
    name = uri.removeprefix('file://' + workspace.root + '/')
    text = apply_edits(text_of(workspace, uri), change['edits'])
    return f":: {name}{f' ({version})' if version else ''}\n{text}"


def plain_changes(workspace, sections):
    """What a client gets that knows no versions of documents."""
    enter(PLAIN, workspace.root)
    for path, text in workspace.buffers.items():
        PLAIN.open(path, text)
    changes = PLAIN.request('textDocument/rename', at(workspace, newName=sections['to']))['changes']
    for path in workspace.buffers:
        PLAIN.close(path)
    enter(PLAIN, None, workspace.root)
    return changes


PLAIN = Client()
PLAIN.initialize(None, capabilities=capabilities())
caps = capabilities(rename={'prepareSupport': True})
caps['workspace'] = {'workspaceEdit': {'documentChanges': True}}
run('rename', show, caps, folders=True)
