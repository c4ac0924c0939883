"""Fetching: servers on the loopback that this file starts, git repositories, and what may go wrong."""
import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import tarfile
import tempfile
import threading
import time
import zipfile

from wire import Client, NILAS, run_tests

TIME = 1_700_000_000


# --- What is fetched -----------------------------------------------------------------------------

def nar(node):
    """The archive of a tree: bytes are files, ('x', bytes) executables, ('->', text) symlinks."""
    def token(data):
        data = data.encode() if isinstance(data, str) else data
        return struct.pack('<Q', len(data)) + data + b'\0' * (-len(data) % 8)

    def visit(node):
        if isinstance(node, dict):
            inner = token('type') + token('directory')
            for name in sorted(node):
                inner += token('entry') + token('(') + token('name') + token(name) + token('node') + visit(node[name])
                inner += token(')')
        elif isinstance(node, tuple) and node[0] == '->':
            inner = token('type') + token('symlink') + token('target') + token(node[1])
        else:
            content = node[1] if isinstance(node, tuple) else node
            inner = token('type') + token('regular')
            if isinstance(node, tuple):
                inner += token('executable') + token('')
            inner += token('contents') + token(content)
        return token('(') + inner + token(')')
    return token('nix-archive-1') + visit(node)


def sri(node):
    return 'sha256-' + base64.b64encode(hashlib.sha256(nar(node)).digest()).decode()


TREE = {'default.nix': b'{ x = 1; }\n', 'run': ('x', b'#!/bin/sh\n'), 'link': ('->', 'default.nix'),
        'dir': {'a': b'a', 'b': b''}}


def entries(node, path):
    if isinstance(node, dict):
        yield path, 'dir', None
        for name in node:
            yield from entries(node[name], path + '/' + name)
    elif isinstance(node, tuple) and node[0] == '->':
        yield path, 'link', node[1]
    else:
        yield path, 'exe' if isinstance(node, tuple) else 'file', node[1] if isinstance(node, tuple) else node


def tarball(node=None, top='top', members=(), mode='w:gz'):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:
        for name, kind, data in list(entries(node, top) if node is not None else []) + list(members):
            info = tarfile.TarInfo(name)
            info.mtime = TIME
            info.mode = 0o755 if kind in ('dir', 'exe') else 0o644
            if kind == 'dir':
                info.type = tarfile.DIRTYPE
            elif kind == 'link':
                info.type, info.linkname = tarfile.SYMTYPE, data
            elif kind == 'hard':
                info.type, info.linkname = tarfile.LNKTYPE, data
            else:
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data) if kind in ('file', 'exe') else None)
    return out.getvalue()


# --- Servers -------------------------------------------------------------------------------------

