"""Values formatted for the admin's tables."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.text.dates import full_day, in_zone

_STATUS = {
    ClassStatus.SCHEDULED: "is-busy",
    ClassStatus.COMPLETED: "is-ok",
    ClassStatus.CANCELLED: "is-absent",
}


def badge(text: Any, kind: str = "") -> SafeString:
    """Return ``text`` as a badge; ``kind`` is its CSS class."""
    return format_html('<span class="ct-badge {}">{}</span>', kind, text)


def class_badge(scheduled_class: ScheduledClass) -> SafeString:
    """Return the status of a class as a badge."""
    return badge(
        scheduled_class.get_status_display(), _STATUS.get(ClassStatus(scheduled_class.status), "")
    )


def hours(start: time, end: time) -> str:
    """Return “10:00–11:00”."""
    return f"{start:%H:%M}–{end:%H:%M}"


def times(start: time, end: time, zone: str) -> str:
    """Return “10:00–11:00”, with the zone if it is not the studio's."""
    return in_zone(hours(start, end), zone)


def zone(name: str) -> SafeString:
    """Return the name of a time zone; a narrow column breaks it only after a slash."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in name.split("/")))


def when(scheduled_class: ScheduledClass) -> SafeString:
    """Return date and times of a class on two lines, with the zone if it is not the studio's."""
    return format_html(
        '{}<br><span class="ct-quiet">{}</span>',
        full_day(scheduled_class.date),
        in_zone(scheduled_class.hours, scheduled_class.time_zone),
    )


def class_link(scheduled_class: ScheduledClass | None) -> SafeString | str:
    """Return the date of a class as a link to its page; a dash for None."""
    if scheduled_class is None:
        return "–"
    page = reverse("admin:scheduling_scheduledclass_change", args=[scheduled_class.pk])
    return format_html('<a href="{}">{}</a>', page, when(scheduled_class))


def person_link(person: Any) -> SafeString | str:
    """Return the name of a student, teacher or guardian as a link to their page."""
    if person is None:
        return _("no teacher")
    page = reverse(f"admin:scheduling_{person._meta.model_name}_change", args=[person.pk])
    return format_html('<a href="{}">{}</a>', page, person)


def person_links(people: Iterable[Any]) -> SafeString:
    """Return the names of people as links, separated by commas."""
    return format_html_join(", ", "{}", ((person_link(person),) for person in people))


def clip(text: str, most: int = 120) -> str:
    """Return ``text`` cut to at most ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
