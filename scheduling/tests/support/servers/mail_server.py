"""A mail server on plain sockets that can close, greylist, refuse and reset."""

import re
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from threading import Event, Thread
from typing import Any

RESET_BEFORE, RESET_AFTER = "reset before the answer", "reset after the answer"


@dataclass
class Server:
    """A mail server; ``answers`` has an SMTP answer by step or recipient, or a reset at ``DATA``.

    Steps are ``CONNECT``, ``MAIL``, ``DATA`` (the command) and ``TEXT`` (the end of the text).
    ``greylists``: the first offer to each recipient is refused temporarily. ``max_messages``: how
    many messages a connection takes before it is closed with 421. ``received``: messages answered
    with 250.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    greylists: bool = False
    max_messages: int | None = None
    closes_on_refusal: bool = False
    # The recipient at which the connection is reset.
    resets_at: str = ""
    # Whether the server is away after the 421, until it is started again.
    goes_away: bool = False
    is_away: bool = False
    received: list[Message] = field(default_factory=list)
    # Messages whose text arrived, with any answer.
    read: list[Message] = field(default_factory=list)
    connections: int = 0
    offers: Counter[str] = field(default_factory=Counter)

    # The step (``MAIL`` or ``TEXT``) or the recipient at which the server stops answering.
    hangs_at: str = ""
    is_hanging: Event = field(default_factory=Event)

    def hang(self, step: str, lines: Any) -> bool:
        """Return True after the client has left, if the server stops answering at ``step``."""
        if step != self.hangs_at:
            return False
        self.is_hanging.set()
        lines.read()
        return True

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.received]

    def configure(self, settings: Any) -> None:
        """Let Django deliver to this server."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", self.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5

    def converse(self, connection: socket.socket) -> None:
        lines, count, recipient = connection.makefile("rb"), 0, ""

        def send(text: str) -> None:
            connection.sendall(f"{text}\r\n".encode(errors="surrogateescape"))

        send(self.answers.get("CONNECT", "220 test"))
        while line := lines.readline():
            verb = line[:4].upper().decode()
            if verb == "MAIL":
                if self.max_messages is not None and count >= self.max_messages:
                    self.is_away = self.goes_away
                    send("421 4.7.0 too many messages on this connection")
                    return
                if self.hang("MAIL", lines):
                    return
                send(self.answers.get("MAIL", "250 ok"))
            elif verb == "RCPT":
                recipient = re.sub(rb".*<(.*)>.*\s*", rb"\1", line).decode()
                self.offers[recipient] += 1
                first = self.greylists and self.offers[recipient] == 1
                if self.hang(recipient, lines):
                    return
                if recipient == self.resets_at:
                    reset(connection)
                    return
                answer = self.answers.get(recipient, "250 ok")
                send("451 4.7.1 greylisted" if first else answer)
                if self.closes_on_refusal and answer.startswith("5"):
                    return
            elif verb == "DATA":
                if not self._receive(connection, lines, send, recipient):
                    return
                count += 1
            elif verb == "QUIT":
                send("221 bye")
                return
            else:
                send("250 ok")

    def _receive(self, connection: socket.socket, lines: Any, send: Any, recipient: str) -> bool:
        """Receive a message; return whether the connection stays open."""
        answer = self.answers.get("DATA", "354 go on")
        if answer == RESET_BEFORE:
            reset(connection)
            return False
        send(answer)
        if not answer.startswith("354"):
            return True
        text = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            text += line[1:] if line.startswith(b".") else line
        message = message_from_bytes(text)
        self.read.append(message)
        if self.hang("TEXT", lines):
            return False
        answer = self.answers.get("TEXT", "250 taken")
        if answer == RESET_BEFORE:
            reset(connection)
            return False
        if answer == RESET_AFTER:
            answer = "250 taken"
            self.received.append(message)
            send(answer)
            reset(connection)
            return False
        if answer.startswith("250 "):
            self.received.append(message)
        send(answer)
        return not answer.startswith("421")


def reset(connection: socket.socket) -> None:
    """Close a connection with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def mail_server(server: Server | None = None) -> Iterator[Server]:
    """Start a server on a free port of 127.0.0.1; a given one keeps its port and state."""
    server = server or Server()
    server.is_away = False
    stop = Event()
    threads = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            if not server.is_away:
                server.converse(connection)

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                continue
            server.connections += 1
            threads.append(Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", server.port)) as listener:
        server.port = listener.getsockname()[1]
        listener.settimeout(0.05)
        acceptor = Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            stop.set()
            for thread in (acceptor, *threads):
                thread.join()
