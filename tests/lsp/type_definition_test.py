"""What gives values their form, over the wire. Cases: type_definition/*.txt."""
from fixtures import at, located, run


def show(client, workspace, sections):
    answer = client.request('textDocument/typeDefinition', at(workspace))
    if answer is None:
        return 'nothing'
    return '\n'.join(located(workspace, l['uri'], l['range']) for l in answer)


run('type_definition', show, folders=True)
