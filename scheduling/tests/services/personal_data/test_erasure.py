"""The export of a person has everything, and after an erasure nothing is left, in any table."""

import io
import json
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from knox.models import AuthToken

from scheduling.domain.windows import DAY
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import (
    CalendarFeed,
    Guardian,
    Message,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.services.personal_data import erasure
from scheduling.services.personal_data.accounts import sessions_of
from scheduling.services.personal_data.export import personal_data
from scheduling.services.schedule_changes import EndPerson, apply
from scheduling.services.schedules.status import set_active
from scheduling.services.statements.statement import statement
from scheduling.services.timetable_import import import_timetable
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon, weekly

from .studio import NOW, TODAY, WORDS, columns_with, context, populate, timetable

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return User.objects.create_superuser("teresa")


@pytest.fixture
def people(owner, monkeypatch):
    monkeypatch.setattr(make, "without_history", make.without_history)
    return dict(zip((Student, Guardian, Teacher), populate(owner), strict=True))


def erase(person, owner, **options):
    """Preview the erasure, then apply exactly that plan."""
    approved = erasure.preview(person, owner, context(), **options).fingerprint
    return erasure.erase(person, owner, context(), approved, **options)


def test_nothing_is_left_of_an_erased_person(people, owner):
    for kind in (Guardian, Student, Teacher):
        words, person = WORDS[kind], people[kind]
        exported = json.dumps(personal_data(person, NOW), ensure_ascii=False).lower()
        assert [word for word in words if word not in exported] == []
        if kind is Teacher:
            with pytest.raises(ValidationError):
                erase(person, owner)
            apply(EndPerson(person, TODAY - DAY, cancel_rest=True), context(), None)
        erase(person, owner)
        assert columns_with(words) == set()
    assert columns_with(("leo park",)) != set()


def test_preview_writes_nothing_and_the_same_plan_is_applied(people, owner):
    student = people[Student]
    before = columns_with(WORDS[Student])
    plan = erasure.preview(student, owner, context(), with_guardians=True)
    assert columns_with(WORDS[Student]) == before
    assert [type(person) for person in plan.people] == [Student]  # the guardian has Leo, too
    assert plan.ends is not None
    assert plan.ends.lines
    assert (len(plan.removed[Student]), plan.kept[ScheduledClass]) == (1, 2)

    make.lesson(student, date(2026, 4, 1), "20:00", "21:00")
    with pytest.raises(StalePlanError):
        erasure.erase(student, owner, context(), plan.fingerprint, with_guardians=True)
    assert columns_with(WORDS[Student]) == before


def test_classes_stay_countable_and_no_run_creates_more(people, owner):
    student, teacher = people[Student], people[Teacher]
    make.lesson(student, date(2026, 2, 2), "20:00", "20:45", teacher, attendance="present")
    by_teacher = statement(date(2026, 1, 1), TODAY, "teacher", NOW)
    by_guardian = statement(date(2026, 1, 1), TODAY, "guardian", NOW)
    past = ScheduledClass.objects.filter(student=student, starts_at__lte=NOW).count()

    erase(student, owner)

    student.refresh_from_db()
    assert student.full_name == f"Erased student {student.pk}"
    assert (student.email, student.is_active, student.erased_at) == ("", False, NOW)
    own = ScheduledClass.objects.filter(student=student)
    assert own.filter(starts_at__lte=NOW).count() == past > 0
    assert not own.filter(starts_at__gt=NOW, status="scheduled").exists()
    assert statement(date(2026, 1, 1), TODAY, "teacher", NOW) == by_teacher
    assert statement(date(2026, 1, 1), TODAY, "guardian", NOW).totals == by_guardian.totals
    for run_job in (weekly, horizon):
        assert run_job(TODAY, NOW).counts["created"] == 0
    with pytest.raises(ValidationError):
        set_active(student, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Student.objects.filter(pk=student.pk).update(is_active=True)


def test_a_file_that_names_an_erased_student_makes_a_new_one(people, owner):
    student = people[Student]
    erase(student, owner)

    report = import_timetable(io.BytesIO(timetable("10:00", "17:00")), now=NOW)

    assert report.succeeded
    assert (report.students, report.recurring_slots) == (1, 2)
    again = Student.objects.get(email="zebedea@student.example")
    assert again.pk != student.pk
    assert [str(row) for row in again.guardians.all()] == ["Ottoline Marchbanks"]


def test_others_keep_what_they_share_with_the_erased_person(owner):
    """A mother's address at two children, a name of two people, a name within a name."""
    ana, leo = (make.student(name, email="eva@example.org") for name in ("Ana", "Leo Ruiz"))
    eva = make.guardian("Eva Ruiz", ana, email="eva@example.org")
    anna = make.student("Ana Blum")
    note = make.lesson(anna, TODAY, notes="Ana Blum and Ana write to eva@example.org")
    make.guardian("Eva Ruiz", leo)

    plan = erase(ana, owner, with_guardians=True)

    assert plan.names == ["Ana", "Eva Ruiz"]
    assert not Guardian.objects.filter(pk=eva.pk).exists()
    note.refresh_from_db()
    leo.refresh_from_db()
    assert note.notes == "Ana Blum and Ana write to eva@example.org"
    assert (leo.email, str(leo.guardians.get())) == ("eva@example.org", "Eva Ruiz")
    with pytest.raises(ValidationError):
        erasure.preview(ana, owner, context())


def test_message_about_two_children_loses_its_text_and_stays(people, owner):
    student, guardian = people[Student], people[Guardian]
    of_both = {
        message.pk
        for message in Message.objects.filter(items__guardian=guardian).distinct()
        if not message.items.exclude(student=student).exists()
    }
    others = Message.objects.filter(items__guardian=guardian).exclude(pk__in=of_both)
    kept = others.get()
    kept.items.create(
        kind="notice", reader="guardian", student=student, guardian=guardian, starts_at=NOW
    )

    erase(student, owner)

    assert not Message.objects.filter(pk__in=of_both).exists()
    kept.refresh_from_db()
    assert (kept.subject, kept.body) == ("", "")
    assert [item.student.first_name for item in kept.items.all()] == ["Leo"]


def test_teachers_account_is_closed(people, owner):
    teacher = people[Teacher]
    user = teacher.user
    apply(EndPerson(teacher, TODAY - DAY, cancel_rest=True), context(), None)
    with pytest.raises(ValidationError, match="own account"):
        erasure.preview(teacher, user, context())

    erase(teacher, owner)

    user.refresh_from_db()
    assert user.username == f"erased-teacher-{teacher.pk}"
    assert (user.is_active, user.has_usable_password(), user.groups.count()) == (False, False, 0)
    assert not AuthToken.objects.exists()
    assert sessions_of(user) == []
    assert not CalendarFeed.objects.filter(teacher=teacher, revoked_at=None).exists()
    entry = LogEntry.objects.get_for_object(teacher).latest("pk")
    assert (entry.object_repr, set(entry.changes)) == (str(Teacher.objects.get()), {"erased_at"})


def test_export_names_no_others(people):
    exports = {
        kind: json.dumps(personal_data(person, NOW), ensure_ascii=False).lower()
        for kind, person in people.items()
    }
    for word in ("leo park", "leo@example.org", "ottoline@guardian.example", "tw@teacher.example"):
        assert word not in exports[Student]
    for word in ("zebédea", "quillfeather", "leo", "has the flu", "ottoline", "was late"):
        assert word not in exports[Teacher]
    assert "zebédea" in exports[Guardian]
    data = personal_data(people[Student], NOW)
    assert {name for name, value in data.items() if not value} == {
        *("account", "lesson_settings", "prices", "working_hours", "fixed_schedules")
    }
    assert data["uploads"] == [
        {"file_name": "pending.csv", "uploaded_at": "2026-02-10T12:00:00+00:00"}
    ]
