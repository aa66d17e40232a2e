"""Remarks about the classes of a day: a first lesson, an absence last time, a make-up owed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from scheduling.admin.core.display.class_marks import StudentLine, student_line
from scheduling.admin.core.display.links import find_time_url, may_find_times
from scheduling.admin.core.permissions import may_change_classes, may_see_everyone
from scheduling.domain.windows import WEEK, monday_of
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.selectors.classes.last_time import with_last_time
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.make_ups import make_ups_owed
from scheduling.text.dates import clock_time, short_day, weekday

# Students who started earlier had lessons that the calendar does not know.
NEW_FOR = 4 * WEEK
ABSENT = (Attendance.EXCUSED, Attendance.UNEXCUSED)


def with_remarks(classes: QuerySet[ScheduledClass], now: datetime) -> QuerySet[ScheduledClass]:
    """Annotate classes with what ``remarked_line`` needs, in their own query."""
    owed = ScheduledClass.objects.filter(make_ups_owed(studio_day(now)), pk=OuterRef("pk"))
    return with_last_time(classes).annotate(owes_make_up=Exists(owed))


def remarked_line(
    request: HttpRequest, row: Any, day: Collection[ScheduledClass], now: datetime
) -> StudentLine:
    """Return the line of a class in ``day``; both come from ``with_remarks``."""
    everyone = may_see_everyone(request.user)
    found = [_moved_from(row)]
    find = ""
    if row.status != ClassStatus.CANCELLED:
        found += [_first_lesson(row), _last_time(row)]
    elif not everyone:
        found.append(_free_until(row, day, now))
    elif row.owes_make_up:
        found.append(_("make-up owed"))
        if may_change_classes(request.user) and may_find_times(request.user):
            find = find_time_url(row.regular_teacher_id, make_up=row.pk)
    return replace(
        student_line(request, row, now), remark=" · ".join(filter(None, found)), find=find
    )


def _moved_from(row: ScheduledClass) -> str:
    """Return “moved from Thursday”, with the date if it was in another week."""
    original = row.occurrence_date
    if original is None or original == row.date:
        return ""
    day_text = weekday if monday_of(original) == monday_of(row.date) else short_day
    return _("moved from %(day)s") % {"day": day_text(original)}


def _first_lesson(row: Any) -> str:
    start = row.student.start_date
    if row.has_earlier or start is None or row.date - start >= NEW_FOR:
        return ""
    return _("first lesson")


def _last_time(row: Any) -> str:
    return _("last time: absent") if row.last_attendance in ABSENT else ""


def _free_until(row: ScheduledClass, day: Collection[ScheduledClass], now: datetime) -> str:
    """Return until when the teacher, whose ``day`` it is, is free instead."""
    others = [each for each in day if each.status != ClassStatus.CANCELLED]
    if any(each.starts_at < row.ends_at and each.ends_at > row.starts_at for each in others):
        return ""
    following = [each.starts_at for each in others if each.starts_at >= row.ends_at]
    if not following or following[0] <= now:
        return ""
    return _("free until %(time)s") % {"time": clock_time(following[0])}
