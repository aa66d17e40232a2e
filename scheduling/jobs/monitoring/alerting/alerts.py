"""Alerts about incidents, by e-mail (the outbox) and webhook. A failure does not affect the run."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from scheduling.jobs.notifications.http_post import call
from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.models import Incident, IncidentKind, Job
from scheduling.selectors.studio import studio

# Older alerts are not sent.
HISTORY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """The message that an incident has begun, or has ended.

    ``warnings``: what else needs a person at that time, a sentence each.
    """

    incident: Incident
    begins: bool
    warnings: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The subject in the current language."""
        values = {
            "job": self.incident.subject,
            "kind": self.incident.get_kind_display(),
        }
        if self.begins:
            return _("Class Tracker: %(job)s: %(kind)s") % values
        return _("Class Tracker: %(job)s: no longer %(kind)s") % values

    @property
    def text(self) -> str:
        """What happened, what to do, and what else needs a person."""
        if not self.begins:
            return _("Resolved: %(detail)s") % {"detail": self.incident.detail}
        paragraphs = [self.incident.detail]
        if self.incident.job == Job.BACKUP:
            paragraphs.append(
                _("Until one succeeds, a broken disk loses what was written since the last one.")
            )
        elif self.incident.kind != IncidentKind.MAIL:
            paragraphs.append(
                _(
                    "Details are under Background jobs in the admin. `manage.py check_jobs` lists "
                    "what is wrong; `manage.py generate_classes` completes missed work and can be "
                    "repeated safely."
                )
            )
        return "\n\n".join([*paragraphs, *self.warnings])

    def json(self) -> dict[str, Any]:
        """Return the body of the webhook. Chat services show ``text``."""
        incident = self.incident
        return {
            "event": "begin" if self.begins else "end",
            "kind": incident.kind,
            "job": incident.job,
            "since": incident.since.isoformat(),
            "overAt": incident.over_at.isoformat() if incident.over_at else None,
            "warnings": list(self.warnings),
            "text": f"{self.subject}\n{self.text}",
        }


Send = Callable[[AlertMessage, datetime], bool]


def channels() -> dict[str, Send]:
    """Return the configured channels by name. Each returns True if it accepted the message."""
    senders: dict[str, Send] = {}
    if settings.ALERT_EMAILS:
        senders["email"] = _email
    if settings.ALERT_WEBHOOK_URL:
        senders["webhook"] = _webhook
    return senders


def _email(message: AlertMessage, now: datetime) -> bool:
    if message.incident.kind == IncidentKind.MAIL:
        return False  # the mail server is down: the e-mail would arrive only after the incident
    with translation.override(studio().language):
        subject, text = message.subject, message.text
    for address in settings.ALERT_EMAILS:
        queue_alert(address, subject, text, now, now + HISTORY)
    return True


def _webhook(message: AlertMessage, now: datetime) -> bool:
    with translation.override(studio().language):
        body = json.dumps(message.json()).encode()
    return call(settings.ALERT_WEBHOOK_URL, "the webhook", body, "application/json")
