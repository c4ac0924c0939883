"""Signatures, over the wire. Cases: signature_help/*.txt."""
from fixtures import at, run


def show(client, workspace, sections):
    answer = client.request('textDocument/signatureHelp', at(workspace))
    if answer is None:
        return 'nothing'
    signature, = answer['signatures']
    assert all(p['label'] in signature['label'] for p in signature['parameters'])
    active = answer['activeParameter']
    parameters = signature['parameters']
    shown = parameters[active]['label'] if active < len(parameters) else 'none'
    documentation = signature.get('documentation', {}).get('value', '').split('\n')[0]
    return '\n'.join([signature['label'], 'active: ' + shown] + [documentation] * bool(documentation))


run('signature_help', show)
