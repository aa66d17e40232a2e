"""Pages with a plan that a person approves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from scheduling.jobs.generation.approved_plan import StalePlanError


def approved_fingerprint(request: HttpRequest) -> str:
    """The fingerprint of the plan that the person approved; empty where none was sent."""
    return request.POST.get("plan", "")


def plan_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    stale: StalePlanError | None = None,
) -> TemplateResponse:
    """The page of a plan. With ``stale`` it is that of the new plan: a warning, and status 409."""
    everywhere = {**admin.site.each_context(request), "stale": stale}
    return TemplateResponse(request, template, everywhere | context, status=409 if stale else 200)
