"""A program that generates the horizon and stops itself (SIGSTOP) in the second chunk.

Usage: ``stopping.py WHERE``. WHERE is ``between`` (after the first chunk), ``before`` or ``after``
the fence of the second chunk, or ``copy`` (during its COPY).
"""

import os
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")

import django
from django.core.management import execute_from_command_line


def stop_in_second(module, name, before):
    """Stop the process at the second call of ``module.name``, before or after the call."""
    original, calls = getattr(module, name), []

    def stopping(*args, **kwargs):
        calls.append(name)
        if before and len(calls) == 2:
            os.kill(os.getpid(), signal.SIGSTOP)
        result = original(*args, **kwargs)
        if not before and len(calls) == 2:
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(module, name, stopping)


def main(where: str) -> None:
    django.setup()
    from scheduling.db import advisory_locks
    from scheduling.jobs.execution import runner
    from scheduling.jobs.generation import class_insert, generator

    runner.chunks = partial(runner.chunks, limit=1)
    advisory_locks.IDLE_TIMEOUT = timedelta(seconds=1)
    if where == "between":
        stop_in_second(runner.ChunkedGeneration, "_chunk", before=True)
    elif where == "copy":
        # The server already waits for the rows when the first one is formatted.
        stop_in_second(class_insert, "_shared_text", before=True)
    else:
        stop_in_second(generator, "fence", before=where == "before")
    execute_from_command_line(
        ["manage.py", "generate_classes", "--only", "horizon", "--date", "2040-01-02",
         "--retries", "1", "--json"]
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
