"""The page of a schedule change: the form, the plan, and the button that applies the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import CALENDAR_PARAM, calendar_of, links_for
from scheduling.admin.core.display.result_table import rows_of_lines
from scheduling.admin.core.notices import preview_notices, show_notified
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.notifications.notices import notices_about
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.selectors.studio import studio_today
from scheduling.services.notices import author_of, is_default, is_wanted
from scheduling.services.schedule_changes import (
    ChangeContext,
    ChangePlan,
    PlanAttribution,
    apply,
    attribution,
    preview,
)
from scheduling.services.schedule_changes.execute import SHOWN
from scheduling.services.schedule_changes.plan_text import (
    GIVEN_BACK,
    SUBSTITUTED,
    kind_of_line,
    planned_text,
    section_title,
)

from .forms import ChangeForm

PREVIEW_PARAM = "look"
# Lines of each outcome; further lines are counted.
MAX_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """The texts, the form and the callbacks of a page.

    ``row`` is the row to change and ``row_label`` its name on the page, by default its text.
    ``today`` is a date if it is not the studio's. With ``preview_at_once`` the plan of the initial
    values is shown first. ``links`` lead to other actions, ``back`` is the URL of “Back”.

    Callbacks get the plan, or its lines, and the form's values. ``next_address`` returns the URL
    to go to after the change. ``notes`` returns additional sentences about the plan. ``follow_up``
    runs after the change. ``is_needless`` returns whether nothing is left to do: there is no button
    then. ``other_button`` returns a label for a plan that does less than ``button`` says.

    With ``notifies``, “Tell the families” is ticked at first, unless the studio never does so.
    """

    title: str
    intro: str
    button: str
    row: Any
    form: Callable[..., ChangeForm]
    next_address: Callable[[ChangePlan], str]
    is_danger: bool = False
    preview_at_once: bool = False
    notifies: bool = False
    today: date | None = None
    notes: Callable[[ChangePlan, dict[str, Any]], list[str]] = lambda change_plan, values: []
    follow_up: Callable[[dict[str, Any]], None] = lambda values: None
    is_needless: Callable[[ChangePlan, Sequence[ResultLine], dict[str, Any]], bool] = (
        lambda change_plan, lines, values: False
    )
    other_button: Callable[[ChangePlan, Sequence[ResultLine], dict[str, Any]], str] = (
        lambda change_plan, lines, values: ""
    )
    row_label: str | None = None
    links: Sequence[tuple[str, str]] = ()
    back: str = ""

    @property
    def label(self) -> str:
        """The name of the row; empty for a new row."""
        return str(self.row) if self.row_label is None else self.row_label


def change_page(request: HttpRequest, page: ChangePage) -> HttpResponse:
    """Show the form and, once it is filled in, the plan (GET); apply the plan (POST)."""
    change_context = ChangeContext(
        studio_today(),
        timezone.now(),
        request.user.get_username(),
        notify=is_wanted("notify" in request.POST),
        author_id=author_of(request.user),
    )
    today = page.today or change_context.today
    form = page.form(page.row, today, _form_data(request, page, today))
    change_plan, stale = None, None
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                done = apply(form.change(), change_context, approved_fingerprint(request))
                messages.success(request, done.done_summary)
                warn_of_later_run(request, done)
                show_notified(request, done.notified)
                page.follow_up(form.cleaned_data)
                return HttpResponseRedirect(calendar_of(request) or page.next_address(done))
            change_plan = preview(form.change(), change_context)
        except ValidationError as error:
            form.refuse(error)
        except StalePlanError as error:
            stale, change_plan = error, error.new_plan or preview(form.change(), change_context)
    return _rendered(request, page, form, change_plan, stale)


def _form_data(request: HttpRequest, page: ChangePage, today: date) -> Any:
    """Return the submitted values; None if there is nothing to preview yet."""
    if request.method == "POST":
        return request.POST
    if PREVIEW_PARAM in request.GET:
        return request.GET
    if not page.preview_at_once:
        return None
    unbound = page.form(page.row, today)
    fields = unbound.fields.items()
    return {name: str(unbound.get_initial_for_field(field, name)) for name, field in fields}


def _rendered(
    request: HttpRequest,
    page: ChangePage,
    form: ChangeForm,
    change_plan: ChangePlan | None,
    stale: StalePlanError | None,
) -> HttpResponse:
    now = timezone.now()
    attributed = attribution(change_plan, now) if change_plan else PlanAttribution([], [])
    context = {
        "title": page.title,
        "page": page,
        "opts": page.row._meta,
        "calendar_day": request.GET.get(CALENDAR_PARAM, ""),
        "back": page.back
        or calendar_of(request)
        or reverse(f"admin:scheduling_{page.row._meta.model_name}_change", args=[page.row.pk]),
        "form": form,
        "preview_param": PREVIEW_PARAM,
        "change_plan": change_plan,
        "differences": form.differences() if change_plan else [],
        "notes": page.notes(change_plan, form.cleaned_data) if change_plan else [],
        "button": page.other_button(change_plan, attributed.caused, form.cleaned_data)
        or page.button
        if change_plan
        else "",
        "would": planned_text(attributed.caused),
        "sections": _sections(request, attributed.caused),
        "anyway": _sections(request, attributed.pending),
        "anyway_count": len(attributed.pending),
        "is_needless": change_plan is not None
        and page.is_needless(change_plan, attributed.caused, form.cleaned_data),
        "notices": preview_notices(
            notices_about(change_plan.changes, now, author_of(request.user)), now
        )
        if change_plan
        else None,
        "notify": "notify" in request.POST
        if request.method == "POST"
        else page.notifies or is_default(),
        "fields": [(name, value) for name, value in form.data.items() if name in form.fields],
    }
    return plan_page(request, "admin/schedules/changes/page.html", context, stale)


def warn_of_later_run(request: HttpRequest, done: ChangePlan) -> None:
    """Show a link to the run that continues the change, or warn that it was not started."""
    if not done.background_requests:
        return
    for text in done.warnings:
        messages.warning(request, text)
    if done.runs:
        address = reverse("admin:background_jobs_run", args=[done.runs[-1]])
        text = format_html('<a href="{}">{}</a>', address, _("Watch the run"))
        messages.info(request, text)


def _sections(request: HttpRequest, lines: list[ResultLine]) -> list[dict[str, Any]]:
    """Return a section for each kind of lines, the most important first."""
    links = links_for(request)
    return [
        {
            "outcome": str(kind),
            "count": len(matching),
            "title": section_title(kind, len(matching)),
            "rows": rows_of_lines(matching[:MAX_LINES], links),
            "more": max(0, len(matching) - MAX_LINES),
        }
        for kind in (SUBSTITUTED, GIVEN_BACK, *SHOWN)
        if (matching := [line for line in lines if kind_of_line(line) == kind])
    ]
