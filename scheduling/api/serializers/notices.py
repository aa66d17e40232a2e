"""``notify`` in requests and ``notified`` in responses."""

from typing import Any

from rest_framework import serializers

from scheduling.jobs.notifications.notices import Notices
from scheduling.services.notices import Notified

from .fields import BooleanField, QueryBooleanField
from .queries import QuerySerializer

HELP = (
    "Whether to e-mail the families and the teachers about the changes. Omitted: false, unless the "
    "studio always does. If the studio never does, nobody is e-mailed."
)


def notify_field() -> BooleanField:
    """Return the field ``notify`` of a body."""
    return BooleanField(required=False, write_only=True, help_text=HELP)


class NotifyQuery(QuerySerializer):
    """The parameter ``notify`` of a deletion."""

    notify = QueryBooleanField(required=False, help_text=HELP)


class NotifiedSerializer(serializers.Serializer):
    """The e-mails about a change, which are sent once it is stored."""

    queued = serializers.IntegerField(min_value=0, help_text="The number of e-mails.")
    without_address = serializers.ListField(
        child=serializers.CharField(), help_text="The students whose families have no address."
    )


def notified_field() -> NotifiedSerializer:
    """Return the field ``notified`` of a response."""
    return NotifiedSerializer(
        required=False, read_only=True, help_text="Present if notices were wanted."
    )


def notified_data(notified: Notified | Notices, is_wanted: bool) -> dict[str, Any]:
    """Return the field ``notified`` for a response; empty if nobody wanted notices.

    ``Notices`` are those of a dry run.
    """
    if not is_wanted:
        return {}
    queued = notified.queued if isinstance(notified, Notified) else len(notified.notices)
    return {"notified": {"queued": queued, "without_address": notified.without_address}}
