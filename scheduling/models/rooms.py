"""The rooms in which lessons take place. A studio without rooms has no row here."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scheduling.domain.typed_text import caseless_key

from .fields import LineField
from .revision import RevisionMixin

SAME_NAME = _("There is a room with this name already.")


class Room(RevisionMixin):
    """A room. It is in one class at a time; the students of a group lesson share it."""

    revised_by = ("name",)

    name = LineField(_("name"), max_length=100)
    # The name without its case, for comparison.
    name_key = models.CharField(max_length=300, editable=False)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many students it holds. A larger group causes a warning."),
    )
    is_active = models.BooleanField(
        pgettext_lazy("of a room", "active"),
        default=True,
        db_default=True,
        help_text=_("A room that is not active is not offered. Its lessons keep it."),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], name="room_name_once", violation_error_message=SAME_NAME
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="room_capacity"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError if another room has this name, whatever its case."""
        super().clean()
        if rooms_named([self.name]).exclude(pk=self.pk).exists():
            raise ValidationError({"name": ValidationError(SAME_NAME, code="unique")})

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Store the room with the key of its name."""
        self.name_key = caseless_key(self.name)
        if update_fields is not None:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)


def rooms_named(names: Iterable[str]) -> models.QuerySet[Room]:
    """Return the rooms with one of these names, whatever their case."""
    return Room.objects.filter(name_key__in={caseless_key(name) for name in names})
