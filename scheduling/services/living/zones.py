"""A teacher moves to another time zone: lessons keep their local time, on another clock."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_same_zone
from scheduling.domain.windows import FIRST_DATE
from scheduling.models import ScheduledClass, Teacher
from scheduling.models.validators import validate_time_zone

from .left_over import deal_with_rest
from .moment import Moment, Written


@dataclass(frozen=True, slots=True)
class ChangeZone:
    """The weekly lessons of ``teacher`` take place by the clocks of ``zone``, an IANA name.

    It holds for all classes ahead. Those that a person entered or changed keep their instant and
    are named. Another name of the same zone moves nothing.
    """

    teacher: Teacher
    zone: str

    def write(self, moment: Moment) -> Written:
        try:
            validate_time_zone(self.zone)
        except ValidationError as error:
            raise ValidationError({"time_zone": error.messages}, code="time_zone") from error
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=self.teacher.pk)
        before = teacher.time_zone
        if self.zone == before:
            text = _("That is the teacher's time zone already.")
            raise ValidationError({"time_zone": text}, code="no_change")
        teacher.time_zone = self.zone
        teacher.save(update_fields=["time_zone"])
        written = Written(before=before, teachers={teacher.pk})
        if is_same_zone(before, self.zone):
            ahead = ScheduledClass.objects.filter(teacher=teacher, starts_at__gt=moment.now)
            ahead.filter(time_zone=before).update(time_zone=self.zone)
        else:
            mine = {"teacher": teacher}
            written.lines = deal_with_rest(mine, moment.now, first=FIRST_DATE, cancel=None)
        return written
