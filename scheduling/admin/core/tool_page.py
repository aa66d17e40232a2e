"""A page of the admin that is no table."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPage:
    """Its address below the admin's, and the view that answers.

    The view gets requests of people who are let into the admin and looks after its own
    permissions. A ``title`` lists the page for those of whom ``shown`` says so: in the header what
    is opened every day (``daily``), on the first page the other tools.
    """

    route: str
    name: str
    view: Callable[..., HttpResponse]
    title: str | Promise = ""
    daily: bool = False
    shown: Callable[[HttpRequest], bool] = lambda request: True
