"""``/api/students``."""

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
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.apply_changes import ApplyResult, apply_change, jobs_of_student
from scheduling.services.schedules.fixed_schedule import (
    FixedScheduleError,
    ScheduleWriteResult,
    fixed_schedule,
    write_fixed_schedule,
)

from .base import Resource, changed, matches_all_words, require, saving

# What the classes of a student depend on, the fixed schedule aside.
MATTERS = {"start_date", "end_date", "is_active"}


class StudentResource(Resource):
    """Students with those meetings of their fixed schedule that have not ended."""

    queryset = Student.objects.all()
    serializer_class = StudentSerializer
    query_class = StudentQuery
    orderings = {"lastName": "last_name", "firstName": "first_name", "id": "id"}
    default_ordering = "lastName"

    def get_queryset(self) -> QuerySet[Student]:
        current = Prefetch("fixed_schedules", fixed_schedule(studio_today()), to_attr="meetings")
        return Student.objects.prefetch_related(current)

    def narrowed(self, rows: QuerySet[Student], asked: dict[str, Any]) -> QuerySet[Student]:
        if "is_active" in asked:
            rows = rows.filter(is_active=asked["is_active"])
        if "teacher" in asked:
            today = studio_today()
            theirs = {"student": OuterRef("pk"), "teacher": asked["teacher"]}
            slots = RecurringSlot.objects.filter(not_ended(today), **theirs)
            rows = rows.filter(
                Exists(fixed_schedule(today).filter(**theirs))
                | Exists(slots.exclude(status=SlotStatus.CANCELLED))
            )
        search = asked.get("search", "")
        return rows.filter(matches_all_words(search, "first_name", "last_name", "email"))

    def store(self, request: Request, student: Student, values: dict[str, Any]) -> bool:
        """Store ``values``; whether classes depend on what changed."""
        wanted = values.pop("meetings", None)
        names = changed(student, values)
        student.save()
        written = ScheduleWriteResult()
        if wanted is not None:
            try:
                written = write_fixed_schedule(student, wanted, studio_today(), timezone.now())
            except FixedScheduleError as error:
                wrong: list[Any] = [{} for _each in wanted]
                wrong[error.index] = {NAMES.get(error.field, error.field): [error.text]}
                raise ValidationError({"fixed_schedule": wrong}) from error
            if written.added:
                require(request, "add_fixedschedule")
            if written.changed or written.ended:
                require(request, "change_fixedschedule")
        return bool(names & MATTERS) or written.has_changes

    def answer(self, request: Request, student: Student, matters: bool) -> dict[str, Any]:
        """The student as stored, with what applying the change came to."""
        applied = ApplyResult()
        if matters:
            jobs = jobs_of_student(student.pk)
            applied = apply_change(student_ids=[student.pk], jobs=jobs, **apply_context(request))
        data: dict[str, Any] = self.get_serializer(self.one(student.pk)).data
        return data | with_created(applied)


# Fields of a meeting that have another name outside.
NAMES = {"weekday": "day_of_week", "": "non_field_errors"}


class StudentList(StudentResource):
    """Students: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[StudentQuery], responses=StudentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of students."""
        return self.listed(request)

    @extend_schema(request=StudentSerializer, responses={201: StudentAnswer})
    def post(self, request: Request) -> Response:
        """A new student, with all classes from the start date to the end of this week."""
        with saving():
            student = Student()
            self.store(request, student, self.checked(request))
        return Response(self.answer(request, student, True), status.HTTP_201_CREATED)


class StudentDetail(StudentResource):
    """A student. Nobody with history is deleted: set ``endDate``, or ``isActive`` to false."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=StudentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A student."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(request=StudentSerializer, responses=StudentAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a student; classes are brought up to date, from the start date to Sunday."""
        with saving():
            student = self.locked(pk)
            matters = self.store(request, student, self.checked(request, student))
        return Response(self.answer(request, student, matters))
