"""JSON renderer and parser: camelCase in JSON, snake_case in Python."""

import re
from json import JSONDecodeError
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from scheduling.text.json_keys import camelized

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def snake(name: str) -> str:
    """``startTime`` → ``start_time``."""
    return _HUMP.sub(lambda match: "_" + match.group(1).lower(), name)


def snaked(data: Any) -> Any:
    """Return ``data`` with the keys of all objects in snake_case.

    Raises ValidationError for keys with an underscore: JSON has no such fields, and ``dryRun``
    and ``dry_run`` in one body would collide.
    """
    unknown: list[str] = []
    converted = _snaked(data, "", unknown)
    if unknown:
        text = _("Unknown field.")
        # As plain messages: the error handler would convert keys to camelCase.
        raise ValidationError([f"{name}: {text}" for name in sorted(unknown)])
    return converted


def _snaked(data: Any, path: str, unknown: list[str]) -> Any:
    if isinstance(data, dict):
        converted = {}
        for key, value in data.items():
            name = f"{path}.{key}" if path else key
            if "_" in key:
                unknown.append(name)
            else:
                converted[snake(key)] = _snaked(value, name, unknown)
        return converted
    if isinstance(data, list):
        return [_snaked(item, f"{path}[{index}]", unknown) for index, item in enumerate(data)]
    return data


class CamelJSONRenderer(JSONRenderer):
    """JSON with camelCase keys."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return super().render(camelized(data), accepted_media_type, renderer_context)


class CamelJSONParser(JSONParser):
    """Parses JSON, converting keys to snake_case. NaN and Infinity are refused."""

    strict = True

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return snaked(super().parse(stream, media_type, parser_context))
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except ParseError as error:
            raise ParseError(_syntax_message(error.__context__)) from error


def _syntax_message(error: BaseException | None) -> str:
    """Return a translated message; the parser's own is always in English."""
    if isinstance(error, JSONDecodeError):
        text = _(
            "The request body is not valid JSON: line %(line)d, column %(column)d can't be read."
        )
        return text % {"line": error.lineno, "column": error.colno}
    return _("The request body is not valid JSON.")


class JSONOnly(BaseContentNegotiation):
    """Selects the first parser and renderer of the view, whatever the client accepts."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        # An empty body needs no content type.
        for parser in parsers:
            if (request.content_type or "").split(";")[0].strip().lower() == parser.media_type:
                return parser
        return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
