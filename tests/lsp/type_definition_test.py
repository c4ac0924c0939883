"""What gives values their form, over the wire. Cases: type_definition/*.txt."""
from fixtures import at, located, run


def show(client, workspace, sections):
    answer = client.request('textDocument/typeDefinition', at(workspace))
    return '\n'.join(located(workspace, l['uri'], l['range']) for l in answer) if answer else 'nothing'


run('type_definition', show, folders=True)
