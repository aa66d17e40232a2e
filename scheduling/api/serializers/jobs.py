"""Responses of the job endpoints, for the schema."""

from rest_framework import serializers

from scheduling.domain.outcomes import Outcome

from .responses import ActionResponse, HistoryEntry, Number, OutcomeCounts, StringList, Text


class Indicators(serializers.Serializer):
    """The numbers that determine the health."""

    active_teachers = Number(min_value=0)
    active_students = Number(min_value=0)
    active_recurring_slots = Number(min_value=0)
    teachers_without_settings = Number(min_value=0)
    orphaned_slots = Number(min_value=0)
    old_slots = Number(min_value=0)
    missing_classes_this_week = Number(min_value=0)
    unresolved_conflicts = Number(min_value=0)
    overdue_jobs = Number(min_value=0)
    crashed_runs = Number(min_value=0)
    stuck_runs = Number(min_value=0)


class SystemHealth(serializers.Serializer):
    """The health of studio and jobs. Each suggestion belongs to the issue at the same index."""

    is_healthy = serializers.BooleanField()
    issues = StringList()
    suggestions = StringList()
    indicators = Indicators()


class Summary(serializers.Serializer):
    """A summary of all runs in the log."""

    total_jobs = Number(min_value=0)
    recent_success = Number(min_value=0)
    last_run = serializers.DateTimeField(allow_null=True)
    next_run = serializers.DateTimeField(allow_null=True)
    health_issues = Number(min_value=0)


class HistoryData(serializers.Serializer):
    """The newest runs, the health of studio and jobs, and a summary."""

    job_history = HistoryEntry(many=True)
    system_health = SystemHealth()
    summary = Summary()


class JobHistory(serializers.Serializer):
    """The history of jobs."""

    success = serializers.BooleanField()
    data = HistoryData()


class Progress(serializers.Serializer):
    """The number of series processed, and in total."""

    done = Number(min_value=0)
    total = Number(min_value=0)


class RunEntry(HistoryEntry):
    """A run. Its window includes both ends."""

    window_start = serializers.DateField(allow_null=True)
    window_end = serializers.DateField(allow_null=True)
    catch_up_from = serializers.DateField(allow_null=True)
    progress = Progress()
    counts = OutcomeCounts()
    undone_at = serializers.DateTimeField(allow_null=True)
    undone_by = Text(help_text="The last user who undid the run; empty if it was not undone.")
    classes_undone = Number(min_value=0, help_text="The number of classes removed by the undo.")


class RunItem(serializers.Serializer):
    """A noteworthy result and its reason."""

    id = Number(min_value=1)
    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    student = Number(allow_null=True)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    class_id = Number(allow_null=True)
    date = serializers.DateField(allow_null=True)
    start_time = serializers.TimeField(allow_null=True)
    end_time = serializers.TimeField(allow_null=True)
    occurrences = Number(min_value=1)
    reason = Text()


class RunItems(serializers.Serializer):
    """A page of results; ``next`` and ``previous`` are URLs or null."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RunItem(many=True)


class RunDetail(RunEntry):
    """A run and a page of its noteworthy results."""

    items = RunItems()


class CancelledRun(RunEntry):
    """The run that was cancelled."""

    success = serializers.BooleanField()
    message = Text()


class QueuedRun(ActionResponse):
    """A run queued for a worker; ``url`` is the address of the run."""

    status = serializers.ChoiceField(["queued"])
    run_id = Number(min_value=1)
    url = serializers.URLField()


class UndoneClass(serializers.Serializer):
    """A class of an undone run; ``reason`` is why it is kept, empty if it is removed."""

    class_id = Number(min_value=1)
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    date = serializers.DateField()
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()
    time_zone = Text()
    reason = Text()


class UndoneRun(ActionResponse):
    """The result of an undo; ``removed`` and ``kept`` list at most 1,000 classes each."""

    run_id = Number(min_value=1)
    dry_run = serializers.BooleanField()
    classes_removed = Number(min_value=0)
    classes_kept = Number(min_value=0)
    removed = UndoneClass(many=True)
    kept = UndoneClass(many=True)
    truncated = serializers.BooleanField()
