"""``manage.py embedded_worker``: performs queued tasks and ends. The web server starts it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends

from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.jobs.workers.embedded_worker import work_until_empty


class Command(BaseCommand):
    help = (
        "Performs the queued tasks and ends. With TASKS_BACKEND=embedded, it is started "
        "automatically whenever a task is queued; there is no need to start it by hand."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--slot", type=int, help="the file descriptor of the process slot reserved for it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        backend = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
        if not isinstance(backend, EmbeddedBackend):
            raise CommandError(
                _("This is only for TASKS_BACKEND=embedded; for database, start db_worker."),
                returncode=2,
            )
        work_until_empty(backend, options["slot"])
