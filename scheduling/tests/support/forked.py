"""`Forked`: a `subprocess.Popen` of a Python program that starts in a third of the time; `run`.

It asks nursery.py, a process of this one, that has the libraries loaded. Where it can't be done
so, it is a Popen like any other: not on Linux, not this Python, or with what only Popen does.
"""

import atexit
import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from .nursery import FILES

NURSERY = Path(__file__).with_name("nursery.py")
PR_SET_CHILD_SUBREAPER = 36
# With another of these Python itself starts differently.
OF_PYTHON = ("PYTHON", "LC_", "LANG", "LD_")
_lock = threading.Lock()
_home: socket.socket | None = None


class Forked(subprocess.Popen[Any]):
    """Made of ``[sys.executable, program, argument, …]``; program: a file's name, -c or -m."""

    def _execute_child(self, *given: Any) -> None:
        how = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        if not _is_plain(how):
            super()._execute_child(*given)  # type: ignore[misc]
            return
        asked = {
            "command": [str(word) for word in how["args"][1:]],
            "environment": dict(os.environ if how["env"] is None else how["env"]),
            "folder": str(how["cwd"] or os.getcwd()),
            "new_session": how["start_new_session"],
        }
        ends = how["p2cread"], how["c2pwrite"], how["errwrite"]
        numbers = [place if end == -1 else end for place, end in enumerate(ends)]
        # Those that are passed on have the same number there.
        asked["places"] = [0, 1, 2, *how["pass_fds"]]
        numbers += how["pass_fds"]
        with _lock:
            self.pid = _ask(json.dumps(asked).encode(), numbers)
        self._child_created = True
        pipes = "p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite"
        self._close_pipe_fds(*(how[name] for name in pipes))  # type: ignore[attr-defined]


def run(
    command: list[str], *, text: str | None = None, timeout: float = 120, **options: Any
) -> subprocess.CompletedProcess[str]:
    """`subprocess.run` with both outputs as text; ``text``: what is written to its input."""
    stdin = subprocess.DEVNULL if text is None else subprocess.PIPE
    pipes = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with Forked(command, **(pipes | options)) as process:
        try:
            out, err = process.communicate(text, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def own_variables() -> dict[str, str]:
    """Those that Python itself reads, which an environment made from nothing keeps."""
    return {name: os.environ[name] for name in os.environ if name.startswith(("PATH", *OF_PYTHON))}


def _is_plain(how: dict[str, Any]) -> bool:
    """Whether all that is asked for is what the nursery can do."""
    args, env = how["args"], how["env"]
    return (
        sys.platform == "linux"
        and isinstance(args, list)
        and args[:1] == [sys.executable]
        and len(args) > 1
        and (args[1] in ("-c", "-m") or str(args[1]).endswith(".py"))
        and how["close_fds"]
        and len(how["pass_fds"]) <= FILES - 3
        and all(how[name] is None for name in ("preexec_fn", "uid", "gid", "gids"))
        and how["umask"] == how["process_group"] == -1
        and not how["shell"]
        and (env is None or _of_python(env) == _of_python(os.environ))
    )


def _of_python(env: Any) -> dict[str, str]:
    return {name: value for name, value in env.items()
            if name.startswith(OF_PYTHON) and name != "PYTHONPATH"}  # fmt: skip


def _ask(message: bytes, numbers: list[int]) -> int:
    """The number of the new process, which is a child of this one."""
    global _home
    if _home is None:
        _home, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        nursery = subprocess.Popen(
            [sys.executable, str(NURSERY), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        atexit.register(_close, _home, nursery)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # Only for as long as it takes: other orphans are none of ours.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        socket.send_fds(_home, [message], numbers)
        return int(_home.recv(20))
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _close(home: socket.socket, nursery: "subprocess.Popen[bytes]") -> None:
    home.close()
    nursery.wait(timeout=10)
