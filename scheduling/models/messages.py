"""The outbox: queued e-mails and their results."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .feeds import CalendarFeed
from .guardians import Guardian
from .languages import Language
from .people import Student, Teacher


class MessageKind(models.TextChoices):
    """The kinds of messages."""

    REMINDER = "reminder", _("reminder")
    NOTICE = "notice", _("notice")
    ALERT = "alert", _("alert")
    ADDRESS = "address", _("address of a family's page")
    ACCOUNT = "account", _("account")


class MessageState(models.TextChoices):
    """The delivery states of a message.

    ``UNKNOWN``: the connection or the process ended before the mail server answered.
    ``STALE``: the message was not sent in time or is no longer correct.
    """

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("not known")
    STALE = "stale", _("stale")


class Recipient(models.TextChoices):
    """The recipients of a message about a class."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("teacher")
    GUARDIAN = "guardian", _("guardian")


class ChangeKind(models.TextChoices):
    """The change of a lesson that a notice reports, from the point of view of its reader."""

    CANCELLED = "cancelled", _("cancelled")
    MOVED = "moved", pgettext_lazy("of a lesson", "moved")
    RESTORED = "restored", pgettext_lazy("of a lesson", "restored")
    TEACHER = "teacher", _("another teacher")
    # To the teachers when another one takes a lesson over.
    GIVEN = "given", _("taken over")
    TAKEN = "taken", _("handed over")
    # To the teacher when a family books a make-up.
    BOOKED = "booked", pgettext_lazy("of a lesson", "booked")
    # To the family when a weekly lesson begins, or takes place on more days.
    NEW = "new", pgettext_lazy("of a lesson", "new")


class Message(models.Model):
    """An e-mail to one person.

    ``next_try`` is in the future after a temporary refusal, and while a process delivers the
    message. ``attempts`` counts the deliveries that have begun and identifies the last one.
    ``subject`` and ``body`` are those of the last attempt. ``blocked_since`` is set while the mail
    server accepts no mail at all. ``feed`` is the one whose address an ADDRESS message contains,
    ``account`` the one whose password an ACCOUNT message sets; the tokens are not stored.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=MessageKind.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=MessageState.choices, default=MessageState.WAITING
    )
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    subject = models.TextField(pgettext_lazy("of an e-mail", "subject"), blank=True)
    body = models.TextField(_("text"), blank=True)
    message_id = models.CharField("Message-ID", max_length=255, unique=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.CharField(_("answer of the mail server"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    next_try = models.DateTimeField(_("next attempt"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    feed = models.ForeignKey(
        CalendarFeed,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    blocked_since = models.DateTimeField(_("blocked since"), null=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("account"),
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        default_permissions = ("view", "change")  # "change" permits sending it again
        indexes = [
            models.Index(
                fields=["next_try"], condition=Q(state=MessageState.WAITING), name="message_waiting"
            ),
            models.Index(fields=["expires_at"], name="message_expires"),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.get_kind_display()} · {self.recipient}"


class MessageItem(models.Model):
    """A class that a message is about.

    ``guardian`` is set if ``reader`` is a guardian: a student may have several. A person gets one
    reminder per class, which is identified by student, teacher and start, because a run may
    recreate the row.

    A notice has an item for each change of a class, ``class_id``, which may be deleted. ``before``
    is the place of the class that the reader knows, and ``revision`` the ``updated_at`` of the
    class after the change: a person gets each change once. ``change`` is what the last attempt
    reported, empty if the change had been reversed. ``teacher`` is the reader if ``reader`` is a
    teacher.

    A change of a weekly lesson, or of an occurrence that is not stored, has the series instead of a
    class, by its kind and id, and the Monday of the week from which it applies. ``revision`` is
    then the time of the change.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=8, choices=MessageKind.choices)
    reader = models.CharField(_("reader"), max_length=8, choices=Recipient.choices)
    student = models.ForeignKey(
        Student, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    starts_at = models.DateTimeField(_("starts at"))
    class_id = models.BigIntegerField(null=True)
    series_kind = models.CharField(max_length=14, blank=True, default="", db_default="")
    series_id = models.BigIntegerField(null=True)
    week = models.DateField(null=True)
    revision = models.DateTimeField(null=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    change = models.CharField(
        pgettext_lazy("of a lesson", "change"),
        max_length=9,
        choices=ChangeKind.choices,
        blank=True,
        default="",
        db_default="",
    )

    class Meta:
        verbose_name = _("lesson of a message")
        verbose_name_plural = _("lessons of messages")
        default_permissions = ()
        constraints = [
            # Null is not equal to null, and SQLite has no NULLS NOT DISTINCT.
            models.UniqueConstraint(
                "student",
                "starts_at",
                "kind",
                "reader",
                Coalesce("teacher", Value(0)),
                Coalesce("guardian", Value(0)),
                condition=~Q(kind=MessageKind.NOTICE),
                name="message_item_once",
            ),
            models.UniqueConstraint(
                "class_id",
                "revision",
                "student",
                "reader",
                Coalesce("teacher", Value(0)),
                Coalesce("guardian", Value(0)),
                condition=Q(kind=MessageKind.NOTICE),
                name="message_item_change_once",
            ),
            models.UniqueConstraint(
                "series_kind",
                "series_id",
                "week",
                "revision",
                "student",
                "reader",
                Coalesce("teacher", Value(0)),
                Coalesce("guardian", Value(0)),
                condition=Q(kind=MessageKind.NOTICE, series_id__isnull=False),
                name="message_item_week_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.reader} · {self.student_id} · {self.starts_at:%Y-%m-%d %H:%M}"


@receiver(post_delete, sender=MessageItem)
def _delete_with_its_last_lesson(instance: MessageItem, **_kwargs: Any) -> None:
    """Delete a message with its last item, as when a person is deleted."""
    Message.objects.filter(pk=instance.message_id, items__isnull=True).delete()
