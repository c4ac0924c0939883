"""References, over the wire. Cases: references/*.txt; `--- uses` leaves out definitions."""
from fixtures import at, located, run


def show(client, workspace, sections):
    context = {'includeDeclaration': 'uses' not in sections}
    answer = client.request('textDocument/references', at(workspace, context=context))
    if answer is None:
        return 'nothing'
    return '\n'.join(located(workspace, l['uri'], l['range']) for l in answer)


run('references', show, folders=True)
