"""The languages of the product."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """The languages of the interface and of e-mails."""

    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
