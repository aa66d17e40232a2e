"""A teacher who can't come: the day is closed, and everything on it is cancelled at once."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.models import CancelledBy, Closure, Teacher

from .left_over import deal_with_rest
from .moment import Moment, Written, is_no_clash, is_of_now


@dataclass(frozen=True, slots=True)
class Absent:
    """``teacher`` gives no lesson from ``first`` to ``last``, both included, by their own clock.

    What no person touched is cancelled by the closure, and comes back with it; the rest, one-offs
    among them, is cancelled for the teacher. What has begun stays.
    """

    teacher: Teacher
    first: date
    last: date
    name: str = ""

    def is_entered(self) -> bool:
        """Whether these days are closed for the teacher already."""
        there = Closure.objects.filter(
            teacher=self.teacher, first_date__lte=self.first, last_date__gte=self.last
        )
        return there.exists()

    def write(self, moment: Moment) -> Written:
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=self.teacher.pk)
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        name = self.name or _("Teacher absent")
        if not self.is_entered():
            Closure.objects.create(
                name=name, first_date=self.first, last_date=self.last, teacher=teacher
            )
        written = Written(before=teacher.time_zone, teachers={teacher.pk})
        written.days.append((self.first, self.last))
        written.tells = lambda line: is_of_now(line) and is_no_clash(line)
        written.lines = deal_with_rest(
            {"teacher": teacher},
            moment.now,
            first=self.first,
            last=self.last,
            cancel=CancelledBy.TEACHER,
            reason=name,
        )
        return written
