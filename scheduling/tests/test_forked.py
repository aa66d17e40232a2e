"""Processes that are forked from one with the libraries loaded are like those that are started."""

import os
import signal
import subprocess
import sys

import pytest

from scheduling.tests.support import forked
from scheduling.tests.support.nursery import LIBRARIES

HERE = [sys.executable, "-c"]
STARTED = {"started": subprocess.Popen, "forked": forked.Forked}
# A program, and what its process says, writes and ends with.
PROGRAMS = {
    "its end": "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
    "a sentence": "import sys; sys.exit('no')",
    "what is due at the end": "import atexit; atexit.register(print, 'bye'); print('hello')",
    "a thread": "import threading as t; t.Timer(0.01, print, ['late']).start()",
    "words": "import sys; print(sys.argv, sys.path[0], __name__, sys.stdin.read())",
    "outputs": "import sys\nfor s in (sys.stdin, sys.stdout, sys.stderr):\n"
    "  print(s.encoding, s.errors, s.line_buffering, s.fileno(), s is sys.__stdout__)",
    "the zone": "import time, os; print(time.tzname, os.environ['TZ'], len(os.environ))",
    "the folder": "import os; print(os.getcwd(), os.getsid(0) == os.getpid())",
    "signals": "import signal as s; print(s.getsignal(2), s.getsignal(15), s.getsignal(13))",
    "a signal": "import os; print('x', flush=True); os.kill(os.getpid(), 9)",
    "interrupted": "import os, signal, sys\ntry: os.kill(os.getpid(), signal.SIGINT)\n"
    "except KeyboardInterrupt: print('stop')\nelse: print('ignored')",
    "open files": "import os; print(sorted(os.listdir('/proc/self/fd'))[:4])",
}


def said(kind, program, tmp_path, **options):
    return ended(kind, [*HERE, program, "one", "two"], tmp_path, **options)


def ended(kind, command, tmp_path, **options):
    env = os.environ | {"TZ": "Asia/Tokyo"}
    with STARTED[kind](
        command, env=env, cwd=tmp_path, text=True, **options,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        out, err = process.communicate("typed", timeout=60)
    return out, err, process.returncode


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("options", [{}, {"start_new_session": True}], ids=["", "session"])
def test_they_say_the_same(tmp_path, program, options):
    forked_said = said("forked", program, tmp_path, **options)
    assert forked_said == said("started", program, tmp_path, **options)
    assert any(forked_said[:2])


@pytest.mark.parametrize("module", ["json.tool", "base64 -t", "site --user-site"])
def test_a_module_says_the_same(tmp_path, module):
    command = [sys.executable, "-m", *module.split()]
    forked_said = ended("forked", command, tmp_path)
    assert forked_said == ended("started", command, tmp_path)
    assert any(forked_said[:2])


@pytest.mark.parametrize("kind", STARTED)
def test_files_are_handed_on_by_their_numbers(tmp_path, kind):
    pipes = [os.pipe() for _ in range(3)]
    for number, (_out, into) in enumerate(pipes):
        os.write(into, str(number).encode())
    ends = [out for out, _into in pipes]
    show = f"import os; print([os.read(end, 9) for end in {ends}])"
    assert ended(kind, [*HERE, show], tmp_path, pass_fds=ends)[0] == "[b'0', b'1', b'2']\n"
    for end in (*ends, *(into for _out, into in pipes)):
        os.close(end)


def test_a_fault_has_its_traceback_and_ends_with_1(tmp_path):
    out, err, status = said("forked", "1 / 0", tmp_path)
    assert (out, status) == ("", 1)
    assert err.startswith("Traceback")
    assert err.endswith("ZeroDivisionError: division by zero\n")


def test_it_is_a_child_of_this_process_and_can_be_stopped_and_killed():
    process = forked.Forked([*HERE, "import time; time.sleep(60)"])
    try:
        process.send_signal(signal.SIGSTOP)
        _pid, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
    finally:
        process.kill()
    assert process.wait(timeout=30) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are all started")
def test_the_libraries_are_there_and_nothing_of_the_product():
    show = "import sys; print(*sys.modules)"
    loaded = forked.run([*HERE, show]).stdout.split()
    assert {"django.db.models", *LIBRARIES} <= set(loaded)
    assert not [name for name in loaded if name.split(".")[0] in {"scheduling", "classtracker"}]


@pytest.mark.parametrize(
    "options",
    [{"env": os.environ | {"PYTHONHASHSEED": "7"}}, {"umask": 0o77}, {"process_group": 0}],
    ids=lambda options: next(iter(options)),
)
def test_what_only_popen_can_do_is_left_to_it(options):
    process = forked.run([*HERE, "import sys; print('django' in sys.modules)"], **options)
    assert process.stdout == "False\n"
