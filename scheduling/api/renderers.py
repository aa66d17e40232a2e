"""camelCase outside, snake_case inside: the one place where names are converted."""

import re
from json import JSONDecodeError
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
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
    """``data`` with the keys of all its objects in snake_case.

    Raises ValidationError for those that are so already: outside there are no such fields, and
    of ``dryRun`` and ``dry_run`` in one body only one could count.
    """
    unknown: list[str] = []
    found = _snaked(data, "", unknown)
    if unknown:
        text = _("Unknown field.")
        # Sentences, as the names of fields are told in camelCase, and these are not.
        raise ValidationError([f"{name}: {text}" for name in sorted(unknown)])
    return found


def _snaked(data: Any, path: str, unknown: list[str]) -> Any:
    if isinstance(data, dict):
        found = {}
        for key, value in data.items():
            name = f"{path}.{key}" if path else key
            if "_" in key:
                unknown.append(name)
            else:
                found[snake(key)] = _snaked(value, name, unknown)
        return found
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
    """JSON whose keys become snake_case. NaN, Infinity and NUL characters are no data."""

    strict = True

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return snaked(super().parse(stream, media_type, parser_context))
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except ParseError as error:
            raise ParseError(_why(error.__context__)) from error


def _why(fault: BaseException | None) -> str:
    """What keeps a body from being JSON; the parser itself says it in English alone."""
    if isinstance(fault, JSONDecodeError):
        text = _(
            "The request body is not valid JSON: line %(line)d, column %(column)d can't be read."
        )
        return text % {"line": fault.lineno, "column": fault.colno}
    return _("The request body is not valid JSON.")


class JSONOnly(BaseContentNegotiation):
    """The first parser and renderer of the view."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        # An empty body needs no type; anything else has to be JSON.
        for parser in parsers:
            if (request.content_type or "").split(";")[0].strip().lower() == parser.media_type:
                return parser
        return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
