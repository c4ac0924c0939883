"""Call hierarchies, over the wire. Cases: call_hierarchy/*.txt."""
from fixtures import at, covered, place, run, text_of


def show(client, workspace, sections):
    items = client.request('textDocument/prepareCallHierarchy', at(workspace))
    if items is None:
        return 'nothing'
    item, = items
    text = text_of(workspace, 'file://' + workspace.main)
    lines = [f"{item['name']} {place(item['selectionRange'])}"]
    for method, side in [('incomingCalls', 'from'), ('outgoingCalls', 'to')]:
        for call in client.request('callHierarchy/' + method, {'item': item}):
            other = call[side]
            assert other['name'] in covered(text, other['range'])
            lines.append(f"{side} {other['name']} at {' '.join(place(r) for r in call['fromRanges'])}")
    return '\n'.join(lines)


run('call_hierarchy', show)
