"""Inlay hints, over the wire. Cases: inlay_hint/*.txt; `--- lines: N` is the setting inlayHints.bindingEndLines,
`--- off` switches parameters off, `--- range: L1-L2` asks for lines, `--- tooltip` shows what resolving adds."""
import tempfile

from fixtures import capabilities, document, run, text_of
from wire import Client


def show(_, workspace, sections):
    settings = {'inlayHints': {'bindingEndLines': int(sections.get('lines', 25)), 'parameters': 'off' not in sections}}
    client = Client()
    client.initialize(tempfile.gettempdir(), capabilities=capabilities(), initializationOptions=settings)
    client.open(workspace.main, workspace.buffers[workspace.main])
    first, last = sections.get('range', '1-1000').split('-')
    text = text_of(workspace, 'file://' + workspace.main)
    hints = client.request('textDocument/inlayHint', document(workspace, range={
        'start': {'line': int(first) - 1, 'character': 0}, 'end': {'line': int(last), 'character': 0}}))
    lines = []
    for hint in hints:
        at = hint['position']
        line = text.split('\n')[at['line']]
        extra = ''
        if 'tooltip' in sections:
            extra = ' # ' + client.request('inlayHint/resolve', hint).get('tooltip', '')
        lines.append(f"{at['line'] + 1}: {line[:at['character']].lstrip()}«{hint['label']}»{line[at['character']:]}{extra}")
    assert client.stop() == 0
    return '\n'.join(lines)


run('inlay_hint', show)
