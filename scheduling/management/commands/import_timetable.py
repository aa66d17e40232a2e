"""``manage.py import_timetable FILE``: imports teachers, students and their weekly rules."""

from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.db.errors import describe
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.json_output import write_json
from scheduling.management.cli.run_command import user_name
from scheduling.services.notices import is_wanted
from scheduling.services.timetable_import import (
    Answers,
    DateOrder,
    ImportFault,
    ImportReport,
    LookalikeAnswer,
    TimeReading,
    group_faults,
    import_timetable,
)
from scheduling.services.timetable_import.uploads import import_file

# The maximum number of errors listed; --json lists all.
MAX_LISTED = 200


class Command(StudioCommand):
    """Exit status: 0 imported, 1 errors in the file or no database, 2 usage."""

    help = (
        "Import teachers, students and their weekly rules from a CSV file or a workbook (.xlsx), "
        "all or nothing. It creates no classes; generate_classes does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="the timetable, CSV or .xlsx, with a header"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        answers = (
            (
                "--dates",
                DateOrder,
                "how to read 3/4/2026 if the file is ambiguous: 3 April or 4 March",
            ),
            ("--times", TimeReading, "how to read 4:30 if the file is ambiguous: 04:30 or 16:30"),
            ("--people", LookalikeAnswer, "whether people who look like others are the same"),
        )
        for name, kind, meaning in answers:
            parser.add_argument(name, choices=[answer.value for answer in kind], help=meaning)
        parser.add_argument(
            "--notify",
            action=BooleanOptionalAction,
            help="tell families and teachers about lessons that end or change (default: "
            "NOTIFY_FAMILIES=always)",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: str = options["file"]
        report = self._import(file, options)
        if options["json"]:
            write_json(self.stdout, report.document())
        elif report.succeeded:
            for line in report.lines():
                self.stdout.write(line)
        else:
            self._list(file, report)
        if not report.succeeded:
            count = len(report.problems)
            raise CommandError(
                ngettext(
                    "%(file)s has %(count)d fault; nothing was written.",
                    "%(file)s has %(count)d faults; nothing was written.",
                    count,
                )
                % {"file": file, "count": count}
            )

    def _import(self, file: str, options: dict[str, Any]) -> ImportReport:
        answers = Answers.from_values(options)
        try:
            with open(file, "rb") as source:
                now = timezone.now()
                if options["dry_run"]:
                    return import_timetable(source, now=now, dry_run=True, answers=answers)
                return import_file(
                    source,
                    Path(file).name,
                    user_name(),
                    now,
                    answers,
                    notify=is_wanted(options["notify"]),
                )
        except (OSError, ValueError) as error:
            # ValueError: an invalid file name
            return ImportReport(
                options["dry_run"], faults=[ImportFault(None, "", _unreadable(error))]
            )
        except DatabaseError as error:
            return ImportReport(options["dry_run"], faults=[ImportFault(None, "", describe(error))])

    def _list(self, file: str, report: ImportReport) -> None:
        kinds = group_faults(report.problems)
        for kind in kinds[:MAX_LISTED]:
            self.stderr.write(kind.sentence(file))
        more = len(kinds) - MAX_LISTED
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
