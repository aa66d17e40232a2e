"""Calendar feeds: created, copied and revoked; never changed or deleted.

The pages of students and guardians give, mail and revoke the addresses of families' pages.

A revoked feed stays in the list. The feed of a person who has left is closed until they return.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, CharField, ExpressionWrapper, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import ChoiceFilter
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


def annotated(request: HttpRequest, feeds: QuerySet[Any]) -> QuerySet[Any]:
    """Add ``origin``, the scheme and host of addresses, and ``is_working``."""
    # Annotated because the admin instance serves many requests at once.
    origin = Value(request.build_absolute_uri("/")[:-1], output_field=CharField())
    is_working = ExpressionWrapper(is_open(studio_today()), output_field=BooleanField())
    return feeds.annotate(origin=origin, is_working=is_working)


def address_of(feed: Any) -> str:
    """Return the whole address of an annotated feed."""
    return str(feed.origin) + reverse("calendar-feed", kwargs={"token": token_of(feed)})


def feed_panel(request: HttpRequest, whose: str, person: Any) -> dict[str, Any] | None:
    """Return the newest feed of a person, or the address of the form that adds one."""
    if not request.user.has_perm("scheduling.view_calendarfeed"):
        return None
    feeds = CalendarFeed.objects.filter(**{whose: person}, revoked_at=None).order_by("-pk")
    feed = annotated(request, feeds).first()
    if feed is not None:
        page = reverse("admin:scheduling_calendarfeed_change", args=[feed.pk])
        return {
            "url": address_of(feed) if feed.is_working else "",
            "is_closed": not feed.is_working,
            "page": page,
        }
    if not request.user.has_perm("scheduling.add_calendarfeed"):
        return None
    return {"add": f"{reverse('admin:scheduling_calendarfeed_add')}?{whose}={person.pk}"}


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
        *("student", "guardian", "teacher", "address_to_copy"),
        *("created_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = ("address_to_copy", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke_selected",)

    class Media:
        js = ["scheduling/copy.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarFeed]:
        return annotated(request, super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The add form omits the fields that the database fills in.
        new = ("student", "guardian", "teacher", "everyone", "address_to_copy")
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
        return format_html('<a class="ct-address" href="{0}">{0}</a>', address_of(feed))

    @admin.display(description=_("address"))
    def address_to_copy(self, feed: Any) -> str:
        """Return the address with a button that copies it, and what to do with it on a phone."""
        if feed.pk is None or not feed.is_working:
            return self.address(feed)
        return render_to_string("admin/scheduling/_feed_address.html", {"url": address_of(feed)})

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Show the address: on the person's page, or on the page of the studio's feed."""
        person = obj.student or obj.teacher
        shown = person if person is not None else obj
        page = reverse(f"admin:scheduling_{shown._meta.model_name}_change", args=[shown.pk])
        return HttpResponseRedirect(f"{page}#feed")

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
