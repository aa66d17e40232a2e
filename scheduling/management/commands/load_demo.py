"""``manage.py load_demo``: loads a made-up studio of any size, without conflicts and classes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.management.cli.base import StudioCommand
from scheduling.services.demo import DemoError, LoadReport, load_demo, substitute_in_demo
from scheduling.text.counts import people_and_rules

# Minimum and maximum; the latter keep a typing error from filling the disk.
LIMITS = {"students": (0, 1_000_000), "teachers": (1, 1_000_000), "seed": (0, 999_999_999)}


class Command(StudioCommand):
    """Exit status: 0 loaded or already loaded, 1 not possible, 2 usage."""

    help = (
        "Load a made-up studio: the same people and rules for the same options, start dates "
        "relative to today. Existing rows are not changed. With the same seed, a higher number "
        "adds students; another number of teachers is refused. Studios of different seeds are "
        "independent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--students", type=int, default=60, metavar="N", help="default: 60")
        parser.add_argument("--teachers", type=int, default=10, metavar="N", help="default: 10")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
        parser.add_argument(
            "--substitute",
            action="store_true",
            help="give a coming class to a substitute; the classes have to be generated first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= options[name] <= high:
                message = _("--%(name)s %(value)d: give a whole number from %(low)d to %(high)d.")
                values = {"name": name, "value": options[name], "low": low, "high": high}
                raise CommandError(message % values, returncode=2)
        try:
            now, seed = timezone.now(), options["seed"]
            loaded = load_demo(options["students"], options["teachers"], seed, now)
            has_substitute = options["substitute"] and substitute_in_demo(seed, now)
        except DemoError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(describe(error)) from error
        if loaded or not has_substitute:
            self.stdout.write(_summary(loaded, seed))
        if has_substitute:
            self.stdout.write(_("A substitute gives one of its coming classes."))


def _summary(loaded: LoadReport, seed: int) -> str:
    if not loaded:
        return _("Demo studio %(seed)d: all of it is there already; nothing was changed.") % {
            "seed": seed
        }
    return _("Demo studio %(seed)d, created: %(list)s.") % {
        "seed": seed,
        "list": people_and_rules(
            loaded.teachers,
            loaded.students,
            loaded.fixed_schedules,
            loaded.recurring_slots,
            loaded.rooms,
        ),
    }
