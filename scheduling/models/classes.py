"""The dated classes, table ``classes``.

The database guarantees identity (one row per series and week), the compound key and, through
``db.class_constraints``, that no teacher, no student and no room is double-booked.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.domain.wallclock import clock_hours, hours_on, instant, local_times, minutes_between

from .class_states import Attendance, CancelledBy, ClassStatus
from .fields import LineField, LinesField, MinuteTimeField
from .people import Student, Teacher
from .rooms import Room
from .runs import JobRun
from .studio import default_time_zone, foreign_zone
from .timetable import Closure, FixedSchedule, RecurringSlot
from .validators import validate_time_zone

# Calendars distinguish revisions of a class by the second of its last change, so two changes within
# one second get different ones.
REVISION = timedelta(seconds=1)


class ScheduledClass(models.Model):
    """A dated class: the stored row of an occurrence, or a one-off.

    ``date``, ``start_time`` and ``end_time`` are the nominal wall clock in ``time_zone`` and are
    the truth; ``starts_at`` and ``ends_at`` are derived from them. ``week`` is the Monday of the
    ISO week of ``occurrence_date``, the date that the series gives the class; both are empty
    for a one-off, and neither changes when a person moves the class.
    """

    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        related_name="classes",
        db_index=False,
        verbose_name=_("student"),
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="classes",
        db_index=False,
        verbose_name=_("teacher"),
    )
    # Set by a substitution and by nothing else: ``teacher`` is then the substitute.
    original_teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="substituted_classes",
        db_index=False,
        verbose_name=_("substitute for"),
    )
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="classes",
        db_index=False,
        verbose_name=_("room"),
        help_text=_("Empty: none, as for a lesson online."),
    )
    fixed_schedule = models.ForeignKey(
        FixedSchedule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="classes",
        db_index=False,
        verbose_name=_("fixed schedule"),
    )
    recurring_slot = models.ForeignKey(
        RecurringSlot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="classes",
        db_index=False,
        verbose_name=_("recurring slot"),
    )
    week = models.DateField(_("week"), null=True, blank=True, editable=False)
    occurrence_date = models.DateField(_("original date"), null=True, blank=True, editable=False)
    date = models.DateField(_("date"))
    start_time = MinuteTimeField(_("start time"))
    end_time = MinuteTimeField(_("end time"))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the teacher's, or the studio's."),
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    subject = LineField(_("subject"), max_length=200, blank=True, db_default="")
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ClassStatus.choices,
        default=ClassStatus.SCHEDULED,
        db_default=ClassStatus.SCHEDULED,
    )
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=10, choices=CancelledBy.choices, blank=True, db_default=""
    )
    cancel_reason = LineField(
        _("reason of cancellation"), max_length=300, blank=True, db_default=""
    )
    is_chargeable = models.BooleanField(
        _("chargeable"),
        default=False,
        db_default=False,
        help_text=_("Whether a cancelled class is paid for all the same."),
    )
    # When a person cancelled it; empty if a closure did.
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    # The class that this one-off makes up for; unique, so that no class has two make-ups.
    make_up_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="make_ups",
        db_index=False,
        verbose_name=_("make-up for"),
    )
    closure = models.ForeignKey(
        Closure,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="classes",
        db_index=False,
        verbose_name=_("closure"),
    )
    attendance = models.CharField(
        _("attendance"), max_length=15, choices=Attendance.choices, blank=True, db_default=""
    )
    is_shared = models.BooleanField(_("shared"), default=False, db_default=False)
    notes = LinesField(_("notes"), blank=True, db_default="")
    edited_at = models.DateTimeField(
        _("edited by hand"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Set when a person acted on the class; no run changes it from then on."),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)
    # No constraint: pruning a run's log neither deletes nor rewrites the classes it made.
    created_by_run = models.ForeignKey(
        JobRun,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("created by run"),
    )

    # As it was read or last stored.
    _revised: datetime | None = None

    class Meta:
        db_table = "classes"
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ["starts_at", "id"]
        permissions = [("mark_own_classes", _("Can see and mark the classes that they teach"))]
        constraints = [
            models.UniqueConstraint(
                fields=["fixed_schedule", "week"],
                condition=Q(fixed_schedule__isnull=False),
                name="class_once_a_week_of_fixed_schedule",
            ),
            models.UniqueConstraint(
                fields=["recurring_slot", "week"],
                condition=Q(recurring_slot__isnull=False),
                name="class_once_a_week_of_recurring_slot",
            ),
            models.UniqueConstraint(
                fields=["student", "date", "start_time", "end_time"],
                condition=~Q(status="cancelled"),
                name="class_compound_key",
                violation_error_message=_(
                    "This student already has a class on that date at exactly these times."
                ),
            ),
            # Conditional: SQLite then creates an index and doesn't rebuild the table.
            models.UniqueConstraint(
                fields=["make_up_for"],
                condition=Q(make_up_for__isnull=False),
                name="class_made_up_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="class_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(fixed_schedule__isnull=True) | Q(recurring_slot__isnull=True),
                name="class_one_source",
            ),
            # A one-off has neither week nor original date, a generated class has both.
            models.CheckConstraint(
                condition=Q(
                    fixed_schedule__isnull=True,
                    recurring_slot__isnull=True,
                    week__isnull=True,
                    occurrence_date__isnull=True,
                )
                | (
                    Q(week__isnull=False, occurrence_date__isnull=False)
                    & (Q(fixed_schedule__isnull=False) | Q(recurring_slot__isnull=False))
                ),
                name="class_identity",
            ),
            models.CheckConstraint(condition=Q(status__in=ClassStatus.values), name="class_status"),
            models.CheckConstraint(
                condition=Q(status="cancelled") | Q(closure__isnull=True, cancelled_by=""),
                name="class_cancelled_by_only_when_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled") | Q(is_chargeable=False),
                name="class_chargeable_only_when_cancelled",
                violation_error_message=_("Only a cancelled class is marked as chargeable."),
            ),
            models.CheckConstraint(
                condition=Q(original_teacher__isnull=True)
                | (Q(teacher__isnull=False) & ~Q(original_teacher=F("teacher"))),
                name="class_substitute_is_another_teacher",
            ),
        ]
        indexes = [
            models.Index(fields=["date"], name="class_date"),
            # Pages in order of start, however deep; with the date, days are told apart within it.
            models.Index(fields=["starts_at", "date"], name="class_start"),
            models.Index(fields=["teacher", "starts_at"], name="class_teacher_start"),
            models.Index(fields=["student", "starts_at"], name="class_student_start"),
            # Empty in a studio without rooms.
            models.Index(
                fields=["room", "starts_at"],
                condition=Q(room__isnull=False),
                name="class_room_start",
            ),
            models.Index(
                fields=["closure"], condition=Q(closure__isnull=False), name="class_closure"
            ),
            models.Index(
                fields=["original_teacher"],
                condition=Q(original_teacher__isnull=False),
                name="class_original_teacher",
            ),
            # Make-ups owed, which the first page counts: few classes are cancelled.
            models.Index(fields=["date"], condition=Q(status="cancelled"), name="class_cancelled"),
            # Classes not marked, which the first page counts: of the past ones, most are marked.
            models.Index(
                fields=["starts_at"],
                condition=Q(attendance="", status__in=["scheduled", "completed"]),
                name="class_not_marked",
            ),
        ]

    def __str__(self) -> str:
        hours = hours_on(self.date, self.start_time, self.end_time, self.time_zone)
        text = f"{self.student} · {date_format(self.date)}, {hours}"
        return f"{text} ({zone})" if (zone := foreign_zone(self.time_zone)) else text

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Store the class with its instants derived from its wall clock.

        Raises UnknownZoneError for a zone that the IANA database doesn't know.
        """
        self.derive_instants()
        if update_fields is not None:
            update_fields = {*update_fields, "time_zone", "starts_at", "ends_at"}
        if update_fields is None or "updated_at" in update_fields:
            self.keep_revision()
        super().save(*args, update_fields=update_fields, **kwargs)
        if self._revised is not None:
            self._revised = self.updated_at

    def keep_revision(self) -> None:
        """Let ``updated_at`` be later than that of the stored row."""
        if self._revised is not None:
            self.updated_at = max(self.updated_at, self._revised + REVISION)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a stored row that remembers its revision."""
        row = super().from_db(*args, **kwargs)
        row._revised = row.__dict__.get("updated_at")
        return row

    def derive_instants(self) -> None:
        """Set ``starts_at`` and ``ends_at`` from date, times and zone (RFC 5545 §3.3.5).

        The end is the nominal duration, in elapsed time, after the start; an end that is not
        after the start is on the next day. Without a zone the class takes its teacher's, or the
        studio's.
        """
        if not self.time_zone:
            self.time_zone = self.teacher.time_zone if self.teacher else default_time_zone()
        self.starts_at = instant(self.date, self.start_time, self.time_zone)
        minutes = minutes_between(self.start_time, self.end_time)
        self.ends_at = self.starts_at + timedelta(minutes=minutes)

    def local_times(self, zone: str = "") -> tuple[datetime, datetime]:
        """Return start and end in local time of ``zone``, by default the class's own.

        On a day on which the clocks change these are not always the nominal times: a lesson of
        four hours from 01:00 ends at 06:00 where the hour from 02:00 is skipped.
        """
        return local_times(self.starts_at, self.ends_at, zone or self.time_zone)

    @property
    def hours(self) -> str:
        """Return “10:00–11:00”, in the class's own zone."""
        return clock_hours(self.starts_at, self.ends_at, self.time_zone)

    @property
    def regular_teacher_id(self) -> int | None:
        """The teacher whom a substitute stands in for, or else the teacher."""
        return self.original_teacher_id or self.teacher_id

    @property
    def given_by(self) -> str:
        """The name of the teacher, of a substitute “Bea (for Ana)”; empty without a teacher."""
        if self.original_teacher is None:
            return str(self.teacher or "")
        names = {"teacher": self.teacher, "original": self.original_teacher}
        return gettext("%(teacher)s (for %(original)s)") % names

    @property
    def is_generated(self) -> bool:
        """True if the class belongs to a series, False for a one-off."""
        return self.week is not None
