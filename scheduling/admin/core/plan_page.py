"""Pages that show a plan for approval."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from scheduling.jobs.generation.approved_plan import StalePlanError


def approved_fingerprint(request: HttpRequest) -> str:
    """Return the fingerprint of the approved plan; empty if none was sent."""
    return request.POST.get("plan", "")


def plan_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    stale: StalePlanError | None = None,
) -> TemplateResponse:
    """Render a plan. With ``stale`` it is the new plan, with a warning and status 409."""
    common = {**admin.site.each_context(request), "stale": stale}
    return TemplateResponse(request, template, common | context, status=409 if stale else 200)
