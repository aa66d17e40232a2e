"""Query counts of the pages of the admin and the GETs of the API: at most 50, for any data.

New pages are included automatically: they are found in the registry of the admin and in the URL
conf of the API.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from scheduling.domain.windows import monday_of
from scheduling.jobs.notifications.outbox import queue_reminder
from scheduling.models import (
    CalendarFeed,
    Job,
    JobRunItem,
    LessonDuration,
    LessonSettings,
    Message,
    MessageState,
    RunState,
    ScheduledClass,
    StudentGuardian,
    WorkingHours,
)
from scheduling.services.calendar_feeds import token_of
from scheduling.services.timetable_import.uploads import store_upload
from scheduling.tests.admin.pages import QUERIES, SUPERUSER, VALUES, Page, every_page
from scheduling.tests.api.test_matrix import ENDPOINTS
from scheduling.tests.jobs.helpers import run_job
from scheduling.tests.support import history

from . import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

MOST = 51
LONG = {
    # Search every table with text for a person's name.
    *(f"scheduling_{kind}_data" for kind in ("student", "guardian", "teacher")),
    *(f"GET export-{kind}" for kind in ("student", "guardian", "teacher")),
    # Plans that try the change first, to find the people whom it concerns.
    "scheduling_teacher_ill",
    "scheduling_closure_delete",
}
MOST_OF_LONG = 80
# The preview of an erasure writes its rows one by one, and rolls back.
UNLIMITED = {f"scheduling_{kind}_erase" for kind in ("student", "guardian", "teacher")}
# Both amounts have a class on each weekday.
LITTLE, MUCH = 5, 9
# A GET of these is no page: 405, a redirect or 404.
NO_PAGES = {
    # Redirects to the list.
    "knox_authtoken_change",
    "knox_authtoken_history",
    "background_jobs_cancel",
    "background_jobs_start",
    "calendar_occurrence",
    "login",
    "logout",
    "scheduling_jobrun_change",
    "scheduling_jobrunitem_change",
    "scheduling_message_send_again",
    "scheduling_guardian_family_page",
    "scheduling_student_family_page",
    "scheduling_studio_changelist",
    "view_on_site",
}
# The cron endpoints, and the description of the API.
NO_DATA = {"cron-generate-lessons", "cron-tick", "api-schema", "api-docs"}
FILE = (
    "email,first_name,last_name,teacher,weekday,start_time,end_time,valid_from\n"
    "new{n}@example.com,New,Student,,2,15:00,16:00,2026-01-05\n"
)


class Studio:
    """A studio with a row of each model, which `grow` extends."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.monday = monday_of(self.now.date())
        self.owner = User.objects.create_superuser("teresa")
        self.studio = make.studio(name="Clara", is_settled=True, family_pages=True)
        self.teacher = make.teacher("Marta Gil")
        self.student = make.student("Ana Ruiz")
        self.guardian = make.guardian("Eva Ruiz", self.student)
        self.settings = LessonSettings.objects.create(teacher=self.teacher)
        self.room = make.room("Hall", capacity=1)
        self.slot = make.slot(self.teacher, self.student, weekday=6, start="09:00", room=self.room)
        self.schedule = make.schedule(self.student, self.teacher, weekday=7, start="10:00")
        # On any weekday, the teacher has a lesson ahead for the page that an illness begins with.
        make.slot(self.teacher, weekday=self.now.isoweekday(), start="23:30", minutes=29)
        self.closure = make.closure("Away", self._day(20), teacher=self.teacher)
        self.feed = CalendarFeed.objects.create(teacher=self.teacher)
        self.lesson = make.lesson(self.student, self._day(-3), "06:00", "06:30", self.teacher)
        self.token = AuthToken.objects.create(self.owner)[0]
        self.group = Group.objects.create(name="Friends")
        self.run = history.add_run(Job.WEEKLY, self.now - timedelta(hours=2), created=1)
        self.upload = store_upload(FILE.format(n=0).encode(), "a.csv", self.owner, self.now)
        self.message = self._add_refused_message(self.lesson)
        self.count = 0

    def _day(self, number: int) -> date:
        return self.monday + timedelta(number)

    def _add_refused_message(self, lesson: ScheduledClass) -> Message:
        """Create a refused message about a class."""
        lesson.student.email = "ana@example.com"
        queue_reminder(lesson.student, lesson, self.now)
        message = Message.objects.latest("id")
        message.state, message.expires_at = MessageState.REFUSED, self.now + timedelta(days=1)
        message.save()
        return message

    def grow(self, to: int) -> None:
        """Add rows until there are ``to`` more of each model."""
        for number in range(self.count, to):
            self._add_rows(number)
        self.count = to
        rows = "".join(FILE.format(n=n).split("\n", 1)[1] for n in range(to))
        content = FILE.split("\n", 1)[0] + "\n" + rows
        self.upload = store_upload(content.encode(), "a.csv", self.owner, self.now)
        for job in (Job.WEEKLY, Job.HORIZON):
            run_job(job, self.now.date(), self.now, weeks=4)

    def _add_rows(self, number: int) -> None:
        # The first are the latest of their day: if one of many is still ahead, so is one of few.
        start, end, day = f"{22 - number}:00", f"{22 - number}:45", 1 + number % 5
        # Other people.
        other, friend = make.teacher(), make.student()
        offer = LessonSettings.objects.create(teacher=other)
        LessonDuration.objects.create(settings=offer, minutes=45, price=20)
        hours = {"weekday": 1 + number % 7, "start_time": make.at(start), "end_time": make.at(end)}
        WorkingHours.objects.create(teacher=self.teacher, **hours)
        WorkingHours.objects.create(teacher=other, **hours)
        make.slot(make.teacher(), make.student(), weekday=day)
        make.schedule(make.student(), weekday=day)
        person = User.objects.create_user(f"person{number}")
        AuthToken.objects.create(person)
        Group.objects.create(name=f"Group {number}")
        # Rows of the teacher and the student.
        make.slot(self.teacher, friend, weekday=day, start=start, minutes=45, room=self.room)
        make.slot(other, self.student, weekday=day, start=start, minutes=45)
        room = make.room()
        make.schedule(self.student, self.teacher, weekday=6, start=start, end=end, room=room)
        make.schedule(self.student, None, weekday=7, start=start, end=end)
        LessonDuration.objects.create(settings=self.settings, minutes=30 + number, price=9)
        make.closure("Off", self._day(30 + number), teacher=self.teacher)
        make.closure("Trip", self._day(30 + number), student=self.student)
        make.closure("Pause", self._day(50), student=self.student, recurring_slot=self.slot)
        make.closure("Holiday", self._day(-40 - number))
        CalendarFeed.objects.create(student=self.student)
        lesson = make.lesson(
            self.student, self._day(-10), start, end, self.teacher, attendance="present"
        )
        self._add_refused_message(lesson)
        # Conflicts.
        third = make.student()
        make.slot(self.teacher, third, weekday=day, start=start, minutes=45)
        make.schedule(friend, self.teacher, weekday=6, start=start, end=end)
        make.slot(make.teacher(), weekday=day, start=start, minutes=45, room=self.room)
        # The log.
        for state in (RunState.FAILED, RunState.PARTIAL, RunState.SUCCEEDED):
            when = self.now - timedelta(days=1 + number)
            run = history.add_run(Job.HORIZON, when, created=2, state=state, triggered_by="teresa")
            for row in (run, self.run):
                JobRunItem.objects.create(
                    run=row, outcome="error", code="error", params={"error": "No room."},
                    student=friend, teacher=other, student_name=str(friend),
                )  # fmt: skip
        # Manual edits.
        self.student.email = f"ana{number}@example.com"
        self.student.save()
        self.group.user_set.add(person)
        make.guardian(f"Guardian {number}", self.student, email="g@example.com")
        sibling = make.student(email=self.student.email)
        StudentGuardian.objects.create(student=sibling, guardian=self.guardian)

    @property
    def rows(self) -> dict[str, Any]:
        """The row of each model with pages, by ``app_model``."""
        return {
            "auditlog_logentry": LogEntry.objects.get_for_object(self.student).first(),
            "auth_group": self.group,
            "auth_user": self.owner,
            "knox_authtoken": self.token,
            "scheduling_calendarfeed": self.feed,
            "scheduling_closure": self.closure,
            "scheduling_fixedschedule": self.schedule,
            "scheduling_guardian": self.guardian,
            "scheduling_jobrun": self.run,
            "scheduling_jobrunitem": JobRunItem.objects.filter(run=self.run).first(),
            "scheduling_lessonsettings": self.settings,
            "scheduling_message": self.message,
            "scheduling_recurringslot": self.slot,
            "scheduling_room": self.room,
            "scheduling_scheduledclass": self.lesson,
            "scheduling_student": self.student,
            "scheduling_studio": self.studio,
            "scheduling_teacher": self.teacher,
        }


