"""The languages of the product."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Languages that the product speaks; the one a person is written to."""

    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
