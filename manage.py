#!/usr/bin/env python
"""Django's command line for Class Tracker."""

import os
import sys
from typing import TextIO


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")
    try:
        from django import get_version
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed in this Python. Run `make run`, or use .venv/bin/python.")
    if sys.argv[1:] == ["--version"]:
        from classtracker import __version__

        print(f"Class Tracker {__version__}, Django {get_version()}")
        return
    sys.stdout = sys.stdout or unwritable_stream()
    sys.stderr = sys.stderr or unwritable_stream()
    try:
        execute_from_command_line(sys.argv)
    finally:
        flush_or_discard(sys.stdout)
        flush_or_discard(sys.stderr)


def unwritable_stream() -> TextIO:
    """Return a stream that refuses every write, to replace an output closed by the caller.

    It occupies the file descriptor, which a database file might get otherwise.
    """
    return open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def flush_or_discard(stream: TextIO) -> None:
    """Flush the stream. Discard unwritable output, which would change the exit status to 120."""
    try:
        stream.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
