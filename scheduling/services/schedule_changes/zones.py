"""Changes of the time zone of a teacher or the studio: lessons keep their local time."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_same_zone
from scheduling.domain.windows import FIRST_DATE
from scheduling.models import FixedSchedule, ScheduledClass, Studio, Teacher
from scheduling.models.studio import first_values
from scheduling.models.validators import validate_time_zone

from .base import ChangeContext, ChangeRecord
from .remaining_classes import list_or_cancel_remaining


@dataclass(frozen=True, slots=True)
class ChangeZone:
    """The weekly lessons of ``teacher`` take place in the local time of ``zone``, an IANA name.

    All future classes follow, except that one-offs and edited ones keep their UTC start and are
    named. An alias of the present zone moves nothing.
    """

    teacher: Teacher
    zone: str

    def write(self, context: ChangeContext) -> ChangeRecord:
        _validate_zone(self.zone)
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=self.teacher.pk)
        before = teacher.time_zone
        if self.zone == before:
            text = _("That is the teacher's time zone already.")
            raise ValidationError({"time_zone": text}, code="no_change")
        teacher.time_zone = self.zone
        teacher.save(update_fields=["time_zone"])
        record = ChangeRecord(before=before, teachers={teacher.pk})
        if is_same_zone(before, self.zone):
            ahead = ScheduledClass.objects.filter(teacher=teacher, starts_at__gt=context.now)
            ahead.filter(time_zone=before).update(time_zone=self.zone)
        else:
            record.lines = list_or_cancel_remaining(
                {"teacher": teacher}, context.now, first=FIRST_DATE, cancel=None
            )
        return record


@dataclass(frozen=True, slots=True)
class ChangeStudioZone:
    """Fixed schedules without a teacher take place in the local time of ``zone``, an IANA name.

    Their future classes follow as with ``ChangeZone``.
    """

    zone: str

    def write(self, context: ChangeContext) -> ChangeRecord:
        _validate_zone(self.zone)
        rows = Studio.objects.select_for_update(no_key=True)
        row = rows.filter(pk=1).first() or Studio(**first_values())
        before = row.time_zone
        if self.zone == before:
            text = _("That is the studio's time zone already.")
            raise ValidationError({"time_zone": text}, code="no_change")
        row.time_zone = self.zone
        row.save()
        without_teacher = {"fixed_schedule__isnull": False, "teacher__isnull": True}
        if is_same_zone(before, self.zone):
            ahead = ScheduledClass.objects.filter(**without_teacher, starts_at__gt=context.now)
            ahead.filter(time_zone=before).update(time_zone=self.zone)
            return ChangeRecord(before=before)
        rules = FixedSchedule.objects.filter(teacher__isnull=True)
        return ChangeRecord(
            before=before,
            students=set(rules.order_by().values_list("student_id", flat=True)),
            lines=list_or_cancel_remaining(
                without_teacher, context.now, first=FIRST_DATE, cancel=None
            ),
        )


def _validate_zone(zone: str) -> None:
    try:
        validate_time_zone(zone)
    except ValidationError as error:
        raise ValidationError({"time_zone": error.messages}, code="time_zone") from error
