"""Definitions and declarations, over the wire. Cases: definition/*.txt."""
from fixtures import at, capabilities, located, run


def show(client, workspace, sections):
    method = 'textDocument/' + sections.get('method', 'definition')
    answer = client.request(method, at(workspace))
    if answer is None:
        return 'nothing'
    lines = []
    for target in answer:
        lines.append(located(workspace, target['targetUri'], target['targetSelectionRange']))
    return '\n'.join(lines)


run('definition', show, capabilities(definition={'linkSupport': True}))
