"""The classes of a calendar feed."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime

from scheduling.models import CalendarFeed, ScheduledClass


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A class as a calendar shows it. Instants are UTC; ``time_zone`` is where it takes place."""

    id: int
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    week: date | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    status: str
    cancel_reason: str
    subject: str
    updated_at: datetime
    student__first_name: str
    student__last_name: str
    teacher__name: str | None

    @property
    def student(self) -> str:
        return f"{self.student__first_name} {self.student__last_name}".strip()

    @property
    def uid(self) -> str:
        """Its identity: the series and the week, which no move changes (RFC 5545 §3.8.4.7)."""
        if self.fixed_schedule_id is not None:
            name = f"schedule-{self.fixed_schedule_id}-{self.week}"
        elif self.recurring_slot_id is not None:
            name = f"slot-{self.recurring_slot_id}-{self.week}"
        else:
            name = f"class-{self.id}"
        return f"{name}@class-tracker"


def feed_rows(feed: CalendarFeed, since: datetime) -> Iterator[FeedRow]:
    """All that ``feed`` shows of what ends after ``since``, in order of start; one query."""
    rows = ScheduledClass.objects.filter(ends_at__gt=since).order_by("starts_at", "id")
    if feed.student_id is not None:
        rows = rows.filter(student=feed.student_id)
    elif feed.teacher_id is not None:
        rows = rows.filter(teacher=feed.teacher_id)
    names = [one.name for one in fields(FeedRow)]
    return (FeedRow(*values) for values in rows.values_list(*names).iterator(2_000))
