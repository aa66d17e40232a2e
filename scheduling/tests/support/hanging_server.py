"""A host that takes a connection and then has all the time in the world."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def dawdling(byte: bytes = b"", every: float = 0.05) -> Iterator[int]:
    """The port of 127.0.0.1 on which nothing is ever answered, or ``byte`` over and over."""
    over = Event()
    threads = []

    def dawdle(connection: socket.socket) -> None:
        with connection:
            while not over.wait(every):
                try:
                    connection.sendall(byte)
                except OSError:
                    return

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                continue
            threads.append(Thread(target=dawdle, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        taking = Thread(target=accept, daemon=True)
        taking.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            for thread in (taking, *threads):
                thread.join()
