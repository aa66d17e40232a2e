"""A server that accepts connections and does not answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def hanging_server(byte: bytes = b"", every: float = 0.05) -> Iterator[int]:
    """Listen on a port of 127.0.0.1 and yield it; send nothing, or ``byte`` repeatedly."""
    stop = Event()
    threads = []

    def hang(connection: socket.socket) -> None:
        with connection:
            while not stop.wait(every):
                try:
                    connection.sendall(byte)
                except OSError:
                    return

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                continue
            threads.append(Thread(target=hang, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        acceptor = Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            for thread in (acceptor, *threads):
                thread.join()
