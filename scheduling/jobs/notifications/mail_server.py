"""One mail at a time through Django's e-mail backend, with what the mail server answers to it.

Django's SMTP backend hides at which step a server refuses. Here its connection goes through the
steps of RFC 5321 one by one: what is refused before the text was handed over can be tried again.
"""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from socket import SHUT_RDWR
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from .http_post import with_deadline

# For each of the two steps of a message. Some servers look at it for long before they answer.
SECONDS = 30.0
SILENCE = "the mail server did not answer in time"
NONSENSE = "the answer of the mail server has no code that SMTP knows"
# Refusals at the recipient or the text that mean every mail: many servers refuse the sender, or a
# login that is missing, only there.
_OF_EVERY_MAIL = re.compile(r"sender|relay|authenti|^5\.1\.[78]", re.IGNORECASE)
_CODES_OF_EVERY_MAIL = {503, 504, 530, 535, 538}


class Verdict(Enum):
    """What a mail server says of a message.

    ``EVERYTHING``: it accepts no mail at all, or can't be reached. ``UNKNOWN``: it was handed the
    message and gave no answer.
    """

    ACCEPTED = auto()
    LATER = auto()
    REFUSED = auto()
    EVERYTHING = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """``may_be_of_every_mail``: a refusal whose words may mean the sender and not this message.

    ``is_lost``: the connection ended.
    """

    verdict: Verdict
    text: str = ""
    may_be_of_every_mail: bool = False
    is_lost: bool = False


ACCEPTED = Answer(Verdict.ACCEPTED)


class MailServer:
    """A session with the mail server; it connects, and connects again, when it has to."""

    def __init__(self) -> None:
        self._mails: Any = None
        # Messages that were answered on this connection.
        self._answered = 0
        # Whether the message in hand has come to its recipient: what follows concerns it alone.
        self._is_about_one = False

    def offer(self, mail: EmailMessage) -> Answer:
        """Do everything up to the text of ``mail``. Only once accepted it may be handed over."""
        answered = self._answered
        answer = self._step(self._offer, mail)
        if answered and self._mails is None:
            # Many servers take only so many messages a connection.
            answer = self._step(self._offer, mail)
        return answer

    def hand_over(self, mail: EmailMessage) -> Answer:
        """Hand over the text of ``mail``, which was offered."""
        return self._step(self._hand_over, mail)

    def drop(self) -> None:
        """End the connection at once, whatever was offered."""
        mails, self._mails, self._answered = self._mails, None, 0
        with suppress(Exception):
            # Otherwise close() waits for a step that is still reading.
            mails.connection.sock.shutdown(SHUT_RDWR)
        with suppress(Exception):
            mails.connection.close()

    def close(self) -> None:
        """Say goodbye."""
        mails, self._mails, self._answered = self._mails, None, 0
        if mails is not None:
            with suppress(Exception):
                with_deadline(mails.close, SECONDS)

    def _step(self, step: Callable[[Any, EmailMessage], Answer], mail: EmailMessage) -> Answer:
        """What ``step`` answers, within the time that it may take."""
        if self._mails is None:
            self._mails = get_connection()
        mails = self._mails
        try:
            answer = with_deadline(lambda: step(mails, mail), SECONDS)
        except TimeoutError:
            answer = self._silence_at(step == self._hand_over)
        if answer.is_lost or answer.verdict in (Verdict.EVERYTHING, Verdict.UNKNOWN):
            self.drop()
        elif step == self._hand_over or answer.verdict is not Verdict.ACCEPTED:
            self._answered += 1
        return answer

    def _silence_at(self, text: bool) -> Answer:
        if text:
            return Answer(Verdict.UNKNOWN, SILENCE)
        if self._is_about_one:
            return Answer(Verdict.LATER, SILENCE, is_lost=True)
        return Answer(Verdict.EVERYTHING, SILENCE)

    def _offer(self, mails: Any, mail: EmailMessage) -> Answer:
        self._is_about_one = False
        try:
            mails.open()
        except Exception as error:  # of DNS, sockets, TLS, SMTP, a login
            return Answer(Verdict.EVERYTHING, _words_of(error))
        if not isinstance(mails, EmailBackend):
            return ACCEPTED
        try:
            charset = mail.encoding or "utf-8"
            sender = sanitize_address(mail.from_email, charset)
            recipient = sanitize_address(mail.to[0], charset)
            mail.message()
        except Exception as error:  # of an address, a header, a character set
            return Answer(Verdict.REFUSED, _words_of(error))
        smtp: Any = mails.connection
        try:
            smtp.ehlo_or_helo_if_needed()
            code, text = smtp.mail(sender)
            if not _is_yes(code):
                return Answer(Verdict.EVERYTHING, _said(code, text))
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.EVERYTHING, _words_of(error))
        self._is_about_one = True
        try:
            code, text = smtp.rcpt(recipient)
            if _is_yes(code):
                code, text = smtp.docmd("DATA")
                if 300 <= code < 400:
                    return ACCEPTED
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.LATER, _words_of(error), is_lost=True)
        if not _is_no(code):
            return Answer(Verdict.LATER, _said(code, text), is_lost=True)
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            smtp.close()  # the next message finds it so
        return _refusal(code, text)

    def _hand_over(self, mails: Any, mail: EmailMessage) -> Answer:
        if not isinstance(mails, EmailBackend):
            try:
                mails.send_messages([mail])
            except Exception as error:  # a disk that is full, a broken pipe
                return Answer(Verdict.LATER, _words_of(error))
            return ACCEPTED
        smtp: Any = mails.connection
        message: Any = mail.message()
        text: bytes = message.as_bytes(linesep="\r\n")
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", text) + b".\r\n")
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.UNKNOWN, _words_of(error))
        if _is_yes(code):
            return ACCEPTED
        return _refusal(code, answer) if _is_no(code) else Answer(Verdict.UNKNOWN, NONSENSE)


# Of a code that a client does not know, its first digit counts (RFC 5321 §4.3.2).


def _is_yes(code: int) -> bool:
    return 200 <= code < 300


def _is_no(code: int) -> bool:
    return 400 <= code < 600


def _refusal(code: int, text: bytes) -> Answer:
    said = _said(code, text)
    if 400 <= code < 500:
        return Answer(Verdict.LATER, said, is_lost=code == 421)
    of_all = code in _CODES_OF_EVERY_MAIL or _OF_EVERY_MAIL.search(said[4:]) is not None
    return Answer(Verdict.REFUSED, said, may_be_of_every_mail=of_all)


def _said(code: int, text: bytes) -> str:
    if not 200 <= code < 600:
        return NONSENSE
    return _on_a_line(f"{code} {text.decode(errors='replace')}")


def _on_a_line(text: str) -> str:
    """``text`` without what a database refuses and a terminal obeys."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _said(error.smtp_code, text if isinstance(text, bytes) else str(text).encode())
    return _on_a_line(f"{type(error).__name__}: {error}")
