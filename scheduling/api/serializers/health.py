"""What the health endpoints answer, for the schema."""

from rest_framework import serializers

from .responses import Answer


class Alive(serializers.Serializer):
    """The process answers."""

    status = serializers.ChoiceField(["ok"])


class Checks(serializers.Serializer):
    """Each check: ``ok``, or what is wrong. What can't be looked at is left out."""

    sometimes = ("migrations", "runs")

    database = serializers.CharField()
    migrations = serializers.CharField(required=False)
    runs = serializers.CharField(required=False)


class Ready(Alive):
    """All is there to work with."""

    checks = Checks()


class NotReady(Answer):
    """Something is missing; ``message`` names it."""

    error = serializers.ChoiceField(["not_ready"])
    status = serializers.ChoiceField(["unavailable"])
    checks = Checks()
