"""Name and scope of API tokens, beside knox's table."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken


class TokenScope(models.TextChoices):
    """What a token may do of what its account may do."""

    ALL = "all", _("everything that the account may do")
    METRICS = "metrics", _("read /metrics only")


class ApiTokenDetails(models.Model):
    """The name and the scope of a token. A token without a row has the scope ``ALL``."""

    token = models.OneToOneField(
        AuthToken,
        on_delete=models.CASCADE,
        related_name="details",
        verbose_name=_("API token"),
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    scope = models.CharField(
        _("scope"),
        max_length=7,
        choices=TokenScope.choices,
        default=TokenScope.ALL,
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        default_permissions = ()  # those of knox's token
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=TokenScope.values), name="api_token_scope"
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.name, str(self.token))))
