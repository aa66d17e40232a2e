"""Decorators that check permissions and methods of the job views, and their rendering."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from scheduling.admin.core.permissions import may_run_jobs, may_see_jobs

View = Callable[..., HttpResponse]


def may_see(request: HttpRequest) -> bool:
    """Return whether the user may see the jobs and their log."""
    return may_see_jobs(request.user)


def may_run(request: HttpRequest) -> bool:
    """Return whether the user may start, cancel and undo runs, and see the result."""
    return may_see(request) and may_run_jobs(request.user)


def view_only(view: View) -> View:
    """Allow GET for users who may see the jobs."""
    return require_GET(_guarded(view, may_see))


def post_action(view: View) -> View:
    """Allow POST for users who may run jobs."""
    return require_POST(_guarded(view, may_run))


def form_view(view: View) -> View:
    """Allow any method for users who may run jobs."""
    return _guarded(view, may_run)


def _guarded(view: View, allowed: Callable[[HttpRequest], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allowed(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def rendered(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render the template ``name`` with ``context``."""
    common = {**admin.site.each_context(request), "title": title}
    template = f"admin/jobs/{name}.html"
    return TemplateResponse(request, template, common | context, status=status)
