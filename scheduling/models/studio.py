"""The studio: one row with its name, zone and rules, and the current values.

The environment gives first values. They apply until the row is stored: by the owner under Settings,
or with the first class. From then on every process uses the row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Length, Upper
from django.db.models.lookups import Exact
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from scheduling.domain.wallclock import is_same_zone

from .fields import LineField
from .languages import Language
from .validators import validate_time_zone

# The environment variable of each first value, by column.
VARIABLES: dict[str, str] = settings.FIRST_VALUES


class MakeUpRule(models.TextChoices):
    """Rules for entitlement to a make-up, by the origin of the cancellation."""

    NEVER = "never", _("no cancellation")
    TEACHER = "teacher", _("the teacher's or the studio's")
    NOTICE = "notice", _("also the student's, in time")


class NotifyRule(models.TextChoices):
    """Whether families are notified of changes of their lessons that a person makes."""

    ASK = "ask", _("ask each time")
    ALWAYS = "always", _("always, unless it is unticked")
    NEVER = "never", _("never")


class Studio(models.Model):
    """The studio; its only row has the id 1.

    ``is_settled``: a class has been stored. Until then STUDIO_TIME_ZONE overrides ``time_zone``.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = LineField(
        _("name"),
        max_length=150,
        blank=True,
        help_text=_(
            "Shown in the header of these pages, in calendars, and below e-mails about lessons."
        ),
    )
    phone = LineField(
        _("phone"), max_length=40, blank=True, help_text=_("Shown below e-mails about lessons.")
    )
    reply_to = models.EmailField(
        _("reply-to address"),
        blank=True,
        help_text=_("Answers to e-mails about lessons go here; if it is empty, to the sender."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        validators=[validate_time_zone],
        help_text=_(
            "IANA name, such as Europe/Madrid. It decides what “today” is, when jobs are due, and "
            "when classes without a teacher take place."
        ),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        help_text=_(
            "The language of alerts, of new people, and of visitors whose browser states none of "
            "ours."
        ),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(
                r"^[A-Z]{3}\Z",
                _("Write the three capital letters of an ISO 4217 code, such as EUR."),
                code="currency",
            )
        ],
        help_text=_("ISO 4217 code, such as EUR, shown with prices; empty: none is shown."),
    )
    unmarked_days = models.PositiveSmallIntegerField(
        _("days to mark attendance"),
        validators=[MaxValueValidator(366)],
        help_text=_(
            "Unmarked lessons are listed after this number of days; 0: attendance is not kept."
        ),
    )
    reminder_hours = models.PositiveSmallIntegerField(
        _("hours before a reminder"),
        validators=[MaxValueValidator(168)],
        help_text=_("How long before a class its student and teacher are reminded; 0: never."),
    )
    makeup_rule = models.CharField(
        _("cancellations that earn a make-up"), max_length=7, choices=MakeUpRule.choices
    )
    cancel_notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_("A student cancels in time at least this number of hours before the class."),
    )
    makeup_days = models.PositiveSmallIntegerField(
        _("days to make up"),
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("A make-up takes place within this number of days of the lost class."),
    )
    notify_families = models.CharField(
        _("telling the families"),
        max_length=6,
        choices=NotifyRule.choices,
        default=NotifyRule.ASK,
        db_default=NotifyRule.ASK,
        help_text=_("E-mails to families and teachers when a person changes lessons ahead."),
    )
    family_pages = models.BooleanField(
        _("families' pages"),
        default=False,
        db_default=False,
        help_text=_("Families see their lessons at a secret address, without an account."),
    )
    family_cancel = models.BooleanField(
        _("families cancel lessons"),
        default=False,
        db_default=False,
        help_text=_(
            "On their page, until the hours of notice before a lesson. If such a cancellation "
            "earns a make-up, they also cancel later: the lesson is then charged. Otherwise they "
            "ask the studio."
        ),
    )
    family_makeups = models.BooleanField(
        _("families book make-ups"),
        default=False,
        db_default=False,
        help_text=_(
            "On their page, within the teacher's working hours and advance booking days, at least "
            "the hours of notice ahead."
        ),
    )
    is_settled = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("studio")
        verbose_name_plural = _("studio")
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="studio_once"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="studio_language"
            ),
            models.CheckConstraint(
                condition=Q(currency="")
                | Q(Exact(Length("currency"), 3), currency=Upper(F("currency"))),
                name="studio_currency",
            ),
            models.CheckConstraint(
                condition=Q(unmarked_days__gte=0, unmarked_days__lte=366),
                name="studio_unmarked_days",
            ),
            models.CheckConstraint(
                condition=Q(reminder_hours__gte=0, reminder_hours__lte=168),
                name="studio_reminder_hours",
            ),
            models.CheckConstraint(
                condition=Q(makeup_rule__in=MakeUpRule.values), name="studio_makeup_rule"
            ),
            models.CheckConstraint(
                condition=Q(cancel_notice_hours__gte=1, cancel_notice_hours__lte=168),
                name="studio_cancel_notice_hours",
            ),
            models.CheckConstraint(
                condition=Q(makeup_days__gte=1, makeup_days__lte=366), name="studio_makeup_days"
            ),
            models.CheckConstraint(
                condition=Q(notify_families__in=NotifyRule.values), name="studio_notify_families"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("The studio"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioValues:
    """The current values by column. ``is_stored``: they are those of the row."""

    name: str = ""
    phone: str = ""
    reply_to: str = ""
    time_zone: str
    language: str
    currency: str
    unmarked_days: int
    reminder_hours: int
    makeup_rule: str
    cancel_notice_hours: int
    makeup_days: int
    notify_families: str
    family_pages: bool
    family_cancel: bool
    family_makeups: bool
    is_settled: bool = False
    is_stored: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The studio's zone."""
        return ZoneInfo(self.time_zone)

    @property
    def zone_is_given(self) -> bool:
        """True if STUDIO_TIME_ZONE overrides the stored zone."""
        return not self.is_settled and is_given("time_zone")

    @property
    def ignored(self) -> list[str]:
        """The columns whose environment variables have another value, which has no effect."""
        if not self.is_stored:
            return []
        first = first_values()
        if is_same_zone(first["time_zone"], self.time_zone):
            first["time_zone"] = self.time_zone
        return [name for name in VARIABLES if is_given(name) and first[name] != getattr(self, name)]


class _Reading:
    """The values of one request, command or task, once they are read."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: StudioValues | None = None


_reading: ContextVar[_Reading | None] = ContextVar("studio", default=None)
_COLUMNS = tuple(field.attname for field in Studio._meta.concrete_fields if field.name != "id")


def first_values() -> dict[str, Any]:
    """Return the values of the environment, or defaults. Only this function reads the settings."""
    return {
        "time_zone": settings.TIME_ZONE,
        "language": settings.LANGUAGE_CODE,
        "currency": settings.CURRENCY,
        "unmarked_days": settings.UNMARKED_DAYS,
        "reminder_hours": settings.REMINDER_HOURS,
        "makeup_rule": settings.MAKEUP_RULE,
        "cancel_notice_hours": settings.CANCEL_NOTICE_HOURS,
        "makeup_days": settings.MAKEUP_DAYS,
        "notify_families": settings.NOTIFY_FAMILIES,
        "family_pages": settings.FAMILY_PAGES,
        "family_cancel": settings.FAMILY_CANCEL,
        "family_makeups": settings.FAMILY_MAKEUPS,
    }


def is_given(column: str) -> bool:
    """Return True if the environment sets the variable of ``column``."""
    return VARIABLES[column] in settings.GIVEN_FIRST_VALUES


def studio() -> StudioValues:
    """Return the current values, read once for a request, command or task, else at every call."""
    reading = _reading.get()
    if reading is None:
        return _read()
    if reading.values is None:
        reading.values = _read()
    return reading.values


def _read() -> StudioValues:
    row = Studio.objects.filter(pk=1).values(*_COLUMNS).first()
    if row is None:
        return StudioValues(**first_values())
    if not row["is_settled"] and is_given("time_zone"):
        row["time_zone"] = settings.TIME_ZONE
    return StudioValues(**row, is_stored=True)


def foreign_zone(zone: str) -> str:
    """Return the name of a zone; empty if it is the studio's, as nobody needs to read that."""
    return "" if is_same_zone(zone, studio().time_zone) else zone


def settle() -> bool:
    """Store the row with the first class, in its transaction; later calls only compare.

    Return False if the stored zone is not the one that this process has read.
    """
    known, stored = studio(), _read()
    if not stored.is_settled:
        # The values are not cached here: the transaction may be rolled back.
        Studio.objects.bulk_create(
            [Studio(is_settled=True, **first_values())], ignore_conflicts=True
        )
        # The row exists if the owner has saved the page.
        Studio.objects.filter(is_settled=False).update(time_zone=known.time_zone, is_settled=True)
        stored = _read()
        transaction.on_commit(forget)
    if stored.time_zone != known.time_zone:
        forget()
        return False
    return True


def begin_reading() -> None:
    """Forget what an earlier request of this thread has read; from now on read once."""
    _reading.set(_Reading())


def end_reading() -> None:
    """Read at every call again."""
    _reading.set(None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Read the values once, unless a caller does so already."""
    if _reading.get() is not None:
        yield
        return
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


def forget() -> None:
    """Read the values anew when they are next asked for."""
    if (reading := _reading.get()) is not None:
        reading.values = None


@receiver(post_save, sender=Studio)
def _forget_what_was_read(**_kwargs: Any) -> None:
    forget()


def default_time_zone() -> str:
    """The studio's IANA zone, the default of a new teacher."""
    return studio().time_zone


def default_language() -> str:
    """The studio's language, the default of a new person."""
    return studio().language
