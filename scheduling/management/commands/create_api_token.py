"""``manage.py create_api_token``: creates a token for the API and prints it once."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from scheduling.db.errors import describe
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import whole
from scheduling.models import ApiTokenDetails, TokenScope
from scheduling.text.dates import long_day


class Command(StudioCommand):
    help = (
        "Creates an API token for a user and prints it once; only its hash is stored. It has the "
        "permissions of the user, or only that to read /metrics. Revoke it in the admin under "
        "“API tokens”."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the user of the token")
        parser.add_argument(
            "--days",
            type=whole(1, 36_500),
            metavar="N",
            default=settings.REST_KNOX["TOKEN_TTL"].days,
            help="the number of days that it is valid (default: %(default)s)",
        )
        parser.add_argument(
            "--name", default="", metavar="TEXT", help="what it is for, as the admin shows it"
        )
        parser.add_argument(
            "--scope",
            choices=TokenScope.values,
            default=TokenScope.ALL.value,
            help="metrics: it reads /metrics and nothing else (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token, text = self._create(options)
        except DatabaseError as error:
            raise CommandError(describe(error)) from error
        self.stdout.write(text)
        day = long_day(timezone.localdate(token.expiry))
        self.stderr.write(_("It expires on %(day)s.") % {"day": day}, style_func=str)
        self.stderr.write(
            _("Keep it: it is not shown again. Send it as “Authorization: Bearer …”."),
            style_func=str,
        )

    def _create(self, options: dict[str, Any]) -> tuple[AuthToken, str]:
        name = options["username"]
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
        with transaction.atomic():
            token, text = AuthToken.objects.create(user, timedelta(days=options["days"]))
            details = ApiTokenDetails(
                token=token, name=options["name"].strip(), scope=options["scope"]
            )
            try:
                details.full_clean()
            except ValidationError as error:
                raise CommandError("--name: " + " ".join(error.messages)) from None
            details.save()
        return token, text
