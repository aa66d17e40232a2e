"""A small studio with at least one row of every table that the admin shows."""

from datetime import timedelta

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import get_token_model

from scheduling.jobs.notifications.outbox import queue_reminder
from scheduling.models import (
    Job,
    JobRun,
    JobRunItem,
    LessonDuration,
    LessonSettings,
    Message,
    MessageState,
    RunState,
    Student,
    Trigger,
)
from scheduling.models.feeds import CalendarFeed
from scheduling.services.roles import ensure_roles
from scheduling.tests import factories as make


def populate(owner: User) -> None:
    ensure_roles()  # flushing the database deletes them
    token, _key = get_token_model().objects.create(owner)
    # Older log entries contain the hash, which widened the first page to 1,713 pixels.
    LogEntry.objects.log_actions(owner.pk, [token], ADDITION, single_object=True)
    LogEntry.objects.update(object_repr=f"{token.digest} : {owner}")
    make.studio(name="Cadenza", is_settled=True, family_pages=True)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    mozart = make.teacher("Leopold Mozart", zone="Europe/Vienna", email="leopold@example.org")
    settings = LessonSettings.objects.create(teacher=mozart)
    LessonDuration.objects.create(settings=settings, minutes=45, price=40)
    nannerl = make.student("Nannerl Mozart", email="nannerl@example.org")
    wolfgang = make.student("Wolfgang Mozart")
    make.guardian("Anna Maria Mozart", nannerl, wolfgang, email="anna@example.org", language="es")
    make.schedule(nannerl, subject="Piano")
    make.schedule(wolfgang, subject="Composition", teacher=mozart, weekday=4)
    hall = make.room("Hall", capacity=8)
    slot = make.slot(mozart, wolfgang, subject="Violin", room=hall)
    make.lesson(on=monday, recurring_slot=slot, subject="Violin")
    make.lesson(nannerl, on=monday, cancelled_by="student", status="cancelled", cancel_reason="ill")
    make.lesson(nannerl, on=monday + timedelta(days=1), subject="Piano", notes="Bring the book")
    CalendarFeed.objects.create(teacher=mozart)
    make.closure("Summer", monday, monday + timedelta(days=20))
    run = JobRun.objects.create(
        job=Job.HORIZON,
        trigger=Trigger.CRON,
        state=RunState.PARTIAL,
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    JobRunItem.objects.create(run=run, outcome="conflict", student_name="Nannerl Mozart")
    now = timezone.now()
    later = make.lesson(nannerl, on=monday + timedelta(days=8), subject="Piano")
    queue_reminder(later.student, later, now)
    Message.objects.update(state=MessageState.REFUSED, error="550 5.1.1 no such user")
    for student in Student.objects.all():
        LogEntry.objects.log_actions(owner.pk, [student], CHANGE, "Changed", single_object=True)
