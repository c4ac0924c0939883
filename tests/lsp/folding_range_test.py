"""Folding, over the wire. Cases: folding_range/*.txt; `--- lines` asks as a client that folds whole lines only,
`--- limit: N` as one that takes no more than N."""
import tempfile

from fixtures import capabilities, document, run
from wire import Client


def shown(r):
    kind = ' ' + r['kind'] if 'kind' in r else ''
    if 'startCharacter' not in r:
        return f"{r['startLine'] + 1}-{r['endLine'] + 1}{kind}"
    return f"{r['startLine'] + 1}:{r['startCharacter'] + 1}-{r['endLine'] + 1}:{r['endCharacter'] + 1}{kind}"


def show(client, workspace, sections):
    folding = {}
    if 'lines' in sections:
        folding['lineFoldingOnly'] = True
    if 'limit' in sections:
        folding['rangeLimit'] = int(sections['limit'])
    if folding:
        other = Client()
        other.initialize(tempfile.gettempdir(), capabilities=capabilities(foldingRange=folding))
        other.open(workspace.main, workspace.buffers[workspace.main])
        answer = other.request('textDocument/foldingRange', document(workspace))
        assert other.stop() == 0
    else:
        answer = client.request('textDocument/foldingRange', document(workspace))
    return '\n'.join(shown(r) for r in answer)


run('folding_range', show)
