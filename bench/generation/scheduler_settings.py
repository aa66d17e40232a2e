"""The product's settings and django-scheduler, which is measured beside it and no part of it."""

from classtracker.settings import *  # noqa: F403
from classtracker.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "schedule"]
