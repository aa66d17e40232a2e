"""Accounts: inviting a teacher, and links to set a password."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.jobs.notifications.account_mail import account_text, link_parts
from scheduling.jobs.notifications.outbox import create_message
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import Message, MessageKind, Teacher
from scheduling.selectors.studio import studio

# A message that was not sent by then is not sent.
EXPIRY = timedelta(days=1)
# An account gets no second link on request within this time.
PAUSE = timedelta(minutes=5)

# Returns the absolute URL of a path of this site.
Absolute = Callable[[str], str]


def invite(
    teacher: Teacher, email: str, roles: Iterable[Group], absolute: Absolute, now: datetime
) -> User:
    """Create the account of ``teacher`` and queue a link to set its password.

    The address is the user name. A teacher without an address gets this one. Raises ValidationError
    if the teacher has an account, or another account has the address as its name.
    """
    with transaction.atomic():
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=teacher.pk)
        if teacher.user_id is not None:
            raise ValidationError(_("This teacher has an account already."), code="exists")
        if User.objects.filter(username__iexact=email).exists():
            text = _("Another account has this address as its user name. Choose it under “Edit”.")
            raise ValidationError({"email": text}, code="exists")
        user = User.objects.create_user(email, email, is_staff=True, first_name=teacher.name[:150])
        user.groups.set(roles)
        teacher.user = user
        teacher.email = teacher.email or email
        teacher.save()
        send_link(user, absolute, now, invites=True)
    return user


def send_link(user: User, absolute: Absolute, now: datetime, *, invites: bool) -> None:
    """Queue a link to set the password of ``user``, in their language or the studio's."""
    teacher = Teacher.objects.filter(user=user).first()
    language = teacher.language if teacher else studio().language
    with transaction.atomic():
        link = absolute(reverse("password_reset_confirm", kwargs=link_parts(user)))
        subject, body = account_text(user, link, language, invites=invites)
        kind, until = MessageKind.ACCOUNT, now + EXPIRY
        create_message(kind, user.email, language, subject, body, now, until, user)
        enqueue_delivery()


def send_forgotten(email: str, absolute: Absolute, now: datetime) -> None:
    """Queue a link for each active account with this address.

    A delivery is started in any case, so that the time it takes tells nothing.
    """
    wanted = _normalised(email)
    for user in User.objects.filter(email__iexact=email, is_active=True).order_by("pk"):
        recent = Message.objects.filter(account=user, created_at__gt=now - PAUSE)
        # The database may take other letters for the same.
        if _normalised(user.email) == wanted and not recent.exists():
            send_link(user, absolute, now, invites=not user.has_usable_password())
    enqueue_delivery()


def is_invited(user: Any) -> bool:
    """Return whether ``user`` has not chosen a password yet."""
    return not user.has_usable_password()


def _normalised(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold()
