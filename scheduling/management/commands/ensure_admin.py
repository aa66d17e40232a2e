"""`manage.py ensure_admin`: creates the first administrator."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction

from scheduling.db.errors import describe
from scheduling.management.cli.base import StudioCommand

NAME = "admin"


class Command(StudioCommand):
    help = (
        f"Creates the administrator {NAME!r} with a random password, printed once."
        " Changes nothing if an administrator exists."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._ensure()
        except DatabaseError as error:
            raise CommandError(describe(error)) from error

    @transaction.atomic
    def _ensure(self) -> None:
        people = get_user_model().objects
        # Any administrator counts, as the first account may have been renamed.
        existing = people.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if existing is not None:
            name = existing.get_username()
            self.stdout.write(
                f"Administrator {name!r} exists; the password stays as it is"
                f" (a new one: manage.py changepassword {name})."
            )
            return
        password = secrets.token_urlsafe(12)
        account, is_new = people.get_or_create(
            username=NAME, defaults={"is_staff": True, "is_superuser": True}
        )
        if not is_new:
            self.stdout.write(
                f"The account {NAME!r} exists and is no active administrator; left as it is."
                " Make one with manage.py createsuperuser."
            )
            return
        account.set_password(password)
        account.save(update_fields=["password"])
        self.stdout.write(f"Administrator: {NAME}   password: {password}   (shown only once)")
