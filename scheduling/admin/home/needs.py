"""What needs a person: numbers for the first line of the first page, and a card with details."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.accounts.api_tokens import expiring_notice
from scheduling.admin.core.display.links import Links, links_for, listed
from scheduling.admin.core.permissions import (
    may_change_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.admin.tools.rule_conflicts import rule_page_url, title_of
from scheduling.domain.planning.resolve import Conflict
from scheduling.jobs.monitoring.coverage import Coverage
from scheduling.jobs.monitoring.status import LESSONS, MARKS, Level, Status
from scheduling.models import Incident, IncidentKind, ScheduledClass
from scheduling.selectors.classes.attendance import unmarked
from scheduling.selectors.data_quality import students_without_start, teachers_without_hours
from scheduling.selectors.messages import undelivered_messages
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.classes.conflicts import by_rules
from scheduling.services.classes.make_ups import make_ups_owed
from scheduling.text.dates import number_text, plain_day

MAX_NAMES = 3
# Readers of all classes see these statements of the status under “Needs you”.
LISTED = ("unresolved_conflicts", "unmarked_lessons")


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a person.

    ``lead``: the number and its noun, in the first line. ``url``: the page that lists it.
    ``title``, ``detail`` and ``names`` (each with its URL) are its lines in the card; without a
    title another card of the page has it.
    """

    lead: str
    url: str
    title: str = ""
    detail: str = ""
    names: list[tuple[str, str]] = field(default_factory=list)
    action: str = ""


def needs(
    request: HttpRequest, now: datetime, cover: Coverage | None, job_status: Status | None
) -> list[Need]:
    """Return what needs the user, most urgent first, in a constant number of queries.

    ``cover`` and ``job_status`` are None for users who may not see jobs.
    """
    links, may_change = links_for(request), may_change_classes(request.user)
    found: list[Need] = []
    if cover is not None and job_status is not None:
        found += _missing(cover)
        found += _problems(job_status)
    if may_see_everyone(request.user):
        found += _clashes(cover.conflicts if cover is not None else [], now, may_change)
        count = cover.marks.unmarked if cover is not None else _overdue_marks(request, now)
        found += _unmarked(count, may_change)
    elif teacher_of(request.user) is not None:
        found += _unmarked(_overdue_marks(request, now), may_mark=True)
    found += _undelivered(links, now)
    if may_see_everyone(request.user):
        found += _make_ups(now, may_change)
        found += _without_start(links, now)
        found += _without_hours(links, now)
    if expiring := expiring_notice(request):
        found.append(Need(expiring["lead"], expiring["url"], expiring["text"]))
    return found


def _missing(cover: Coverage) -> Iterator[Need]:
    count = cover.missing.total()
    if not count:
        return
    text = ngettext("%(n)s class missing", "%(n)s classes missing", count)
    if not cover.is_complete:
        text = _("more than %(n)s classes missing")
    yield Need(text % {"n": number_text(count)}, reverse("admin:background_jobs"))


def _problems(job_status: Status) -> Iterator[Need]:
    """Yield the problems with the jobs, which the status card describes, and of the mail server."""
    own = [each for each in job_status.needs if each.name not in (*LESSONS, *MARKS)]
    mail = Incident.objects.filter(over_at__isnull=True, kind=IncidentKind.MAIL).count()
    count = sum(each.level != Level.BUSY for each in own) + mail
    if count:
        text = ngettext("%(n)s problem with the jobs", "%(n)s problems with the jobs", count)
        title = _("The mail server accepts no e-mail.") if mail else ""
        yield Need(text % {"n": number_text(count)}, reverse("admin:background_jobs"), title)


def _clashes(conflicts: list[Conflict], now: datetime, may_change: bool) -> Iterator[Need]:
    """Yield one need, with the clashes of weekly lessons as its names."""
    rules = by_rules(conflicts, now)
    if not rules:
        return
    text = ngettext("%(n)s clash", "%(n)s clashes", len(rules)) % {"n": number_text(len(rules))}
    title = ngettext("%(n)s clash of lessons", "%(n)s clashes of lessons", len(rules))
    yield Need(
        text,
        reverse("admin:conflicts"),
        title % {"n": number_text(len(rules))},
        names=[
            (format_html("{}, {}", title_of(rule), rule.period), rule_page_url(rule.key))
            for rule in rules[:MAX_NAMES]
        ],
        action=_("Resolve…") if may_change else "",
    )


def _overdue_marks(request: HttpRequest, now: datetime) -> int:
    if not studio().unmarked_days:
        return 0
    return visible_classes(request.user).filter(unmarked(now)).count()


def _unmarked(count: int, may_mark: bool) -> Iterator[Need]:
    if count:
        text = ngettext(
            "%(n)s lesson not marked in time", "%(n)s lessons not marked in time", count
        )
        text %= {"n": number_text(count)}
        url = listed("scheduledclass", when="all", attendance="overdue")
        yield Need(text, url, text, action=_("Mark them") if may_mark else "")


def _undelivered(links: Links, now: datetime) -> Iterator[Need]:
    if not links.may("view_message"):
        return
    rows = undelivered_messages(now)
    count = rows.count()
    if not count:
        return
    text = ngettext(
        "%(n)s e-mail that may not have arrived", "%(n)s e-mails that may not have arrived", count
    )
    title = ngettext(
        "%(n)d e-mail may not have arrived.", "%(n)d e-mails may not have arrived.", count
    )
    shown = [
        (f"{row.recipient}: {row}", reverse("admin:scheduling_message_change", args=[row.pk]))
        for row in rows[:MAX_NAMES]
    ]
    url = listed("message", delivery="undelivered")
    yield Need(text % {"n": number_text(count)}, url, title % {"n": count}, names=shown)


def _make_ups(now: datetime, may_change: bool) -> Iterator[Need]:
    today = studio_day(now)
    owed = ScheduledClass.objects.filter(make_ups_owed(today)).order_by()
    found = owed.aggregate(count=Count("id"), first=Min("date"))
    if count := found["count"]:
        text = ngettext("%(n)s make-up owed", "%(n)s make-ups owed", count)
        text %= {"n": number_text(count)}
        last = found["first"] + timedelta(days=studio().makeup_days)
        detail = _("The first by %(day)s.") % {"day": plain_day(last)}
        url = listed("scheduledclass", when="all", make_up="owed")
        yield Need(text, url, text, detail, action=_("Plan them") if may_change else "")


def _without_start(links: Links, now: datetime) -> Iterator[Need]:
    if not links.students:
        return
    rows = students_without_start(now)
    if count := rows.count():
        text = ngettext(
            "%(n)s student without a start date", "%(n)s students without a start date", count
        )
        text %= {"n": number_text(count)}
        first = rows.order_by("last_name", "first_name", "id")[:MAX_NAMES]
        names = [(row.full_name, links.student(row.pk)) for row in first]
        yield Need(text, listed("student", state="waiting"), text, names=names)


def _without_hours(links: Links, now: datetime) -> Iterator[Need]:
    if not links.teachers:
        return
    rows = teachers_without_hours(now)
    if count := rows.count():
        text = ngettext(
            "%(n)s teacher without working hours", "%(n)s teachers without working hours", count
        )
        text %= {"n": number_text(count)}
        first = rows.order_by("name", "id")[:MAX_NAMES]
        names = [(row.name, links.teacher(row.pk)) for row in first]
        yield Need(text, listed("teacher", hours="missing"), text, names=names)
