"""Handling of SIGINT and SIGTERM: the first stops a run after its chunk, the second at once."""

import signal
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import Any


class StopSignals:
    """A context manager that records the first signal and raises on the second."""

    def __init__(self) -> None:
        self.received: int | None = None
        # A handler may run while the same thread waits. `SimpleQueue.put` is reentrant, whereas
        # `Event.set` would deadlock on the lock of `Event.wait`.
        self._woken: SimpleQueue[int] = SimpleQueue()
        self._previous_handlers: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        # Python allows signal handlers only in the main thread.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous_handlers[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)
        if self.received is not None:
            self._pass_on(self.received)
        if self.received is not None and isinstance(error, KeyboardInterrupt):
            raise SystemExit(self.exit_status) from None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
        self._woken.put(number)

    def _pass_on(self, number: int) -> None:
        """Pass the signal on to the StopSignals around this one: the scheduler's, around a job."""
        outer = getattr(self._previous_handlers.get(number), "__self__", None)
        if isinstance(outer, StopSignals) and outer.received is None:
            outer._handle(number, None)

    def __call__(self) -> bool:
        """Return whether a signal was received."""
        return self.received is not None

    def wait(self, seconds: float) -> None:
        """Wait until the time is over or a signal is received."""
        if self.received is None:
            with suppress(Empty):
                self._woken.get(timeout=seconds)

    @property
    def exit_status(self) -> int:
        """128 plus the signal's number, as in shells."""
        return 128 + (self.received or 0)
