"""Delivers the outbox, each message at most once, even with concurrent deliveries.

A delivery claims a message for ten minutes. Before it sends the text it marks the message as
*unknown*; the reply of the mail server then sets the final state. If the process or the connection
ends in between, the message stays unknown, and a person decides.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce

from scheduling.models import Message, MessageKind, MessageState
from scheduling.selectors.messages import LONGEST_DELAY, due_by

from .account_mail import is_current
from .mail_server import NO_ANSWER, Answer, MailServer, Verdict
from .notices import render_notice
from .outbox import as_email, render_address
from .reminders import render_reminder

logger = logging.getLogger(__name__)

# Limit of one delivery; the next one continues.
SECONDS = 120.0
# Longer than a delivery may take for its last message.
CLAIM = timedelta(minutes=10)
FIRST_DELAY = timedelta(minutes=5)
# Refusals that may concern every mail; after this many without a success all mail is blocked.
MOST_DOUBTFUL = 3
# Consecutive lost connections that end a delivery, so that not all messages become unknown.
MOST_UNANSWERED = 2
# The fields that each attempt renders again.
_RENDERED = ("recipient", "language", "subject", "body")


def deliver(now: datetime, seconds: float = SECONDS) -> int:
    """Deliver the messages due at ``now``, nearest lessons first; return the number accepted.

    No message is begun after ``seconds``, except the first one. Errors of the mail server are
    stored on the messages, not raised.
    """
    waiting = Message.objects.filter(state=MessageState.WAITING)
    expired = waiting.filter(expires_at__lte=now)
    expired.filter(error="").update(error="it was not tried in time")
    expired.update(state=MessageState.STALE)
    # A notice expires with its last lesson, and is urgent because of its first one.
    due = waiting.filter(due_by(now)).values("pk")
    due = due.annotate(first=Coalesce(Min("items__starts_at"), "expires_at"))
    ids = list(due.order_by("first", "pk").values_list("pk", flat=True))
    if not ids:
        return 0
    delivery = _Delivery(now)
    try:
        return delivery.run(ids, seconds)
    finally:
        delivery.server.close()


def _render(message: Message, now: datetime) -> bool:
    """Update the texts of ``message`` to the current data; return False if it became stale."""
    if message.kind == MessageKind.REMINDER:
        return render_reminder(message)
    if message.kind == MessageKind.ADDRESS:
        return render_address(message, now)
    if message.kind == MessageKind.ACCOUNT:
        return is_current(message)
    return message.kind == MessageKind.ALERT or render_notice(message, now)


class _Delivery:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.server = MailServer()
        self.accepted = 0
        # Consecutive messages with a lost connection.
        self.unanswered = 0
        # Refusals that may concern every mail; the results of the other messages decide.
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
            if not _render(message, self.now):
                self._finish(message, state=MessageState.STALE, error="")
                continue
            answer = self._send(message)
            if answer is not None and not self._settle(message, answer):
                break
        self._settle_doubtful()
        return self.accepted

    def _claim(self, pk: int) -> Message | None:
        """Claim and return the message; None if it is no longer due or another delivery has it."""
        due = Message.objects.filter(
            due_by(self.now), pk=pk, state=MessageState.WAITING, expires_at__gt=self.now
        )
        if not due.update(attempts=F("attempts") + 1, next_try=self.now + CLAIM):
            return None
        return Message.objects.filter(pk=pk).first()

    def _send(self, message: Message) -> Answer | None:
        """Send the message; return the server's answer, or None if the claim was lost."""
        mail = as_email(message)
        answer = self.server.offer(mail)
        if answer.verdict is not Verdict.ACCEPTED:
            return answer
        rendered = {name: getattr(message, name) for name in _RENDERED}
        if not self._claimed(message).update(state=MessageState.UNKNOWN, error="", **rendered):
            self.server.drop()
            return None
        return self.server.hand_over(mail)

    def _settle(self, message: Message, answer: Answer) -> bool:
        """Store the result for ``message``; return True if the delivery should continue."""
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
            return answer.text != NO_ANSWER and self.unanswered < MOST_UNANSWERED
        elif answer.verdict is Verdict.EVERYTHING:
            self._wait(message, self.now, answer.text)
            self._block(answer)
            return False
        elif answer.may_concern_every_mail and not self.accepted:
            self.doubtful.append((message, answer))
            return len(self.doubtful) < MOST_DOUBTFUL
        else:
            self._finish(message, state=MessageState.REFUSED, error=answer.text)
        return True

    def _settle_doubtful(self) -> None:
        """Settle the doubtful refusals: if any mail was accepted they concern only themselves."""
        for message, answer in self.doubtful:
            if self.accepted:
                self._finish(message, state=MessageState.REFUSED, error=answer.text)
            else:
                self._wait(message, self.now, answer.text)
                self._block(answer)
        self.doubtful.clear()

    def _block(self, answer: Answer) -> None:
        logger.error("no mail can be sent: %s", answer.text)
        Message.objects.filter(due_by(self.now), state=MessageState.WAITING).update(
            blocked_since=Coalesce("blocked_since", self.now), error=answer.text[:300]
        )

    def _wait(self, message: Message, until: datetime, error: str) -> None:
        self._finish(message, state=MessageState.WAITING, error=error, next_try=until)

    def _finish(self, message: Message, *, error: str, **values: object) -> None:
        """Store ``values`` and release the message, unless a later claim has it."""
        values = (
            {name: getattr(message, name) for name in _RENDERED} | {"next_try": self.now} | values
        )
        claimed = Message.objects.filter(pk=message.pk, attempts=message.attempts)
        claimed.update(error=error[:300], **values)

    def _claimed(self, message: Message) -> QuerySet[Message]:
        """Return the row of the message, if this delivery still has the claim."""
        return Message.objects.filter(
            pk=message.pk, attempts=message.attempts, state=MessageState.WAITING
        )
