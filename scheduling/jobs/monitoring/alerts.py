"""Where news of trouble goes: the outbox and a webhook. Neither fails a run or holds it up."""

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
from scheduling.models import Incident, IncidentKind
from scheduling.selectors.studio import studio

# News that is older is history.
HISTORY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """A trouble that has begun, or is over."""

    incident: Incident
    begins: bool

    @property
    def subject(self) -> str:
        """A line for a mailbox, in the studio's language."""
        words = {
            "job": self.incident.subject,
            "kind": self.incident.get_kind_display(),
        }
        if self.begins:
            return _("Class Tracker: %(job)s: %(kind)s") % words
        return _("Class Tracker: %(job)s: no longer %(kind)s") % words

    @property
    def text(self) -> str:
        """What happened and what to do."""
        if not self.begins:
            return _("It is over. It was: %(detail)s") % {"detail": self.incident.detail}
        if self.incident.kind == IncidentKind.MAIL:
            return self.incident.detail
        return "\n\n".join(
            (
                self.incident.detail,
                _(
                    "Background jobs in the admin say more. `manage.py check_jobs` says what is "
                    "wrong, `manage.py generate_classes` makes up for it, any number of times."
                ),
            )
        )

    def json(self) -> dict[str, Any]:
        """For a webhook. ``text`` is what chat services show."""
        incident = self.incident
        return {
            "event": "begin" if self.begins else "end",
            "kind": incident.kind,
            "job": incident.job,
            "since": incident.since.isoformat(),
            "overAt": incident.over_at.isoformat() if incident.over_at else None,
            "text": f"{self.subject}\n{self.text}",
        }


Send = Callable[[AlertMessage, datetime], bool]


def channels() -> dict[str, Send]:
    """The ways that are set up, by name. Each answers whether it took the news."""
    ways: dict[str, Send] = {}
    if settings.ALERT_EMAILS:
        ways["email"] = _email
    if settings.ALERT_WEBHOOK_URL:
        ways["webhook"] = _webhook
    return ways


def _email(news: AlertMessage, now: datetime) -> bool:
    if news.incident.kind == IncidentKind.MAIL:
        return False  # it would wait for its own end
    with translation.override(studio().language):
        subject, text = news.subject, news.text
    for address in settings.ALERT_EMAILS:
        queue_alert(address, subject, text, now, now + HISTORY)
    return True


def _webhook(news: AlertMessage, now: datetime) -> bool:
    with translation.override(studio().language):
        body = json.dumps(news.json()).encode()
    return call(settings.ALERT_WEBHOOK_URL, "the webhook", body, "application/json")
