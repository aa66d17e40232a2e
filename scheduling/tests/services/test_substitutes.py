"""Substitutes: who is free, giving lessons to them, and what runs make of it."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from scheduling.domain.windows import DAY, WEEK
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import (
    Closure,
    LessonDuration,
    LessonSettings,
    Message,
    ScheduledClass,
    Teacher,
)
from scheduling.models.studio import one_reading
from scheduling.services.classes import edit, make_ups, occurrences
from scheduling.services.explain import explain
from scheduling.services.personal_data.erasure import erase
from scheduling.services.personal_data.export import personal_data
from scheduling.services.schedule_changes import (
    DeleteClosures,
    GiveToSubstitutes,
    TeacherAbsence,
    apply,
)
from scheduling.services.statements.statement import lengths_without_price, statement
from scheduling.services.substitutes import Availability, find_lessons, lessons_of, sessions
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at
from scheduling.tests.jobs.helpers import counts, horizon, weekly
from scheduling.tests.services.schedule_changes.helpers import at_moment, do, key_of, look, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta():
    """Marta, with lessons of Ana at 16:00 and of Leo at 17:00 on Mondays."""
    marta = make.teacher("Marta", "Europe/Madrid", email="marta@example.org", subjects="Piano")
    for hour, name in ((16, "Ana"), (17, "Leo")):
        student = make.student(name, email=f"{name.lower()}@example.org")
        make.slot(marta, student, start=f"{hour}:00", subject="Piano")
    return marta


@pytest.fixture
def bea():
    return make.teacher("Bea", "Europe/Madrid", email="bea@example.org", subjects="Piano")


def class_of(name, week=0):
    return ScheduledClass.objects.get(student__first_name=name, week=MONDAY + week * WEEK)


def give(*pairs):
    return GiveToSubstitutes(tuple((str(row.pk), teacher.pk) for row, teacher in pairs))


def teachers():
    """Return who gives each class, by date and student."""
    rows = ScheduledClass.objects.select_related("student", "teacher", "original_teacher")
    return [
        (str(row.date), str(row.student), row.given_by, row.status)
        for row in rows.order_by("date", "start_time", "student__first_name")
    ]


def offered(lesson, availability=None):
    """Return the candidates as name, teaches the subject, within the hours, and the obstacle."""
    availability = availability or Availability([lesson], EARLY)
    return [
        (
            str(each.teacher),
            each.teaches_subject,
            each.is_inside_hours,
            each.obstacle and availability.text(each.obstacle),
        )
        for each in availability.of(lesson)
    ]


def test_a_run_keeps_the_substitute_and_gives_the_next_week_to_the_regular_teacher(marta, bea):
    horizon(weeks=2)
    plan = do(give((class_of("Ana"), bea), (class_of("Leo"), bea)))
    assert said(plan) == {"moved": 2}
    assert plan.done_summary == "Done. Classes: 2 with a substitute."
    expected = [
        ("2026-01-05", "Ana", "Bea (for Marta)", "scheduled"),
        ("2026-01-05", "Leo", "Bea (for Marta)", "scheduled"),
        ("2026-01-12", "Ana", "Marta", "scheduled"),
        ("2026-01-12", "Leo", "Marta", "scheduled"),
    ]
    assert teachers() == expected
    stored = list(ScheduledClass.objects.order_by("id").values())
    for _again in range(2):
        assert counts(horizon(weeks=2)) == {"exists": 2, "protected": 2}
    assert list(ScheduledClass.objects.order_by("id").values()) == stored
    entries = LogEntry.objects.filter(object_id=class_of("Ana").pk)
    changes = entries.latest("id").changes_dict
    assert changes == {"teacher": ["Marta", "Bea"], "original_teacher": ["None", "Marta"]}


def test_an_absence_hands_over_some_lessons_and_cancels_the_others(marta, bea):
    horizon(weeks=2)
    ana = class_of("Ana")
    absence = TeacherAbsence(marta, MONDAY, MONDAY, "Flu", ((str(ana.pk), bea.pk),))
    assert look(absence).planned_summary == (
        "This would give 1 class to a substitute and cancel 1 class."
    )
    assert said(do(absence)) == {"moved": 1, "cancelled": 1}
    assert teachers()[:2] == [
        ("2026-01-05", "Ana", "Bea (for Marta)", "scheduled"),
        ("2026-01-05", "Leo", "Marta", "cancelled"),
    ]
    # A substitute is found for the other lesson later on: it takes place.
    (leo,) = lessons_of(marta, MONDAY, MONDAY, EARLY)
    assert (leo.student, leo.is_cancelled) == ("Leo", True)
    do(GiveToSubstitutes(((leo.reference, bea.pk),)))
    assert teachers()[1] == ("2026-01-05", "Leo", "Bea (for Marta)", "scheduled")
    # Without the closure, both stay as the person decided.
    do(DeleteClosures((Closure.objects.get().pk,)))
    assert [each[2:] for each in teachers()[:2]] == [("Bea (for Marta)", "scheduled")] * 2


def test_an_occurrence_without_a_class_is_handed_over(bea):
    marta = make.teacher("Marta", subjects="Piano")
    rule = make.schedule(make.student("Ana"), marta)
    weekly()
    (_this_week, next_week) = lessons_of(marta, MONDAY, MONDAY + WEEK, EARLY)
    assert next_week.reference == f"fixed_schedule-{rule.pk}-2026-01-12"
    change = GiveToSubstitutes(((next_week.reference, bea.pk),))
    assert look(change).lines[0].class_id is None
    do(change)
    assert [each[2] for each in teachers()] == ["Marta", "Bea (for Marta)"]
    assert counts(weekly(MONDAY + WEEK)) == {"protected": 1}
    weekly(MONDAY + 2 * WEEK)
    assert [each[2] for each in teachers()] == ["Marta", "Bea (for Marta)", "Marta"]


def test_nothing_is_written_if_one_lesson_is_refused(marta, bea):
    make.slot(bea, make.student("Iker"), start="17:30")
    horizon(weeks=2)
    before = teachers()
    ana, leo = class_of("Ana"), class_of("Leo")
    absence = TeacherAbsence(
        marta, MONDAY, MONDAY, "Flu", ((str(ana.pk), bea.pk), (str(leo.pk), bea.pk))
    )
    with pytest.raises(ValidationError) as caught:
        do(absence)
    assert caught.value.message_dict == {
        f"substitute_{leo.pk}": ["Bea is not free: Bea teaches Iker."]
    }
    assert teachers() == before
    assert not Closure.objects.exists()
    # Two lessons at the same time that are given to one teacher, and wrong references.
    late = make.lesson(make.student("Mia"), start="16:30", end="17:30", teacher=make.teacher("Tom"))
    ScheduledClass.objects.filter(pk=late.pk).update(
        starts_at=ana.starts_at, ends_at=ana.ends_at, time_zone=ana.time_zone
    )
    cancelled = edit.cancel(leo.pk, by="student", now=EARLY)
    gone = ScheduledClass(pk=10**9)
    with pytest.raises(ValidationError) as caught:
        do(give((ana, bea), (late, bea), (cancelled, bea), (gone, bea)))
    errors = caught.value.message_dict
    assert errors.pop(f"substitute_{cancelled.pk}") == [
        "This class is cancelled. Restore it first."
    ]
    assert errors.pop(f"substitute_{gone.pk}") == ["There is no such class any more."]
    (clash,) = errors.values()
    assert clash[0].startswith("Bea already teaches")
    assert class_of("Ana").teacher == marta


def test_a_plan_that_is_not_the_approved_one_is_refused(marta, bea):
    horizon(weeks=1)
    change = give((class_of("Ana"), bea))
    approved = look(change).fingerprint
    edit.move(class_of("Ana").pk, start_time=at("15:00"), now=EARLY)
    with pytest.raises(StalePlanError):
        apply(change, at_moment(), approved)
    assert class_of("Ana").original_teacher is None


def test_a_class_returns_to_its_regular_teacher(marta, bea):
    horizon(weeks=1)
    do(give((class_of("Ana"), bea), (class_of("Leo"), bea)))
    edit.give_back(class_of("Ana").pk, now=EARLY)
    plan = do(give((class_of("Leo"), marta)))
    assert plan.done_summary == "Done. Classes: 1 back with the regular teacher."
    assert [each[2] for each in teachers()] == ["Marta", "Marta"]
    assert not ScheduledClass.objects.exclude(original_teacher=None).exists()
    with pytest.raises(ValidationError, match="no substitute"):
        edit.give_back(class_of("Ana").pk, now=EARLY)
    # Another substitute stands in for the same teacher; a move to that teacher ends it, too.
    carl = make.teacher("Carl")
    do(give((class_of("Ana"), bea)))
    do(give((class_of("Ana"), carl)))
    assert teachers()[0][2] == "Carl (for Marta)"
    edit.move(class_of("Ana").pk, teacher=marta, now=EARLY)
    assert class_of("Ana").original_teacher is None


def test_who_is_free_teaches_the_subject_and_works_then(marta, bea):
    carl = make.teacher("Carl", "America/New_York", subjects="Cello")
    make.teacher("Dora", subjects="Piano")
    make.slot(Teacher.objects.get(name="Dora"), make.student("Iker"), start="15:30")
    make.closure("Trip", MONDAY, teacher=make.teacher("Eva", subjects="Piano"))
    make.teacher("Finn", is_active=False, subjects="Piano")
    # Where Carl is, Ana's lesson is from 10:00 to 11:00, and Leo's until 12:00.
    carl.working_hours.create(weekday=1, start_time=at("09:00"), end_time=at("11:30"))
    horizon(weeks=1)
    ana, leo = lessons_of(marta, MONDAY, MONDAY, EARLY)
    assert offered(ana) == [
        ("Bea", True, None, None),
        ("Carl", False, True, None),
        ("Dora", True, None, "Dora teaches Iker"),
        ("Eva", True, None, "closed: Trip"),
    ]
    assert offered(leo)[1] == ("Carl", False, False, None)
    plan = look(give((class_of("Ana"), bea), (class_of("Leo"), carl)))
    outside, unknown = sorted(plan.warnings)
    assert outside.startswith("Leo")
    assert outside.endswith("outside the working hours of Carl.")
    assert unknown == "The working hours of Bea are not known."


def test_the_search_takes_a_constant_number_of_queries(marta, django_assert_num_queries):
    def search():
        lessons = lessons_of(marta, MONDAY, MONDAY + WEEK, EARLY)
        availability = Availability(lessons, EARLY)
        return [offered(lesson, availability) for lesson in lessons]

    with CaptureQueriesContext(connection) as few:
        assert len(search()) == 4
    for number in range(5):
        teacher = make.teacher(f"Other {number}", subjects="Piano")
        make.slot(marta, make.student(), weekday=2 + number % 4, start=f"1{number}:00")
        make.slot(teacher, make.student(), start="14:30")
    with django_assert_num_queries(len(few) + 2):  # the names in the obstacles
        assert any(each[3] for answer in search() for each in answer)


def test_a_group_lesson_keeps_its_room(bea):
    marta, hall = make.teacher("Marta"), make.room("Hall")
    for name in ("Ana", "Leo", "Mia"):
        make.slot(marta, make.student(name), is_shared=True, room=hall, subject="Choir")
    horizon(weeks=1)
    lessons = find_lessons([str(class_of("Leo").pk)], EARLY)
    assert [[each.student for each in group] for group in sessions(lessons)] == [
        ["Ana", "Leo", "Mia"]
    ]
    do(GiveToSubstitutes(tuple((each.reference, bea.pk) for each in lessons)))
    rows = ScheduledClass.objects.all()
    assert {(row.given_by, row.room) for row in rows} == {("Bea (for Marta)", hall)}
    assert not any("room" in entry.changes_dict for entry in LogEntry.objects.all())
    # One student alone cannot have another teacher in the same room.
    with pytest.raises(ValidationError, match="Hall is already taken"):
        do(give((class_of("Ana"), make.teacher("Carl"))))
    assert class_of("Ana").room == hall


def test_everyone_concerned_is_notified_once(marta, bea):
    horizon(weeks=1)
    change = give((class_of("Ana"), bea), (class_of("Leo"), bea))
    assert do(change, notify=True).notified.queued == 4
    deliver(EARLY)
    texts = {message.to[0]: message for message in mail.outbox}
    assert set(texts) == {f"{name}@example.org" for name in ("ana", "leo", "marta", "bea")}
    assert "Another teacher takes over these lessons:" in texts["marta@example.org"].body
    assert "You now teach these lessons:" in texts["bea@example.org"].body
    assert "Piano with Bea" in texts["ana@example.org"].body
    # The same act again changes nothing; back and forth before it is sent is not sent.
    with pytest.raises(ValidationError):
        do(change, notify=True)
    do(give((class_of("Ana"), marta)), notify=True)
    do(give((class_of("Ana"), bea)), notify=True)
    assert deliver(EARLY) == 0
    assert len(mail.outbox) == 4
    assert Message.objects.count() >= 4


def test_the_database_and_deletion_respect_the_original_teacher(marta, bea):
    horizon(weeks=1)
    do(give((class_of("Ana"), bea)))
    ScheduledClass.objects.filter(student__first_name="Leo").delete()
    row = class_of("Ana")
    for values in ({"original_teacher": bea}, {"teacher": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScheduledClass.objects.filter(pk=row.pk).update(**values)
    carl = make.teacher("Carl")
    ScheduledClass.objects.filter(pk=row.pk).update(original_teacher=carl)
    with pytest.raises(ProtectedError):
        carl.delete()


def test_a_make_up_and_an_explanation_know_the_regular_teacher(marta, bea):
    make.studio(makeup_rule="teacher")
    horizon(weeks=1)
    do(give((class_of("Ana"), bea)))
    ana = class_of("Ana")
    (explained,) = explain(student_id=ana.student_id, day=MONDAY, now=EARLY).classes
    assert explained.description.endswith("Ana · Bea (for Marta)")
    edit.cancel(ana.pk, by="studio", now=EARLY)
    make_up = make_ups.schedule(ana.pk, to_date=MONDAY + DAY, start_time=at("10:00"), now=EARLY)
    assert (make_up.teacher, make_up.original_teacher) == (marta, None)


def test_a_statement_counts_the_substitute_at_the_price_of_the_regular_teacher(marta, bea):
    settings = LessonSettings.objects.create(teacher=marta)
    LessonDuration.objects.create(settings=settings, minutes=60, price=30)
    dear = LessonSettings.objects.create(teacher=bea)
    LessonDuration.objects.create(settings=dear, minutes=60, price=99)
    make.slot(make.teacher("Carl"), make.student("Mia"), start="09:00")
    horizon(weeks=1)
    do(give((class_of("Ana"), bea), (class_of("Mia"), bea)))
    ScheduledClass.objects.update(attendance="present")
    later = EARLY + WEEK
    rows = statement(MONDAY, MONDAY, "teacher", later).rows
    figures = [(row.name, row.lessons, row.minutes, row.amount, row.without_price) for row in rows]
    assert figures == [("Bea", 2, 120, 30, 1), ("Marta", 1, 60, 30, 0)]
    (unknown,) = lengths_without_price(MONDAY, MONDAY, later)
    assert (unknown.teacher, unknown.minutes, unknown.classes) == ("Carl", 60, 1)


def test_an_erased_teacher_is_named_by_no_substitution(bea):
    carl = make.teacher("Carl Voss")
    row = make.lesson(make.student("Ana"), teacher=carl)
    do(give((row, bea)))
    assert personal_data(bea, EARLY)["classes"][0]["original_teacher"]["name"] == "Carl Voss"
    owner = get_user_model().objects.create_superuser("teresa")
    erase(carl, owner, at_moment(MONDAY + WEEK), None)
    row = ScheduledClass.objects.get()
    assert row.given_by == f"Bea (for Erased teacher {carl.pk})"
    assert not any("Carl" in str(entry.changes) for entry in LogEntry.objects.all())


def test_an_occurrence_that_changed_meanwhile_is_found_again(bea):
    marta = make.teacher("Marta")
    rule = make.schedule(make.student("Ana"), marta)
    (lesson,) = lessons_of(marta, MONDAY, MONDAY, EARLY)
    occurrences.move(key_of(rule), MONDAY, to_date=MONDAY + DAY, now=EARLY)
    do(GiveToSubstitutes(((lesson.reference, bea.pk),)))
    assert teachers() == [("2026-01-06", "Ana", "Bea (for Marta)", "scheduled")]
    assert find_lessons(["nonsense", "17", lesson.reference], EARLY) == []


def test_handing_over_takes_a_constant_number_of_queries(marta, bea):
    horizon(weeks=8)
    # Occurrences beyond the horizon, which have no classes yet.
    days = [MONDAY + week * WEEK for week in range(9, 13)]
    keys = [class_of(name).recurring_slot_id for name in ("Ana", "Leo")]
    planned = [f"recurring_slot-{key}-{day}" for key in keys for day in days]
    stored = [str(class_of(name, week).pk) for name in ("Ana", "Leo") for week in range(1, 5)]

    def count(references):
        change = GiveToSubstitutes(tuple((each, bea.pk) for each in references))
        with one_reading(), CaptureQueriesContext(connection) as captured:
            plan = look(change)
        assert len(plan.lines) == len(references)
        return len(captured)

    few = count([stored[0], planned[0]])
    assert count([*stored, *planned]) == few <= 70
    do(GiveToSubstitutes(tuple((each, bea.pk) for each in [*stored, *planned])))
    given = ScheduledClass.objects.filter(teacher=bea, original_teacher=marta)
    assert given.count() == len(stored) + len(planned)
    entries = LogEntry.objects.get_for_objects(given)
    created = entries.filter(action=LogEntry.Action.CREATE)
    assert (created.count(), entries.count()) == (len(planned), len(stored) + 2 * len(planned))
