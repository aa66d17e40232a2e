"""The embedded backend of Django Tasks: no service is needed, workers are started as needed.

The queue is django-tasks-db's table. Whoever puts a task into it starts, once that is committed, a
process that performs what is queued and ends. There are never more than a few of them; where all
are busy, the task waits for the first that is free.
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
    """``OPTIONS``: ``processes``, how many workers there are at most on this machine."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        result: Any = super().enqueue(task, args, kwargs)
        transaction.on_commit(self.call_worker)
        return result

    async def aenqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self.enqueue, thread_sensitive=True)(task, args, kwargs)

    @property
    def slots(self) -> ProcessSlots:
        """Those of this database's workers."""
        return ProcessSlots(deployment_key(), int(self.options.get("processes", PROCESSES)))

    def has_work(self) -> bool:
        """Whether a task waits for a worker."""
        return DBTaskResult.objects.ready().filter(backend_name=self.alias).exists()

    def call_worker(self) -> None:
        """Start a worker, unless as many as may be are at work. Raises OSError."""
        slot = self.slots.take()
        if slot is None:
            return  # each of them looks for work once more when it has let go of its slot
        try:
            spawn(slot)
        finally:
            os.close(slot)


def spawn(slot: int) -> None:
    """Start a worker that holds ``slot``, in a session of its own: it outlives its caller.

    It has this process's environment, and writes its log where this process writes its own.
    """
    process = subprocess.Popen(
        [*program(), "embedded_worker", "--slot", str(slot)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[slot],
        start_new_session=True,
    )
    # Somebody has to ask for its status when it ends, or it stays as a zombie.
    threading.Thread(target=process.wait, name="worker", daemon=True).start()


def program() -> list[str]:
    """What a worker is started with: manage.py and its interpreter."""
    # sys.executable would be the server itself where that embeds Python.
    python = Path(sys.prefix, "bin", "python")
    return [
        str(python) if python.exists() else sys.executable,
        str(Path(settings.BASE_DIR, "manage.py")),
    ]
