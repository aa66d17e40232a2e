"""``manage.py embedded_worker``: performs what is queued, and ends. The web server starts it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends

from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.jobs.workers.embedded_worker import work_until_empty


class Command(BaseCommand):
    help = (
        "Performs the tasks that are queued, and ends. Where TASKS_BACKEND is embedded, whoever "
        "queues a task starts it; there is no need to start it by hand."
    )
    # A machine calls it: what is wrong with the configuration is told when that is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slot", type=int, help="the descriptor of a slot that is held for it")

    def handle(self, *args: Any, **options: Any) -> None:
        backend = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
        if not isinstance(backend, EmbeddedBackend):
            raise CommandError(
                _("This is for TASKS_BACKEND=embedded alone; for database, start db_worker."),
                returncode=2,
            )
        work_until_empty(backend, options["slot"])
