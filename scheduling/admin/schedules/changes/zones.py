"""The pages that change the time zone of a teacher or the studio, with a preview."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.selectors.studio import classes_in_studio_zone, studio

from .forms import ChangeForm, StudioZoneForm, ZoneForm
from .plan_page import PREVIEW_PARAM, ChangePage, change_page
from .views import ChangeViewsMixin


class ZoneChangeMixin(ChangeViewsMixin):
    """“Change the time zone…”: its page; a new zone in the row's form leads there."""

    zone_form: type[ChangeForm] = ZoneForm

    def has_moving_classes(self, row: Any) -> bool:
        """Return whether a new zone would move future classes."""
        raise NotImplementedError

    def zone_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Preview and apply a new time zone."""
        row = self.get_changeable_row(request, object_id)
        return change_page(
            request,
            ChangePage(
                title=_("Change the time zone"),
                intro=_(
                    "Weekly lessons keep their local time in the new zone, so all their future "
                    "classes move. One-off classes, and classes changed by hand, stay as they "
                    "are."
                ),
                button=_("Change the time zone"),
                row=row,
                form=self.zone_form,
                next_address=lambda change_plan: self.row_address(row.pk),
            ),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        before = form.initial.get("time_zone")
        # A read-only zone is not among the changed fields.
        is_new = change and "time_zone" in form.changed_data and obj.time_zone != before
        if is_new and self.has_moving_classes(obj):
            # The other fields are saved. A new zone moves classes, so it is previewed first.
            request.new_zone = obj.time_zone  # type: ignore[attr-defined]
            obj.time_zone = before
            form.changed_data.remove("time_zone")
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        zone = getattr(request, "new_zone", None)
        if zone is None:
            return super().response_change(request, obj)
        text = _(
            "Saved, still in %(zone)s: this is what the new time zone would do. Confirm it below."
        )
        messages.warning(request, text % {"zone": obj.time_zone})
        query = urlencode({"time_zone": zone, PREVIEW_PARAM: 1})
        return HttpResponseRedirect(f"{self.change_address('zone', obj.pk)}?{query}")


class StudioZoneChangeMixin(ZoneChangeMixin):
    """“Change the time zone…” of the studio."""

    change_names = ("zone",)
    zone_form = StudioZoneForm

    def has_moving_classes(self, row: Any) -> bool:
        return classes_in_studio_zone(timezone.now())

    def zone_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if studio().zone_is_given and self.has_change_permission(request):
            raise Http404
        return super().zone_view(request, object_id)

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        return []