def admin_addresses(studio: Studio) -> dict[str, str]:
    """Return the pages of the admin that GET can open, by name."""
    rows, week = studio.rows, f"start={studio.monday}&end={studio.monday + timedelta(7)}"
    days = f"date={studio.now.date()}"
    queries = QUERIES | {
        "calendar_events": week,
        "calendar_days": week,
        "calendar_planned": week,
        "calendar_free": f"{week}&teacher={studio.teacher.pk}",
        "calendar_students": "q=a",
        "explain": f"student={studio.student.pk}&{days}",
        "scheduling_scheduledclass_changelist": "when=all",
        "scheduling_scheduledclass_substitute": f"references={studio.lesson.pk}",
        "auditlog_logentry_changelist": "",
    }
    found = {}
    for page in every_page():
        if page.name not in NO_PAGES and SUPERUSER in page.allowed()[0]:
            found[page.name] = f"{page_path(page, studio, rows)}?{queries.get(page.name, '')}"
    tables = "/admin/scheduling"
    return found | {
        "students, searched": f"{tables}/student/?q=a&state=active",
        "students of a teacher": f"{tables}/student/?teacher={studio.teacher.pk}",
        "classes, searched": f"{tables}/scheduledclass/?q=a",
        "classes of a teacher": f"{tables}/scheduledclass/?when=all&teacher={studio.teacher.pk}",
        "make-ups owed": f"{tables}/scheduledclass/?when=all&make_up=owed",
        "old slots": f"{tables}/recurringslot/?condition=orphaned&q=a",
        "explained, of a teacher": f"/admin/explain/?teacher={studio.teacher.pk}&{days}",
        "check of a student": f"/admin/check/?student={studio.student.pk}",
        "log, failed": "/admin/background-jobs/?outcome=failed",
        "log, missed": "/admin/background-jobs/?outcome=missed",
        "log, deep": f"/admin/background-jobs/?before={studio.run.pk + 3}",
        "a week as a list": "/admin/calendar/?plain=1",
        "a day by teacher": f"/admin/calendar/?plain=1&view=day&date={studio.now.date()}",
        "a day by room": f"/admin/calendar/?plain=1&view=day&by=room&date={studio.now.date()}",
        "a day as a list": f"/admin/calendar/?plain=1&view=day&by=time&date={studio.now.date()}",
        "statement by student": "/admin/statement/?by=student",
        "register to print": f"/admin/sheets/?whose=teacher:{studio.teacher.pk}&sheet=register",
        "month to print": f"/admin/sheets/?whose=student:{studio.student.pk}",
        "classes of a statement": f"{tables}/scheduledclass/?period=2020-01-01..2199-12-31"
        f"&figure=present&row=guardian:{studio.guardian.pk}",
        "a time found": f"/admin/find/?who={studio.teacher.pk}&student={studio.student.pk}"
        f"&minutes=45&first={studio.now.date()}&every=1&weeks=4&earliest=06:00&latest=23:00",
        "preview of the horizon": "/admin/background-jobs/horizon/preview/",
    }


