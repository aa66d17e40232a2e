"""“Tell the families”: its checkbox, the messages before they are queued, and the result."""

from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.jobs.notifications.notices import Notices, texts_of_notices
from scheduling.services.notices import Notified, is_default, is_offered

MAX_NAMED = 10
MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """A message before it is queued."""

    recipient: str
    address: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class NoticesPreview:
    """The messages of a plan, for its page. ``more``: how many are not shown."""

    reach: str = ""
    shown: list[MessagePreview] = field(default_factory=list)
    more: int = 0


def preview_notices(found: Notices, now: datetime) -> NoticesPreview | None:
    """Return the messages of a plan; None if the studio never notifies or nobody is concerned."""
    if not is_offered() or not (found.notices or found.without_address):
        return None
    notices = found.notices[:MAX_SHOWN]
    shown = [
        MessagePreview(
            str(notice.reader), notice.reader.email, notice.reader.get_language_display(), *texts
        )
        for notice, texts in zip(notices, texts_of_notices(notices, now), strict=True)
    ]
    return NoticesPreview(reach_text(found), shown, max(0, len(found.notices) - MAX_SHOWN))


def reach_text(found: Notices) -> str:
    """Return how many messages go to whom, and who has no address."""
    families = sum(notice.is_for_family for notice in found.notices)
    teachers = len(found.notices) - families
    parts = [
        ngettext("%(n)d e-mail to a family", "%(n)d e-mails to families", families)
        % {"n": families}
    ]
    if teachers:
        text = ngettext("%(n)d e-mail to a teacher", "%(n)d e-mails to teachers", teachers)
        parts.append(text % {"n": teachers})
    sentences = [f"{', '.join(parts)}."]
    if found.without_address:
        sentences.append(without_address_text(found.without_address))
    return " ".join(sentences)


def without_address_text(names: list[str]) -> str:
    """Return a sentence that names the students without an address."""
    return _("Without an e-mail address: %(names)s.") % {"names": listed(names)}


def listed(names: list[str]) -> str:
    """Return “Ana, Leo and 3 more”."""
    more = len(names) - MAX_NAMED
    shown = names[:MAX_NAMED]
    if more > 0:
        shown.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return str(get_text_list(shown, _("and")))


def show_notified(request: HttpRequest, notified: Notified) -> None:
    """Show how many messages are queued, and whom to call."""
    for level, text in notified_texts(notified):
        messages.add_message(request, level, text)


def notified_texts(notified: Notified) -> list[tuple[int, str]]:
    """Return the messages of ``show_notified`` with their levels."""
    texts = []
    if notified.queued:
        text = ngettext("%(n)d e-mail queued.", "%(n)d e-mails queued.", notified.queued)
        texts.append((messages.SUCCESS, text % {"n": notified.queued}))
    if notified.without_address:
        text = without_address_text(notified.without_address) + " " + _("Call them.")
        texts.append((messages.WARNING, text))
    return texts


class NotifyField(forms.BooleanField):
    """The checkbox “Tell the families”; ``found`` are the messages that it would queue."""

    def __init__(self, found: Notices) -> None:
        super().__init__(
            label=gettext_lazy("Tell the families"),
            required=False,
            initial=is_default(),
            help_text=reach_text(found),
        )
