"""The weekly lessons of a person, of both kinds in one list."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from scheduling.admin.core.display import formatting
from scheduling.admin.schedules.fixed_schedules import zone as zone_of_rule
from scheduling.models import (
    FixedSchedule,
    LessonSettings,
    RecurringSlot,
    SlotStatus,
    Student,
    Teacher,
)
from scheduling.selectors.people_lists import not_ended
from scheduling.selectors.studio import studio_today
from scheduling.text.dates import full_day

MAX_SLOTS = 30


def weekly_panel(request: HttpRequest, person: Student | Teacher) -> dict[str, Any] | None:
    """Return the current weekly lessons of both kinds, in the order of the week, and links."""
    kinds: tuple[Any, ...] = tuple(
        model
        for model in (FixedSchedule, RecurringSlot)
        if may_open(request, model._meta.model_name)
    )
    if not kinds:
        return None
    today = studio_today()
    whose, other = ("teacher", "student") if isinstance(person, Teacher) else ("student", "teacher")
    rules: list[Any] = []
    for model in kinds:
        rows = model._default_manager.filter(not_ended(today), **{whose: person})
        if model is RecurringSlot:
            rows = rows.exclude(status=SlotStatus.CANCELLED)
        rules += rows.select_related("student", "teacher", "room")
    rules.sort(key=lambda rule: (rule.weekday, rule.start_time, rule.pk))
    return {
        "rows": [
            {
                "weekday": rule.get_weekday_display(),
                "page": _rule_url(rule, "change"),
                "change": _rule_url(rule, "from")
                if request.user.has_perm(f"scheduling.change_{rule._meta.model_name}")
                else "",
                "hours": _rule_hours(rule),
                "with": formatting.person_link(getattr(rule, other)),
                "subject": subject_and_room(rule),
                "notes": _rule_notes(rule, today),
            }
            for rule in rules[:MAX_SLOTS]
        ],
        "more": max(0, len(rules) - MAX_SLOTS),
        "links": _links(request, person),
    }


def _rule_url(rule: Any, page: str) -> str:
    return reverse(f"admin:scheduling_{rule._meta.model_name}_{page}", args=[rule.pk])


def _rule_hours(rule: FixedSchedule | RecurringSlot) -> str:
    """Return “16:00–16:45”, with the zone if it is not the studio's."""
    if isinstance(rule, RecurringSlot):
        begin = datetime.combine(date.min, rule.start_time)
        end = (begin + timedelta(minutes=rule.duration_minutes)).time()
    else:
        end = rule.end_time
    return formatting.times(rule.start_time, end, zone_of_rule(rule))


def _rule_notes(rule: FixedSchedule | RecurringSlot, today: date) -> str:
    """Return what is special about a weekly lesson: “group · every 2 weeks · until 26 June”."""
    notes = []
    if rule.is_shared:
        notes.append(pgettext("a lesson", "group"))
    if rule.interval_weeks > 1:
        weeks = rule.interval_weeks
        notes.append(ngettext("every %(n)d week", "every %(n)d weeks", weeks) % {"n": weeks})
    if rule.valid_from is not None and rule.valid_from > today:
        notes.append(_("from %(day)s") % {"day": full_day(rule.valid_from)})
    if rule.valid_until is not None:
        notes.append(_("until %(day)s") % {"day": full_day(rule.valid_until)})
    if isinstance(rule, RecurringSlot) and rule.status == SlotStatus.PAUSED:
        notes.append(str(rule.get_status_display()))
    return " · ".join(notes)


def new_lessons(request: HttpRequest, person: Student | Teacher) -> list[tuple[str, str]]:
    """Return the URLs and titles of the forms that add a lesson of an active person."""
    whose = "teacher" if isinstance(person, Teacher) else "student"
    titles = {"recurringslot": _("Weekly lesson"), "scheduledclass": _("One lesson")}
    return [
        (f"{reverse(f'admin:scheduling_{model}_add')}?{whose}={person.pk}", title)
        for model, title in titles.items()
        if person.is_active and request.user.has_perm(f"scheduling.add_{model}")
    ]


def _links(request: HttpRequest, person: Student | Teacher) -> list[tuple[str, str]]:
    """Return links to a teacher's lesson settings, or to the form that adds them."""
    if not isinstance(person, Teacher):
        return []
    title = _("Lesson settings")
    found = LessonSettings.objects.filter(teacher=person).values_list("pk", flat=True).first()
    table = "admin:scheduling_lessonsettings"
    if found is not None and may_open(request, "lessonsettings"):
        return [(reverse(f"{table}_change", args=[found]), title)]
    if found is None and request.user.has_perm("scheduling.add_lessonsettings"):
        page = f"{reverse(f'{table}_add')}?teacher={person.pk}"
        return [(page, _("%(what)s: none yet, add") % {"what": title})]
    return []


def subject_and_room(lesson: Any) -> str:
    """Return the subject and the room: “Piano · Hall”."""
    return " · ".join(str(part) for part in (lesson.subject, lesson.room) if part)


def may_open(request: HttpRequest, model: str | None) -> bool:
    """Return whether the user may see rows of ``model``."""
    return any(
        request.user.has_perm(f"scheduling.{action}_{model}") for action in ("view", "change")
    )