class Server:
    """HTTP on the loopback; `pages` maps paths to bytes or to functions of the handler."""

    def __init__(self, pages=None, backend=None, certificate=None):
        self.pages, self.requests = pages or {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                page = outer.pages.get(self.path)
                if backend and page is None:
                    return backend(self)
                if page is None:
                    return self.answer(404, b'nothing here')
                page(self) if callable(page) else self.answer(200, page)

            do_POST = do_GET

            def answer(self, status, body, **headers):
                self.send_response(status)
                self.send_header('Content-Length', str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.daemon_threads = True
        self.url = f'http://127.0.0.1:{self.http.server_port}'
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_suffix('.key'))
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.url = f'https://localhost:{self.http.server_port}'

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Place:
    """A home directory for one test."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='nilas-fetch-'))
        self.cache = self.path / 'cache'
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def eval(self, expression, *options, allow=True, **variables):
        env = {'PATH': os.environ['PATH'], 'HOME': str(self.path), 'XDG_CACHE_HOME': str(self.cache),
               'XDG_CONFIG_HOME': str(self.path / 'config'), 'NIX_CONF_DIR': str(self.path), 'NIX_PATH': ''}
        env |= {k: v for k, v in os.environ.items() if k.startswith(('ASAN', 'UBSAN', 'LSAN', 'NILAS_'))}
        env |= variables
        command = [NILAS, 'eval', '--strict', '--json', *(['--allow-fetch'] if allow else []), *options, '-E', expression]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, cwd=self.path)
        return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr

    def git(self, *command, cwd):
        env = {'PATH': os.environ['PATH'], 'HOME': str(self.path), 'GIT_CONFIG_NOSYSTEM': '1',
               'GIT_AUTHOR_NAME': 'a', 'GIT_AUTHOR_EMAIL': 'a@a', 'GIT_COMMITTER_NAME': 'c', 'GIT_COMMITTER_EMAIL': 'c@c',
               'GIT_AUTHOR_DATE': f'{TIME} +0000', 'GIT_COMMITTER_DATE': f'{TIME} +0000'}
        return subprocess.run(['git', '-c', 'init.defaultBranch=main', *command], cwd=cwd, env=env, check=True,
                              capture_output=True, text=True).stdout.strip()

    def repository(self, name='repo'):
        """Two commits on main, the first tagged v1; a file that git does not know, and one not for archives."""
        repo = self.path / name
        repo.mkdir()
        self.git('init', '-q', cwd=repo)
        (repo / 'a').write_text('first')
        (repo / '.gitattributes').write_text('secret export-ignore\n')
        (repo / 'secret').write_text('s')
        self.git('add', '.', cwd=repo)
        self.git('commit', '-qm', 'one', cwd=repo)
        self.git('tag', 'v1', cwd=repo)
        (repo / 'a').write_text('second')
        self.git('commit', '-qam', 'two', cwd=repo)
        (repo / 'untracked').write_text('u')
        return repo, self.git('rev-parse', 'HEAD', cwd=repo), self.git('rev-parse', 'v1', cwd=repo)


    def certificate(self):
        """A certificate for localhost that is signed by itself, and its key beside it."""
        file = self.path / 'localhost.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
                        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
                        '-keyout', file.with_suffix('.key'), '-out', file],
                       check=True, capture_output=True)
        return file


def files_of(place):
    return sorted(str(p.relative_to(place.path)) for p in place.path.rglob('*'))


# --- The network is asked only if it may be --------------------------------------------------------

def test_nothing_is_fetched_or_written_unasked():
    with Server({'/x.tar.gz': tarball(TREE)}) as server, Place() as place:
        for code in (f'fetchTarball "{server.url}/x.tar.gz"', f'builtins.fetchurl "{server.url}/x.tar.gz"',
                     f'fetchGit "{server.url}/x"', f'fetchTree "tarball+{server.url}/x.tar.gz"',
                     f'(builtins.tryEval (fetchTarball "{server.url}/x.tar.gz")).success'):
            value, err = place.eval(code, allow=False)
            assert value is None and 'fetching is not allowed' in err, err
        assert server.requests == [] and files_of(place) == []


def test_a_tarball_behind_a_redirect():
    pages = {'/x.tar.gz': tarball(TREE), '/old': lambda h: h.answer(302, b'', Location='/x.tar.gz')}
    with Server(pages) as server, Place() as place:
        code = f'''let t = fetchTree "tarball+{server.url}/old"; in {{
          inherit (t) narHash lastModified lastModifiedDate; keys = builtins.attrNames t; inherit (import t) x;
          files = builtins.readDir t; }}'''
        value, err = place.eval(code)
        assert value, err
        assert value['narHash'] == sri(TREE) and value['lastModified'] == TIME
        assert value['lastModifiedDate'] == '20231114221320' and value['x'] == 1
        assert value['keys'] == ['lastModified', 'lastModifiedDate', 'narHash', 'outPath']
        assert value['files'] == {'default.nix': 'regular', 'run': 'regular', 'link': 'symlink', 'dir': 'directory'}
        # From then on the cache has it, and nobody is asked.
        asked = len(server.requests)
        assert place.eval(code, allow=False)[0] == value and place.eval(code)[0] == value
        assert len(server.requests) == asked


def test_what_is_stale_is_asked_for_again():
    seen = []

    def page(handler):
        seen.append(handler.headers.get('If-None-Match'))
        if seen[-1] == '"tag"':
            handler.answer(304, b'')
        else:
            handler.answer(200, tarball(TREE), ETag='"tag"')
    with Server({'/x.tar.gz': page}) as server, Place() as place:
        code = f'(fetchTree "{server.url}/x.tar.gz").narHash'
        assert place.eval(code)[0] == sri(TREE)
        assert place.eval(code, '--option', 'tarball-ttl', '0')[0] == sri(TREE)
        assert seen == [None, '"tag"']
        # Gone from the server, it is still in the cache.
        server.pages.clear()
        value, err = place.eval(code, '--option', 'tarball-ttl', '0')
        assert value == sri(TREE) and 'using cached version' in err, err


def test_hashes_are_checked():
    with Server({'/x.tar.gz': tarball(TREE), '/file': b'content'}) as server, Place() as place:
        wrong = sri({})
        _, err = place.eval(f'fetchTarball {{ url = "{server.url}/x.tar.gz"; sha256 = "{wrong}"; }}')
        assert f"expected '{wrong}' but got '{sri(TREE)}'" in err, err
        value, err = place.eval(f'import (fetchTarball {{ url = "{server.url}/x.tar.gz"; sha256 = "{sri(TREE)}"; }})')
        assert value == {'x': 1}, err
        digest = hashlib.sha256(b'content').hexdigest()
        code = f'builtins.readFile (builtins.fetchurl {{ url = "{server.url}/file"; sha256 = "%s"; }})'
        assert place.eval(code % digest)[0] == 'content'
        _, err = place.eval(code % ('0' * 64))
        assert f"hash mismatch in file downloaded from '{server.url}/file'" in err, err


def test_a_server_can_name_what_is_immutable():
    flake = {'flake.nix': b'{ outputs = { self }: { v = 3; }; }'}
    url = '/fixed.tar.gz?rev=0123456789012345678901234567890123456789&revCount=7'

    def latest(handler):
        handler.answer(200, tarball(flake), Link=f'<{server.url}{url}>; rel="immutable"')
    with Server({'/latest.tar.gz': latest}) as server, Place() as place:
        user = place.path / 'flake'
        user.mkdir()
        (user / 'flake.nix').write_text('{ inputs.a.url = "%s/latest.tar.gz"; outputs = { self, a }: { inherit (a) v rev revCount; }; }'
                                        % server.url)
        value, err = place.eval(f'removeAttrs (builtins.getFlake "path:{user}").outputs [ ]')
        assert value == {'v': 3, 'rev': '0123456789012345678901234567890123456789', 'revCount': 7}, err
        assert f"'{server.url}/fixed.tar.gz?narHash=" in err, err


def test_a_locked_input_is_found_by_its_hash():
    flake = {'flake.nix': b'{ outputs = { self }: { v = 3; }; }'}
    with Server({'/a.tar.gz': tarball(flake)}) as server, Place() as place:
        user = place.path / 'flake'
        user.mkdir()
        (user / 'flake.nix').write_text('{ inputs.a.url = "%s/a.tar.gz"; outputs = { self, a }: { inherit (a) v; }; }' % server.url)
        lock = {'type': 'tarball', 'url': server.url + '/a.tar.gz', 'narHash': sri(flake), 'lastModified': TIME}
        original = {'type': 'tarball', 'url': server.url + '/a.tar.gz'}
        (user / 'flake.lock').write_text(json.dumps({'version': 7, 'root': 'root', 'nodes': {
            'root': {'inputs': {'a': 'a'}}, 'a': {'locked': lock, 'original': original}}}))
        code = f'(builtins.getFlake "path:{user}").v'
        _, err = place.eval(code, allow=False)
        assert 'fetching is not allowed' in err and f'{server.url}/a.tar.gz' in err, err
        assert place.eval(code) == (3, '')
        server.pages.clear()
        assert place.eval(code, allow=False) == (3, '')
        assert place.eval(code, '--pure-eval', allow=False)[0] is None


# --- What can go wrong -------------------------------------------------------------------------------

def test_a_download_that_breaks_off():
    whole = tarball({'f': os.urandom(50_000)})

    def short(handler):
        handler.send_response(200)
        handler.send_header('Content-Length', str(len(whole)))
        handler.end_headers()
        handler.wfile.write(whole[:20_000])
    with Server({'/short.tar.gz': short, '/cut.tar.gz': whole[:20_000], '/no.tar.gz': b'no archive'}) as server, Place() as place:
        _, err = place.eval(f'fetchTarball "{server.url}/short.tar.gz"')
        assert f"unable to download '{server.url}/short.tar.gz'" in err, err
        _, err = place.eval(f'fetchTarball "{server.url}/cut.tar.gz"')
        assert f"cannot unpack '{server.url}/cut.tar.gz': " in err, err
        _, err = place.eval(f'fetchTarball "{server.url}/no.tar.gz"')
        assert f"cannot unpack '{server.url}/no.tar.gz': " in err, err
        _, err = place.eval(f'fetchTarball "{server.url}/none.tar.gz"')
        assert 'HTTP error 404' in err, err
        assert not list((place.cache / 'nilas' / 'fetch').glob('trees/*'))
        assert not list((place.cache / 'nilas' / 'fetch').glob('new/*'))


def test_a_server_that_never_answers():
    with Place() as place, contextlib.closing(socket.create_server(('127.0.0.1', 0))) as silent:
        url = f'http://127.0.0.1:{silent.getsockname()[1]}/x.tar.gz'
        _, err = place.eval(f'fetchTarball "{url}"', '--option', 'stalled-download-timeout', '1',
                            '--option', 'connect-timeout', '1')
        assert f"unable to download '{url}'" in err and 'slow' in err, err


def test_archives_stay_where_they_are_unpacked():
    bad = {'up': [('top/../../evil', 'file', b'e')], 'absolute': [('/tmp/nilas-evil', 'file', b'e')],
           'through a link': [('top/out', 'link', '..'), ('top/out/evil', 'file', b'e')],
           'through an absolute link': [('top/out', 'link', '/tmp'), ('top/out/nilas-evil', 'file', b'e')],
           'hard link out': [('top/x', 'hard', '../../evil')],
           'a device': []}
    device = io.BytesIO()
    with tarfile.open(fileobj=device, mode='w') as tar:
        info = tarfile.TarInfo('top/null')
        info.type = tarfile.CHRTYPE
        tar.addfile(info)
    pages = {f'/{i}.tar': tarball(None, members=members, mode='w') for i, members in enumerate(bad.values())}
    pages[f'/{len(bad) - 1}.tar'] = device.getvalue()
    with Server(pages) as server, Place() as place:
        (place.path / 'marker').touch()
        for i, name in enumerate(bad):
            value, err = place.eval(f'fetchTarball "{server.url}/{i}.tar"')
            assert value is None and 'cannot unpack' in err, (name, err)
        assert not list(place.path.rglob('*evil*')) and not os.path.exists('/tmp/nilas-evil')


def test_links_of_archives():
    members = [('top/a', 'file', b'a'), ('top/b', 'hard', 'top/a'), ('top/c', 'link', '/nowhere')]
    with Server({'/x.tar': tarball(None, members=members, mode='w')}) as server, Place() as place:
        value, err = place.eval(f'(fetchTree "{server.url}/x.tar").narHash')
        assert value == sri({'a': b'a', 'b': b'a', 'c': ('->', '/nowhere')}), err


def test_zip_and_several_entries_at_the_top():
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        archive.writestr('a', 'a')
        archive.writestr('d/b', 'b')
    with Server({'/x.zip': out.getvalue()}) as server, Place() as place:
        assert place.eval(f'(fetchTree "{server.url}/x.zip").narHash')[0] == sri({'a': b'a', 'd': {'b': b'b'}})


def test_only_http_is_followed():
    with Place() as place:
        (place.path / 'secret').write_text('secret')
        pages = {'/x': lambda h: h.answer(302, b'', Location=f'file://{place.path}/secret')}
        with Server(pages) as server:
            value, err = place.eval(f'builtins.readFile (builtins.fetchurl "{server.url}/x")')
            assert value is None and 'unable to download' in err, err


# --- Git -----------------------------------------------------------------------------------------------

def test_a_working_tree():
    with Place() as place:
        repo, head, _ = place.repository()
        value, err = place.eval(f'removeAttrs (fetchGit {repo}) [ "outPath" ]', allow=False)
        assert err == '' and value == {
            'lastModified': TIME, 'lastModifiedDate': '20231114221320', 'rev': head, 'shortRev': head[:7], 'revCount': 2,
            'submodules': False, 'narHash': sri({'.gitattributes': b'secret export-ignore\n', 'a': b'second'})}, (value, err)
        whole = {'.gitattributes': b'secret export-ignore\n', 'a': b'second', 'secret': b's'}
        code = f'let t = fetchTree "git+file://{repo}"; in {{ inherit (t) narHash; n = builtins.attrNames (builtins.readDir t); d = t.dirtyRev or null; }}'
        value, _ = place.eval(code, allow=False)
        assert value == {'narHash': sri(whole), 'n': ['.gitattributes', 'a', 'secret'], 'd': None}
        # Changed files are seen as they are; files that git was not told of are not seen.
        (repo / 'a').write_text('third')
        (repo / 'new').write_text('n')
        place.git('add', 'new', cwd=repo)
        (repo / 'secret').unlink()
        value, err = place.eval(code, allow=False)
        assert value == {'narHash': sri({'.gitattributes': b'secret export-ignore\n', 'a': b'third', 'new': b'n'}),
                         'n': ['.gitattributes', 'a', 'new'], 'd': head + '-dirty'}, value
        assert err == f"warning: Git tree '{repo}' is dirty\n"
        assert files_of(place) == [f for f in files_of(place) if not f.startswith('cache')]


def test_commits_of_a_local_repository():
    with Place() as place:
        repo, head, first = place.repository()
        old = {'.gitattributes': b'secret export-ignore\n', 'a': b'first', 'secret': b's'}
        for how in (f'rev = "{first}";', 'ref = "v1";', 'ref = "refs/tags/v1";'):
            value, err = place.eval(f'fetchTree {{ type = "git"; url = "file://{repo}"; shallow = false; {how} }}', allow=False)
            assert value, err
            tree, _ = place.eval(f'let t = fetchTree {{ type = "git"; url = "file://{repo}"; shallow = false; {how} }}; in '
                                 '[ t.narHash t.rev t.revCount (builtins.readFile "${t}/a") ]', allow=False)
            assert tree == [sri(old), first, 1, 'first'], tree
        _, err = place.eval(f'fetchGit {{ url = "file://{repo}"; rev = "{"1" * 40}"; }}', allow=False)
        assert f"Cannot find Git revision '{'1' * 40}'" in err, err
        _, err = place.eval(f'fetchGit {{ url = "file://{repo}"; ref = "nope"; }}', allow=False)
        assert "resolving Git reference 'nope'" in err, err
        _, err = place.eval(f'fetchGit "{place.path}/nothing"', allow=False)
        assert 'opening Git repository' in err, err


def test_a_flake_in_a_repository():
    with Place() as place:
        repo = place.path / 'flake'
        repo.mkdir()
        place.git('init', '-q', cwd=repo)
        (repo / 'flake.nix').write_text('{ outputs = { self }: { is = self.rev or "dirty"; seen = builtins.attrNames (builtins.readDir ./.); }; }')
        (repo / 'other').write_text('x')
        place.git('add', 'flake.nix', cwd=repo)
        place.git('commit', '-qm', 'one', cwd=repo)
        head = place.git('rev-parse', 'HEAD', cwd=repo)
        code = f'let f = builtins.getFlake "git+file://{repo}"; in {{ inherit (f) is seen; }}'
        assert place.eval(code, allow=False) == ({'is': head, 'seen': ['flake.nix']}, '')
        locked = f'let f = builtins.getFlake "git+file://{repo}?rev={head}"; in f.rev'
        assert place.eval(locked, '--pure-eval', allow=False) == (head, '')
        (repo / 'flake.nix').write_text((repo / 'flake.nix').read_text() + '\n')
        assert place.eval(code, allow=False)[0] == {'is': 'dirty', 'seen': ['flake.nix']}


def git_backend(root):
    """git-http-backend(1) behind our server."""
    program = subprocess.run(['git', '--exec-path'], capture_output=True, text=True, check=True).stdout.strip() + '/git-http-backend'

    def serve(handler):
        path, _, query = handler.path.partition('?')
        body = handler.rfile.read(int(handler.headers.get('Content-Length', 0)))
        env = {'PATH': os.environ['PATH'], 'GIT_PROJECT_ROOT': str(root), 'GIT_HTTP_EXPORT_ALL': '1', 'PATH_INFO': path,
               'QUERY_STRING': query, 'REQUEST_METHOD': handler.command, 'HOME': str(root),
               'CONTENT_TYPE': handler.headers.get('Content-Type', ''),
               'HTTP_CONTENT_ENCODING': handler.headers.get('Content-Encoding', ''),
               'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'safe.directory', 'GIT_CONFIG_VALUE_0': '*'}
        out = subprocess.run([program], input=body, capture_output=True, env=env).stdout
        head, _, rest = out.partition(b'\r\n\r\n')
        fields = dict(line.split(': ', 1) for line in head.decode().split('\r\n') if ': ' in line)
        status = int(fields.pop('Status', '200').split()[0])
        handler.answer(status, rest, **fields)
    return serve


def test_a_repository_over_http():
    with Place() as place:
        repo, head, first = place.repository()
        with Server(backend=git_backend(place.path)) as server:
            url = f'{server.url}/repo/.git'
            code = f'let t = fetchGit {{ url = "{url}"; %s }}; in [ t.rev t.revCount (builtins.readFile (t + "/a")) ]'
            value, err = place.eval(code % '')
            assert value == [head, 2, 'second'], err
            value, err = place.eval(code % 'ref = "refs/tags/v1";')
            assert value == [first, 1, 'first'], err
            value, err = place.eval(code % f'rev = "{first}";')
            assert value == [first, 1, 'first'], err
            _, err = place.eval(code % 'ref = "nope";')
            assert 'nope' in err and 'error: ' in err, err
        # A commit never changes: the server is not needed any more.
        assert place.eval(code % f'rev = "{head}";', allow=False)[0] == [head, 2, 'second']
        # Where a branch was is remembered, for want of anything better.
        assert place.eval(code % '', allow=False)[0] == [head, 2, 'second']
        _, err = place.eval(code % 'ref = "other";', allow=False)
        assert 'fetching is not allowed' in err, err


def test_certificates_are_checked():
    with Place() as place:
        certificate = place.certificate()
        _, head, _ = place.repository()
        with Server({'/x.tar.gz': tarball(TREE)}, git_backend(place.path), certificate) as server:
            tree = f'(fetchTree "{server.url}/x.tar.gz").narHash'
            repository = f'(fetchGit "{server.url}/repo/.git").rev'
            for code, wanted in ((tree, sri(TREE)), (repository, head)):
                value, err = place.eval(code)
                assert value is None and server.url in err and 'certificate' in err.lower(), err
                assert code is repository or not any(p.is_file() for p in place.cache.rglob('*'))
                for variable in ('NIX_SSL_CERT_FILE', 'SSL_CERT_FILE'):
                    known = {variable: str(certificate)}
                    value, err = place.eval(code, '--option', 'tarball-ttl', '0', **known)
                    assert value == wanted, err
                shutil.rmtree(place.cache)
                # The one of Nix comes first.
                both = {'NIX_SSL_CERT_FILE': str(place.path / 'missing'), 'SSL_CERT_FILE': str(certificate)}
                value, err = place.eval(code, **both)
                assert value is None and err.startswith('error'), err
                shutil.rmtree(place.cache, ignore_errors=True)


# --- The server --------------------------------------------------------------------------------------------

def hover_until(client, path, line, character, wanted):
    """The first hover that has `wanted`, or the last one."""
    end = time.monotonic() + 20
    while True:
        hover = client.hover(path, line, character)
        text = hover['contents']['value'] if hover else ''
        if wanted in text or time.monotonic() > end:
            return text
        time.sleep(0.1)


def test_the_server_fetches_when_it_may():
    with Server({'/x.tar.gz': tarball(TREE)}) as server, Place() as place:
        text = f'let\n  tree = import (fetchTarball "{server.url}/x.tar.gz");\n  known = tree.x + 123455;\nin known\n'
        path = str(place.path / 'a.nix')
        for settings, wanted in (({}, 'fetching is not allowed'), ({'fetch': {'enable': True}, 'trusted': False}, 'not allowed'),
                                 ({'fetch': {'enable': True}}, '123456')):
            client = Client(environment={'HOME': str(place.path), 'XDG_CACHE_HOME': str(place.cache)})
            try:
                client.initialize(str(place.path), initializationOptions=settings)
                client.open(path, text)
                assert wanted in hover_until(client, path, 3, 4, wanted), settings
                assert client.stop() == 0
            finally:
                client.kill()
            assert bool(server.requests) == (wanted == '123456'), settings
        assert len(server.requests) == 1


run_tests(globals())
