"""camelCase outside, snake_case inside: the one place where names are converted."""

import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

# Keys that are values: names of outcomes stay as the contract has them.
VERBATIM = frozenset({"counts"})

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_UNDERSCORE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


def camel(name: str) -> str:
    """``start_time`` → ``startTime``."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name)


def snake(name: str) -> str:
    """``startTime`` → ``start_time``."""
    return _HUMP.sub(lambda match: "_" + match.group(1).lower(), name)


def camelized(data: Any) -> Any:
    """``data`` with the keys of all its objects in camelCase."""
    if isinstance(data, dict):
        return {
            camel(key) if isinstance(key, str) else key: (
                value if key in VERBATIM else camelized(value)
            )
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [camelized(item) for item in data]
    return data


def snaked(data: Any) -> Any:
    """``data`` with the keys of all its objects in snake_case."""
    if isinstance(data, dict):
        return {snake(key): snaked(value) for key, value in data.items()}
    if isinstance(data, list):
        return [snaked(item) for item in data]
    return data


class CamelJSONRenderer(JSONRenderer):
    """JSON with camelCase keys."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return super().render(camelized(data), accepted_media_type, renderer_context)


class CamelJSONParser(JSONParser):
    """JSON whose keys become snake_case. NaN, Infinity and NUL characters are no data."""

    strict = True

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
        return snaked(data)
