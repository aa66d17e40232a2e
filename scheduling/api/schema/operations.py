"""How a view becomes an operation of the schema (DRF's ``DEFAULT_SCHEMA_CLASS``)."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema

from scheduling.api.renderers import camel
from scheduling.api.serializers.strict import StrictSerializer

from . import fields  # noqa: F401  (what it declares registers itself)
from .error_responses import KINDS, REQUEST_ID, reference, statuses
from .security import credentials

ERROR = {"$ref": "#/components/schemas/Error"}


class ApiSchema(AutoSchema):
    """Adds to each operation all that it may be refused with, and to strict bodies their limit."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        found = operation["responses"]
        for answer in found.values():
            answer["headers"] = answer.get("headers", {}) | REQUEST_ID
        for status in statuses(self.view, self.method, operation):
            own = found.get(str(status))
            if own is None:
                found[str(status)] = reference(status)
            else:
                _or_error(own)
        for status, own in found.items():
            if own.get("description") == "":
                own["description"] = HTTPStatus(int(status)).phrase
            if int(status) in KINDS and "headers" in own:
                own["headers"] = KINDS[int(status)][4] | own["headers"]
        operation["responses"] = dict(sorted(found.items()))
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{name: []} for name in credentials(self.view)]

    def get_operation_id(self) -> str:
        return camel(super().get_operation_id())

    def get_tags(self) -> list[str]:
        """``recurring-slots``, from the address, as "Recurring slots"."""
        return [tag.replace("-", " ").capitalize() for tag in super().get_tags()]

    def get_summary(self) -> str | None:
        """The first sentence of the description."""
        text = super().get_summary() or self.get_description().partition(".")[0]
        return " ".join(text.split()).rstrip(".:") or None

    def _postprocess_serializer_schema(
        self, schema: dict[str, Any], serializer: Any, direction: Any
    ) -> dict[str, Any]:
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        # What a caller may leave out, an answer has all the same; but for what a serializer names.
        if direction == "response" and "properties" in schema:
            lacking = getattr(serializer, "sometimes", ())
            schema["required"] = [name for name in schema["properties"] if name not in lacking]
        return schema


def _or_error(answer: dict[str, Any]) -> None:
    """A status that the view answers with a body of its own, or, refusing, with the error."""
    for media in answer.get("content", {}).values():
        if media["schema"] != ERROR:
            media["schema"] = {"anyOf": [media["schema"], ERROR]}
