"""The signed token with which the calendar undoes an edit."""

from dataclasses import asdict
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.services.classes.undo import Edit

SALT = "scheduling.calendar.undo"
# Seconds. The offer disappears with the page.
MAX_AGE = 3600


def undo_token(edit: Edit, notified: bool, user: Any) -> str:
    """Return the token of a user's edit; ``notified``: families and teachers were told of it."""
    return signing.dumps([asdict(edit), notified], salt=f"{SALT}.{user.pk}", compress=True)


def read_token(token: str, class_id: int, user: Any) -> tuple[Edit, bool]:
    """Return the edit of a class by a user, and whether it was told. Raises ValidationError."""
    try:
        values, notified = signing.loads(token, salt=f"{SALT}.{user.pk}", max_age=MAX_AGE)
    except signing.BadSignature:
        values, notified = {"class_id": None}, False
    if values["class_id"] != class_id:
        raise ValidationError(_("This can't be undone any more."), code="token")
    return Edit(**values), notified
