"""Responses of the generation, cron and job endpoints, for the schema.

The views build their responses as plain dictionaries and don't use these classes.
"""

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from scheduling.domain.outcomes import Outcome
from scheduling.models import Job, RunState, Trigger

from . import examples

Number = serializers.IntegerField
Text = serializers.CharField

COUNTS = {
    "type": "object",
    "description": "The number of results by outcome. Outcomes without results are omitted.",
    "propertyNames": {"enum": [outcome.value for outcome in Outcome]},
    "additionalProperties": {"type": "integer", "minimum": 1},
    "example": {"created": 15, "exists": 9},
}


@extend_schema_field(COUNTS)
class OutcomeCounts(serializers.DictField):
    """The number of results by outcome."""


class StringList(serializers.ListField):
    """Sentences for people."""

    child = Text()


class ActionResponse(serializers.Serializer):
    """The fields common to the responses of actions."""

    success = serializers.BooleanField()
    message = Text()


class StudentResult(serializers.Serializer):
    """The result of a run for a student; ``message`` gives the reason if no class was created."""

    student_id = Number(min_value=1)
    student_name = Text()
    classes_created = Number(min_value=0)
    message = Text()


class GeneratedMissing(ActionResponse):
    """The result of a generation by student. Above 1,000 students, only noteworthy results."""

    sometimes = ("errors", "results_truncated")

    total_classes_created = Number(min_value=0)
    students_processed = Number(min_value=0)
    run_id = Number(allow_null=True, help_text="Null for a dry run, which stores no run.")
    results = StudentResult(many=True)
    errors = StringList(
        required=False, help_text="A message for each schedule that could not be processed."
    )
    results_truncated = serializers.BooleanField(required=False)


@extend_schema_serializer(examples=[examples.WEEKLY])
class GeneratedWeek(GeneratedMissing):
    """The result of a weekly generation; the week includes both dates."""

    week_start = serializers.DateField()
    week_end = serializers.DateField()


class WithErrors(serializers.Serializer):
    """The error of a run that could not process every schedule."""

    error = serializers.ChoiceField(["run_errors"])
    message = Text(help_text="The number of classes created, and the first error.")


class MissingWithErrors(WithErrors, GeneratedMissing):
    """The result of a generation that could not process every schedule."""


class WeekWithErrors(WithErrors, GeneratedWeek):
    """The result of a weekly generation that could not process every schedule."""


class HistoryEntry(serializers.Serializer):
    """A run in the history."""

    id = Number(min_value=1)
    job_name = serializers.ChoiceField(Job.choices)
    state = serializers.ChoiceField(RunState.choices)
    success = serializers.BooleanField()
    executed_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.FloatField(allow_null=True)
    trigger = serializers.ChoiceField(Trigger.choices)
    triggered_by = Text()
    lessons_generated = Number(min_value=0)
    teachers_processed = Number(min_value=0)
    students_processed = Number(min_value=0)
    errors = StringList(
        help_text="The error that ended the run, and up to ten of single schedules."
    )


@extend_schema_serializer(examples=[examples.WEEK])
class WeekStatus(serializers.Serializer):
    """The status of the current week.

    ``status``: ``running`` (a run is active), ``complete`` (no class is missing), ``incomplete``
    (classes are missing after a run) or ``ready`` (not generated yet).
    """

    week_start = serializers.DateField()
    week_end = serializers.DateField()
    students_with_fixed_schedule = Number(min_value=0)
    existing_classes_this_week = Number(min_value=0)
    expected_classes_this_week = Number(min_value=0)
    missing_classes_this_week = Number(min_value=0)
    status = serializers.ChoiceField(["running", "complete", "incomplete", "ready"])
    last_run = HistoryEntry(allow_null=True)


class LessonNumbers(serializers.Serializer):
    """The result of a run of the horizon."""

    lessons_generated = Number(min_value=0)
    teachers_processed = Number(min_value=0)
    errors = StringList()


@extend_schema_serializer(examples=[examples.CRON])
class Delivered(LessonNumbers):
    """The result of a call by an external cron service."""

    success = serializers.BooleanField()
    timestamp = serializers.DateTimeField()
    run_id = Number(min_value=1)
    health_issues = StringList()
    data = LessonNumbers()


class DeliveredWithErrors(WithErrors, Delivered):
    """The result of a call by a cron service if not every schedule could be processed."""


@extend_schema_serializer(examples=[examples.CRON_BUSY])
class AlreadyRunning(Delivered):
    """The response to a call by a cron service during an active run; nothing was done."""

    status = serializers.ChoiceField(["already_running"])


class TickRun(serializers.Serializer):
    """A run performed by a call of the tick."""

    job = serializers.ChoiceField(Job.choices)
    state = serializers.ChoiceField(RunState.choices)
    run_id = Number(min_value=1)
    classes_created = Number(min_value=0)


class JobNames(serializers.ListField):
    """Codes of jobs."""

    child = serializers.ChoiceField(Job.choices)


@extend_schema_serializer(examples=[examples.TICK])
class TickResponse(serializers.Serializer):
    """The jobs that were run, that another process is running, and that are not due."""

    success = serializers.BooleanField()
    timestamp = serializers.DateTimeField()
    ran = TickRun(many=True)
    active = JobNames(help_text="Due, and already running in another process.")
    not_due = JobNames()
    errors = StringList(help_text="Errors that ended a run, and errors of single schedules.")


class TickWithErrors(WithErrors, TickResponse):
    """The response if a job failed. The other jobs were run nevertheless."""


class LessonData(LessonNumbers):
    """The result of a run of the horizon, with the counts of all outcomes."""

    counts = OutcomeCounts()


class GeneratedLessons(ActionResponse):
    """The result of a generation of the horizon by an administrator."""

    lessons_generated = Number(min_value=0)
    teachers_processed = Number(min_value=0)
    run_id = Number(allow_null=True)
    data = LessonData()


class LessonsWithErrors(WithErrors, GeneratedLessons):
    """The result of a generation of the horizon that could not process every schedule."""
