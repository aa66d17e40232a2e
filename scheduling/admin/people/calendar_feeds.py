"""Calendar feeds: created, copied and revoked; never changed or deleted.

The pages of students and guardians give, mail and revoke the addresses of families' pages.

A revoked feed stays in the list. The feed of a person who has left is closed until they return.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, CharField, ExpressionWrapper, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from scheduling.admin.core.changelist import LargeTableMixin
from scheduling.admin.core.filters import ChoiceFilter
from scheduling.models import CalendarFeed
from scheduling.selectors.studio import studio_today
from scheduling.services.calendar_feeds import is_open, revoke, token_of


class FeedForm(forms.ModelForm):
    """The person whose calendar it is, or explicitly the whole studio."""

    everyone = forms.BooleanField(
        label=_("The whole studio"),
        required=False,
        help_text=_(
            "Anyone with the address sees every class, with the names of all students and teachers."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = data.get("student") or data.get("guardian") or data.get("teacher")
        if not self.errors and bool(person) == bool(data.get("everyone")):
            text = _("Choose one person, or tick “The whole studio”.")
            self.add_error("everyone", forms.ValidationError(text, code="whose"))
        return data


CLOSED = pgettext_lazy("an address", "closed")


class FeedStateFilter(ChoiceFilter):
    """Open, closed and revoked feeds."""

    title = _("state")
    parameter_name = "state"

    def options(self) -> dict[str, tuple[Any, Q]]:
        is_working = is_open(studio_today())
        return {
            "open": (_("open"), is_working),
            "closed": (CLOSED, Q(revoked_at__isnull=True) & ~is_working),
            "revoked": (_("revoked"), Q(revoked_at__isnull=False)),
        }


@admin.register(CalendarFeed)
class CalendarFeedAdmin(LargeTableMixin, admin.ModelAdmin):
    form = FeedForm
    list_display = ("whom", "address", "created_at", "last_used_at", "state")
    list_select_related = ("student", "guardian", "teacher")
    list_filter = (FeedStateFilter,)
    search_fields = (
        *("student__first_name", "student__last_name", "teacher__name"),
        *("guardian__first_name", "guardian__last_name"),
    )
    autocomplete_fields = ("student", "guardian", "teacher")
    fields = (
        *("student", "guardian", "teacher", "address"),
        *("created_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = ("address", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarFeed]:
        # The origin is annotated because the admin instance serves many requests at once.
        origin = Value(request.build_absolute_uri("/")[:-1], output_field=CharField())
        is_working = ExpressionWrapper(is_open(studio_today()), output_field=BooleanField())
        return super().get_queryset(request).annotate(origin=origin, is_working=is_working)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The add form omits the fields that the database fills in.
        new = ("student", "guardian", "teacher", "everyone", "address")
        return self.fields if obj is not None else new

    @admin.display(description=_("calendar of"))
    def whom(self, feed: CalendarFeed) -> str:
        return str(feed)

    @admin.display(description=_("address"))
    def address(self, feed: Any) -> str:
        if feed.pk is None:
            return str(_("Created when the feed is saved."))
        if not feed.is_working:
            return "–"
        path = reverse("calendar-feed", kwargs={"token": token_of(feed)})
        return format_html('<a class="ct-address" href="{0}">{0}</a>', feed.origin + path)

    @admin.display(description=_("state"))
    def state(self, feed: Any) -> str:
        if feed.revoked_at is not None:
            return str(_("revoked"))
        return str(_("open") if feed.is_working else CLOSED)

    @admin.action(description=_("Revoke the address"), permissions=["change"])
    def revoke_selected(self, request: HttpRequest, chosen: QuerySet[CalendarFeed]) -> None:
        open_feeds = [feed for feed in chosen if feed.revoked_at is None]
        for feed in open_feeds:
            revoke(feed, timezone.now())
        text = ngettext("%(n)d address revoked.", "%(n)d addresses revoked.", len(open_feeds))
        messages.success(request, text % {"n": len(open_feeds)})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The person behind an address must never change.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
