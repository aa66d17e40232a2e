"""Hooks that process the schema before and after its operations are collected."""

import re
from collections.abc import Iterable
from typing import Any

from scheduling.text.json_keys import camel

from .error_responses import ERROR, HEADERS, responses
from .security import schemes

Endpoint = tuple[str, str, str, Any]
PARAMETER = re.compile(r"\{(\w+)\}")


def one_path_each(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Remove the trailing slash of each path; the API accepts both forms."""
    return [(path.rstrip("/"), *rest) for path, *rest in endpoints]


def camel_case(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Rename parameters and properties to camelCase."""
    paths = {}
    for path, item in result["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                parameter["name"] = camel(parameter["name"])
                if parameter["in"] == "query":
                    parameter["allowEmptyValue"] = True
                if parameter["name"] == "cursor":
                    parameter["schema"]["format"] = "cursor"
        paths[PARAMETER.sub(lambda match: "{" + camel(match[1]) + "}", path)] = item
    result["paths"] = paths
    _rename(result["paths"])
    _rename(result["components"].get("schemas", {}))
    return result


def shared_components(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the components that all operations refer to: errors, headers and credentials."""
    components = result["components"]
    components["schemas"]["Error"] = ERROR
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["responses"] = responses()
    components["headers"] = HEADERS
    components["securitySchemes"] = schemes()
    return result


def _rename(schema: Any) -> None:
    """Rename the properties of every object within ``schema``, in place."""
    if isinstance(schema, list):
        for item in schema:
            _rename(item)
    elif isinstance(schema, dict):
        schema.pop("x-spec-enum-id", None)  # internal to drf-spectacular
        if isinstance(schema.get("properties"), dict):
            schema["properties"] = {camel(k): v for k, v in schema["properties"].items()}
        if isinstance(schema.get("required"), list):
            schema["required"] = [camel(name) for name in schema["required"]]
        for value in schema.values():
            _rename(value)
