"""The buttons of a class beside its student: its marks and its cancellation."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from scheduling.admin.core.permissions import may_change_class, may_mark_class
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.services.notices import is_offered


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student of a class. ``state`` describes the class; ``sign`` is its CSS class.

    ``buttons`` are the marks that the user may set, as value and text; ``is_marked``: the mark can
    be removed. ``may_cancel`` and ``may_restore``: the user may do so; ``notify``: “Tell the
    families” is offered with it. ``remark``: more about the lesson; ``find``: the URL of the times
    for its make-up.
    """

    pk: int
    name: str
    state: str
    sign: str
    is_cancelled: bool
    is_marked: bool
    buttons: list[tuple[str, str]]
    may_cancel: bool
    may_restore: bool
    notify: bool
    remark: str = ""
    find: str = ""


def student_line(request: HttpRequest, row: ScheduledClass, now: datetime) -> StudentLine:
    """Return the line of a class for the user of ``request``."""
    is_cancelled = row.status == ClassStatus.CANCELLED
    state, sign = "", ""
    if is_cancelled:
        state, sign = str(row.get_status_display()), "is-absent"
    elif row.attendance:
        state = str(row.get_attendance_display())
        sign = "is-ok" if row.attendance == Attendance.PRESENT else "is-warn"
    elif row.status == ClassStatus.COMPLETED:
        state, sign = str(row.get_status_display()), "is-ok"
    may_mark = not is_cancelled and may_mark_class(request.user, row)
    may_change = may_change_class(request.user, row)
    buttons = []
    if may_mark and not row.attendance:
        buttons = [
            (value, str(label))
            for value, label in Attendance.choices
            if value != Attendance.PRESENT or row.starts_at <= now
        ]
    return StudentLine(
        row.pk,
        row.student.full_name,
        state,
        sign,
        is_cancelled,
        may_mark and bool(row.attendance),
        buttons,
        may_change and row.status == ClassStatus.SCHEDULED,
        may_change and is_cancelled,
        row.starts_at > now and is_offered(),
    )
