"""Delivers the outbox: each message at most once, whoever delivers at the same time.

A message is claimed for ten minutes, and claimed again by nobody before. Before its text is handed
over it is marked as *not known*, and only the answer of the mail server changes that: a process or
a connection that ends in between leaves it so, and a person decides.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from scheduling.models import Message, MessageState

from .mail_server import SILENCE, Answer, MailServer, Verdict
from .outbox import as_email, render

logger = logging.getLogger(__name__)

# Of one delivery; what is left is the next one's.
SECONDS = 120.0
# Longer than a delivery takes with the message that it has in hand at its end.
CLAIM = timedelta(minutes=10)
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=5), timedelta(hours=1)
# So many refusals that may mean every mail, and nothing accepted: they do.
ENOUGH = 3
# In a row: a server that ends the connection each time must not make all messages unknown.
MOST_UNANSWERED = 2
# What is rendered anew at each attempt.
_WORDS = ("recipient", "language", "subject", "body")


def deliver(now: datetime, seconds: float = SECONDS) -> int:
    """Deliver what is due at ``now``, the nearest lessons first; answers how many were accepted.

    After ``seconds`` no further message is begun; the first one always is. Faults of the mail
    server are written on the messages, not raised.
    """
    waiting = Message.objects.filter(state=MessageState.WAITING)
    expired = waiting.filter(expires_at__lte=now)
    expired.filter(error="").update(error="it was not tried in time")
    expired.update(state=MessageState.STALE)
    due = waiting.filter(next_try__lte=now).order_by("expires_at", "id")
    ids = list(due.values_list("pk", flat=True))
    if not ids:
        return 0
    delivery = _Delivery(now)
    try:
        return delivery.run(ids, seconds)
    finally:
        delivery.server.close()


class _Delivery:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.server = MailServer()
        self.accepted = 0
        # Messages in a row with which the connection ended.
        self.unanswered = 0
        # Refusals of which only the others can tell whether they mean every mail.
        self.doubtful: list[tuple[Message, Answer]] = []

    def run(self, ids: list[int], seconds: float) -> int:
        end = time.monotonic() + seconds
        for pk in ids:
            if pk != ids[0] and time.monotonic() >= end:
                logger.warning("the delivery of mail took too long; the next one goes on")
                break
            message = self._claim(pk)
            if message is None:
                continue
            if not render(message):
                self._finish(message, state=MessageState.STALE, error="")
                continue
            answer = self._send(message)
            if answer is not None and not self._settle(message, answer):
                break
        self._judge_the_doubtful()
        return self.accepted

    def _claim(self, pk: int) -> Message | None:
        """The message, if it is still due and nobody else's."""
        due = Message.objects.filter(
            pk=pk, state=MessageState.WAITING, next_try__lte=self.now, expires_at__gt=self.now
        )
        if not due.update(attempts=F("attempts") + 1, next_try=self.now + CLAIM):
            return None
        return Message.objects.filter(pk=pk).first()

    def _send(self, message: Message) -> Answer | None:
        """What the mail server answers; None where the claim was lost."""
        mail = as_email(message)
        answer = self.server.offer(mail)
        if answer.verdict is not Verdict.ACCEPTED:
            return answer
        words = {name: getattr(message, name) for name in _WORDS}
        if not self._mine(message).update(state=MessageState.UNKNOWN, error="", **words):
            self.server.drop()
            return None
        return self.server.hand_over(mail)

    def _settle(self, message: Message, answer: Answer) -> bool:
        """Write down what became of ``message``; whether to go on with the others."""
        if answer.verdict is not Verdict.ACCEPTED:
            logger.warning("message %s was not sent: %s", message.pk, answer.text)
        if answer.verdict is Verdict.ACCEPTED:
            self._finish(message, state=MessageState.SENT, sent_at=self.now, error="")
            if not self.accepted:
                Message.objects.filter(blocked_since__isnull=False).update(blocked_since=None)
            self.accepted += 1
            self.unanswered = 0
        elif answer.verdict is Verdict.LATER:
            delay = min(FIRST_DELAY * 2 ** min(message.attempts - 1, 10), LONGEST_DELAY)
            self._wait(message, self.now + delay, answer.text)
            if answer.is_lost:
                self.unanswered += 1
            if self.unanswered >= MOST_UNANSWERED:
                self._block(answer)
                return False
        elif answer.verdict is Verdict.UNKNOWN:
            self._finish(message, state=MessageState.UNKNOWN, error=answer.text)
            self.unanswered += 1
            return answer.text != SILENCE and self.unanswered < MOST_UNANSWERED
        elif answer.verdict is Verdict.EVERYTHING:
            self._wait(message, self.now, answer.text)
            self._block(answer)
            return False
        elif answer.may_be_of_every_mail and not self.accepted:
            self.doubtful.append((message, answer))
            return len(self.doubtful) < ENOUGH
        else:
            self._finish(message, state=MessageState.REFUSED, error=answer.text)
        return True

    def _judge_the_doubtful(self) -> None:
        """Where another mail was accepted, their refusals mean themselves; else every mail."""
        for message, answer in self.doubtful:
            if self.accepted:
                self._finish(message, state=MessageState.REFUSED, error=answer.text)
            else:
                self._wait(message, self.now, answer.text)
                self._block(answer)
        self.doubtful.clear()

    def _block(self, answer: Answer) -> None:
        logger.error("no mail can be sent: %s", answer.text)
        Message.objects.filter(state=MessageState.WAITING, next_try__lte=self.now).update(
            blocked_since=Coalesce("blocked_since", self.now), error=answer.text[:300]
        )

    def _wait(self, message: Message, until: datetime, error: str) -> None:
        self._finish(message, state=MessageState.WAITING, error=error, next_try=until)

    def _finish(self, message: Message, *, error: str, **values: object) -> None:
        """Write ``values``, unless a later claim has the message, and let go of it."""
        values = {name: getattr(message, name) for name in _WORDS} | {"next_try": self.now} | values
        mine = Message.objects.filter(pk=message.pk, attempts=message.attempts)
        mine.update(error=error[:300], **values)

    def _mine(self, message: Message) -> QuerySet[Message]:
        """The row, while it waits for this very delivery."""
        return Message.objects.filter(
            pk=message.pk, attempts=message.attempts, state=MessageState.WAITING
        )
