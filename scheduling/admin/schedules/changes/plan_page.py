"""One page for every act: the form; on asking its plan; and the button for exactly that plan."""

from collections import Counter
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

from scheduling.admin.core.links import links_for
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.core.result_table import rows_of_lines
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.monitoring.outcome_text import planned_label
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.selectors.studio import studio_today
from scheduling.services.schedule_changes import (
    ChangeContext,
    ChangePlan,
    PlanAttribution,
    apply,
    attribution,
    preview,
)
from scheduling.services.schedule_changes.execute import SHOWN
from scheduling.services.schedule_changes.plan_text import planned_text as would_do

from .forms import ChangeForm

ASKED = "look"
# Of one outcome; the others are counted.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """What the page is about. ``button`` does it; ``after`` answers where one then goes.

    ``today``: where it is not the studio's that counts. ``at_once``: the plan is shown before
    anything is asked. ``notes`` adds sentences to a plan, of which and of what was
    asked it is given; ``then`` does what is left to do once
    it is carried out. ``needless``: nothing is left to do, going by what the act would bring about
    and what was asked, so that there is no button. ``idle``, by the same: what the button says
    where it does less than ``button`` promises. ``subject`` is what the page calls its row,
    ``links`` lead to what else can be done with it, ``back`` is where who changes their mind goes.
    """

    title: str
    intro: str
    button: str
    about: Any
    form: type[ChangeForm]
    after: Callable[[ChangePlan], str]
    is_danger: bool = False
    at_once: bool = False
    today: date | None = None
    notes: Callable[[ChangePlan, dict[str, Any]], list[str]] = lambda change_plan, asked: []
    then: Callable[[dict[str, Any]], None] = lambda asked: None
    needless: Callable[[Sequence[ResultLine], dict[str, Any]], bool] = lambda because, asked: False
    idle: Callable[[Sequence[ResultLine], dict[str, Any]], str] = lambda because, asked: ""
    subject: str | None = None
    links: Sequence[tuple[str, str]] = ()
    back: str = ""

    @property
    def called(self) -> str:
        """What the page calls its row; nothing where there is none yet."""
        return str(self.about) if self.subject is None else self.subject


def change_page(request: HttpRequest, question: ChangePage) -> HttpResponse:
    """GET asks, and with the form filled in shows the plan; POST carries it out."""
    moment = ChangeContext(studio_today(), timezone.now(), request.user.get_username())
    posted = request.method == "POST"
    today = question.today or moment.today
    form = question.form(question.about, today, _asked(request, question, today))
    change_plan, stale = None, None
    if form.is_bound and form.is_valid():
        try:
            if posted:
                done = apply(form.act(), moment, approved_fingerprint(request))
                messages.success(request, done.done_summary)
                warn_of_later_run(request, done)
                question.then(form.cleaned_data)
                return HttpResponseRedirect(question.after(done))
            change_plan = preview(form.act(), moment)
        except ValidationError as error:
            form.refuse(error)
        except StalePlanError as error:
            stale, change_plan = error, error.new_plan or preview(form.act(), moment)
    return _rendered(request, question, form, change_plan, stale)


def _asked(request: HttpRequest, question: ChangePage, today: date) -> Any:
    """What was filled in; None where there is nothing to look at yet."""
    if request.method == "POST":
        return request.POST
    if ASKED in request.GET:
        return request.GET
    if not question.at_once:
        return None
    unasked = question.form(question.about, today)
    fields = unasked.fields.items()
    return {name: str(unasked.get_initial_for_field(each, name)) for name, each in fields}


def _rendered(
    request: HttpRequest,
    question: ChangePage,
    form: ChangeForm,
    change_plan: ChangePlan | None,
    stale: StalePlanError | None,
) -> HttpResponse:
    about = question.about
    told = attribution(change_plan, timezone.now()) if change_plan else PlanAttribution([], [])
    context = {
        "title": question.title,
        "question": question,
        "opts": about._meta,
        "back": question.back
        or reverse(f"admin:scheduling_{about._meta.model_name}_change", args=[about.pk]),
        "form": form,
        "asked": ASKED,
        "change_plan": change_plan,
        "notes": question.notes(change_plan, form.cleaned_data) if change_plan else [],
        "button": _button(question, told.caused, form) if change_plan else "",
        "would": would_do(Counter(line.outcome for line in told.caused)),
        "sections": _sections(request, told.caused),
        "anyway": _sections(request, told.pending),
        "anyway_count": len(told.pending),
        "needless": change_plan is not None and question.needless(told.caused, form.cleaned_data),
        "fields": [(name, value) for name, value in form.data.items() if name in form.fields],
    }
    return plan_page(request, "admin/schedules/changes/page.html", context, stale)


def _button(question: ChangePage, because: Sequence[ResultLine], form: ChangeForm) -> str:
    return question.idle(because, form.cleaned_data) or question.button


def warn_of_later_run(request: HttpRequest, done: ChangePlan) -> None:
    """Say where what follows in the background can be seen; or why it does not."""
    if not done.background_requests:
        return
    for text in done.warnings:
        messages.warning(request, text)
    if done.runs:
        address = reverse("admin:background_jobs_run", args=[done.runs[-1]])
        text = format_html('<a href="{}">{}</a>', address, _("Watch the run"))
        messages.info(request, text)


def _sections(request: HttpRequest, lines: list[ResultLine]) -> list[dict[str, Any]]:
    """The lines of each outcome that has any, in the order in which people want to know."""
    links = links_for(request)
    return [
        {
            "outcome": outcome.value,
            "count": len(found),
            "name": planned_label(outcome, len(found)),
            "rows": rows_of_lines(found[:MOST_SHOWN], links),
            "more": max(0, len(found) - MOST_SHOWN),
        }
        for outcome in SHOWN
        if (found := [line for line in lines if line.outcome is outcome])
    ]
