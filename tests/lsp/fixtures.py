"""Cases whose answer is shown as text: FEATURE/*.txt, in the format of wire.py, with the sections

    --- answer        what the test shows of the server's answer
    --- NAME: VALUE   whatever else the feature's test asks for

With NILAS_UPDATE=1 the answers are written anew; read the difference before you commit it.
"""
import glob, os, re, sys, tempfile

from wire import Client, Workspace, read_cases

HERE = os.path.dirname(os.path.abspath(__file__))


def capabilities(**text_document):
    return {'general': {'positionEncodings': ['utf-16']}, 'textDocument': text_document}


def write_answers(path, answers):
    text = open(path, encoding='utf-8').read()
    for name, answer in answers.items():
        case = re.compile(r'(^=== ' + re.escape(name) + r'\n(?:(?!^=== ).*\n)*?--- answer\n)((?:(?!^(?:---|===) ).*\n)*)', re.M)
        assert case.search(text), name
        text = case.sub(lambda m: m[1] + (answer + '\n' if answer else ''), text, count=1)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def enter(client, folder, before=None):
    """Makes `folder` the only workspace folder."""
    folders = lambda path: [{'uri': 'file://' + path, 'name': 'case'}] if path else []
    client.notify('workspace/didChangeWorkspaceFolders', {'event': {'added': folders(folder), 'removed': folders(before)}})


def run(feature, show, client_capabilities=None, settings=None, folders=False):
    """`show(client, workspace, sections)` is the text of an answer. Exits with the result. With `folders` each case
    is a workspace folder of its own; else the server knows none but the directory of all temporary files."""
    only = sys.argv[1:]
    failed = count = 0
    paths = sorted(glob.glob(f'{HERE}/{feature}/*.txt'))
    assert paths, feature
    for path in paths:
        client = Client()
        client.initialize(None if folders else tempfile.gettempdir(), capabilities=client_capabilities or capabilities(),
                          initializationOptions=settings or {})
        answers = {}
        for name, files, sections in read_cases(path):
            if only and name not in only:
                continue
            count += 1
            with Workspace(files) as w:
                if folders:
                    enter(client, w.root)
                for buffer, text in w.buffers.items():
                    client.open(buffer, text)
                answers[name] = show(client, w, sections).replace(w.root, '$ROOT').rstrip('\n')
                for buffer in w.buffers:
                    client.close(buffer)
                if folders:
                    enter(client, None, w.root)
            if 'NILAS_UPDATE' not in os.environ and answers[name] != sections.get('answer'):
                failed += 1
                print(f'FAILED {os.path.basename(path)}: {name}: expected\n{sections.get("answer")}\ngot\n{answers[name]}')
        assert client.stop() == 0
        if 'NILAS_UPDATE' in os.environ:
            write_answers(path, answers)
    print(f'{count - failed} of {count} passed')
    sys.exit(1 if failed or not count else 0)


# --- Showing -------------------------------------------------------------------------------------
def at(workspace, **extra):
    """Parameters of a request at the cursor."""
    line, character = workspace.position
    return {'textDocument': {'uri': 'file://' + workspace.main},
            'position': {'line': line, 'character': character}, **extra}


def document(workspace, **extra):
    return {'textDocument': {'uri': 'file://' + workspace.main}, **extra}


def text_of(workspace, uri):
    path = uri.removeprefix('file://')
    if path in workspace.buffers:
        return workspace.buffers[path]
    return open(path, encoding='utf-8').read()


def offset(text, position):
    """Of a position in UTF-16, into a Python string."""
    line = text.split('\n')[position['line']]
    before = line.encode('utf-16-le')[:2 * position['character']].decode('utf-16-le', 'replace')
    return sum(len(l) + 1 for l in text.split('\n')[:position['line']]) + len(before)


def covered(text, span):
    return text[offset(text, span['start']):offset(text, span['end'])]


def place(span):
    start, end = span['start'], span['end']
    return f"{start['line'] + 1}:{start['character'] + 1}-{end['line'] + 1}:{end['character'] + 1}"


def located(workspace, uri, span):
    """`main.nix 1:2-1:5 text`"""
    text = covered(text_of(workspace, uri), span)
    shown = text if len(text) <= 60 and '\n' not in text else text.split('\n')[0][:60] + '...'
    return f"{uri.removeprefix('file://' + workspace.root + '/')} {place(span)} {shown}".rstrip()


def apply_edits(text, edits):
    for edit in sorted(edits, key=lambda e: offset(text, e['range']['start']), reverse=True):
        text = text[:offset(text, edit['range']['start'])] + edit['newText'] + text[offset(text, edit['range']['end']):]
    return text
