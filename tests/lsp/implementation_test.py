"""Where values were written, over the wire. Cases: implementation/*.txt."""
from fixtures import at, located, run


def show(client, workspace, sections):
    answer = client.request('textDocument/implementation', at(workspace))
    return located(workspace, answer['uri'], answer['range']) if answer else 'nothing'


run('implementation', show)
