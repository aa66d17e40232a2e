"""Series that swap hours, days or people, within a chunk and across chunks."""

from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Job, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import at
from scheduling.tests.jobs.helpers import calendar, counts, dry_run, horizon

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[8_000, 1], ids=["one chunk", "a chunk for each teacher"], autouse=True)
def chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))
    return request.param


def rotate(series, *names):
    """Give each series the values of the next one, and the last one those of the first."""
    values = [[getattr(row, name) for name in names] for row in series]
    for row, new_values in zip(series, [*values[1:], values[0]], strict=True):
        for name, value in zip(names, new_values, strict=True):
            setattr(row, name, value)
        row.save()


def assert_classes_match_series():
    for row in ScheduledClass.objects.select_related("recurring_slot"):
        rule = row.recurring_slot
        assert (row.date.isoweekday(), row.start_time) == (rule.weekday, rule.start_time)
        assert (row.teacher_id, row.student_id) == (rule.teacher_id, rule.student_id)


def assert_moved_in_one_run(classes, weeks=2):
    """Check that the preview and the run move ``classes``, and that the next run moves none."""
    preview, _lines = dry_run(Job.HORIZON, weeks=weeks)
    result = horizon(weeks=weeks)
    assert counts(result) == {"moved": classes}
    assert preview.counts == result.counts
    assert_classes_match_series()
    before = calendar()
    assert counts(horizon(weeks=weeks)) == {"exists": classes}
    assert calendar() == before


def test_two_students_of_teacher_swap_days():
    bach = make.teacher()
    series = [make.slot(bach, weekday=2), make.slot(bach, weekday=4)]
    horizon(weeks=2)
    rotate(series, "weekday")
    assert_moved_in_one_run(4)


def test_two_students_of_teacher_swap_hours():
    bach = make.teacher()
    series = [make.slot(bach, start="10:00"), make.slot(bach, start="10:30", minutes=30)]
    series[0].duration_minutes = 30
    series[0].save()
    horizon(weeks=2)
    rotate(series, "start_time")
    assert_moved_in_one_run(4)


def test_student_swaps_days_of_two_teachers():
    ana = make.student()
    series = [make.slot(make.teacher(), ana, 2), make.slot(make.teacher(), ana, 4)]
    horizon(weeks=2)
    rotate(series, "weekday")
    assert_moved_in_one_run(4)


def test_two_teachers_swap_students():
    series = [make.slot(weekday=2), make.slot(weekday=2)]
    horizon(weeks=2)
    rotate(series, "teacher")
    assert_moved_in_one_run(4)


def test_two_students_swap_teachers_and_hours():
    series = [make.slot(weekday=2), make.slot(weekday=4, start="16:00")]
    horizon(weeks=2)
    rotate(series, "teacher", "weekday", "start_time")
    assert_moved_in_one_run(4)


@pytest.mark.parametrize("length", [3, 5, 7])
def test_students_of_teacher_rotate_days(length):
    bach = make.teacher()
    series = [make.slot(bach, weekday=n + 1) for n in range(length)]
    horizon(weeks=2)
    rotate(series, "weekday")
    assert_moved_in_one_run(2 * length)


@pytest.mark.parametrize("length", [3, 4, 5, 7])
def test_student_rotates_days_of_teachers(length):
    ana = make.student()
    series = [make.slot(make.teacher(), ana, n + 1) for n in range(length)]
    horizon(weeks=2)
    rotate(series, "weekday")
    assert_moved_in_one_run(2 * length)


@pytest.mark.parametrize("length", [3, 5])
def test_teachers_rotate_students(length):
    series = [make.slot(weekday=2) for _ in range(length)]
    horizon(weeks=2)
    rotate(series, "teacher")
    assert_moved_in_one_run(2 * length)


@pytest.mark.parametrize("order", [1, -1], ids=["onward", "backward"])
def test_whole_week_of_student_moves_one_day(order):
    ana = make.student()
    series = [make.slot(make.teacher(), ana, n) for n in range(1, 6)[::order]]
    horizon(weeks=2)
    for row in series:
        row.weekday += 1
        row.save()
    assert_moved_in_one_run(10)


def test_chain_of_three_moves_into_free_hour():
    bach = make.teacher()
    series = [make.slot(bach, start=f"{hour}:00") for hour in ("09", "10", "11")]
    horizon(weeks=2)
    for row, hour in zip(series, ("10:00", "11:00", "12:00"), strict=True):
        row.start_time = at(hour)
        row.save()
    assert_moved_in_one_run(6)


def test_swap_skips_week_with_edited_class():
    bach = make.teacher()
    series = [make.slot(bach, weekday=2), make.slot(bach, weekday=4)]
    horizon(weeks=2)
    ScheduledClass.objects.filter(date="2026-01-08").update(notes="recital")
    rotate(series, "weekday")
    assert counts(horizon(weeks=2)) == {"moved": 2, "protected": 1, "conflict": 1}
    assert counts(horizon(weeks=2)) == {"exists": 2, "protected": 1, "conflict": 1}


def test_two_teachers_swap_groups():
    series = [[make.slot(bach, is_shared=True) for _ in range(15)]
              for bach in (make.teacher(), make.teacher())]  # fmt: skip
    horizon(weeks=1)
    for pair in zip(*series, strict=True):
        rotate(pair, "teacher")
    assert_moved_in_one_run(30, weeks=1)
