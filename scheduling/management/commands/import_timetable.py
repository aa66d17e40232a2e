"""``manage.py import_timetable FILE.csv``: teachers, students and their weekly rules."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.jobs.faults import describe
from scheduling.management.command import StudioCommand
from scheduling.management.documents import write_json
from scheduling.services.timetable_import import Fault, Report, import_timetable

# What a person can take in; --json has them all.
LISTED = 200


class Command(StudioCommand):
    """Exit status: 0 imported, 1 faults or no database, 2 usage."""

    help = (
        "Import teachers, students and their weekly rules from a CSV file, all or nothing. "
        "It makes no classes; generate_classes does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the timetable, UTF-8, with a header")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: str = options["file"]
        report = self._import(file, options["dry_run"])
        if options["json"]:
            write_json(self.stdout, report.document())
        elif report.succeeded:
            for line in report.lines():
                self.stdout.write(line)
        else:
            self._list(file, report)
        if not report.succeeded:
            count = len(report.faults)
            raise CommandError(
                ngettext(
                    "%(file)s has %(count)d fault; nothing was written.",
                    "%(file)s has %(count)d faults; nothing was written.",
                    count,
                )
                % {"file": file, "count": count}
            )

    def _import(self, file: str, dry_run: bool) -> Report:
        try:
            with open(file, "rb") as source:
                return import_timetable(source, now=timezone.now(), dry_run=dry_run)
        except (OSError, ValueError) as error:
            # ValueError: a name that can't be a file's
            return Report(dry_run, faults=[Fault(None, "", _unreadable(error))])
        except DatabaseError as error:
            return Report(dry_run, faults=[Fault(None, "", describe(error))])

    def _list(self, file: str, report: Report) -> None:
        for fault in islice(report.faults, LISTED):
            self.stderr.write(fault.sentence(file))
        more = len(report.faults) - LISTED
        if more > 0:
            message = ngettext(
                "… and %(more)d more; --json lists them all.",
                "… and %(more)d more; --json lists them all.",
                more,
            )
            self.stderr.write(message % {"more": more})


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return _("There is no such file; check the path.")
    if isinstance(error, IsADirectoryError):
        return _("This is a folder; name a file in it.")
    if isinstance(error, PermissionError):
        return _("The file may not be read by this user; change its permissions.")
    reason = getattr(error, "strerror", None) or error
    return _("The file can't be read: %(reason)s.") % {"reason": reason}
