"""What all of these pages share: the admin's frame around a template."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def rendered(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The page ``name`` with ``context``."""
    frame = {**admin.site.each_context(request), "title": title}
    template = f"admin/background_jobs/{name}.html"
    return TemplateResponse(request, template, frame | context, status=status)
