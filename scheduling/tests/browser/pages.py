"""Every page of the admin there is, read from its addresses: a new one is looked at unasked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone
from knox.models import AuthToken

from scheduling.models import JobRun, JobRunItem, RecurringSlot, ScheduledClass, Student
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import SOAKING

TABLE_PAGES = ("changelist", "add", "history", "delete", "change")
# One template for all tables, but for the page to delete a class: those of every table are looked
# at when soaking.
ALIKE = {"history": (Student,), "delete": (Student, ScheduledClass)}

# Of a token these lead to the list.
NO_PAGE_OF = {AuthToken: ("change", "history")}

# Addresses that answer with something else than a page, or are looked at by a test of their own.
NO_PAGE = {
    "login": "shown to a visitor",
    "logout": "takes a POST",
    "autocomplete": "JSON",
    "jsi18n": "a script",
    "view_on_site": "a redirect",
    "app_list": "looked at for this project's application",
    "calendar_events": "JSON",
    "calendar_days": "JSON",
    "calendar_planned": "JSON",
    "calendar_students": "JSON",
    "import_timetable_template": "CSV",
    "export_timetable": "XLSX",
    "import_timetable_preview": "looked at in a test of its own: it needs a file",
    "conflict": "looked at in test_conflicts.py: it needs a conflict",
    "background_jobs_start": "takes a POST",
    "background_jobs_cancel": "takes a POST",
    "background_jobs_progress": "JSON",
    "scheduling_message_send_again": "takes a POST",
}


@dataclass(frozen=True)
class Address:
    """One page: its name in the admin's URLs and where it is."""

    name: str
    url: str


def names() -> list[str]:
    """The pages that are no table's, by the names of their addresses."""
    tables = {f"{model._meta.app_label}_{model._meta.model_name}" for model in models()}
    return [
        pattern.name
        for pattern in admin.site.get_urls()
        if isinstance(pattern, URLPattern)
        and pattern.name
        and pattern.name not in NO_PAGE
        and pattern.name.rpartition("_")[0] not in tables
    ]


def models() -> list[Any]:
    return sorted(admin.site._registry, key=lambda model: str(model._meta.label_lower))


def arguments(name: str) -> dict[str, Any]:
    """What a page's address wants to know, of the sweep's studio."""
    if name == "calendar_class":
        return {"pk": ScheduledClass.objects.latest("pk").pk}
    if name == "calendar_occurrence":
        slot = RecurringSlot.objects.latest("pk")
        day = timezone.localdate() + timedelta(days=21)
        day -= timedelta(days=day.isoweekday() - slot.weekday)
        return {"kind": "recurring_slot", "series": slot.pk, "day": day.isoformat()}
    if name == "conflict":
        return a_conflict()
    if name == "background_jobs_preview":
        return {"job": "horizon"}
    if name in ("background_jobs_run", "background_jobs_undo"):
        return {"run_id": JobRun.objects.latest("pk").pk}
    return {}


def a_conflict() -> dict[str, Any]:
    """Somebody else wants the hour of a slot, and a run has said so."""
    first = RecurringSlot.objects.latest("pk")
    slot = make.slot(first.teacher, weekday=first.weekday, start=f"{first.start_time:%H:%M}")
    day = timezone.localdate() + timedelta(days=35)
    day -= timedelta(days=day.isoweekday() - slot.weekday)
    JobRunItem.objects.create(
        run=JobRun.objects.latest("pk"),
        outcome="conflict",
        code="teacher_busy",
        student=slot.student,
        series_kind="recurring_slot",
        series_id=slot.pk,
        date=day,
    )
    return {"kind": "recurring_slot", "series": slot.pk, "day": day.isoformat()}


def page(name: str) -> Address:
    return Address(name, reverse(f"admin:{name}", kwargs=arguments(name)))


def of_table(model: Any, owner: User) -> Iterator[Address]:
    """The pages of a table that this person may open: those of its newest row, and the list."""
    request = RequestFactory().get("/")
    request.user = owner
    of = admin.site._registry[model]
    row = rows(model).last()
    assert row is not None, f"the sweep's studio has no {model._meta.verbose_name}"
    allowed = {
        "add": of.has_add_permission(request),
        "delete": of.has_delete_permission(request, row),
    }
    for kind in TABLE_PAGES:
        if kind in NO_PAGE_OF.get(model, ()):
            continue
        if allowed.get(kind, True) and (SOAKING or model in ALIKE.get(kind, (model,))):
            args = () if kind in ("changelist", "add") else (number_of(row),)
            name = f"{model._meta.app_label}_{model._meta.model_name}_{kind}"
            yield Address(name, reverse(f"admin:{name}", args=args))
    for pattern in of.get_urls():
        if (
            pattern.name
            and pattern.name not in NO_PAGE
            and pattern.name.rpartition("_")[2] not in (*TABLE_PAGES, "export")
        ):
            args = (number_of(row),) if pattern.pattern.converters else ()
            yield Address(pattern.name, reverse(f"admin:{pattern.name}", args=args))


def every_address() -> Iterator[tuple[str, str]]:
    """The name and address of each page there is, whoever may open it."""
    for name in names():
        yield name, page(name).url
    yield "conflict", reverse("admin:conflict", kwargs=a_conflict())
    yield "app_list", reverse("admin:app_list", args=["scheduling"])
    for model in models():
        table = f"{model._meta.app_label}_{model._meta.model_name}"
        row = rows(model).last()
        kinds: list[Any] = [pattern.name for pattern in admin.site._registry[model].get_urls()]
        for name in dict.fromkeys([*(f"{table}_{kind}" for kind in TABLE_PAGES), *kinds]):
            if name and not name.endswith("_export"):
                try:
                    yield name, reverse(f"admin:{name}", args=[number_of(row)])
                except NoReverseMatch:
                    yield name, reverse(f"admin:{name}")


def number_of(row: Any) -> Any:
    """What stands in the address of a row: of a token how it begins, for its key is its hash."""
    return getattr(row, "token_key", row.pk)


def rows(model: Any) -> Any:
    everything = model._base_manager.order_by("pk")
    # The page to delete exists for a one-off alone.
    if model is ScheduledClass:
        return everything.filter(fixed_schedule=None, recurring_slot=None)
    return everything
