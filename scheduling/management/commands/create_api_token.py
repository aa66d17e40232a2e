"""``manage.py create_api_token``: creates a token for the API and prints it once."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from knox.models import get_token_model

from scheduling.db.errors import describe
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import whole


class Command(StudioCommand):
    help = (
        "Creates an API token for a user and prints it once; only its hash is stored. It has the "
        "permissions of the user. Revoke it in the admin under “Auth tokens”."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the user of the token")
        parser.add_argument(
            "--days",
            type=whole(1, 36_500),
            metavar="N",
            help="the number of days that it is valid (default: no limit)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = self._create(options["username"], options["days"])
        except DatabaseError as error:
            raise CommandError(describe(error)) from error
        self.stdout.write(text)
        self.stderr.write(
            _("Keep it: it is not shown again. Send it as “Authorization: Bearer …”."),
            style_func=str,
        )

    def _create(self, name: str, days: int | None) -> str:
        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(name)
        except users.DoesNotExist:
            raise CommandError(
                _("There is no user “%(name)s”. Make one in the admin or with createsuperuser.")
                % {"name": name}
            ) from None
        if not (user.is_active and user.is_staff):
            raise CommandError(
                _("“%(name)s” is not active staff: their token would have no access.")
                % {"name": name}
            )
        expiry = timedelta(days=days) if days else None
        _token, text = get_token_model().objects.create(user=user, expiry=expiry)
        return str(text)
