"""Where news of trouble goes: e-mail and a webhook. Neither fails a run, or holds it up long."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from scheduling.models import Trouble

from .outgoing import call, within

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """A trouble that has begun, or is over."""

    trouble: Trouble
    begins: bool

    @property
    def subject(self) -> str:
        """A line for a mailbox, in the studio's language."""
        words = {
            "job": self.trouble.get_job_display(),
            "kind": self.trouble.get_kind_display(),
        }
        if self.begins:
            return _("Class Tracker: %(job)s: %(kind)s") % words
        return _("Class Tracker: %(job)s: no longer %(kind)s") % words

    @property
    def text(self) -> str:
        """What happened and what to do."""
        if not self.begins:
            return _("It is over. It was: %(detail)s") % {"detail": self.trouble.detail}
        return "\n\n".join(
            (
                self.trouble.detail,
                _(
                    "Background jobs in the admin say more. `manage.py check_jobs` says what is "
                    "wrong, `manage.py generate_classes` makes up for it, any number of times."
                ),
            )
        )

    def json(self) -> dict[str, Any]:
        """For a webhook. ``text`` is what chat services show."""
        trouble = self.trouble
        return {
            "event": "begin" if self.begins else "end",
            "kind": trouble.kind,
            "job": trouble.job,
            "since": trouble.since.isoformat(),
            "overAt": trouble.over_at.isoformat() if trouble.over_at else None,
            "text": f"{self.subject}\n{self.text}",
        }


Send = Callable[[News], bool]


def channels() -> dict[str, Send]:
    """The ways that are set up, by name. Each answers whether it took the news."""
    ways: dict[str, Send] = {}
    if settings.ALERT_EMAILS:
        ways["email"] = _email
    if settings.ALERT_WEBHOOK_URL:
        ways["webhook"] = _webhook
    return ways


def _email(news: News) -> bool:
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(news.subject, news.text, to=list(settings.ALERT_EMAILS))
    return within(lambda: _mail(message), "the mail server")


def _mail(message: EmailMessage) -> bool:
    try:
        message.send()
    except Exception as error:  # of SMTP, DNS, TLS, sockets: whatever it is, the run goes on
        logger.warning("an alert could not be sent by e-mail: %s", error)
        return False
    return True


def _webhook(news: News) -> bool:
    with translation.override(settings.LANGUAGE_CODE):
        body = json.dumps(news.json()).encode()
    return call(settings.ALERT_WEBHOOK_URL, "the webhook", body, "application/json")
