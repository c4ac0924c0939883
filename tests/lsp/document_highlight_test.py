"""Highlights of the name under the cursor, over the wire. Cases: document_highlight/*.txt."""
from fixtures import at, place, run


def show(client, workspace, sections):
    answer = client.request('textDocument/documentHighlight', at(workspace))
    if answer is None:
        return 'nothing'
    return '\n'.join(f"{place(h['range'])} {['', 'text', 'read', 'write'][h['kind']]}" for h in answer)


run('document_highlight', show)
