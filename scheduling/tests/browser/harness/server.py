"""The WSGI application of the browser tests: that of production with a settable clock."""

from typing import Any

import time_machine

from classtracker.wsgi import application as production_application  # first: sets up Django


def application(environ: dict[str, Any], start_response: Any) -> Any:
    from django.contrib.contenttypes.models import ContentType

    # Tests flush the tables, which gives content types new ids.
    ContentType.objects.clear_cache()
    # The time that a test has set.
    moment = environ.get("HTTP_X_TEST_CLOCK")
    if moment is None:
        return production_application(environ, start_response)
    with time_machine.travel(moment, tick=False):
        return production_application(environ, start_response)
