"""What all resources share: bodies that are refused rather than half understood."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers

from .strict import StrictSerializer


class ResourceSerializer(StrictSerializer):
    """A resource, in and out. What can't be written may be sent back only as it was read."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = [name for name in data if self._is_read_only(str(name), data[name])]
            if wrong:
                raise serializers.ValidationError(
                    {name: [_("This field can't be written.")] for name in wrong}
                )
        return super().to_internal_value(data)

    def _is_read_only(self, name: str, value: Any) -> bool:
        field = self.fields.get(name)
        if field is None or not field.read_only:
            return False
        if not isinstance(self.instance, Model):
            return True
        stored = field.get_attribute(self.instance)
        return bool(value != (None if stored is None else field.to_representation(stored)))

    def value(self, attrs: Mapping[str, Any], name: str) -> Any:
        """What ``name`` will be: as written, else as stored, else None."""
        return attrs.get(name, getattr(self.instance, name, None))


class ReplacedAsWhole(StrictSerializer):
    """A nested object that is written as a whole, even where the request is a PATCH.

    DRF takes ``partial`` from the outermost serializer, and would let required fields be missing.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not getattr(self.root, "partial", False):
            return super().to_internal_value(data)
        whole = type(self)(data=data, context=self.context)
        whole.is_valid(raise_exception=True)
        return whole.validated_data


class WarnedSerializer(serializers.Serializer):
    """A warning beside the resource, where there is something to warn of."""

    sometimes: tuple[str, ...] = ("warning",)

    warning = serializers.CharField(
        required=False, help_text="What is still to come, where not all could be done."
    )


class AppliedSerializer(WarnedSerializer):
    """What applying a change came to, beside the resource itself."""

    classes_created = serializers.IntegerField(
        min_value=0, help_text="How many classes the change brought about at once."
    )


class DoneSerializer(WarnedSerializer):
    """It is done, but something is still to come: where nothing is, there is no body at all."""

    sometimes = ()

    success = serializers.BooleanField()
