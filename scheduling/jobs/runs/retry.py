"""The retry policy of jobs: transient errors of the database are retried."""

from dataclasses import dataclass

from django.db import connection

from scheduling.db.errors import is_transient


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """``delay`` between attempts and ``timeout`` of one attempt are in seconds."""

    attempts: int = 3
    delay: float = 5.0
    timeout: float | None = None

    def should_retry(self, error: Exception, number: int) -> bool:
        """Return True if another attempt follows attempt ``number``, which ``error`` ended.

        Closes the connection, which may be broken.
        """
        if not connection.in_atomic_block:
            connection.close()
        return is_transient(error) and number < self.attempts
