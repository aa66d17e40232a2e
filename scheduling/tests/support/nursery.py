"""A process that has the libraries loaded and forks: `python nursery.py FD`.

What it makes are real processes, each with the arguments, the environment, the folder and the
outputs that it was asked for, and each reads the product from its files; only the libraries, which
take most of a command's first second, are there already. The process that asks is their parent:
each is the child of a child that is gone, and Linux gives orphans to the nearest ancestor that
asked for them (PR_SET_CHILD_SUBREAPER, prctl(2)). See forked.py for the other end.

A file by itself: nothing of the product may be loaded here.
"""

import fcntl
import gc
import io
import json
import os
import random
import runpy
import signal
import socket
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

# What `manage.py check` spends most of its time on, and what needs no settings to be loaded.
LIBRARIES = (
    "django.http",
    "django.core.management",
    "django.core.checks",
    "django.core.mail",
    "django.conf.global_settings",
    "django.contrib.admin.decorators",
    "django.contrib.postgres.fields",
    "django.contrib.syndication.views",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.utils",
    "django.template.defaulttags",
    "django.test.signals",
    "django.views.generic.base",
    "charset_normalizer",
    "dateutil.parser",
    "django_stubs_ext",
    "django_tasks.backends",
    "environs",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "icalendar",
    "prometheus_client",
    "pygments.lexers",
    "requests",
    "rest_framework.fields",
    "uritemplate",
    "xlsxwriter",
    "yaml",
    "zoneinfo",
)
MOST = 1 << 20
FILES = 8


def main() -> None:
    """Answer, one after another, what is asked for; in the new process: run its program."""
    del sys.path[0]  # this folder: there is another gunicorn in it
    for name in LIBRARIES:
        with suppress(Exception):  # what is not there, or needs settings, is left to who needs it
            import_module(name)
    gc.freeze()  # before fork(), as its documentation advises
    # All that a program loads stays; a tenth of its time would go to looking for garbage there.
    gc.set_threshold(50_000, 20, 50)
    # Ctrl-C is for those who were asked for, where it was not ignored by all from the start.
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    home = socket.socket(fileno=int(sys.argv[1]))
    while True:
        message, numbers, _flags, _address = socket.recv_fds(home, MOST, FILES)
        if not message:
            return
        asked = json.loads(message)
        heir, end = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child == 0:
                home.close()
                os.close(heir)
                os.close(end)
                signal.signal(signal.SIGINT, interrupt)
                _become(asked, numbers)
                return
            os.write(end, str(child).encode())
            os._exit(0)
        os.close(end)
        for number in numbers:
            os.close(number)
        os.waitpid(between, 0)
        home.sendall(os.read(heir, 20))
        os.close(heir)


def _become(asked: dict[str, Any], numbers: list[int]) -> None:
    """Run the program that was asked for, as Python does when it is started with it."""
    # Out of the way first: one may lie where another belongs.
    beyond = max(*numbers, *asked["places"]) + 1
    lent = [fcntl.fcntl(number, fcntl.F_DUPFD, beyond) for number in numbers]
    for number in numbers:
        os.close(number)
    for number, place in zip(lent, asked["places"], strict=True):
        os.dup2(number, place)
        os.close(number)
    if asked["new_session"]:
        os.setsid()
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    random.seed()
    for name, place in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = _stream(name, place)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    program, *words = asked["command"]
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    if program == "-c":
        sys.path[:0] = ["", *paths]
        sys.argv = ["-c", *words[1:]]
        exec(words[0], {"__name__": "__main__"})
    elif program == "-m":
        sys.path[:0] = [os.getcwd(), *paths]
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[:0] = [os.path.dirname(os.path.abspath(program)), *paths]
        sys.argv = [program, *words]
        runpy.run_path(program, run_name="__main__")


def _stream(name: str, place: int) -> io.TextIOWrapper:
    """As Python opens it (https://docs.python.org/3/library/sys.html#sys.stdout)."""
    old = getattr(sys, name)
    if name == "stdin":
        return open(place, encoding=old.encoding, errors=old.errors, closefd=False)
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    return io.TextIOWrapper(
        open(place, "wb", buffering=0 if at_once else -1, closefd=False),
        encoding=old.encoding,
        errors=old.errors,
        line_buffering=not at_once and (name == "stderr" or os.isatty(place)),
        write_through=at_once,
    )


if __name__ == "__main__":
    main()
