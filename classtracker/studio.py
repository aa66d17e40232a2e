"""The studio's zone and language for each request."""

import logging
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from scheduling.models.studio import begin_reading, end_reading
from scheduling.selectors.studio import ignored_variables, studio_or_first_values

logger = logging.getLogger(__name__)

# Says that the process is alive, whatever the database does.
WITHOUT_DATABASE = "/healthz"


class StudioMiddleware(LocaleMiddleware):
    """The visitor's language, else the studio's; the studio's zone, and one reading of its values.

    They stay for an answer that is streamed, until ``request_finished``. The first request of a
    process warns of variables of the environment that have no effect.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._has_warned = False
        request_finished.connect(_leave, dispatch_uid="classtracker.studio")

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.rstrip("/") == WITHOUT_DATABASE:
            return
        begin_reading()
        values = studio_or_first_values()
        timezone.activate(values.zone)
        if not _asks_for_a_language(request):
            translation.activate(values.language)
            request.LANGUAGE_CODE = translation.get_language()
        if values.is_stored and not self._has_warned:
            self._has_warned = True
            for sentence in ignored_variables():
                logger.warning(sentence)


def _asks_for_a_language(request: HttpRequest) -> bool:
    """Whether the cookie or the browser asks for a language that we speak."""
    asked = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    asked += [
        name for name, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    for name in asked:
        try:
            translation.get_supported_language_variant(name)
        except LookupError:
            continue
        return True
    return False


def _leave(**_kwargs: Any) -> None:
    end_reading()
    timezone.deactivate()
