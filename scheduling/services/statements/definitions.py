"""The figures of a statement, as conditions on classes, and its groupings.

The figures are defined here only. The query of a statement counts by them, and the list of classes
filters by them. docs/statements.md explains them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scheduling.domain.wallclock import instant
from scheduling.domain.windows import DAY
from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.selectors.classes import CANCELLED, CANCELLED_FOR_TEACHER
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.classes.make_ups import make_ups_owed

_TEACHER_ABSENT = Q(attendance=Attendance.TEACHER_ABSENT) & ~CANCELLED
# The student of a lesson of one was present if it took place; in a group each needs a mark.
_COMPLETED_ALONE = Q(status=ClassStatus.COMPLETED, is_shared=False)


def begins_within(first: date, last: date) -> Q:
    """Return the condition for classes that begin on these days, both included, at the studio."""
    zone = studio().time_zone
    start, end = (instant(day, time.min, zone) for day in (first, last + DAY))
    return Q(starts_at__gte=start, starts_at__lt=end)


def counted(now: datetime) -> Q:
    """Return the condition for classes that a statement counts: over, or cancelled."""
    return Q(ends_at__lte=now) | CANCELLED


def given(now: datetime) -> Q:
    """Return the condition for classes that took place: over, and the teacher was there."""
    return Q(ends_at__lte=now) & ~CANCELLED & ~Q(attendance=Attendance.TEACHER_ABSENT)


def _present(now: datetime) -> Q:
    is_present = Q(attendance=Attendance.PRESENT)
    if studio().unmarked_days:
        return given(now) & (is_present | (Q(attendance="") & _COMPLETED_ALONE))
    return given(now) & (is_present | Q(attendance=""))


def _not_marked(now: datetime) -> Q:
    """Return nothing if ``unmarked_days`` is 0: then marks are not expected."""
    if not studio().unmarked_days:
        return Q(pk__in=[])
    return given(now) & Q(attendance="") & ~_COMPLETED_ALONE


def _excused(now: datetime) -> Q:
    return given(now) & Q(attendance=Attendance.EXCUSED)


def _unexcused(now: datetime) -> Q:
    return given(now) & Q(attendance=Attendance.UNEXCUSED)


def _cancelled_by_student(now: datetime) -> Q:
    return CANCELLED & Q(cancelled_by=CancelledBy.STUDENT)


def _cancelled_by_teacher(now: datetime) -> Q:
    return CANCELLED_FOR_TEACHER | (Q(ends_at__lte=now) & _TEACHER_ABSENT)


def _cancelled_by_studio(now: datetime) -> Q:
    return CANCELLED & Q(cancelled_by__in=(CancelledBy.STUDIO, ""))


def _closed(now: datetime) -> Q:
    """Return the classes that a closure cancelled for everyone, a student or a series."""
    return CANCELLED & Q(cancelled_by=CancelledBy.CLOSURE, closure__teacher__isnull=True)


def _chargeable(now: datetime) -> Q:
    """Return the classes to be paid. A make-up is not, if the lost class is."""
    charged = _present(now) | _unexcused(now) | (CANCELLED & Q(is_chargeable=True))
    # A subquery: few classes are make-ups, and for a join PostgreSQL reads the whole table.
    lost = ScheduledClass.objects.filter(pk=OuterRef("make_up_for")).order_by()
    is_unpaid = Q(Exact(Subquery(lost.values("is_chargeable")), False))
    return charged & (Q(make_up_for__isnull=True) | is_unpaid)


def _make_ups_given(now: datetime) -> Q:
    return given(now) & Q(make_up_for__isnull=False)


def _make_ups_owed(now: datetime) -> Q:
    """Return the classes for which a make-up is owed on that day: its last day has not passed."""
    return make_ups_owed(studio_day(now))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its title, and the condition at a time for the classes that it counts."""

    title: str | Promise
    condition: Callable[[datetime], Q]


LESSONS = "lessons"
CHARGEABLE = "chargeable"
# The figures by name, in the order of the API. LESSONS alone counts a group lesson once.
FIGURES = {
    LESSONS: Figure(_("Lessons given"), given),
    "not_marked": Figure(_("Not marked"), _not_marked),
    "present": Figure(_("Present"), _present),
    "excused": Figure(_("Absent, excused"), _excused),
    "unexcused": Figure(_("Absent, unexcused"), _unexcused),
    "cancelled_by_student": Figure(_("Cancelled by the student"), _cancelled_by_student),
    "cancelled_by_teacher": Figure(_("Cancelled by the teacher"), _cancelled_by_teacher),
    "cancelled_by_studio": Figure(_("Cancelled by the studio"), _cancelled_by_studio),
    "closed": Figure(_("Closed"), _closed),
    CHARGEABLE: Figure(_("Chargeable"), _chargeable),
    "make_ups_given": Figure(_("Make-ups given"), _make_ups_given),
    "make_ups_owed": Figure(_("Make-ups owed"), _make_ups_owed),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """A column of classes by which a statement has rows.

    ``names`` are the columns of the row's name, ``nameless`` is the name of the row without them.
    ``model`` is the model whose rows the reader has to be allowed to see. ``once``: a group lesson
    counts once in a row, and not once for each student; ``same`` tells such a row from others.
    """

    title: str | Promise
    key: str
    names: tuple[str, ...]
    nameless: str | Promise
    model: str
    once: bool = False
    same: Q = field(default_factory=Q)


GROUPINGS = {
    "teacher": Grouping(
        title=_("teacher"),
        key="teacher_id",
        names=("teacher__name",),
        nameless=_("Without a teacher"),
        model="teacher",
        once=True,
    ),
    "student": Grouping(
        title=_("student"),
        key="student_id",
        names=("student__first_name", "student__last_name"),
        nameless="",
        model="student",
    ),
    # A student counts at the payer only, so that no class counts twice.
    "guardian": Grouping(
        title=_("guardian"),
        key="payer__guardian_id",
        names=("payer__guardian__first_name", "payer__guardian__last_name"),
        nameless=_("Students without a payer"),
        model="guardian",
    ),
    "subject": Grouping(
        title=_("subject"),
        key="subject",
        names=("subject",),
        nameless=_("Without a subject"),
        model="scheduledclass",
        once=True,
        same=Q(subject=OuterRef("subject")),
    ),
    "room": Grouping(
        title=_("room"),
        key="room_id",
        names=("room__name",),
        nameless=_("Without a room"),
        model="room",
        once=True,
        same=Q(Exact(Coalesce("room_id", 0), Coalesce(OuterRef("room_id"), 0))),
    ),
}


def permissions(by: str) -> list[str]:
    """Return the permissions that a reader of a statement needs: classes, teachers, prices."""
    models = ("scheduledclass", "teacher", "lessonsettings", GROUPINGS[by].model)
    return [f"scheduling.view_{model}" for model in models]


def with_payer(classes: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    """Add ``payer``, the student's guardian who pays; a student has at most one."""
    link = "student__student_guardians"
    return classes.annotate(
        payer=FilteredRelation(link, condition=Q(**{f"{link}__is_payer": True}))
    )


def first_of_lesson(now: datetime, same: Q) -> Q:
    """Return the condition for one class of each lesson: a group has the same teacher and start."""
    earlier = ScheduledClass.objects.filter(
        given(now) & same,
        teacher=OuterRef("teacher"),
        starts_at=OuterRef("starts_at"),
        is_shared=True,
        pk__lt=OuterRef("pk"),
    )
    return given(now) & (Q(is_shared=False) | ~Q(Exists(earlier)))
