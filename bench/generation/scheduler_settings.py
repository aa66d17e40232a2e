"""The product's settings with django-scheduler, which is only measured for comparison."""

from classtracker.settings import *  # noqa: F403
from classtracker.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "schedule"]
