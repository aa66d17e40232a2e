"""``/api/students``."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from scheduling.api.apply_response import apply_context, with_created
from scheduling.api.serializers.people import StudentAnswer, StudentSerializer
from scheduling.api.serializers.queries import StudentQuery
from scheduling.models import RecurringSlot, SlotStatus, Student
from scheduling.selectors.people_lists import not_ended
from scheduling.selectors.search import matches_all_words
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.apply_changes import ApplyResult, apply_change, jobs_of_student
from scheduling.services.schedules.fixed_schedule import (
    FixedScheduleError,
    ScheduleWriteResult,
    fixed_schedule,
    write_fixed_schedule,
)
from scheduling.services.schedules.working_hours import outside_hours

from .base import Resource, assign, require, saving

# Fields that affect the student's classes, in addition to the fixed schedule.
AFFECTS_CLASSES = {"start_date", "end_date", "is_active"}


class StudentResource(Resource):
    """Students with the weekly lessons of their fixed schedule that have not ended."""

    queryset = Student.objects.all()
    serializer_class = StudentSerializer
    query_class = StudentQuery
    orderings = {"lastName": "last_name", "firstName": "first_name", "id": "id"}
    default_ordering = "lastName"

    def get_queryset(self) -> QuerySet[Student]:
        current = Prefetch("fixed_schedules", fixed_schedule(studio_today()), to_attr="meetings")
        return Student.objects.prefetch_related(current)

    def filter_rows(self, rows: QuerySet[Student], query: dict[str, Any]) -> QuerySet[Student]:
        if "is_active" in query:
            rows = rows.filter(is_active=query["is_active"])
        if "teacher" in query:
            today = studio_today()
            people = {"student": OuterRef("pk"), "teacher": query["teacher"]}
            slots = RecurringSlot.objects.filter(not_ended(today), **people)
            rows = rows.filter(
                Exists(fixed_schedule(today).filter(**people))
                | Exists(slots.exclude(status=SlotStatus.CANCELLED))
            )
        search = query.get("search", "")
        return rows.filter(matches_all_words(search, "first_name", "last_name", "email"))

    def store(
        self, request: Request, student: Student, values: dict[str, Any]
    ) -> tuple[bool, list[str]]:
        """Store ``values``; return whether that affects classes, and warnings."""
        meetings = values.pop("meetings", None)
        names = assign(student, values)
        student.save()
        written = ScheduleWriteResult()
        if meetings is not None:
            try:
                written = write_fixed_schedule(student, meetings, studio_today(), timezone.now())
            except FixedScheduleError as error:
                errors: list[Any] = [{} for _meeting in meetings]
                errors[error.index] = {NAMES.get(error.field, error.field): [error.text]}
                raise ValidationError({"fixed_schedule": errors}) from error
            if written.added:
                require(request, "add_fixedschedule")
            if written.changed or written.ended:
                require(request, "change_fixedschedule")
        affects_classes = bool(names & AFFECTS_CLASSES) or written.has_changes
        return affects_classes, outside_hours([*written.added, *written.changed], studio_today())

    def apply(
        self,
        request: Request,
        student: Student,
        affects_classes: bool,
        others: Collection[str] = (),
    ) -> dict[str, Any]:
        """Update the student's classes if necessary; return the student with the result."""
        applied = ApplyResult()
        if affects_classes:
            jobs = jobs_of_student(student.pk)
            applied = apply_change(student_ids=[student.pk], jobs=jobs, **apply_context(request))
        data: dict[str, Any] = self.get_serializer(self.get_row(student.pk)).data
        return data | with_created(applied, others=others)


# Fields of a fixed schedule with another name in JSON.
NAMES = {"weekday": "day_of_week", "": "non_field_errors"}


class StudentList(StudentResource):
    """Students: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[StudentQuery], responses=StudentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of students."""
        return self.list_page(request)

    @extend_schema(request=StudentSerializer, responses={201: StudentAnswer})
    def post(self, request: Request) -> Response:
        """Create a student and all classes from the start date to the end of this week."""
        with saving():
            student = Student()
            _affects, others = self.store(request, student, self.validated(request))
        data = self.apply(request, student, True, others)
        return Response(data, status.HTTP_201_CREATED)


class StudentDetail(StudentResource):
    """A student. It can't be deleted; set ``endDate``, or ``isActive`` to false, instead."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=StudentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A student."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=StudentSerializer, responses=StudentAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a student and update the classes from the start date to Sunday."""
        with saving():
            student = self.lock_row(pk)
            stored = self.store(request, student, self.validated(request, student))
        return Response(self.apply(request, student, *stored))
