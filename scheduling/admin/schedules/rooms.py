"""Rooms."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.display import formatting
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.protected_delete import ProtectedDeleteMixin
from scheduling.admin.export import ExportMixin
from scheduling.models import Room
from scheduling.selectors.people_lists import next_classes, weekly_meetings
from scheduling.selectors.studio import studio_today


@admin.register(Room)
class RoomAdmin(
    ExportMixin, ProtectedDeleteMixin, AuditHistoryMixin, LargeTableMixin, admin.ModelAdmin
):
    list_display = ("name", "capacity", "is_active", "meetings", "next_class")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "capacity", "is_active")

    def fill(self, rows: list[Any]) -> None:
        ids = [row.pk for row in rows]
        upcoming = next_classes("room", ids, timezone.now())
        counts = weekly_meetings("room", ids, studio_today())
        for row in rows:
            row.next, row.weekly_count = upcoming.get(row.pk), counts.get(row.pk, 0)

    @admin.display(description=gettext_lazy("weekly meetings"))
    def meetings(self, room: Any) -> int:
        return int(room.weekly_count)

    @admin.display(description=gettext_lazy("next class"))
    def next_class(self, room: Any) -> SafeString | str:
        return formatting.class_link(room.next)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Room], search_term: str
    ) -> tuple[QuerySet[Room], bool]:
        match = request.resolver_match
        if match is not None and match.url_name == "autocomplete":
            queryset = queryset.filter(is_active=True)
        return super().get_search_results(request, queryset, search_term)

    def kept_text(self, row: Room) -> SafeString | str:
        return _("A room that lessons have is not deleted: set it to not active.")
