"""This API speaks JSON, whatever the Accept header says."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


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
