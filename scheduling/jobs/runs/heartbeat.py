"""Signs of life from a thread with its own connection, for as long as a run lasts."""

import contextvars
import logging
import threading
from types import TracebackType

from django.db import Error, close_old_connections, connection

from .claims import BEAT, Claim, beat

logger = logging.getLogger(__name__)


class Heartbeat:
    """Beats every few seconds while its ``with`` block lasts; ``lost`` once the run isn't ours.

    A database that can't be reached, or a locked SQLite file, costs a beat and no more: 45
    seconds of silence hold eight of them.
    """

    def __init__(self, held: Claim) -> None:
        self._claim = held
        self._over = threading.Event()
        self._lost = threading.Event()
        # In the context of the run: the log lines of a thread carry its ids too.
        within = contextvars.copy_context()
        self._thread = threading.Thread(
            target=within.run, args=(self._beat,), name="heartbeat", daemon=True
        )

    @property
    def lost(self) -> bool:
        """Whether another process has taken the run over."""
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
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(BEAT.total_seconds()):
                try:
                    if not beat(self._claim):
                        self._lost.set()
                        return
                except Error as error:  # of the database; InterfaceError is no DatabaseError
                    logger.warning("a heartbeat was missed: %s", error)
                    close_old_connections()
        finally:
            connection.close()
