"""Growing selections, over the wire. Cases: selection_range/*.txt."""
from fixtures import covered, document, run, text_of


def show(client, workspace, sections):
    line, character = workspace.position
    answer = client.request('textDocument/selectionRange', document(
        workspace, positions=[{'line': line, 'character': character}]))
    text = text_of(workspace, 'file://' + workspace.main)
    lines, at = [], answer[0]
    while at:
        lines.append(repr(covered(text, at['range'])))
        at = at.get('parent')
    return '\n'.join(lines)


run('selection_range', show)
