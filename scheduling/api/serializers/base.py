"""Base classes of the resources' serializers."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers

from .notices import notified_field
from .strict import StrictSerializer


class ResourceSerializer(StrictSerializer):
    """A resource in requests and responses. A read-only field may be sent only unchanged."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refused = [name for name in data if self._changes_read_only(str(name), data[name])]
            if refused:
                raise serializers.ValidationError(
                    {name: [_("This field can't be written.")] for name in refused}
                )
        return super().to_internal_value(data)

    def _changes_read_only(self, name: str, value: Any) -> bool:
        field = self.fields.get(name)
        if field is None or not field.read_only:
            return False
        if not isinstance(self.instance, Model):
            return True
        stored = field.get_attribute(self.instance)
        return bool(value != (None if stored is None else field.to_representation(stored)))

    def value(self, attrs: Mapping[str, Any], name: str) -> Any:
        """Return the new value of ``name``: from the body, else the stored row, else None."""
        return attrs.get(name, getattr(self.instance, name, None))


class ReplacedAsWhole(StrictSerializer):
    """A nested object that is replaced as a whole, even by a PATCH.

    DRF takes ``partial`` from the outermost serializer and would make required fields optional.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not getattr(self.root, "partial", False):
            return super().to_internal_value(data)
        serializer = type(self)(data=data, context=self.context)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class WarningSerializer(serializers.Serializer):
    """An optional warning in addition to the resource."""

    sometimes: tuple[str, ...] = ("warning",)

    warning = serializers.CharField(
        required=False, help_text="What needs attention, such as a part that is not applied yet."
    )


class AppliedSerializer(WarningSerializer):
    """The effect of a change on classes, in addition to the resource."""

    classes_created = serializers.IntegerField(
        min_value=0, help_text="The number of classes that the change created immediately."
    )


class DoneSerializer(WarningSerializer):
    """A success with a warning or with notices. Without both, the response has no body."""

    sometimes = ("warning", "notified")

    success = serializers.BooleanField()
    notified = notified_field()
