"""A small, crowded studio with random changes, nearly all of which interact."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from scheduling.models import (
    CancelledBy,
    ClassStatus,
    Closure,
    FixedSchedule,
    RecurringSlot,
    ScheduledClass,
)
from scheduling.tests import factories as make

STARTS = ("09:00", "09:30", "10:00", "10:30")
ZONES = ("UTC", "Europe/Madrid", "UTC")


class Studio:
    """A studio with its own clock, ``now``, and random changes by people or SQL.

    With ``size`` 1 it has three teachers and three students.
    """

    def __init__(self, seed: int, size: int = 1) -> None:
        self.dice = random.Random(seed)
        self.now = datetime(2026, 3, 16, 0, 5, tzinfo=UTC)  # Madrid's clocks change on the 29th
        self.teachers = [make.teacher(zone=zone) for zone in ZONES * size]
        self.rooms = [make.room() for _ in range(2 * size)]
        self.students = [make.student(start=date(2026, 3, 2)) for _ in range(3 * size)]
        for _ in range(self.dice.randint(4, 10) * size):
            self.new_series()

    @property
    def today(self) -> date:
        return self.now.date()

    def change(self) -> str:
        """Make a random change and return its name; ignore changes that the database refuses."""
        action = self.dice.choice(
            [
                *[self.new_series, self.change_series, self.change_series, self.swap_series] * 2,
                *[
                    self.change_person,
                    self.edit_class,
                    self.edit_class,
                    self.delete_row,
                    self.damage_row,
                ],
                *[self.add_closure, self.delete_closure, self.add_one_off, self.let_time_pass],
            ]
        )
        try:
            with transaction.atomic():
                action()
        except IntegrityError:
            pass
        return action.__name__

    def narrowed(self) -> dict[str, Any]:
        """Return a random scope of a run, mostly the whole studio."""
        dice = self.dice
        return dice.choice(
            [
                *[{}] * 4,
                {"student_ids": tuple(student.pk for student in dice.sample(self.students, 2))},
                {"teacher_ids": (dice.choice(self.teachers).pk,)},
            ]
        )

    def _rule_values(self) -> dict[str, Any]:
        dice = self.dice
        return {
            "weekday": dice.randint(1, 3),
            "interval_weeks": dice.choice([1, 1, 1, 2]),
            "is_shared": dice.random() < 0.3,
            "room": dice.choice([None, *self.rooms]),
            "valid_from": self.today + timedelta(dice.randint(-14, 3)),
            "valid_until": dice.choice([None, None, self.today + timedelta(dice.randint(4, 20))]),
        }

    def new_series(self) -> None:
        dice, start = self.dice, self.dice.choice(STARTS)
        student, teacher = dice.choice(self.students), dice.choice(self.teachers)
        if dice.random() < 0.6:
            make.slot(
                teacher, student, start=start, minutes=dice.choice([30, 60]), **self._rule_values()
            )
        else:
            make.schedule(
                student,
                dice.choice([None, teacher]),
                start=start,
                end="11:00",
                **self._rule_values(),
            )

    def _series(self) -> list[Any]:
        return [*FixedSchedule.objects.order_by("id"), *RecurringSlot.objects.order_by("id")]

    def change_series(self) -> None:
        series, dice = self.dice.choice(self._series()), self.dice
        for name, value in dice.sample(sorted(self._rule_values().items()), 2):
            setattr(series, name, value)
        if dice.random() < 0.4:
            series.start_time = make.at(dice.choice(STARTS))
        if dice.random() < 0.4:
            series.teacher = dice.choice(self.teachers)
        if dice.random() < 0.3 and isinstance(series, RecurringSlot):
            series.status = dice.choice(["active", "active", "paused", "cancelled"])
        series.save()

    def swap_series(self) -> None:
        first, second = self.dice.choice(self._series()), self.dice.choice(self._series())
        for name in ("weekday", "start_time", "teacher", "room"):
            values = getattr(first, name), getattr(second, name)
            setattr(first, name, values[1])
            setattr(second, name, values[0])
        first.save()
        second.save()

    def change_person(self) -> None:
        if self.dice.random() < 0.5:
            person: Any = self.dice.choice(self.students)
            person.is_active = self.dice.random() < 0.7
        else:
            person = self.dice.choice(self.teachers)
            person.time_zone = self.dice.choice(ZONES)
        person.save()

    def _random_class(self) -> ScheduledClass | None:
        rows = list(ScheduledClass.objects.filter(starts_at__gt=self.now).order_by("id"))
        return self.dice.choice(rows) if rows else None

    def edit_class(self) -> None:
        if (row := self._random_class()) is None:
            return
        kind = self.dice.choice(["cancel", "move", "note", "attend", "complete"])
        if kind == "cancel":
            row.status, row.cancelled_by = ClassStatus.CANCELLED, CancelledBy.STUDENT
        elif kind == "move":
            row.start_time, row.end_time = make.at("10:00"), make.at("10:30")
            row.date += timedelta(self.dice.randint(-2, 8))
            row.edited_at = timezone.now()
        elif kind == "note":
            row.notes = "bring the violin"
        elif kind == "attend":
            row.attendance = "present"
        elif row.status == ClassStatus.SCHEDULED:
            row.status = ClassStatus.COMPLETED
        row.save()

    def delete_row(self) -> None:
        if row := self._random_class():
            row.delete()

    def damage_row(self) -> None:
        if row := self._random_class():
            ScheduledClass.objects.filter(pk=row.pk).update(
                subject="?", starts_at=row.starts_at + timedelta(minutes=10)
            )

    def add_closure(self) -> None:
        dice = self.dice
        first = self.today + timedelta(dice.randint(-3, 14))
        scope: dict[str, Any] = dice.choice(
            [{}, {"teacher": dice.choice(self.teachers)}, {"student": dice.choice(self.students)}]
        )
        make.closure("closed", first, first + timedelta(dice.randint(0, 4)), **scope)

    def delete_closure(self) -> None:
        if found := Closure.objects.order_by("id").first():
            found.delete()

    def add_one_off(self) -> None:
        dice = self.dice
        student, teacher = dice.choice(self.students), dice.choice([None, *self.teachers])
        day = self.today + timedelta(dice.randint(0, 14))
        room = dice.choice([None, None, *self.rooms])
        make.lesson(student, day, dice.choice(STARTS), "11:00", teacher, room=room)

    def let_time_pass(self) -> None:
        self.now += timedelta(hours=self.dice.choice([5, 10, 34, 58]))
