"""SIGINT and SIGTERM ask a run to stop between two chunks; asked twice, it ends at once."""

import signal
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import Any


class StopSignals:
    """While its ``with`` block lasts, the first signal is remembered, the second interrupts."""

    def __init__(self) -> None:
        self.received: int | None = None
        # A handler may run while the same thread waits. `SimpleQueue.put` is reentrant;
        # `Event.set` takes the lock that `Event.wait` holds, and would wait for itself.
        self._woken: SimpleQueue[int] = SimpleQueue()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        # Only a program's main thread may handle signals; elsewhere there is nobody to send them.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self.received is not None and isinstance(error, KeyboardInterrupt):
            raise SystemExit(self.exit_status) from None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
        self._woken.put(number)

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.received is not None

    def wait(self, seconds: float) -> None:
        """Wait so long, or until a signal comes."""
        if self.received is None:
            with suppress(Empty):
                self._woken.get(timeout=seconds)

    @property
    def exit_status(self) -> int:
        """128 and the signal's number, as a shell has it."""
        return 128 + (self.received or 0)
