"""Sends single mails through Django's e-mail backend and returns the answers of the mail server.

Django's SMTP backend hides at which step a server refuses a mail. This module goes through the
steps of RFC 5321 one by one, because a mail refused before its text was sent can be retried.
"""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.generator import BytesGenerator
from enum import Enum, auto
from io import BytesIO
from socket import SHUT_RDWR
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from .http_post import with_deadline

# Limit of each of the two steps of a message. Some servers take long to examine a message.
SECONDS = 30.0
NO_ANSWER = "the mail server did not answer in time"
INVALID_ANSWER = "the answer of the mail server has no code that SMTP knows"
# Refusals of the recipient or the text that concern every mail: many servers refuse the sender, or
# a missing login, only at these steps.
_OF_EVERY_MAIL = re.compile(r"sender|relay|authenti|^5\.1\.[78]", re.IGNORECASE)
_CODES_OF_EVERY_MAIL = {503, 504, 530, 535, 538}


class Verdict(Enum):
    """The answer of a mail server to a message.

    ``EVERYTHING``: it accepts no mail at all, or is unreachable. ``UNKNOWN``: it did not answer
    after the text was sent.
    """

    ACCEPTED = auto()
    LATER = auto()
    REFUSED = auto()
    EVERYTHING = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its text.

    ``may_concern_every_mail``: the refusal may be about the sender and not about this message.
    ``is_lost``: the connection ended.
    """

    verdict: Verdict
    text: str = ""
    may_concern_every_mail: bool = False
    is_lost: bool = False


ACCEPTED = Answer(Verdict.ACCEPTED)


class MailServer:
    """A session with the mail server, which connects when needed."""

    def __init__(self) -> None:
        self._mails: Any = None
        # Number of messages answered on this connection.
        self._answered = 0
        # True once the recipient was sent: from then on an answer concerns only this message.
        self._recipient_sent = False

    def offer(self, mail: EmailMessage) -> Answer:
        """Do all steps up to the text of ``mail``. If accepted, ``hand_over`` may follow."""
        answered = self._answered
        answer = self._step(self._offer, mail)
        if answered and self._mails is None:
            # Many servers limit the number of messages per connection.
            answer = self._step(self._offer, mail)
        return answer

    def hand_over(self, mail: EmailMessage) -> Answer:
        """Send the text of ``mail`` after a successful ``offer``."""
        return self._step(self._hand_over, mail)

    def drop(self) -> None:
        """Close the connection at once."""
        mails, self._mails, self._answered = self._mails, None, 0
        with suppress(Exception):
            # Otherwise close() waits for a step that is still reading.
            mails.connection.sock.shutdown(SHUT_RDWR)
        with suppress(Exception):
            mails.connection.close()

    def close(self) -> None:
        """Close the connection properly."""
        mails, self._mails, self._answered = self._mails, None, 0
        if mails is not None:
            with suppress(Exception):
                with_deadline(mails.close, SECONDS)

    def _step(self, step: Callable[[Any, EmailMessage], Answer], mail: EmailMessage) -> Answer:
        """Run ``step`` with the time limit and return its answer."""
        if self._mails is None:
            self._mails = get_connection()
        mails = self._mails
        try:
            answer = with_deadline(lambda: step(mails, mail), SECONDS)
        except TimeoutError:
            answer = self._timeout_answer(step == self._hand_over)
        if answer.is_lost or answer.verdict in (Verdict.EVERYTHING, Verdict.UNKNOWN):
            self.drop()
        elif step == self._hand_over or answer.verdict is not Verdict.ACCEPTED:
            self._answered += 1
        return answer

    def _timeout_answer(self, text_sent: bool) -> Answer:
        if text_sent:
            return Answer(Verdict.UNKNOWN, NO_ANSWER)
        if self._recipient_sent:
            return Answer(Verdict.LATER, NO_ANSWER, is_lost=True)
        return Answer(Verdict.EVERYTHING, NO_ANSWER)

    def _offer(self, mails: Any, mail: EmailMessage) -> Answer:
        self._recipient_sent = False
        try:
            mails.open()
        except Exception as error:  # DNS, sockets, TLS, SMTP, login
            return Answer(Verdict.EVERYTHING, _error_text(error))
        if not isinstance(mails, EmailBackend):
            return ACCEPTED
        try:
            sender = _smtp_address(mails, mail.from_email)
            recipient = _smtp_address(mails, mail.to[0])
            mail.message()
        except Exception as error:  # address, header, character set
            return Answer(Verdict.REFUSED, _error_text(error))
        smtp: Any = mails.connection
        try:
            smtp.ehlo_or_helo_if_needed()
            code, text = smtp.mail(sender)
            if not _is_success(code):
                return Answer(Verdict.EVERYTHING, _answer_text(code, text))
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.EVERYTHING, _error_text(error))
        self._recipient_sent = True
        try:
            code, text = smtp.rcpt(recipient)
            if _is_success(code):
                code, text = smtp.docmd("DATA")
                if 300 <= code < 400:
                    return ACCEPTED
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.LATER, _error_text(error), is_lost=True)
        if not _is_failure(code):
            return Answer(Verdict.LATER, _answer_text(code, text), is_lost=True)
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            smtp.close()  # the next message reconnects
        return _refusal(code, text)

    def _hand_over(self, mails: Any, mail: EmailMessage) -> Answer:
        if not isinstance(mails, EmailBackend):
            try:
                mails.send_messages([mail])
            except Exception as error:  # full disk, broken pipe
                return Answer(Verdict.LATER, _error_text(error))
            return ACCEPTED
        smtp: Any = mails.connection
        text = _as_bytes(mail)
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", text) + b".\r\n")
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.UNKNOWN, _error_text(error))
        if _is_success(code):
            return ACCEPTED
        if _is_failure(code):
            return _refusal(code, answer)
        return Answer(Verdict.UNKNOWN, INVALID_ANSWER)


# Django 5.2 makes messages with Python's former e-mail API, Django 6 with its present one.


def _smtp_address(mails: Any, address: str) -> str:
    """Return ``address`` as SMTP wants it. Raises ValueError if it is invalid."""
    if hasattr(mails, "prep_address"):
        prepared: str = mails.prep_address(address)
        return prepared
    from django.core.mail.message import sanitize_address

    return sanitize_address(address, "utf-8")


def _as_bytes(mail: EmailMessage) -> bytes:
    output = BytesIO()
    generator = BytesGenerator(output, mangle_from_=False)
    generator.flatten(mail.message(), linesep="\r\n")
    return output.getvalue()


# For an unknown code the first digit counts (RFC 5321 §4.3.2).


def _is_success(code: int) -> bool:
    return 200 <= code < 300


def _is_failure(code: int) -> bool:
    return 400 <= code < 600


def _refusal(code: int, text: bytes) -> Answer:
    answer = _answer_text(code, text)
    if 400 <= code < 500:
        return Answer(Verdict.LATER, answer, is_lost=code == 421)
    of_every_mail = code in _CODES_OF_EVERY_MAIL or _OF_EVERY_MAIL.search(answer[4:]) is not None
    return Answer(Verdict.REFUSED, answer, may_concern_every_mail=of_every_mail)


def _answer_text(code: int, text: bytes) -> str:
    if not 200 <= code < 600:
        return INVALID_ANSWER
    return _single_line(f"{code} {text.decode(errors='replace')}")


def _single_line(text: str) -> str:
    """Replace characters that a database refuses or a terminal interprets."""
    return "".join(char if char.isprintable() else " " for char in text)


def _error_text(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _answer_text(
            error.smtp_code, text if isinstance(text, bytes) else str(text).encode()
        )
    return _single_line(f"{type(error).__name__}: {error}")
