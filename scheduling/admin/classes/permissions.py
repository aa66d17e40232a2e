"""The permissions on classes: of staff on all classes, of a teacher on their own."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.permissions import (
    MARKED_FIELDS,
    may_change_class,
    may_mark_class,
    may_see_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.models import ClassStatus, ScheduledClass

CHANGE = "scheduling.change_scheduledclass"


class ClassPermissionsMixin(AuditHistoryMixin):
    """Lets a teacher's account see and mark its own classes, and nobody delete generated ones."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledClass]:
        return visible_classes(request.user, super().get_queryset(request))

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
            return self.has_mark_permission(request)
        return may_mark_class(request.user, obj)

    def has_mark_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may complete classes and mark attendance.

        Each class is checked again.
        """
        return self.has_edit_permission(request) or teacher_of(request.user) is not None

    def has_edit_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may cancel, move and restore any class."""
        return request.user.has_perm(CHANGE)

    def has_delete_permission(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> bool:
        if obj is None or obj.is_generated:
            return False
        return super().has_delete_permission(request, obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> tuple[str, ...]:
        if obj is None or may_change_class(request.user, obj):
            return tuple(self.readonly_fields)
        editable: tuple[str, ...] = MARKED_FIELDS
        if obj.status == ClassStatus.CANCELLED:
            # A teacher may not restore a class, and a cancelled class has no attendance.
            editable = ("notes",)
        return tuple(str(n) for n in self.get_fields(request, obj) if n not in editable)

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "status" and not request.user.has_perm(CHANGE):
            # A teacher may mark a class but not cancel it.
            choices = ClassStatus.choices
            kwargs["choices"] = [choice for choice in choices if choice[0] != ClassStatus.CANCELLED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)
