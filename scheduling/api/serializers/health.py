"""Responses of the health endpoints, for the schema."""

from rest_framework import serializers

from .responses import ActionResponse


class Healthy(serializers.Serializer):
    """Nothing is wrong."""

    status = serializers.ChoiceField(["ok"])


class Alive(Healthy):
    """The process is running; the version of the product."""

    version = serializers.CharField()


class Checks(serializers.Serializer):
    """The result of each check: ``ok`` or the problem. Checks that can't be made are omitted."""

    sometimes = ("migrations",)

    database = serializers.CharField()
    migrations = serializers.CharField(required=False)


class Ready(Healthy):
    """The server is ready."""

    checks = Checks()


class NotReady(ActionResponse):
    """The server is not ready; ``message`` names the failed checks."""

    error = serializers.ChoiceField(["not_ready"])
    status = serializers.ChoiceField(["unavailable"])
    checks = Checks()


class HealthIncident(serializers.Serializer):
    """A job that needs attention, or the mail: its state, since when, and the run concerned."""

    kind = serializers.ChoiceField(["late", "failed", "crashed", "stuck", "mail", "missing"])
    job = serializers.CharField()
    job_name = serializers.CharField()
    state = serializers.CharField()
    since = serializers.DateTimeField()
    run_id = serializers.IntegerField(allow_null=True)


class JobsHealth(Healthy):
    """No job needs attention."""

    incidents = HealthIncident(many=True)


class JobsUnhealthy(ActionResponse):
    """A job or the mail needs attention; ``message`` names it."""

    error = serializers.ChoiceField(["jobs_need_attention"])
    status = serializers.ChoiceField(["unavailable"])
    incidents = HealthIncident(many=True)
