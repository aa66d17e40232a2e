"""Heartbeat of a run, from a thread with its own connection."""

import contextvars
import logging
import threading
from types import TracebackType

from django.db import Error, close_old_connections, connection

from .claims import BEAT, Claim, beat

logger = logging.getLogger(__name__)


class Heartbeat:
    """Context manager that stores a heartbeat every few seconds.

    An unreachable database, or a locked SQLite file, only costs one heartbeat: a run counts as
    dead after 45 seconds, nine heartbeats.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._ended = threading.Event()
        self._lost = threading.Event()
        # The context of the run, so that the thread's log lines have the run id too.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._beat,), name="heartbeat", daemon=True
        )

    @property
    def lost(self) -> bool:
        """True once another process has taken over or ended the run."""
        return self._lost.is_set()

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(BEAT.total_seconds()):
                try:
                    if not beat(self._claim):
                        self._lost.set()
                        return
                except Error as error:  # Django's base class: InterfaceError is not a DatabaseError
                    logger.warning("a heartbeat was missed: %s", error)
                    close_old_connections()
        finally:
            connection.close()
