"""The product as gunicorn serves it in tests: production's, in a world that tests may change."""

from typing import Any

import time_machine

from classtracker.wsgi import application as real  # first: it sets Django up


def application(environ: dict[str, Any], start_response: Any) -> Any:
    from django.contrib.contenttypes.models import ContentType

    # Between two tests the tables are emptied, and content types come back with other ids.
    ContentType.objects.clear_cache()
    # A page of another day, as a test's browser asks for it.
    moment = environ.get("HTTP_X_TEST_CLOCK")
    if moment is None:
        return real(environ, start_response)
    with time_machine.travel(moment, tick=False):
        return real(environ, start_response)
