"""Classes that have started by the real clock, which no run changes, whatever its date."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, moment
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon, weekly

pytestmark = pytest.mark.django_db
NOW = moment("2026-01-21 12:00")  # a Wednesday, two weeks on
DATES = [date(2024, 1, 1), MONDAY, NOW.date(), date(2027, 6, 1)]


@pytest.fixture
def slot():
    row = make.slot(weekday=3)
    horizon(weeks=4)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]
    return row


def started_classes():
    return [row for row in calendar() if row[11] <= NOW]


@pytest.mark.parametrize("today", DATES, ids=str)
@pytest.mark.parametrize("change", ["moved", "paused", "closed", "inactive", "ended"])
def test_started_classes_are_kept(slot, today, change):
    before = started_classes()
    assert len(before) == 3
    if change == "moved":
        slot.start_time, slot.weekday = at("18:00"), 4
    elif change == "paused":
        slot.status = "paused"
    elif change == "closed":
        make.closure("Strike", date(2026, 1, 1), date(2026, 1, 31))
    elif change == "inactive":
        slot.teacher.is_active = False
        slot.teacher.save()
    else:
        slot.valid_until = date(2025, 12, 31)
    slot.save()
    horizon(today, NOW, weeks=1, dated=True)
    assert [row for row in calendar() if row[0] in {earlier[0] for earlier in before}] == before
    assert not ScheduledClass.objects.filter(
        date="2026-01-28", start_time=at("10:00"), status="scheduled"
    ).exists()


@pytest.mark.parametrize(
    ("now", "result"),
    [("2026-01-21 09:59:59", "moved"), ("2026-01-21 10:00:00", "exists"),
     ("2026-01-21 10:00:01", "exists")],
)  # fmt: skip
def test_class_counts_as_started_to_the_second(slot, now, result):
    ScheduledClass.objects.exclude(date="2026-01-21").delete()
    slot.subject = "Cello"
    slot.valid_from = slot.valid_until = date(2026, 1, 21)
    slot.save()
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert counts(horizon(date(2026, 1, 19), instant, weeks=1))[result] == 1


def test_run_with_past_date_creates_past_classes():
    make.schedule(weekday=3)
    assert counts(weekly(MONDAY, NOW, dated=True)) == {"created": 1}
    assert dates() == ["2026-01-07"]


def test_run_with_future_date_changes_classes_before_it(slot):
    slot.weekday = 5
    slot.save()
    horizon(date(2026, 3, 2), moment("2026-01-05 00:05"), weeks=1, dated=True)
    assert dates()[:4] == ["2026-01-09", "2026-01-16", "2026-01-23", "2026-01-30"]


def test_class_of_previous_utc_day_can_be_in_future():
    slot = make.slot(make.teacher(zone="Pacific/Pago_Pago"), weekday=7, start="22:00")
    sunday = date(2026, 1, 11)
    horizon(sunday, moment("2026-01-11 12:00"), weeks=1)
    slot.subject = "Cello"
    slot.save()
    now = moment("2026-01-12 05:00")  # Monday in Greenwich, Sunday 18:00 in Pago Pago
    assert counts(horizon(now.date(), now, weeks=1))["moved"] == 1
    assert ScheduledClass.objects.get(date=sunday).subject == "Cello"


def test_change_to_past_hour_keeps_todays_class(slot):
    slot.start_time = at("08:00")
    slot.save()
    now = moment("2026-01-21 09:00")
    horizon(now.date(), now, weeks=2)
    starts = ScheduledClass.objects.order_by("date").values_list("date", "start_time")
    assert starts[2] == (now.date(), at("10:00"))
    assert starts[3] == (now.date() + timedelta(7), at("08:00"))
