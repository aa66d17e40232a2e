"""Another time zone, of a teacher or the studio: what it moves is looked at first."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.selectors.studio import classes_in_studio_zone, studio

from .forms import ChangeForm, StudioZoneForm, ZoneForm
from .plan_page import ASKED, ChangePage, change_page
from .views import ChangeViewsMixin


class ZoneChangeMixin(ChangeViewsMixin):
    """“Change the time zone…” of a row with a zone; a new one in its form leads there."""

    zone_form: type[ChangeForm] = ZoneForm

    def has_moving_classes(self, row: Any) -> bool:
        """Whether there is a class ahead that another zone could move."""
        raise NotImplementedError

    def zone_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Which classes ahead would move, and which stay; then it is done."""
        row = self.about(request, object_id)
        return change_page(
            request,
            ChangePage(
                title=_("Change the time zone"),
                intro=_(
                    "Weekly lessons keep their local time, on the clock of the new zone: every "
                    "class ahead moves with it. One-off classes, and those that a person changed, "
                    "stay when they are."
                ),
                button=_("Change the time zone"),
                about=row,
                form=self.zone_form,
                after=lambda change_plan: self.row_address(row.pk),
            ),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        before = form.initial.get("time_zone")
        # A zone that is only shown is not among the changed.
        moves = change and "time_zone" in form.changed_data and obj.time_zone != before
        if moves and self.has_moving_classes(obj):
            # The rest is saved; this is asked about first, as it moves classes.
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
        query = urlencode({"time_zone": zone, ASKED: 1})
        return HttpResponseRedirect(f"{self.change_address('zone', obj.pk)}?{query}")


class StudioZoneChangeMixin(ZoneChangeMixin):
    """The studio's zone."""

    acts = ("zone",)
    zone_form = StudioZoneForm

    def has_moving_classes(self, row: Any) -> bool:
        return classes_in_studio_zone(timezone.now())

    def zone_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if studio().zone_is_given and self.has_change_permission(request):
            raise Http404
        return super().zone_view(request, object_id)

    def living_links(self, row: Any) -> list[tuple[str, str]]:
        return []
