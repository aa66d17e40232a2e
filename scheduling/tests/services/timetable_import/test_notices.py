"""Notices about the weekly lessons that an import ends or replaces."""

import pytest
from django.core import mail

from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.notifications.delivery import deliver
from scheduling.jobs.notifications.notices import notices_about, texts_of_notices
from scheduling.models import Message, Student
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.timetable_import.matching.test_succession import MOVED, TODAY

from .timetable_files import NOW, everything, imported, row

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
REPLACED = row(**MOVED, replaces="1 17:00")
TEXT = (
    "Ana: Piano with Clara: Thursdays, 16:00–17:00 (Europe/Madrid), from Thursday 5 March "
    "(before: Mondays, 17:00–18:00 (Europe/Madrid))"
)


@pytest.fixture(autouse=True)
def lessons():
    """Ana's Mondays at 17:00, with their classes of twelve weeks."""
    imported(row())
    ana = Student.objects.get()
    make.guardian("Eva Pérez", ana, email="eva@example.com", language="en")
    horizon(TODAY)


def sent():
    mail.outbox.clear()
    deliver(NOW)
    return {message.to[0]: message.body for message in mail.outbox}


def test_preview_has_the_messages_and_writes_nothing():
    before = everything()
    report = imported(REPLACED, dry_run=True)
    (notice,) = notices_about(report.changes, NOW).notices
    [(_subject, body)] = texts_of_notices([notice], NOW)
    assert TEXT in body
    assert everything() == before
    assert not Message.objects.exists()


def test_replaced_rule_is_told_once_although_a_run_updates_its_classes_later():
    report = imported(REPLACED, notify=True)
    assert report.notified.queued == 1
    assert "1 e-mail queued." in report.lines()
    assert TEXT in sent()["eva@example.com"]
    horizon(TODAY)
    assert imported(REPLACED, notify=True).notified.queued == 0
    assert sent() == {}


def test_ended_rule_is_told():
    imported(row(valid_until="2026-03-09"), notify=True)
    assert "Mondays, 17:00–18:00 (Europe/Madrid), from Monday 16 March" in sent()["eva@example.com"]


def test_import_tells_nobody_unless_it_is_asked_to():
    assert imported(REPLACED).notified.queued == 0
    assert not Message.objects.exists()


def test_new_rules_are_no_change_and_a_studio_may_never_tell():
    assert imported(row(days="3"), dry_run=True).changes == []
    make.studio(notify_families="never")
    assert imported(REPLACED, dry_run=True).changes == []


def test_plan_that_is_stale_has_its_messages_too():
    with pytest.raises(StalePlanError) as error:
        imported(REPLACED, approved="0" * 64, notify=True)
    assert len(error.value.new_plan.changes) == 1
    assert not Message.objects.exists()
