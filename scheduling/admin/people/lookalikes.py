"""A warning about people with a similar name to a new person's."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from scheduling.models import Student, Teacher


def warn_of_lookalikes(request: HttpRequest, others: Sequence[Teacher | Student]) -> None:
    """Show a warning with links to ``others``; the new person is saved anyway."""
    if not others:
        return
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse(f"admin:scheduling_{other._meta.model_name}_change", args=[other.pk]), other)
            for other in others
        ),
    )
    text = _(
        "Someone with a similar name already exists. If it is the same person, keep only one of "
        "the two:"
    )
    messages.warning(request, format_html("{} {}", text, links))
