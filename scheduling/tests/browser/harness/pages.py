"""All pages of the admin, read from its URL patterns, so that tests include new pages."""

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
# Pages with the same template for every model are tested for these models only; the soak run tests
# all. The page to delete a class differs.
SAME_TEMPLATE = {"history": (Student,), "delete": (Student, ScheduledClass)}

# These pages of a token redirect to its list.
NO_PAGE_OF = {AuthToken: ("change", "history")}

# URLs that are not pages, or have a test of their own.
NO_PAGE = {
    "login": "only for visitors",
    "logout": "takes a POST",
    "mark_today": "takes a POST",
    "cancel_today": "takes a POST",
    "autocomplete": "JSON",
    "jsi18n": "a script",
    "view_on_site": "a redirect",
    "app_list": "tested for this project's application",
    "calendar_events": "JSON",
    "calendar_days": "JSON",
    "calendar_planned": "JSON",
    "calendar_free": "JSON",
    "calendar_students": "JSON",
    "search_suggestions": "JSON",
    "import_timetable_template": "CSV",
    "export_timetable": "XLSX",
    "import_timetable_preview": "tested in test_import.py: needs a file",
    "conflict": "tested in test_conflicts.py: needs a conflict",
    "rule_conflict": "tested in test_conflicts.py: needs a conflict",
    "own_hours": "tested in test_find_time.py: a teacher's own",
    "background_jobs_start": "takes a POST",
    "background_jobs_cancel": "takes a POST",
    "background_jobs_progress": "JSON",
    "scheduling_message_send_again": "takes a POST",
    "scheduling_guardian_family_page": "takes a POST",
    "scheduling_student_family_page": "takes a POST",
    "scheduling_student_data": "JSON",
    "scheduling_guardian_data": "JSON",
    "scheduling_teacher_data": "JSON",
    "auth_user_send_link": "takes a POST",
}


@dataclass(frozen=True)
class Address:
    """A page: the name of its URL pattern and its URL."""

    name: str
    url: str


def names() -> list[str]:
    """Return the names of the URL patterns of pages that belong to no model."""
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
    """Return the URL arguments of a page, from the rows of the sample studio."""
    if name == "calendar_class":
        return {"pk": ScheduledClass.objects.latest("pk").pk}
    if name == "calendar_occurrence":
        slot = RecurringSlot.objects.latest("pk")
        day = timezone.localdate() + timedelta(days=21)
        day -= timedelta(days=day.isoweekday() - slot.weekday)
        return {"kind": "recurring_slot", "series": slot.pk, "day": day.isoformat()}
    if name == "conflict":
        return create_conflict()
    if name == "rule_conflict":
        conflict = create_conflict()
        del conflict["day"]
        return conflict
    if name == "background_jobs_preview":
        return {"job": "horizon"}
    if name in ("background_jobs_run", "background_jobs_undo"):
        return {"run_id": JobRun.objects.latest("pk").pk}
    return {}


def create_conflict() -> dict[str, Any]:
    """Create a slot at the hour of another and a run's conflict; return the URL arguments."""
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


def page_named(name: str) -> Address:
    return Address(name, reverse(f"admin:{name}", kwargs=arguments(name)))


def pages_of_model(model: Any, owner: User) -> Iterator[Address]:
    """Return the pages of a model that ``owner`` may open: its list and those of its newest row."""
    request = RequestFactory().get("/")
    request.user = owner
    model_admin = admin.site._registry[model]
    row = rows(model).last()
    assert row is not None, f"the sample studio has no {model._meta.verbose_name}"
    allowed = {
        "add": model_admin.has_add_permission(request),
        "delete": model_admin.has_delete_permission(request, row),
    }
    for kind in TABLE_PAGES:
        if kind in NO_PAGE_OF.get(model, ()):
            continue
        if allowed.get(kind, True) and _is_tested(model, kind):
            args = () if kind in ("changelist", "add") else (url_id(row),)
            name = f"{model._meta.app_label}_{model._meta.model_name}_{kind}"
            yield Address(name, reverse(f"admin:{name}", args=args))
    for pattern in model_admin.get_urls():
        if (
            pattern.name
            and pattern.name not in NO_PAGE
            and pattern.name.rpartition("_")[2] not in (*TABLE_PAGES, "export")
        ):
            args = (url_id(row),) if pattern.pattern.converters else ()
            yield Address(pattern.name, reverse(f"admin:{pattern.name}", args=args))


def every_address() -> Iterator[tuple[str, str]]:
    """Return the name and URL of every page, for any role."""
    for name in names():
        yield name, page_named(name).url
    yield "conflict", reverse("admin:conflict", kwargs=create_conflict())
    yield "app_list", reverse("admin:app_list", args=["scheduling"])
    for model in models():
        table = f"{model._meta.app_label}_{model._meta.model_name}"
        row = rows(model).last()
        kinds: list[Any] = [pattern.name for pattern in admin.site._registry[model].get_urls()]
        for name in dict.fromkeys([*(f"{table}_{kind}" for kind in TABLE_PAGES), *kinds]):
            if name and not name.endswith("_export") and _is_tested(model, name):
                try:
                    yield name, reverse(f"admin:{name}", args=[url_id(row)])
                except NoReverseMatch:
                    yield name, reverse(f"admin:{name}")


def _is_tested(model: Any, page: str) -> bool:
    """Return whether this page of ``model`` is tested in this run; ``page`` ends with its kind."""
    return SOAKING or model in SAME_TEMPLATE.get(page.rpartition("_")[2], (model,))


def url_id(row: Any) -> Any:
    """Return the ID of a row in URLs: of a token its prefix, because its key is its hash."""
    return getattr(row, "token_key", row.pk)


def rows(model: Any) -> Any:
    everything = model._base_manager.order_by("pk")
    # Only a one-off class has a page to delete it.
    if model is ScheduledClass:
        return everything.filter(fixed_schedule=None, recurring_slot=None)
    return everything
