#!/usr/bin/env python
"""Django's command line for Class Tracker."""

import os
import sys
from typing import TextIO


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed in this Python. Run `make run`, or use .venv/bin/python.")
    sys.stdout = sys.stdout or refusing()
    sys.stderr = sys.stderr or refusing()
    try:
        execute_from_command_line(sys.argv)
    finally:
        let_go(sys.stdout)
        let_go(sys.stderr)


def refusing() -> TextIO:
    """In place of an output that the caller has closed: it refuses every write, as a full disk
    does, and keeps its number from a file of the database."""
    return open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def let_go(stream: TextIO) -> None:
    """Drop what can't be written any more: Python would end with a status of its own (120)."""
    try:
        stream.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
