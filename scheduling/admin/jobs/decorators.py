"""Who may look at the jobs, and who may start, cancel and undo them."""

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
    """Who may look at the jobs and their log."""
    return may_see_jobs(request.user)


def may_run(request: HttpRequest) -> bool:
    """Who may start, cancel and undo runs, and see what came of it."""
    return may_see(request) and may_run_jobs(request.user)


def view_only(view: View) -> View:
    """For those who may look; nothing is changed by it."""
    return require_GET(_guarded(view, may_see))


def post_action(view: View) -> View:
    """For those who may run jobs; by POST alone."""
    return require_POST(_guarded(view, may_run))


def form_view(view: View) -> View:
    """For those who may run jobs; looked at by GET, done by POST."""
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
    """The page ``name`` with ``context``."""
    frame = {**admin.site.each_context(request), "title": title}
    template = f"admin/jobs/{name}.html"
    return TemplateResponse(request, template, frame | context, status=status)
