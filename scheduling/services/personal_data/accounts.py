"""Erasing the user account of a teacher."""

from typing import Any

from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from knox.models import AuthToken

from scheduling.models import ApiTokenDetails, JobRun, TimetableUpload

from .identity import Identity
from .traces import redacted, store


def refuse_account(user: Any, by: Any) -> None:
    """Raise ValidationError unless ``by`` may erase the account ``user``."""
    if user == by:
        text = _("This is your own account. Somebody else has to erase it.")
        raise ValidationError(text, code="own_account")
    if user.is_superuser and not by.is_superuser:
        text = _("This is the account of a superuser. Only a superuser can erase it.")
        raise ValidationError(text, code="superuser")


def erase_account(user: Any, username: str) -> None:
    """Close the account with its tokens and sessions, and name it ``username``."""
    former = user.get_username()
    Session.objects.filter(pk__in=[session.pk for session in sessions_of(user)]).delete()
    # Only where accounts are named: a username may be a common word.
    types = ContentType.objects.get_for_models(get_user_model(), AuthToken, ApiTokenDetails)
    identity = Identity(frozenset({former}), frozenset(), username)
    for model in (LogEntry, AdminLogEntry):
        entries: Any = model._default_manager.filter(content_type__in=types.values())
        store(model, redacted(entries, identity))
    LogEntry.objects.filter(actor=user).update(actor_email=None, remote_addr=None)
    for owned, column in (
        (JobRun, "triggered_by"),
        (JobRun, "undone_by"),
        (TimetableUpload, "owner_name"),
    ):
        owned._base_manager.filter(**{column: former}).update(**{column: username})
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        for name in {former, user.email} - {""}:
            model._base_manager.filter(username__iexact=name).delete()
    AuthToken.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.username, user.first_name, user.last_name, user.email = username, "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()


def sessions_of(user: Any) -> list[Session]:
    """Return the sessions of the account."""
    return [
        session
        for session in Session.objects.all()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
