"""Call hierarchies, over the wire. Cases: call_hierarchy/*.txt."""
from fixtures import at, covered, place, run, text_of


def show(client, workspace, sections):
    items = client.request('textDocument/prepareCallHierarchy', at(workspace))
    if items is None:
        return 'nothing'
    item, = items
    several = len(list(workspace.files)) > 1

    def name_of(uri):
        return uri.removeprefix('file://' + workspace.root + '/')

    where = f" {name_of(item['uri'])}" if several else ''
    lines = [f"{item['name']}{where} {place(item['selectionRange'])}"]
    for method, side in [('incomingCalls', 'from'), ('outgoingCalls', 'to')]:
        for call in client.request('callHierarchy/' + method, {'item': item}):
            other = call[side]
            text = text_of(workspace, other['uri'])
            assert other['kind'] == 1 or other['name'] in covered(text, other['range'])
            where = f" in {name_of(other['uri'])}" if several else ''
            places = ' '.join(place(r) for r in call['fromRanges'])
            lines.append(f"{side} {other['name']}{where} at {places}")
            if other['kind'] == 1:  # a file: nobody calls it
                assert client.request('callHierarchy/incomingCalls', {'item': other}) == []
    return '\n'.join(lines)


run('call_hierarchy', show, folders=True)
