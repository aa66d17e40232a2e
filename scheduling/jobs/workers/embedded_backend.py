"""The embedded backend of Django Tasks: it starts workers on demand, so that no service is needed.

The queue is django-tasks-db's table. Once a task is committed, the process that queued it starts a
worker process, which performs the queued tasks and ends. The number of workers is limited; if all
are busy, the task waits for a free one.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from .process_slots import ProcessSlots
from .runtime_dir import deployment_key

PROCESSES = 2


class EmbeddedBackend(DatabaseBackend):
    """``OPTIONS``: ``processes`` is the maximum number of workers on this machine."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        result: Any = super().enqueue(task, args, kwargs)
        transaction.on_commit(self.call_worker)
        return result

    async def aenqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self.enqueue, thread_sensitive=True)(task, args, kwargs)

    @property
    def slots(self) -> ProcessSlots:
        """The process slots of this database's workers."""
        return ProcessSlots(deployment_key(), int(self.options.get("processes", PROCESSES)))

    def has_work(self) -> bool:
        """Return True if a task is waiting for a worker."""
        return DBTaskResult.objects.ready().filter(backend_name=self.alias).exists()

    def call_worker(self) -> None:
        """Start a worker unless the maximum number is running. Raises OSError."""
        slot = self.slots.take()
        if slot is None:
            return  # a running worker checks the queue once more after it frees its slot
        try:
            spawn(slot)
        finally:
            os.close(slot)


def spawn(slot: int) -> None:
    """Start a worker that inherits ``slot``, in its own session, so that it outlives its caller.

    It has the environment of this process and the same log stream.
    """
    process = subprocess.Popen(
        [*program(), "embedded_worker", "--slot", str(slot)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[slot],
        start_new_session=True,
    )
    # Without a wait for its exit status the worker would stay as a zombie.
    threading.Thread(target=process.wait, name="worker", daemon=True).start()


def program() -> list[str]:
    """Return the first arguments of a worker's command line: interpreter and manage.py."""
    # sys.executable is the server itself if that embeds Python.
    python = Path(sys.prefix, "bin", "python")
    return [
        str(python) if python.exists() else sys.executable,
        str(Path(settings.BASE_DIR, "manage.py")),
    ]
