"""The WSGI entry point: `gunicorn classtracker.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")

application = get_wsgi_application()

# With the addresses come the admin's tables and the API: now, and not when the first visitor waits.
import classtracker.urls  # noqa: E402, F401
