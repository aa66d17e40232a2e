"""The answers of the generation, cron and job endpoints, as the schema describes them.

The views build these answers as plain dictionaries; nothing is serialized through these classes.
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
    "description": "How often each outcome came about; those that did not are left out.",
    "propertyNames": {"enum": [outcome.value for outcome in Outcome]},
    "additionalProperties": {"type": "integer", "minimum": 1},
    "example": {"created": 15, "exists": 9},
}


@extend_schema_field(COUNTS)
class Counts(serializers.DictField):
    """Outcomes and how often each came about."""


class Texts(serializers.ListField):
    """Sentences for people."""

    child = Text()


class Answer(serializers.Serializer):
    """What every answer of an act begins with."""

    success = serializers.BooleanField()
    message = Text()


class StudentResult(serializers.Serializer):
    """What a run came to for one student; ``message`` says why where it is nothing."""

    student_id = Number(min_value=1)
    student_name = Text()
    classes_created = Number(min_value=0)
    message = Text()


class GeneratedMissing(Answer):
    """A generation, student by student. Over 1,000 students: the noteworthy ones alone."""

    sometimes = ("errors", "results_truncated")

    total_classes_created = Number(min_value=0)
    students_processed = Number(min_value=0)
    run_id = Number(allow_null=True, help_text="Null for a dry run: it leaves no run behind.")
    results = StudentResult(many=True)
    errors = Texts(
        required=False, help_text="A sentence for each schedule that could not be dealt with."
    )
    results_truncated = serializers.BooleanField(required=False)


@extend_schema_serializer(examples=[examples.WEEKLY])
class GeneratedWeek(GeneratedMissing):
    """A weekly generation; the week's dates include both ends."""

    week_start = serializers.DateField()
    week_end = serializers.DateField()


class WithErrors(serializers.Serializer):
    """What a run that could not deal with everything says beside what it did."""

    error = serializers.ChoiceField(["run_errors"])
    message = Text(help_text="How much was done, and what went wrong.")


class MissingWithErrors(WithErrors, GeneratedMissing):
    """A generation that could not deal with every schedule."""


class WeekWithErrors(WithErrors, GeneratedWeek):
    """A weekly generation that could not deal with every schedule."""


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
    errors = Texts(help_text="What ended the run, or up to ten of what it could not deal with.")


@extend_schema_serializer(examples=[examples.WEEK])
class WeekStatus(serializers.Serializer):
    """How this week stands.

    ``status``: ``running`` now, ``complete`` (none missing), ``incomplete`` (some missing after a
    run), ``ready`` (none generated yet).
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
    """What a run of the horizon came to."""

    lessons_generated = Number(min_value=0)
    teachers_processed = Number(min_value=0)
    errors = Texts()


@extend_schema_serializer(examples=[examples.CRON])
class Delivered(LessonNumbers):
    """A delivery of an outside cron service."""

    success = serializers.BooleanField()
    timestamp = serializers.DateTimeField()
    run_id = Number(min_value=1)
    health_issues = Texts()
    data = LessonNumbers()


class DeliveredWithErrors(WithErrors, Delivered):
    """A delivery of which the run could not deal with every schedule."""


@extend_schema_serializer(examples=[examples.CRON_BUSY])
class AlreadyRunning(Delivered):
    """A delivery that came while a run was active: there is nothing to do twice."""

    status = serializers.ChoiceField(["already_running"])


class TickRun(serializers.Serializer):
    """A run that one call of the tick has made."""

    job = serializers.ChoiceField(Job.choices)
    state = serializers.ChoiceField(RunState.choices)
    run_id = Number(min_value=1)
    classes_created = Number(min_value=0)


class JobNames(serializers.ListField):
    """Jobs by their codes."""

    child = serializers.ChoiceField(Job.choices)


@extend_schema_serializer(examples=[examples.TICK])
class TickResponse(serializers.Serializer):
    """What one call has run, what another process is running, and what is not due."""

    success = serializers.BooleanField()
    timestamp = serializers.DateTimeField()
    ran = TickRun(many=True)
    active = JobNames(help_text="Due, and being run by another process.")
    not_due = JobNames()
    errors = Texts(help_text="What ended a run, or what it could not deal with.")


class TickWithErrors(WithErrors, TickResponse):
    """A call of which a job failed. The other jobs were run all the same."""


class LessonData(LessonNumbers):
    """The same with the counts of all outcomes."""

    counts = Counts()


class GeneratedLessons(Answer):
    """A generation of the horizon by an administrator."""

    lessons_generated = Number(min_value=0)
    teachers_processed = Number(min_value=0)
    run_id = Number(allow_null=True)
    data = LessonData()


class LessonsWithErrors(WithErrors, GeneratedLessons):
    """A generation of the horizon that could not deal with every schedule."""
