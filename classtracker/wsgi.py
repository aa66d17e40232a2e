"""The WSGI entry point: `gunicorn classtracker.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")

application = get_wsgi_application()

# Loads the admin and the API at start instead of during the first request.
import classtracker.urls  # noqa: E402, F401
