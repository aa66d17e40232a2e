"""Changes of time zone: future classes move, and those that stay are named."""

import pytest
from django.core.exceptions import ValidationError

from scheduling.db.errors import StudioChangedError
from scheduling.models import ScheduledClass, Studio, Teacher
from scheduling.models.studio import one_reading, studio
from scheduling.services.schedule_changes import ChangeStudioZone, ChangeZone
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import calendar_content, counts, horizon, weekly

from .helpers import do, look, said, touch

pytestmark = pytest.mark.django_db
MADRID, BOGOTA = "Europe/Madrid", "America/Bogota"


@pytest.fixture
def teacher(settings):
    settings.HORIZON_WEEKS = 4
    row = make.teacher("Marta", zone=MADRID)
    make.slot(row, weekday=3)
    make.schedule(teacher=row, weekday=4)
    horizon(weeks=4)
    weekly()
    return row


def places():
    rows = ScheduledClass.objects.order_by("starts_at")
    return [(f"{row.starts_at:%d %H:%M}", f"{row.start_time:%H:%M}", row.time_zone) for row in rows]


def test_future_classes_move(teacher):
    change = ChangeZone(teacher, BOGOTA)
    before = calendar_content()
    assert places()[0] == ("07 09:00", "10:00", MADRID)

    plan = look(change)
    assert said(plan) == {"moved": 5}
    assert plan.lines[0].reason == (
        "brought in line with its schedule; it was on 2026-01-07 10:00–11:00 (Europe/Madrid)"
    )
    assert calendar_content() == before
    assert said(do(change)) == {"moved": 5}

    assert [place[1:] for place in places()] == [("10:00", BOGOTA)] * 5
    assert places()[0] == ("07 15:00", "10:00", BOGOTA)
    assert set(counts(horizon(weeks=4))) == set(counts(weekly())) == {"exists"}


def test_past_classes_stay(teacher):
    later = day("2026-01-15")
    do(ChangeZone(teacher, BOGOTA), later)
    zones = [place[2] for place in places()]
    assert zones == [MADRID] * 3 + [BOGOTA] * (len(zones) - 3)


def test_classes_that_stay_are_named(teacher):
    touch(day("2026-01-14"))
    make.lesson(on=day("2026-01-20"), teacher=teacher, time_zone=MADRID)

    change_plan = do(ChangeZone(teacher, BOGOTA))

    assert said(change_plan) == {"moved": 4, "protected": 2}
    stays = [line for line in change_plan.lines if line.outcome == "protected"]
    assert [(str(line.day), line.zone) for line in stays] == [
        ("2026-01-14", MADRID),
        ("2026-01-20", MADRID),
    ]


def test_conflict_in_the_new_zone_is_named(teacher):
    # Both with the same teacher: at 16:00 in Madrid it is 10:00 in Bogota.
    make.lesson(on=day("2026-01-21"), start="16:30", end="17:00", teacher=teacher, time_zone=MADRID)
    assert said(look(ChangeZone(teacher, BOGOTA))) == {
        "moved": 4,
        "conflict": 1,
        "protected": 1,
    }


def test_alias_of_the_zone_moves_nothing(settings):
    settings.HORIZON_WEEKS = 4
    row = make.teacher(zone="Europe/Kiev")
    make.slot(row, weekday=3)
    horizon(weeks=4)
    instants = [place[0] for place in places()]

    assert said(do(ChangeZone(row, "Europe/Kyiv"))) == {}

    assert [place[0] for place in places()] == instants
    assert {place[2] for place in places()} == {"Europe/Kyiv"}
    assert set(counts(horizon(weeks=4))) == {"exists"}


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (MADRID, "That is the teacher's time zone already."),
        ("right/Europe/Madrid", "is not a time zone"),
        ("", "is not a time zone"),
    ],
)
def test_invalid_zones_are_refused(teacher, zone, text):
    with pytest.raises(ValidationError) as caught:
        look(ChangeZone(teacher, zone))
    assert text in caught.value.message_dict["time_zone"][0]
    assert Teacher.objects.get().time_zone == MADRID


class TestStudio:
    @pytest.fixture(autouse=True)
    def studio(self, settings):
        """Ana has a schedule without a teacher; the lessons of Marta are in Marta's zone."""
        settings.HORIZON_WEEKS = 2
        make.studio(time_zone=MADRID, is_settled=True)
        make.schedule(make.student("Ana"), weekday=4, start="18:00", end="19:00")
        make.schedule(teacher=make.teacher("Marta", zone=MADRID), weekday=3)
        weekly()

    def test_classes_without_a_teacher_move(self):
        assert said(look(ChangeStudioZone(BOGOTA))) == {"moved": 1}
        assert studio().time_zone == MADRID
        assert said(do(ChangeStudioZone(BOGOTA))) == {"moved": 1}
        assert studio().time_zone == BOGOTA
        assert places() == [("07 09:00", "10:00", MADRID), ("08 23:00", "18:00", BOGOTA)]
        assert set(counts(weekly())) == {"exists"}

    def test_edited_class_stays_and_is_named(self):
        touch(day("2026-01-08"))
        assert said(do(ChangeStudioZone(BOGOTA))) == {"protected": 1}
        assert {place[2] for place in places()} == {MADRID}

    def test_alias_moves_nothing(self):
        make.studio(time_zone="Europe/Kiev")
        weekly()
        assert said(do(ChangeStudioZone("Europe/Kyiv"))) == {}
        assert places()[-1][2] == "Europe/Kyiv"
        assert set(counts(weekly())) == {"exists"}

    def test_run_started_in_the_old_zone_stops(self):
        make.schedule(weekday=5)
        with one_reading():
            assert studio().time_zone == MADRID
            Studio.objects.update(time_zone=BOGOTA)  # by another process
            with pytest.raises(StudioChangedError):
                weekly()
        assert {place[2] for place in places()} == {MADRID}

    @pytest.mark.parametrize("zone", [MADRID, "Mars/Olympus"])
    def test_invalid_zones_are_refused(self, zone):
        with pytest.raises(ValidationError):
            look(ChangeStudioZone(zone))