def page_path(page: Page, studio: Studio, rows: dict[str, Any]) -> str:
    conflict = JobRunItem.objects.filter(outcome="conflict", series_id__isnull=False).last()
    assert conflict is not None
    values: dict[str, Any] = VALUES | {
        "pk": studio.lesson.pk,
        "class_id": studio.lesson.pk,
        "object_id": studio.lesson.pk,
        "run_id": studio.run.pk,
        "upload_id": studio.upload.pk,
        "kind": "csv",
    }
    if page.name in ("conflict", "rule_conflict", "calendar_occurrence"):
        values |= {"kind": conflict.series_kind, "series": conflict.series_id, "day": conflict.date}
    if page.model:
        row = rows[page.model]
        # The primary key of a token is its hash, which addresses do not contain.
        number = getattr(row, "token_key", row.pk)
        values |= {"object_id": number, "id": number}
    return reverse(f"admin:{page.name}", kwargs={name: values[name] for name in page.parameters})


def api_addresses(studio: Studio) -> dict[str, str]:
    """Return the GETs of the API by name, and lists with filters."""
    own = {
        "teacher": studio.teacher,
        "student": studio.student,
        "slot": studio.slot,
        "closure": studio.closure,
        "class": studio.lesson,
        "run": studio.run,
        "guardian": studio.guardian,
        "room": studio.room,
    }
    found = {}
    for endpoint in ENDPOINTS:
        if "GET" in endpoint.methods and endpoint.name not in NO_DATA:
            kind = next((name for name in own if name in endpoint.name), "run")
            query = "?minutes=45" if endpoint.name == "openings" else ""
            found[f"GET {endpoint.name}"] = endpoint.path.replace("/1", f"/{own[kind].pk}") + query
    return found | {
        "GET classes of a student": f"/api/classes?student={studio.student.pk}&pageSize=500",
        "GET students, searched": f"/api/students?search=a&teacher={studio.teacher.pk}",
        "GET slots of a teacher": f"/api/recurring-slots?teacher={studio.teacher.pk}",
        "GET plan of the horizon": "/api/plan?job=horizon",
        "a feed": f"/calendar/{token_of(studio.feed)}.ics",
        "metrics": "/metrics",
    }


def count_queries(studio: Studio) -> Iterator[tuple[str, int]]:
    """Yield the name and the query count of each address."""
    client = Client()
    client.force_login(studio.owner)
    addresses = admin_addresses(studio) | api_addresses(studio)
    others = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
            size = len(b"".join(answer) if answer.streaming else answer.content)
        if answer.status_code != 200 or not size:
            others[name] = address, answer.status_code
        yield name, len(captured)
    assert others == {}


def test_query_counts_are_limited_and_independent_of_data() -> None:
    ContentType.objects.get_for_models(*apps.get_models())  # cached in the process
    studio = Studio()
    studio.grow(LITTLE)
    little = dict(count_queries(studio))
    studio.grow(MUCH)
    much = dict(count_queries(studio))
    excessive = {
        name: (little[name], n)
        for name, n in much.items()
        if name not in UNLIMITED and n > min(little[name], MOST_OF_LONG if name in LONG else MOST)
    }
    assert excessive == {}
