"""The base of our commands."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from django.utils import timezone

from scheduling.selectors.studio import at_the_studio

from .terminal import ConsoleReporter


class StudioCommand(BaseCommand):
    """Works in the studio's zone and language, by one reading of its values.

    Warns on standard error of variables of the environment that have no effect.
    """

    def needs_studio(self, options: dict[str, Any]) -> bool:
        """Whether it is about the studio of this process's database."""
        return True

    def execute(self, *args: Any, **options: Any) -> Any:
        if not self.needs_studio(options):
            return super().execute(*args, **options)
        log = OutputWrapper(options.get("stderr") or sys.stderr)
        with at_the_studio(ConsoleReporter(log, None, timezone.now).say):
            return super().execute(*args, **options)
