"""The timetable: weekly rules (series) and closures."""

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .fields import LineField, MinuteTimeField
from .people import Student, Teacher
from .revision import RevisionMixin
from .rooms import Room


class Weekday(models.IntegerChoices):
    """ISO 8601 weekdays."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class WeeklyRule(RevisionMixin):
    """Common fields of the two kinds of series."""

    revised_by: ClassVar[tuple[str, ...]] = (
        "student_id",
        "teacher_id",
        "room_id",
        "weekday",
        "start_time",
        "interval_weeks",
        "subject",
        "valid_from",
        "valid_until",
    )

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    start_time = MinuteTimeField(_("start time"))
    interval_weeks = models.PositiveSmallIntegerField(
        _("every … weeks"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text=_("1 is every week, 2 every other week; counted from the week of “valid from”."),
    )
    subject = LineField(_("subject"), max_length=200, blank=True, db_default="")
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("room"),
        help_text=_("Empty: none, as for a lesson online."),
    )
    is_shared = models.BooleanField(
        _("shared"),
        default=False,
        db_default=False,
        help_text=_("A group lesson: several students with the same teacher at the same times."),
    )
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day, included.")
    )
    # The identity that a timetable file gave this rule. It stays when the rule is edited by hand,
    # so that importing the file again recognises the edit instead of adding the rule anew.
    # (Unique by a constraint: "unique" would bring an index for LIKE along, which nothing uses.)
    import_key = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001
    # The last day from the file; it is not set again after a person has changed it.
    import_until = models.DateField(null=True, blank=True, editable=False)
    # The key of the room from the file; it is not set again after a person has removed the room.
    import_room = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False
    )
    # In a conflict of planned classes the older series has precedence.
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class FixedSchedule(WeeklyRule):
    """A student's weekly meeting: local time in the teacher's zone, the studio's without one."""

    revised_by = (*WeeklyRule.revised_by, "end_time")

    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        related_name="fixed_schedules",
        verbose_name=_("student"),
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fixed_schedules",
        verbose_name=_("teacher"),
    )
    end_time = MinuteTimeField(_("end time"))
    valid_from = models.DateField(
        _("valid from"), null=True, blank=True, help_text=_("Empty: from the student's start date.")
    )

    class Meta:
        verbose_name = _("fixed schedule")
        verbose_name_plural = _("fixed schedules")
        ordering = ["student_id", "weekday", "start_time", "id"]
        constraints = [
            models.UniqueConstraint(fields=["import_key"], name="fixed_schedule_import_key"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7), name="fixed_schedule_weekday"
            ),
            models.CheckConstraint(
                condition=Q(end_time__gt=F("start_time")),
                name="fixed_schedule_ends_after_start",
                violation_error_message=_("The end time must be after the start time."),
            ),
            models.CheckConstraint(
                condition=Q(interval_weeks__gte=1, interval_weeks__lte=4),
                name="fixed_schedule_interval",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="fixed_schedule_validity",
                violation_error_message=_("“Valid until” is before “valid from”."),
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.student} · {self.get_weekday_display()} "
            f"{self.start_time:%H:%M}–{self.end_time:%H:%M}"
        )


class SlotStatus(models.TextChoices):
    """States of a recurring slot; only an active one has classes."""

    ACTIVE = "active", pgettext_lazy("of a slot", "active")
    PAUSED = "paused", _("paused")
    CANCELLED = "cancelled", _("cancelled")


class RecurringSlot(WeeklyRule):
    """A teacher's weekly slot, taken by a student: local time in the teacher's zone."""

    revised_by = (*WeeklyRule.revised_by, "duration_minutes", "status")

    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        related_name="recurring_slots",
        verbose_name=_("teacher"),
    )
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        related_name="recurring_slots",
        verbose_name=_("student"),
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration in minutes"), validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=SlotStatus.choices,
        default=SlotStatus.ACTIVE,
        db_default=SlotStatus.ACTIVE,
    )
    valid_from = models.DateField(_("valid from"))
    booked_at = models.DateTimeField(_("booked"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("recurring slot")
        verbose_name_plural = _("recurring slots")
        ordering = ["teacher_id", "weekday", "start_time", "id"]
        constraints = [
            models.UniqueConstraint(fields=["import_key"], name="recurring_slot_import_key"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7), name="recurring_slot_weekday"
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1, duration_minutes__lte=1440),
                name="recurring_slot_duration",
            ),
            models.CheckConstraint(
                condition=Q(interval_weeks__gte=1, interval_weeks__lte=4),
                name="recurring_slot_interval",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="recurring_slot_validity",
                violation_error_message=_("“Valid until” is before “valid from”."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=SlotStatus.values), name="recurring_slot_status"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.student} · {self.teacher} · {self.get_weekday_display()} "
            f"{self.start_time:%H:%M} ({self.duration_minutes} min)"
        )


class Closure(models.Model):
    """Dates, both included, without classes: for everyone, a teacher or a student.

    A closure of a student may be a pause of one schedule only.
    """

    name = LineField(_("name"), max_length=150)
    first_date = models.DateField(_("first date"))
    last_date = models.DateField(_("last date"))
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("teacher"),
        help_text=_("Time off of one teacher; empty for everyone."),
    )
    student = models.ForeignKey(
        Student,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("student"),
        help_text=_("A pause of one student; empty for everyone."),
    )
    # A pause of one weekly rule of the student; the others continue.
    fixed_schedule = models.ForeignKey(
        FixedSchedule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="pauses",
        verbose_name=_("fixed schedule"),
    )
    recurring_slot = models.ForeignKey(
        RecurringSlot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="pauses",
        verbose_name=_("recurring slot"),
    )

    earns_make_ups = models.BooleanField(
        _("make-ups are owed"),
        default=True,
        db_default=True,
        help_text=_(
            "For one teacher only: whether these lessons are made up, as the studio's rule says."
        ),
    )
    # The country of a public holiday, with its region after a hyphen: "ES-CT".
    public_holiday_of = models.CharField(
        max_length=16, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["first_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__gte=F("first_date")),
                name="closure_dates",
                violation_error_message=_("The last date is before the first date."),
            ),
            models.CheckConstraint(
                condition=Q(teacher__isnull=True) | Q(student__isnull=True),
                name="closure_scope",
                violation_error_message=_("Choose a teacher or a student, not both."),
            ),
            models.CheckConstraint(
                condition=Q(fixed_schedule__isnull=True, recurring_slot__isnull=True)
                | (
                    Q(student__isnull=False)
                    & (Q(fixed_schedule__isnull=True) | Q(recurring_slot__isnull=True))
                ),
                name="closure_pause",
                violation_error_message=_("A pause is of one schedule, of its student."),
            ),
        ]
        indexes = [models.Index(fields=["last_date"], name="closure_last_date")]

    def __str__(self) -> str:
        days = date_format(self.first_date)
        if isinstance(self.last_date, date) and self.last_date != self.first_date:
            days += f" – {date_format(self.last_date)}"
        return f"{self.name} ({days})"

    @property
    def is_pause(self) -> bool:
        """True if the closure concerns a single schedule."""
        return self.fixed_schedule_id is not None or self.recurring_slot_id is not None
