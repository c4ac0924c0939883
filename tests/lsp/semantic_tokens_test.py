"""Semantic tokens, over the wire. Cases: semantic_tokens/*.txt; `--- range: L1-L2` asks for lines only;
`--- edited` is the text after an edit, for which a delta must lead from the old tokens to those of a fresh answer."""
from fixtures import document, run, text_of

from wire import Client


def decode(legend, text, data):
    lines = text.split('\n')
    line = character = 0
    for i in range(0, len(data), 5):
        down, right, size, kind, bits = data[i:i + 5]
        line, character = line + down, (right if down else character + right)
        token = lines[line].encode('utf-16-le')[2 * character:2 * (character + size)].decode('utf-16-le')
        assert size > 0 and len(token.encode('utf-16-le')) == 2 * size
        modifiers = ''.join('.' + m for b, m in enumerate(legend['tokenModifiers']) if bits >> b & 1)
        yield f"{line + 1}:{character + 1} {token} {legend['tokenTypes'][kind]}{modifiers}"


def show(client, workspace, sections):
    legend = LEGEND
    text = text_of(workspace, 'file://' + workspace.main)
    if 'range' in sections:
        first, last = sections['range'].split('-')
        answer = client.request('textDocument/semanticTokens/range', document(workspace, range={
            'start': {'line': int(first) - 1, 'character': 0}, 'end': {'line': int(last), 'character': 0}}))
        return '\n'.join(decode(legend, text, answer['data']))
    answer = client.request('textDocument/semanticTokens/full', document(workspace))
    if 'edited' not in sections:
        return '\n'.join(decode(legend, text, answer['data']))
    client.change(workspace.main, sections['edited'], 2)
    delta = client.request('textDocument/semanticTokens/full/delta', document(workspace, previousResultId=answer['resultId']))
    data = answer['data']
    for edit in delta['edits']:
        data[edit['start']:edit['start'] + edit['deleteCount']] = edit.get('data', [])
    fresh = client.request('textDocument/semanticTokens/full', document(workspace))
    assert data == fresh['data'], (data, fresh['data'])
    unknown = client.request('textDocument/semanticTokens/full/delta', document(workspace, previousResultId='none'))
    assert unknown['data'] == fresh['data']
    return f"{sum(len(e.get('data', [])) for e in delta['edits'])} numbers sent\n" + '\n'.join(
        decode(legend, sections['edited'], data))


client = Client()
LEGEND = client.initialize()['capabilities']['semanticTokensProvider']['legend']
assert client.stop() == 0
run('semantic_tokens', show)
