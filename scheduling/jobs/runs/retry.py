"""How often a job is tried, and after which faults: those that pass by themselves."""

from dataclasses import dataclass

from django.db import connection

from scheduling.db.errors import is_transient


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often to try, how long to wait in between (seconds), how long one attempt may take."""

    attempts: int = 3
    delay: float = 5.0
    timeout: float | None = None

    def goes_on_after(self, error: Exception, number: int) -> bool:
        """Whether another attempt follows the one of this ``number``, which ``error`` has ended.

        Its connection is closed in any case.
        """
        if not connection.in_atomic_block:
            connection.close()  # whatever state it is in: the next attempt has a new one
        return is_transient(error) and number < self.attempts
