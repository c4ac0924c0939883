#!/usr/bin/env python3
"""Runs one real editor, headless, against a nilas program.

    run.py neovim|emacs|vscode --nilas PATH [--control dead|missing] [--output DIR] [...]

Without --control every check must pass. With it the server is broken on purpose, and the editor
must say so instead of passing: `dead` exits at once, `missing` is not there at all.
Exit status: 0 passed, 1 failed, 77 skipped (the editor is not installed; with
NILAS_REQUIRE_EDITORS=1 that is a failure).
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EDITORS = HERE.parent.parent / "editors"
TOOLS = pathlib.Path(os.environ.get("NILAS_TOOLS", "~/.cache/nilas-tools")).expanduser()
SKIPPED = 77
FIRST_CHECK = "the server starts by itself"


def make_workspace(scratch: pathlib.Path) -> pathlib.Path:
    """A copy of the fixture, with a real nixpkgs in it if NILAS_TEST_NIXPKGS names one."""
    workspace = scratch / "workspace"
    shutil.copytree(HERE / "workspace", workspace)
    nixpkgs = os.environ.get("NILAS_TEST_NIXPKGS")
    if nixpkgs:
        shutil.rmtree(workspace / "nixpkgs")
        (workspace / "nixpkgs").symlink_to(pathlib.Path(nixpkgs).resolve())
    return workspace


def make_environment(scratch: pathlib.Path, nilas: str, control: str | None) -> dict[str, str]:
    """What the editor runs in: an empty home, and `nilas` in PATH, where users have it."""
    programs = scratch / "bin"
    home = scratch / "home"
    programs.mkdir()
    home.mkdir()
    target = {None: nilas, "dead": "/bin/false"}.get(control)
    if target:
        (programs / "nilas").symlink_to(pathlib.Path(target).resolve())
    else:
        assert not shutil.which("nilas"), "nilas is in PATH: it cannot be made to be missing"
    # VS Code asks a login shell for the environment, and /etc/profile sets PATH anew.
    (home / ".profile").write_text(f"PATH={programs}:$PATH\n")
    return os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "SHELL": "/bin/bash",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_RUNTIME_DIR": str(home),
        "LANG": "C.UTF-8",
    }


def neovim_command(args: argparse.Namespace) -> list[str] | None:
    nvim = args.program or shutil.which("nvim")
    if not nvim:
        return None
    plugin = EDITORS / "neovim"
    return [nvim, "--headless", "--clean", "--cmd", f"set rtp^={plugin}"] + [
        "-c", f"luafile {HERE / 'neovim.lua'}"
    ]


def emacs_command(args: argparse.Namespace) -> list[str] | None:
    emacs = args.program or shutil.which("emacs")
    if not emacs:
        return None
    return [emacs, "--batch", "-L", str(EDITORS / "emacs"), "-l", str(HERE / "emacs.el")]


def vscode_command(args: argparse.Namespace) -> list[str] | None:
    tools = pathlib.Path(args.tools)
    node = tools / "node"
    vsix = EDITORS / "vscode" / "nilas.vsix"
    if not (shutil.which("chromium") and node.exists() and vsix.exists()):
        return None
    return [str(each) for each in [node, HERE / "vscode.js", tools, vsix, args.output]]


COMMANDS = {"neovim": neovim_command, "emacs": emacs_command, "vscode": vscode_command}


def run_editor(command: list[str], workspace: pathlib.Path, env: dict[str, str], limit: int):
    """The lines the driver printed, and its exit status."""
    try:
        run = subprocess.run(
            command, cwd=workspace, env=env, stdin=subprocess.DEVNULL, timeout=limit,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            # SIGPIPE stays ignored, as it is in an Emacs with a terminal; a batch Emacs dies of it
            # when it writes to a server that has just exited, before it can say so.
            restore_signals=False,
        )
    except subprocess.TimeoutExpired as hung:
        text = hung.stdout or b""
        print(text.decode(errors="replace"))
        print(f"FAIL the editor was still running after {limit} s")
        return [], 1
    lines = [line for line in run.stdout.splitlines() if line.strip()]
    print("\n".join(lines))
    return lines, run.returncode


def judge(lines: list[str], status: int) -> list[str]:
    """Complaints about a run whose checks should all have passed."""
    failed = [line for line in lines if line.startswith("FAIL ")]
    passed = [line for line in lines if line.startswith("ok ")]
    names = [check["name"] for check in EXPECTED["hovers"] + EXPECTED["diagnostics"]]
    names.append(EXPECTED["unsaved_edit"]["name"])
    missing = [f"not run: {name}" for name in names if f"ok {name}" not in passed]
    bad_exit = [f"exit status {status}"] if status and not failed else []
    return failed or missing + bad_exit


def judge_control(lines: list[str], status: int, control: str) -> list[str]:
    """Complaints about a run with a broken server, which must fail, and say why."""
    complaints = []
    if any(line.startswith("ok ") for line in lines):
        complaints.append(f"a check passed although the server is {control}")
    if not any(line.startswith(f"FAIL {FIRST_CHECK}") for line in lines):
        complaints.append(f"'{FIRST_CHECK}' did not fail although the server is {control}")
    if status == 0:
        complaints.append("exit status 0")
    if control == "missing" and not any("nilas" in line and "PATH" in line for line in lines):
        complaints.append("the editor does not tell the user that nilas is not in PATH")
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("editor", choices=sorted(COMMANDS))
    parser.add_argument("--nilas", required=True, help="the program under test")
    parser.add_argument("--control", choices=["dead", "missing"], help="break the server")
    parser.add_argument("--program", help="the editor, if not the one in PATH")
    parser.add_argument("--tools", default=TOOLS / "code-server", help="code-server's folder")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("editor-output"))
    args = parser.parse_args()
    args.output = args.output.resolve()

    command = COMMANDS[args.editor](args)
    if not command:
        print(f"SKIPPED: {args.editor} is not installed; ./dev test installs it")
        return 1 if os.environ.get("NILAS_REQUIRE_EDITORS") == "1" else SKIPPED

    with tempfile.TemporaryDirectory(prefix="nilas-editor-") as name:
        scratch = pathlib.Path(name)
        workspace = make_workspace(scratch)
        env = make_environment(scratch, args.nilas, args.control) | {
            "NILAS_TEST_EXPECTATIONS": str(HERE / "expectations.json"),
            "NILAS_TEST_WORKSPACE": str(workspace),
            "NILAS_TEST_WAIT_MS": "4000" if args.control else "20000",
            "NILAS_TEST_CONTROL": args.control or "",
        }
        lines, status = run_editor(command, workspace, env, limit=240)
    if args.control:
        complaints = judge_control(lines, status, args.control)
    else:
        complaints = judge(lines, status)
    for complaint in complaints:
        print(f"{args.editor}: {complaint}")
    passed = sum(line.startswith("ok ") for line in lines)
    print(f"{args.editor}: {'FAILED' if complaints else 'passed'} ({passed} checks)")
    return 1 if complaints else 0


EXPECTED = json.loads((HERE / "expectations.json").read_text())

if __name__ == "__main__":
    sys.exit(main())
