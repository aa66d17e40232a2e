"""The date at the studio, which all pages and jobs use."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from scheduling.domain.windows import monday_of
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.models import Closure, Job, JobRun
from scheduling.selectors.data_quality import students_without_start, studio_counts
from scheduling.selectors.studio import local, studio_day, studio_today
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
# Monday in UTC, Tuesday in Kiritimati (+14), still Monday in Pago Pago (-11) and New York.
NOW = make.moment("2026-03-02 23:30")
DAY = timedelta(days=1)
TODAY = {
    "UTC": date(2026, 3, 2),
    "Pacific/Kiritimati": date(2026, 3, 3),
    "Pacific/Pago_Pago": date(2026, 3, 2),
    "America/New_York": date(2026, 3, 2),
}
# 00:30 UTC on Tuesday: still Monday in New York and Pago Pago.
LATER = make.moment("2026-03-03 00:30")
TODAY_LATER = {
    "UTC": date(2026, 3, 3),
    "Pacific/Kiritimati": date(2026, 3, 3),
    "Pacific/Pago_Pago": date(2026, 3, 2),
    "America/New_York": date(2026, 3, 2),
}
CASES = [(zone, NOW, day) for zone, day in TODAY.items()]
CASES += [(zone, LATER, day) for zone, day in TODAY_LATER.items()]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} at {case[1]:%H:%M}")
def moment(request, settings) -> tuple[datetime, date]:
    """Return a moment and the date then in the zone, which becomes that of the studio."""
    zone, now, day = request.param
    settings.TIME_ZONE = zone
    return now, day


def test_day_is_in_zone_of_studio(moment):
    now, day = moment
    assert studio_day(now) == day == local(now).date()
    with time_machine.travel(now, tick=False):
        assert studio_today() == day


def test_series_is_counted_until_its_last_day(moment):
    now, day = moment
    student = make.student(start=None)
    make.schedule(student, valid_until=day)
    slot = make.slot(valid_until=day)
    make.slot(valid_until=day - DAY)
    make.slot(student=make.student(end_date=day - DAY))
    make.slot(student=make.student(end_date=day))
    numbers = studio_counts(now)
    assert (numbers.active_recurring_slots, numbers.orphaned_slots) == (3, 1)
    assert list(students_without_start(now)) == [student]
    student.fixed_schedules.update(valid_until=day - DAY)
    assert list(students_without_start(now)) == []
    slot.student.recurring_slots.update(valid_until=day - DAY)
    assert studio_counts(now).active_recurring_slots == 2


def test_pages_and_forms_use_the_same_today(moment):
    now, day = moment
    with time_machine.travel(now, tick=False):
        owner = Client()
        owner.force_login(User.objects.create_superuser("teresa"))
        midnight = datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
        for hour, start in ((-1, "23:00"), (12, "12:00"), (25, "01:00")):
            at = midnight + timedelta(hours=hour)
            make.lesson(on=local(at).date(), start=start, end=f"{start[:2]}:30")
        assert owner.get("/admin/").context["front"]["today"]["count"] == 1
        listed = owner.get("/admin/scheduling/scheduledclass/?when=today")
        assert [row.date for row in listed.context["cl"].result_list] == [day]
        form = owner.get("/admin/scheduling/student/add/").context["adminform"].form
        assert form.initial["start_date"] == day
        paused, free = make.student("Ana Gil"), make.student("Leo Park")
        make.closure("Trip", day, student=paused)
        Closure.objects.create(name="Past", first_date=day - DAY, last_date=day - DAY, student=free)
        page = owner.get("/admin/scheduling/student/?state=paused")
        assert list(page.context["cl"].result_list) == [paused]
        health = owner.get("/admin/background-jobs/").context["status"]
        home = owner.get("/admin/").context["front"]["status"]
        assert (home.title, home.facts) == (health.title, health.facts)


def test_jobs_and_pages_count_from_the_same_day(moment):
    """Slots have classes from today on; fixed schedules in the week of today."""
    now, day = moment
    make.slot(weekday=day.isoweekday(), created_at=now)
    make.slot(weekday=(day - DAY).isoweekday(), created_at=now)
    make.schedule(weekday=1, created_at=now)
    found = coverage(now)
    assert found.missing[Job.HORIZON, day] == 1
    assert (Job.HORIZON, day - DAY) not in found.missing
    assert found.week.start == monday_of(day)
    assert found.missing[Job.WEEKLY, monday_of(day)] == 1
    assert found.through == day + timedelta(weeks=12) - DAY
    horizon(day, now)
    assert JobRun.objects.get().window_start == day
    assert not coverage(now).missing_of(Job.HORIZON)
