"""The description of an admin page beside the tables."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPage:
    """A page with its route below the admin's root.

    Only people who may log in to the admin reach the view, which checks further permissions
    itself. A page with a ``title`` is listed where ``shown`` returns True: in the header if it is
    used ``daily``, else on the page “Settings”.
    """

    route: str
    name: str
    view: Callable[..., HttpResponse]
    title: str | Promise = ""
    daily: bool = False
    shown: Callable[[HttpRequest], bool] = lambda request: True
