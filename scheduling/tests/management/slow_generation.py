"""``slow_generation.py WHERE command…``: manage.py with a chunk a teacher, that stops (SIGSTOP)

``weekly``: before the first chunk of the weekly job; ``chunk``: in the second of the horizon;
``fence``: twice before that one's fence, where it then stays, busy, until it is interrupted.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")

import django
from django.core.management import execute_from_command_line

ENDINGS = {signal.SIGTERM, signal.SIGINT}


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def main(where: str) -> None:
    django.setup()
    from scheduling.jobs.execution import runner
    from scheduling.jobs.generation import generator

    runner.chunks = partial(runner.chunks, limit=1)
    chunk, fence = runner.ChunkedGeneration._chunk, generator.fence
    seen = []

    def slow_chunk(self, one, *rest):
        if self.request.job == where:
            stop()
        if self.request.job == "horizon":
            seen.append(one)
            if where == "chunk" and len(seen) == 2:
                stop()
        chunk(self, one, *rest)

    if where == "fence":
        # Threads begin with this, and never take a signal in the place of this one, which has to
        # have handled it when it stops again.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)

    def slow_fence(held, **progress):
        if where == "fence" and len(seen) == 2:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
            stop()
            # By now the signal that woke it has been handled; the second comes here.
            stop()
            limit = time.monotonic() + 30
            while time.monotonic() < limit:
                time.sleep(0.05)
        fence(held, **progress)

    runner.ChunkedGeneration._chunk = slow_chunk
    generator.fence = slow_fence
    execute_from_command_line(["manage.py", *sys.argv[2:]])


if __name__ == "__main__":
    main(sys.argv[1])
