"""Closures of displaced classes, whose day or teacher differs from their series."""

from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.models import Closure, JobRun, ScheduledClass
from scheduling.services.schedule_changes import AddClosure, DeleteClosures, TeacherAbsence
from scheduling.services.schedules.closures import apply_closures, scope_of
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, moment
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon

from .helpers import do, said

pytestmark = pytest.mark.django_db
WEDNESDAY, FRIDAY = MONDAY + timedelta(2), MONDAY + timedelta(4)
NOW = moment("2026-01-07 08:00")


@pytest.fixture(autouse=True)
def weeks(settings):
    settings.HORIZON_WEEKS = 2


@pytest.fixture
def marta():
    return make.teacher("Marta")


@pytest.fixture
def announced(marta):
    """Fridays with Marta, changed on Wednesday to Mondays with Noor from next week on."""
    slot = make.slot(marta, weekday=5)
    horizon(weeks=2)
    slot.weekday, slot.teacher = 1, make.teacher("Noor")
    slot.save()
    horizon(WEDNESDAY, NOW, weeks=2)
    return slot


@pytest.fixture
def blocked(marta):
    """Fridays with Marta, changed to Noor, who has another class at that hour."""
    slot, noor = make.slot(marta, weekday=5), make.teacher("Noor")
    make.slot(noor, weekday=5)
    horizon(weeks=2)
    slot.teacher = noor
    slot.save()
    assert counts(horizon(WEDNESDAY, NOW, weeks=2)) == {"conflict": 2, "exists": 2}
    return slot


SCOPES = [
    pytest.param(lambda slot, marta: {}, id="everyone"),
    pytest.param(lambda slot, marta: {"teacher": marta}, id="teacher"),
    pytest.param(lambda slot, marta: {"student": slot.student}, id="student"),
]


def closing(**values) -> AddClosure:
    return AddClosure({"name": "Strike", "first_date": FRIDAY, "last_date": FRIDAY, **values})


def this_friday(slot) -> ScheduledClass:
    return ScheduledClass.objects.get(recurring_slot=slot, week=MONDAY)


def state(slot) -> tuple[str, str, str]:
    row = this_friday(slot)
    return str(row.date), row.teacher.name, row.status


@pytest.mark.parametrize("scope", SCOPES)
def test_closed_day_cancels_announced_class_until_deleted(announced, marta, scope):
    before = calendar()
    do(closing(**scope(announced, marta)), WEDNESDAY, "08:00")
    assert state(announced) == ("2026-01-09", "Marta", "cancelled")
    assert this_friday(announced).closure.name == "Strike"
    assert counts(horizon(WEDNESDAY, NOW, weeks=2)) == {"closed": 1, "exists": 2}

    change_plan = do(DeleteClosures((Closure.objects.get().pk,)), WEDNESDAY, "08:00")
    assert said(change_plan) == {"restored": 1}
    assert calendar() == before


def test_time_off_cancels_blocked_class_until_deleted(blocked, marta):
    before = calendar()
    change_plan = do(closing(teacher=marta), WEDNESDAY, "08:00")
    # The conflict with its rule existed before, so it is not reported.
    assert said(change_plan) == {"cancelled": 1}
    assert state(blocked) == ("2026-01-09", "Marta", "cancelled")
    assert counts(horizon(WEDNESDAY, NOW, weeks=2)) == {"conflict": 2, "exists": 2}

    change_plan = do(DeleteClosures((Closure.objects.get().pk,)), WEDNESDAY, "08:00")
    assert said(change_plan) == {"restored": 1}
    assert calendar() == before
    assert counts(horizon(WEDNESDAY, NOW, weeks=2)) == {"conflict": 2, "exists": 2}


@pytest.mark.parametrize("scope", [SCOPES[0], SCOPES[2]])
def test_class_closed_for_both_teachers_follows_its_rule(blocked, marta, scope):
    do(closing(**scope(blocked, marta)), WEDNESDAY, "08:00")
    assert state(blocked) == ("2026-01-09", "Noor", "cancelled")


@pytest.mark.parametrize("case", ["announced", "blocked"])
def test_absence_of_the_former_teacher_cancels_the_class(case, marta, request):
    slot = request.getfixturevalue(case)
    others = ScheduledClass.objects.exclude(pk=this_friday(slot).pk).order_by("id")
    before = list(others.values())

    change_plan = do(TeacherAbsence(marta, FRIDAY, FRIDAY, "Flu"), WEDNESDAY, "08:00")

    (line,) = change_plan.of(Outcome.CANCELLED)
    assert (line.class_id, line.reason) == (this_friday(slot).pk, "closed: Flu")
    assert state(slot) == ("2026-01-09", "Marta", "cancelled")
    assert list(others.values()) == before


def test_absence_of_the_new_teacher_does_not_cancel_the_class(announced):
    change_plan = do(TeacherAbsence(announced.teacher, FRIDAY, FRIDAY), WEDNESDAY, "08:00")
    assert change_plan.lines == []
    horizon(WEDNESDAY, NOW, weeks=2)
    assert state(announced) == ("2026-01-09", "Marta", "scheduled")


@pytest.mark.parametrize("scope", SCOPES)
def test_saved_closure_is_applied_in_the_same_request(announced, marta, scope):
    row = make.closure("Strike", FRIDAY, **scope(announced, marta))
    common = {"today": WEDNESDAY, "clock": lambda: NOW, "triggered_by": "teresa"}
    applied = apply_closures([scope_of(row)], **common)
    assert sum(result.counts["cancelled"] for result in applied.results) == 1
    assert state(announced) == ("2026-01-09", "Marta", "cancelled")
    reach = scope_of(row)
    row.delete()
    apply_closures([reach], **common)
    assert state(announced) == ("2026-01-09", "Marta", "scheduled")


def test_no_further_queries_without_displaced_classes(marta):
    make.slot(marta, weekday=5)
    make.slot(marta, weekday=1)
    horizon(weeks=2)
    do(closing(), WEDNESDAY, "08:00")
    assert not JobRun.objects.filter(options__has_key="rules").exists()
    assert dates() == ["2026-01-05", "2026-01-12", "2026-01-16"]


def test_pause_cancels_class_with_the_former_teacher(blocked):
    make.closure("Trip", FRIDAY, student=blocked.student, recurring_slot=blocked)
    assert counts(horizon(WEDNESDAY, NOW, weeks=2)) == {"cancelled": 1, "conflict": 1, "exists": 2}
