"""The dated classes. A generated one can't be deleted, only cancelled: it would come back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models import ScheduledClass
from scheduling.services.classes import (
    DoubleBookedError,
    refuse_double_booking,
    save_by_hand,
)


class ScheduledClassForm(ModelForm):
    """Refuses a double booking beside the fields, naming the class that is in the way."""

    class Meta:
        model = ScheduledClass
        fields = (
            "student",
            "teacher",
            "date",
            "start_time",
            "end_time",
            "time_zone",
            "subject",
            "is_shared",
            "status",
            "cancelled_by",
            "cancel_reason",
            "attendance",
            "notes",
        )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook after the instance is filled
        if self.errors:
            return
        try:
            self.instance.derive_instants()
            refuse_double_booking(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


@admin.register(ScheduledClass)
class ScheduledClassAdmin(admin.ModelAdmin):
    form = ScheduledClassForm
    list_display = (
        "date",
        "start_time",
        "end_time",
        "time_zone",
        "student",
        "teacher",
        "subject",
        "status",
        "touched",
    )
    list_select_related = ("student", "teacher")
    list_filter = ("status", "attendance", "is_shared")
    search_fields = ("student__first_name", "student__last_name", "teacher__name", "subject")
    date_hierarchy = "date"
    autocomplete_fields = ("student", "teacher")
    readonly_fields = ("occurrence_date", "edited_at", "created_at")
    show_full_result_count = False

    @admin.display(description=_("by hand"), boolean=True)
    def touched(self, one: ScheduledClass) -> bool:
        return one.edited_at is not None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DoubleBookedError as error:
            # Someone took the place between the form's check and the write; nothing is saved.
            self.message_user(request, error.messages[0], messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: ScheduledClass, form: ModelForm, change: bool
    ) -> None:
        if form.has_changed():
            save_by_hand(obj, timezone.now())

    def has_delete_permission(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> bool:
        if obj is None or obj.is_generated:
            return False
        return super().has_delete_permission(request, obj)
