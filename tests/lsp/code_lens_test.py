"""Code lenses, over the wire; each is resolved. Cases: code_lens/*.txt. They are off unless a setting asks for them."""
import tempfile

from fixtures import covered, document, run, text_of
from wire import Client


def show(client, workspace, sections):
    text = text_of(workspace, 'file://' + workspace.main)
    lenses = client.request('textDocument/codeLens', document(workspace))
    return '\n'.join(f"{covered(text, lens['range'])}: "
                     f"{client.request('codeLens/resolve', lens)['command']['title']}" for lens in lenses)


client = Client()
client.initialize(tempfile.gettempdir())
client.open('/none/x.nix', '{ f = x: x; }')
assert client.request('textDocument/codeLens', {'textDocument': {'uri': 'file:///none/x.nix'}}) is None
assert client.stop() == 0
run('code_lens', show, settings={'codeLens': {'references': True}})
