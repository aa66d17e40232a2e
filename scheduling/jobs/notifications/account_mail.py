"""E-mails with a link to set a password.

The link is Django's: it ends when it is used, and after ``PASSWORD_RESET_TIMEOUT``. The outbox
keeps the text without the link's secret part, which is made when the message is sent: whoever reads
the outbox can't use it.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.models import Message, MessageKind
from scheduling.selectors.studio import studio

from .texts import signature

# Stands for the secret part of a link.
HIDDEN = "hidden"


def link_parts(account: Any) -> dict[str, str]:
    """Return the arguments of the link's URL, without its secret."""
    return {"uidb64": urlsafe_base64_encode(force_bytes(account.pk)), "token": HIDDEN}


def account_text(account: Any, link: str, language: str, *, invites: bool) -> tuple[str, str]:
    """Return subject and body of an invitation, or of the answer to a forgotten password."""
    with translation.override(language):
        days = settings.PASSWORD_RESET_TIMEOUT // int(timedelta(days=1).total_seconds())
        values = {
            "studio": studio().name or "Class Tracker",
            "name": account.first_name or account.get_username(),
            "username": account.get_username(),
            "link": link,
            "valid": ngettext(
                "The link works once, within %(n)d day.",
                "The link works once, within %(n)d days.",
                days,
            )
            % {"n": days},
        }
        if invites:
            subject = _("%(studio)s: your account")
            body = _(
                "Hello %(name)s,\n\n"
                "%(studio)s has created an account for you. Choose a password here:\n\n"
                "%(link)s\n\n"
                "Your user name is %(username)s. %(valid)s"
            )
        else:
            subject = _("%(studio)s: a new password")
            body = _(
                "Hello %(name)s,\n\n"
                "someone has asked for a new password for your account. Choose it here:\n\n"
                "%(link)s\n\n"
                "Your user name is %(username)s. %(valid)s If it was not you, do nothing: your "
                "password stays as it is."
            )
        return " ".join((subject % values).split()), body % values + signature()


def is_current(message: Message) -> bool:
    """Return whether the account can still log in and has the address of the message."""
    account = message.account
    return account is not None and account.is_active and account.email == message.recipient


def secret_link(message: Message) -> tuple[str, str]:
    """Return the end of the link in the stored text, and the same with its secret part."""
    if message.kind != MessageKind.ACCOUNT or message.account is None:
        return "", ""
    uid, hidden = link_parts(message.account).values()
    token = default_token_generator.make_token(message.account)
    return f"/{uid}/{hidden}/", f"/{uid}/{token}/"
