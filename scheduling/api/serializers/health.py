"""Responses of the health endpoints, for the schema."""

from rest_framework import serializers

from .responses import ActionResponse


class Alive(serializers.Serializer):
    """The process is running."""

    status = serializers.ChoiceField(["ok"])


class Checks(serializers.Serializer):
    """The result of each check: ``ok`` or the problem. Checks that can't be made are omitted."""

    sometimes = ("migrations", "runs")

    database = serializers.CharField()
    migrations = serializers.CharField(required=False)
    runs = serializers.CharField(required=False)


class Ready(Alive):
    """The server is ready."""

    checks = Checks()


class NotReady(ActionResponse):
    """The server is not ready; ``message`` names the failed checks."""

    error = serializers.ChoiceField(["not_ready"])
    status = serializers.ChoiceField(["unavailable"])
    checks = Checks()
