"""Links, over the wire; each is resolved. Cases: document_link/*.txt."""
from fixtures import covered, document, place, run, text_of


def show(client, workspace, sections):
    text = text_of(workspace, 'file://' + workspace.main)
    lines = []
    for link in client.request('textDocument/documentLink', document(workspace)):
        target = link.get('target') or client.request('documentLink/resolve', link).get('target', 'nowhere')
        lines.append(f"{place(link['range'])} {covered(text, link['range'])} -> {target}")
    return '\n'.join(lines)


run('document_link', show)
