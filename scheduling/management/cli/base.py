"""The base class of the management commands."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from django.utils import timezone

from scheduling.selectors.studio import at_the_studio

from .log_reporter import reporter


class StudioCommand(BaseCommand):
    """A command that runs in the studio's time zone and language, read once at its start.

    Environment variables that have no effect cause a warning on standard error.
    """

    def needs_studio(self, options: dict[str, Any]) -> bool:
        """Return whether the command uses the studio in this process's database."""
        return True

    def execute(self, *args: Any, **options: Any) -> Any:
        if not self.needs_studio(options):
            return super().execute(*args, **options)
        log = OutputWrapper(options.get("stderr") or sys.stderr)
        with at_the_studio(reporter(options.get("trigger"), log, None, timezone.now).say):
            return super().execute(*args, **options)
