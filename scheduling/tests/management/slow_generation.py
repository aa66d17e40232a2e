"""``slow_generation.py WHERE command…``: manage.py with one chunk per teacher, stopped by SIGSTOP.

``weekly``: before the first chunk of the weekly job; ``chunk``: in the second chunk of the horizon;
``fence``: twice before the fence of that chunk, where it then waits until it is interrupted.
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
    run_chunk, fence = runner.ChunkedGeneration._chunk, generator.fence
    chunks = []

    def slow_chunk(self, chunk, *rest):
        if self.request.job == where:
            stop()
        if self.request.job == "horizon":
            chunks.append(chunk)
            if where == "chunk" and len(chunks) == 2:
                stop()
        run_chunk(self, chunk, *rest)

    if where == "fence":
        # Threads inherit the mask, so that only this thread handles the signals.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)

    def slow_fence(claim, **progress):
        if where == "fence" and len(chunks) == 2:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
            stop()
            # The first signal is handled; the second one arrives here.
            stop()
            limit = time.monotonic() + 30
            while time.monotonic() < limit:
                time.sleep(0.05)
        fence(claim, **progress)

    runner.ChunkedGeneration._chunk = slow_chunk
    generator.fence = slow_fence
    execute_from_command_line(["manage.py", *sys.argv[2:]])


if __name__ == "__main__":
    main(sys.argv[1])
