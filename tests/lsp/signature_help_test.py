"""Signatures, over the wire. Cases: signature_help/*.txt. Of the documentation, the first line is
shown; of builtins, where that is the type, the next one too."""
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
    documentation = signature.get('documentation', {}).get('value', '')
    lines = [paragraph.split('\n')[0] for paragraph in documentation.split('\n\n')]
    lines = lines[:2] if lines[0].startswith('`') else lines[:1]
    return '\n'.join([signature['label'], 'active: ' + shown] + lines).rstrip()


run('signature_help', show)
