"""Completions, over the wire. Cases: completion/*.txt. Shown are the items in the order of their sort texts, without
keywords and builtins unless `--- all: PREFIX` asks for everything that begins with PREFIX; `--- resolve: LABEL` shows
what resolving an item adds, `--- accept: LABEL` the line once it is accepted."""
from fixtures import apply_edits, at, capabilities, run, text_of

KINDS = {3: 'function', 5: 'attribute', 6: 'variable', 14: 'keyword', 15: 'snippet', 17: 'file', 19: 'folder',
         21: 'constant'}


def is_ordinary(item):
    return item['kind'] not in (14, 15, 21) and 'builtin' not in item.get('data', {})


def show(client, workspace, sections):
    answer = client.request('textDocument/completion', at(workspace, context={'triggerKind': 1}))
    if answer is None:
        return 'nothing'
    items = sorted(answer['items'], key=lambda i: i['sortText'])
    if 'resolve' in sections or 'accept' in sections:
        label = sections.get('resolve', sections.get('accept'))
        item = next((i for i in items if i['label'] == label), None)
        if item is None:
            return 'no such item'
        if 'accept' in sections:
            text = text_of(workspace, 'file://' + workspace.main)
            return apply_edits(text, [item['textEdit']]).split('\n')[workspace.position[0]]
        resolved = client.request('completionItem/resolve', item)
        return resolved.get('detail', '') + '\n' + resolved.get('documentation', {}).get('value', '')
    if 'all' in sections:
        items = [i for i in items if i['label'].startswith(sections['all'])]
    else:
        items = [i for i in items if is_ordinary(i)]
    lines = [f"{i['label']} {KINDS[i['kind']]} {i.get('detail', '')}".rstrip() for i in items]
    return '\n'.join(lines + ['...'] * answer['isIncomplete'])


run('completion', show, capabilities(completion={'completionItem': {'snippetSupport': True}}))
