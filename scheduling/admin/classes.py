"""The dated classes. A generated one can't be deleted, only cancelled: it would come back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.services.classes import refuse_double_booking, save_by_hand
from scheduling.services.contradictions import refuse_contradiction

from .access import (
    MARKED_FIELDS,
    may_change_class,
    may_mark_class,
    may_see_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
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
            refuse_contradiction(self.instance, timezone.now())
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
        except ValidationError as error:
            # Someone took the place between the form's check and the write; nothing is saved.
            self.message_user(request, error.messages[0], messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_readonly_fields(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> tuple[str, ...]:
        own = self.readonly_fields
        if obj is None or may_change_class(request.user, obj):
            return own
        marked: tuple[str, ...] = MARKED_FIELDS
        if obj.status == ClassStatus.CANCELLED:
            # Bringing a class back is not a teacher's to decide, and nobody attended it.
            marked = ("notes",)
        shown = self.get_fields(request, obj)
        return tuple(name for name in shown if name not in marked)

    def get_fields(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> tuple[str, ...]:
        names = ScheduledClassForm.Meta.fields + self.readonly_fields
        if may_see_everyone(request.user):
            return names
        # Names alone: Django would make a link of a person, to a page that is not the reader's.
        plain = {"student": "student_name", "teacher": "teacher_name"}
        return tuple(plain.get(name, name) for name in names)

    @admin.display(description=_("student"))
    def student_name(self, one: ScheduledClass) -> str:
        return str(one.student)

    @admin.display(description=_("teacher"))
    def teacher_name(self, one: ScheduledClass) -> str:
        return str(one.teacher or "")

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "status" and not request.user.has_perm(
            "scheduling.change_scheduledclass"
        ):
            # Marking is not cancelling.
            choices = [each for each in ClassStatus.choices if each[0] != ClassStatus.CANCELLED]
            kwargs["choices"] = choices
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ScheduledClass, form: ModelForm, change: bool
    ) -> None:
        if form.has_changed():
            save_by_hand(obj, timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledClass]:
        return visible_classes(request.user, super().get_queryset(request))

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Django looks for the row first, and finds none for who may see none.
        if not may_see_classes(request.user):
            raise PermissionDenied
        return super().history_view(request, *args, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_see_classes(request.user)

    def has_view_permission(self, request: HttpRequest, obj: ScheduledClass | None = None) -> bool:
        if obj is None:
            return may_see_classes(request.user)
        return may_see_everyone(request.user) or may_mark_class(request.user, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> bool:
        if obj is None:
            own = teacher_of(request.user) is not None
            return own or super().has_change_permission(request)
        return may_mark_class(request.user, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> bool:
        if obj is None or obj.is_generated:
            return False
        return super().has_delete_permission(request, obj)
