"""A mail server of the test's own, on plain sockets: it closes, greylists, refuses and resets."""

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
    """``answers`` by step or recipient: an SMTP answer, or one of the resets at ``DATA``.

    Steps are ``CONNECT``, ``MAIL``, ``DATA`` (the command) and ``TEXT`` (the end of the text).
    ``greylists``: the first offer to each recipient is refused for now. ``most``: after so many
    messages a connection is closed with 421. ``received`` is what it answered with 250.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    greylists: bool = False
    most: int | None = None
    closes_on_refusal: bool = False
    # A recipient at whose name it resets.
    resets: str = ""
    # After the 421: whether it goes away altogether, until it is started again.
    goes_away: bool = False
    is_away: bool = False
    received: list[Message] = field(default_factory=list)
    # Those whose text came, whatever was answered to it.
    seen: list[Message] = field(default_factory=list)
    connections: int = 0
    offers: Counter[str] = field(default_factory=Counter)

    # A step (``MAIL`` or ``TEXT``) or a recipient at which it says nothing any more.
    thinks_at: str = ""
    is_thinking: Event = field(default_factory=Event)

    def think(self, step: str, lines: Any) -> bool:
        """Whether it thought at ``step`` until the client was gone."""
        if step != self.thinks_at:
            return False
        self.is_thinking.set()
        lines.read()
        return True

    @property
    def recipients(self) -> list[str]:
        return [str(one["To"]) for one in self.received]

    def used_by(self, settings: Any) -> None:
        """Have Django deliver to it."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", self.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5

    def converse(self, connection: socket.socket) -> None:
        lines, taken, recipient = connection.makefile("rb"), 0, ""

        def say(text: str) -> None:
            connection.sendall(f"{text}\r\n".encode(errors="surrogateescape"))

        say(self.answers.get("CONNECT", "220 test"))
        while line := lines.readline():
            verb = line[:4].upper().decode()
            if verb == "MAIL":
                if self.most is not None and taken >= self.most:
                    self.is_away = self.goes_away
                    say("421 4.7.0 too many messages on this connection")
                    return
                if self.think("MAIL", lines):
                    return
                say(self.answers.get("MAIL", "250 ok"))
            elif verb == "RCPT":
                recipient = re.sub(rb".*<(.*)>.*\s*", rb"\1", line).decode()
                self.offers[recipient] += 1
                first = self.greylists and self.offers[recipient] == 1
                if self.think(recipient, lines):
                    return
                if recipient == self.resets:
                    reset(connection)
                    return
                answer = self.answers.get(recipient, "250 ok")
                say("451 4.7.1 greylisted" if first else answer)
                if self.closes_on_refusal and answer.startswith("5"):
                    return
            elif verb == "DATA":
                if not self._take(connection, lines, say, recipient):
                    return
                taken += 1
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def _take(self, connection: socket.socket, lines: Any, say: Any, recipient: str) -> bool:
        """Take a message; whether the connection goes on."""
        answer = self.answers.get("DATA", "354 go on")
        if answer == RESET_BEFORE:
            reset(connection)
            return False
        say(answer)
        if not answer.startswith("354"):
            return True
        text = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            text += line[1:] if line.startswith(b".") else line
        message = message_from_bytes(text)
        self.seen.append(message)
        if self.think("TEXT", lines):
            return False
        answer = self.answers.get("TEXT", "250 taken")
        if answer == RESET_BEFORE:
            reset(connection)
            return False
        if answer == RESET_AFTER:
            answer = "250 taken"
            self.received.append(message)
            say(answer)
            reset(connection)
            return False
        if answer.startswith("250 "):
            self.received.append(message)
        say(answer)
        return not answer.startswith("421")


def reset(connection: socket.socket) -> None:
    """End a connection as a machine that has lost its memory of it does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def mail_server(server: Server | None = None) -> Iterator[Server]:
    """On a free port of 127.0.0.1; one that is started again keeps its port and what it knows."""
    server = server or Server()
    server.is_away = False
    over = Event()
    threads = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            if not server.is_away:
                server.converse(connection)

    def accept() -> None:
        while not over.is_set():
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
        taking = Thread(target=accept, daemon=True)
        taking.start()
        try:
            yield server
        finally:
            over.set()
            for thread in (taking, *threads):
                thread.join()
