"""The outline, over the wire. Cases: document_symbol/*.txt; `--- flat` asks as a client that knows no trees."""
import sys, tempfile

import fixtures
from fixtures import capabilities, covered, document, place, run, text_of
from wire import Client

KINDS = {1: 'file', 7: 'property', 12: 'function', 13: 'variable', 15: 'string', 16: 'number', 17: 'boolean',
         18: 'array', 19: 'object', 21: 'null'}

NESTED = capabilities(documentSymbol={'hierarchicalDocumentSymbolSupport': True})


def lines(text, symbols, indent=''):
    for s in symbols:
        outer, inner = fixtures.offset(text, s['range']['start']), fixtures.offset(text, s['selectionRange']['start'])
        assert outer <= inner and covered(text, s['selectionRange']) in covered(text, s['range'])
        detail = ' # ' + s['detail'] if s.get('detail') else ''
        yield f"{indent}{s['name']} {KINDS[s['kind']]} {place(s['range'])}{detail}"
        yield from lines(text, s.get('children', []), indent + '  ')


def depth(symbols):
    return 1 + max((depth(s.get('children', [])) for s in symbols), default=-1)


def cut():
    """Of a generated file the outermost levels, all of them."""
    client = Client()
    client.initialize(tempfile.gettempdir(), capabilities=NESTED)
    for entries, levels in ((1000, 3), (2000, 2), (6000, 1)):
        path = f'/nowhere/generated-{entries}.nix'
        text = '{\n' + ''.join(f'  e{i} = {{ a = {{ b = 1; }}; }};\n' for i in range(entries)) + '}\n'
        client.open(path, text)
        answer = client.request('textDocument/documentSymbol', {'textDocument': {'uri': 'file://' + path}})
        assert (len(answer), depth(answer)) == (entries, levels), (len(answer), depth(answer))
        assert all((levels > 1) == ('children' in s) for s in answer)
    assert client.stop() == 0


def flat(workspace):
    client = Client()
    client.initialize(tempfile.gettempdir(), capabilities=capabilities())
    client.open(workspace.main, workspace.buffers[workspace.main])
    answer = client.request('textDocument/documentSymbol', document(workspace))
    assert client.stop() == 0
    return '\n'.join(f"{s['name']} {KINDS[s['kind']]} {place(s['location']['range'])} in {s.get('containerName', '')}"
                     for s in answer)


def show(client, workspace, sections):
    if 'flat' in sections:
        return flat(workspace)
    answer = client.request('textDocument/documentSymbol', document(workspace))
    return '\n'.join(lines(text_of(workspace, 'file://' + workspace.main), answer))


cut()
run('document_symbol', show, NESTED)
