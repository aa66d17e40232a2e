"""The scope of API tokens, and tokens that expire soon."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from knox.models import AuthToken

from scheduling.models import ApiTokenDetails, TokenScope

# How long before its end a token is shown as expiring.
SOON = timedelta(days=14)


def details_of(token: AuthToken) -> ApiTokenDetails:
    """Return the name and scope of ``token``, or the defaults if none are stored."""
    found: ApiTokenDetails = getattr(token, "details", None) or ApiTokenDetails(token=token)
    return found


def scope_of(token: AuthToken) -> TokenScope:
    """Return the scope of ``token``."""
    return TokenScope(details_of(token).scope)


def expiring(now: datetime) -> QuerySet[AuthToken]:
    """Return the tokens that expire soon or have expired.

    A program that sends an expired token removes it.
    """
    return AuthToken.objects.filter(expiry__lte=now + SOON)
