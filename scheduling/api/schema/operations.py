"""Conversion of views to operations of the schema (DRF's ``DEFAULT_SCHEMA_CLASS``)."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema

from scheduling.api.serializers.strict import StrictSerializer
from scheduling.text.json_keys import camel

from . import fields  # noqa: F401  (its extensions register on import)
from .error_responses import KINDS, REQUEST_ID, reference, statuses
from .security import credentials

ERROR = {"$ref": "#/components/schemas/Error"}


class ApiSchema(AutoSchema):
    """Adds error responses to each operation, and forbids unknown fields in strict bodies."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for response in responses.values():
            response["headers"] = response.get("headers", {}) | REQUEST_ID
        for status in statuses(self.view, self.method, operation):
            response = responses.get(str(status))
            if response is None:
                responses[str(status)] = reference(status)
            else:
                _allow_error(response)
        for status, response in responses.items():
            if response.get("description") == "":
                response["description"] = HTTPStatus(int(status)).phrase
            if int(status) in KINDS and "headers" in response:
                response["headers"] = KINDS[int(status)][4] | response["headers"]
        operation["responses"] = dict(sorted(responses.items()))
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{name: []} for name in credentials(self.view)]

    def get_operation_id(self) -> str:
        return camel(super().get_operation_id())

    def get_tags(self) -> list[str]:
        """Return the tag from the path: ``recurring-slots`` becomes "Recurring slots"."""
        return [tag.replace("-", " ").capitalize() for tag in super().get_tags()]

    def get_summary(self) -> str | None:
        """Return the first sentence of the description if the view has no summary."""
        text = super().get_summary() or self.get_description().partition(".")[0]
        return " ".join(text.split()).rstrip(".:") or None

    def _postprocess_serializer_schema(
        self, schema: dict[str, Any], serializer: Any, direction: Any
    ) -> dict[str, Any]:
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        # Responses contain every field, even those optional in requests, except ``sometimes``.
        if direction == "response" and "properties" in schema:
            optional = getattr(serializer, "sometimes", ())
            schema["required"] = [name for name in schema["properties"] if name not in optional]
        return schema


def _allow_error(response: dict[str, Any]) -> None:
    """Let ``response`` have either its own body or the common error."""
    for media in response.get("content", {}).values():
        if media["schema"] != ERROR:
            media["schema"] = {"anyOf": [media["schema"], ERROR]}
