"""How values look in the admin's tables."""

from datetime import time
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.text.dates import full_day

_STATUS = {
    ClassStatus.SCHEDULED: "is-busy",
    ClassStatus.COMPLETED: "is-ok",
    ClassStatus.CANCELLED: "is-absent",
}


def badge(text: Any, kind: str = "") -> SafeString:
    """A word in a pill."""
    return format_html('<span class="ct-badge {}">{}</span>', kind, text)


def class_badge(one: ScheduledClass) -> SafeString:
    """The status of a class."""
    return badge(one.get_status_display(), _STATUS.get(ClassStatus(one.status), ""))


def hours(start: time, end: time) -> str:
    """“10:00–11:00”."""
    return f"{start:%H:%M}–{end:%H:%M}"


def times(start: time, end: time, zone: str) -> str:
    """“10:00–11:00 Europe/Madrid”."""
    return f"{hours(start, end)} {zone}"


def zone(name: str) -> SafeString:
    """A zone's name, which a narrow column breaks at its slashes alone."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in name.split("/")))


def when(one: ScheduledClass) -> SafeString:
    """Date, times and zone of a class."""
    return format_html(
        '{}<br><span class="ct-quiet">{}</span>',
        full_day(one.date),
        f"{one.hours} {one.time_zone}",
    )


def class_link(one: ScheduledClass | None) -> SafeString | str:
    """A class by its date, with the way to its page; a dash for none."""
    if one is None:
        return "–"
    page = reverse("admin:scheduling_scheduledclass_change", args=[one.pk])
    return format_html('<a href="{}">{}</a>', page, when(one))


def person_link(person: Any) -> SafeString | str:
    """A student or teacher with the way to their page."""
    if person is None:
        return _("no teacher")
    page = reverse(f"admin:scheduling_{person._meta.model_name}_change", args=[person.pk])
    return format_html('<a href="{}">{}</a>', page, person)


def clip(text: str, most: int = 120) -> str:
    """``text``, cut where it would fill a page."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
