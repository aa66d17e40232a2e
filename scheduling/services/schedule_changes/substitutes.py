"""Giving lessons to substitutes, or back to their regular teachers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.services.substitutes import HandedOver, hand_over
from scheduling.services.substitutes.lessons import lesson_of

from .base import ChangeContext, ChangeRecord
from .plan_text import GIVEN_BACK, SUBSTITUTED


@dataclass(frozen=True, slots=True)
class GiveToSubstitutes:
    """Lessons, by reference, are given to teachers, by id: all of them, or none.

    A lesson that is given to its regular teacher has no substitute any more.
    """

    lessons: tuple[tuple[str, int], ...]

    def write(self, context: ChangeContext) -> ChangeRecord:
        if not self.lessons:
            raise ValidationError(_("Choose a substitute for a lesson."), code="no_change")
        record = ChangeRecord(before="")
        add_substitutes(record, self.lessons, context)
        return record


def add_substitutes(
    record: ChangeRecord, lessons: Iterable[tuple[str, int]], context: ChangeContext
) -> None:
    """Give ``lessons`` to substitutes and add that to ``record``. Raises ValidationError."""
    for each in hand_over(lessons, context.now):
        row = each.row
        record.lines.append(_line(each))
        record.places[row.pk] = each.place
        # The id of a new row differs between a preview and the change.
        record.before += repr((each.place, each.former.pk, None if each.is_new else row.pk))
        if each.is_new:
            record.new_classes.add(row.pk)
        if each.warning and each.warning not in record.warnings:
            record.warnings.append(each.warning)


def _line(given: HandedOver) -> ResultLine:
    row, lesson = given.row, lesson_of(given.row)
    if row.original_teacher is None:
        code, other = GIVEN_BACK, given.former
    else:
        code, other = SUBSTITUTED, row.original_teacher
    return ResultLine(
        outcome=Outcome.MOVED,
        code=code,
        params={"other_teacher": str(other)},
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        student=lesson.student,
        teacher=str(row.teacher),
        series=lesson.series,
        class_id=row.pk,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
    )
