"""What the health endpoints answer, for the schema."""

from rest_framework import serializers

from .responses import Answer


class Alive(serializers.Serializer):
    """The process answers."""

    status = serializers.ChoiceField(["ok"])


class Checks(serializers.Serializer):
    """Each check: ``ok``, or what is wrong. What can't be looked at is left out."""

    sometimes = ("migrations",)

    database = serializers.CharField()
    migrations = serializers.CharField(required=False)


class Ready(Alive):
    """All is there to work with."""

    checks = Checks()


class NotReady(Answer):
    """Something is missing; ``message`` names it."""

    error = serializers.ChoiceField(["not_ready"])
    status = serializers.ChoiceField(["unavailable"])
    checks = Checks()


class HealthIncident(serializers.Serializer):
    """A job that needs attention, or the mail: its state, since when, and the run concerned."""

    kind = serializers.ChoiceField(["late", "failed", "crashed", "stuck", "mail"])
    job = serializers.CharField()
    job_name = serializers.CharField()
    state = serializers.CharField()
    since = serializers.DateTimeField()
    run_id = serializers.IntegerField(allow_null=True)


class JobsHealth(Alive):
    """No job needs attention."""

    incidents = HealthIncident(many=True)


class JobsUnhealthy(Answer):
    """A job or the mail needs attention; ``message`` names it."""

    error = serializers.ChoiceField(["jobs_need_attention"])
    status = serializers.ChoiceField(["unavailable"])
    incidents = HealthIncident(many=True)
