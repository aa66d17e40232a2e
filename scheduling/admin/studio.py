"""The page of the studio's settings: a single row, without a list."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.schedules.changes import StudioZoneChangeMixin
from scheduling.models import Studio
from scheduling.models.studio import VARIABLES, forget
from scheduling.selectors.studio import studio

from .audit import AuditHistoryMixin


@admin.register(Studio)
class StudioAdmin(StudioZoneChangeMixin, AuditHistoryMixin, admin.ModelAdmin):
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        zone = "given_zone" if studio().zone_is_given else "time_zone"
        make_ups = ("makeup_rule", "cancel_notice_hours", "makeup_days")
        return (
            (None, {"fields": ("name", "phone", "reply_to")}),
            (None, {"fields": (zone, "language", "currency")}),
            (None, {"fields": ("unmarked_days", "reminder_hours", "notify_families", *make_ups)}),
            (None, {"fields": ("family_pages", "family_cancel", "family_makeups")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("given_zone",) if studio().zone_is_given else ()

    @admin.display(description=gettext_lazy("time zone"))
    def given_zone(self, row: Studio) -> str:
        return _("%(zone)s, set by %(variable)s until the first class is stored") % {
            "zone": row.time_zone,
            "variable": VARIABLES["time_zone"],
        }

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return the stored row or the default settings; a POST locks and re-reads the row."""
        if object_id != "1":
            return None
        rows = Studio.objects.all()
        if request.method == "POST" and connection.in_atomic_block:
            # A run's first classes are stored before this lock and seen here, or refused after it.
            rows = rows.select_for_update()
        row = rows.filter(pk=1).first() or Studio()
        forget()
        values = studio()
        for field in Studio._meta.concrete_fields:
            if not field.primary_key:
                setattr(row, field.name, getattr(values, field.name))
        return row

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:scheduling_studio_change", args=[1]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"title": _("Settings of the studio"), "subtitle": None} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
