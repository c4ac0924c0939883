"""Settings of Nix: where they are read, what counts more, and what they change in `nilas eval`."""
import os, subprocess, tempfile

from wire import NILAS


class Machine:
    """Configuration files of a machine and a user, and nothing else in the environment."""

    def __init__(self, root):
        self.root = root
        self.environment = {'PATH': os.environ['PATH'], 'HOME': root + '/home',
                            'NIX_CONF_DIR': root + '/etc', 'XDG_CONFIG_DIRS': root + '/xdg'}
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def eval(self, expression, *options, **environment):
        p = subprocess.run([NILAS, 'eval', '--strict', *options, '-E', expression], text=True,
                           env={**self.environment, **environment}, capture_output=True, timeout=60)
        return (p.stdout if p.returncode == 0 else p.stderr).strip()


def expect(got, wanted):
    assert got == wanted, f'got {got!r}, wanted {wanted!r}'


def expect_error(got, text):
    assert got.startswith('error') and text in got, f'got {got!r}, wanted an error with {text!r}'


def features(m):
    pipe = '1 |> toString'
    expect_error(m.eval(pipe), "experimental Nix feature 'pipe-operators' is disabled")
    expect(m.eval(pipe, '--extra-experimental-features', 'pipe-operators'), '"1"')
    expect(m.eval(pipe, NIX_CONFIG='experimental-features = pipe-operators'), '"1"')
    m.write('etc/nix.conf', 'experimental-features = nix-command  pipe-operators # both\n')
    expect(m.eval(pipe), '"1"')
    # What is on from the start stays on.
    expect(m.eval('builtins ? getFlake'), 'true')
    # An argument says all there is.
    expect_error(m.eval(pipe, '--experimental-features', 'flakes'), 'pipe-operators')
    expect_error(m.eval('if true then 1 else fetchTree', '--experimental-features', ''),
                 "undefined variable 'fetchTree'")
    expect_error(m.eval('__currentTime', '--pure-eval'), "undefined variable '__currentTime'")
    expect(m.eval('with { fetchTree = 1; }; fetchTree', '--experimental-features', ''), '1')


def search_path(m):
    names = 'map (e: "${e.prefix}=${e.path}") builtins.nixPath'
    m.write('etc/nix.conf', 'nix-path = a=/1 b=/2\nextra-nix-path = c=/3\n')
    expect(m.eval(names), '[ "a=/1" "b=/2" "c=/3" ]')
    expect(m.eval(names, NIX_PATH='d=/4'), '[ "d=/4" "c=/3" ]')
    expect(m.eval(names, '-I', 'e=/5'), '[ "e=/5" "a=/1" "b=/2" "c=/3" ]')
    m.write('home/.config/nix/nix.conf', 'nix-path = x=/9\n')
    expect(m.eval(names), '[ "x=/9" ]')
    expect(m.eval(names, NIX_CONFIG='extra-nix-path = y=/8'), '[ "x=/9" "y=/8" ]')


def files(m):
    system = 'builtins.currentSystem'
    m.write('etc/nix.conf', 'include more.conf\n!include missing.conf\nsystem = machine\n')
    m.write('etc/more.conf', 'system = included\nmax-call-depth = 5\n')
    expect(m.eval(system), '"machine"')
    m.write('xdg/nix/nix.conf', 'system = xdg\n')
    expect(m.eval(system), '"xdg"')
    m.write('home/.config/nix/nix.conf', 'system = home\n')
    expect(m.eval(system), '"home"')
    m.write('own.conf', 'system = own\n')
    expect(m.eval(system, NIX_USER_CONF_FILES=m.root + '/own.conf'), '"own"')
    expect(m.eval(system, NIX_CONFIG='system = variable'), '"variable"')
    argument = m.eval(system, '--option', 'system', 'argument', NIX_CONFIG='system = variable')
    expect(argument, '"argument"')
    expect_error(m.eval('let f = n: f (n + 1); in f 0'), 'max-call-depth exceeded')
    expect_error(m.eval('builtins.currentSystem', NIX_CONFIG='pure-eval = true'),
                 "attribute 'currentSystem' missing")
    # What is no setting is passed over, a file that includes itself ends.
    m.write('etc/nix.conf', 'include nix.conf\nsystem\n= 1\nmax-call-depth = many\n'
                            'nonsense = 1\nsystem = last\n')
    expect(m.eval('builtins.currentSystem', NIX_USER_CONF_FILES=''), '"last"')


def main():
    for check in (features, search_path, files):
        with tempfile.TemporaryDirectory() as root:
            check(Machine(root))
    print('nix.conf: features, search path, files')


if __name__ == '__main__':
    main()
