"""Teachers, their lesson settings, and students.

Nobody with history is deleted: people are ended, or erased, which leaves them a neutral name
(``services/personal_data``); what refers to them PROTECTs them.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from scheduling.domain.windows import FIRST_DATE, LAST_DATE

from .fields import LineField, LinesField, typed_lines
from .languages import Language
from .revision import RevisionMixin
from .studio import default_language, default_time_zone, studio
from .validators import validate_time_zone


def studio_time_zone() -> str:
    """Return the default zone in migrations that are older than the studio's row."""
    return settings.TIME_ZONE


def studio_language() -> str:
    """Return the default language in those migrations."""
    return settings.LANGUAGE_CODE


REMIND = _("An e-mail before each class.")


def stays_inactive_once_erased(name: str) -> models.CheckConstraint:
    """Return the constraint that nobody activates an erased person."""
    return models.CheckConstraint(
        condition=Q(erased_at__isnull=True) | Q(is_active=False),
        name=f"{name}_erased_is_inactive",
        violation_error_message=_("An erased person can't be activated."),
    )


class Teacher(RevisionMixin):
    """A person who gives lessons; their series are wall-clock time in their zone."""

    revised_by = ("name", "time_zone", "is_active")

    name = LineField(_("name"), max_length=150)
    email = models.EmailField(_("email"), blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=default_time_zone,
        validators=[validate_time_zone],
        help_text=_("IANA name, such as Europe/Madrid. Lessons keep their local time across DST."),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=default_language,
        db_default=Language.ENGLISH,
    )
    reminders = models.BooleanField(_("reminders"), default=True, db_default=True, help_text=REMIND)
    subjects = LinesField(
        _("subjects"),
        blank=True,
        default="",
        db_default="",
        help_text=_("One a line. Empty: the subjects of the teacher's weekly lessons."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="teacher",
        verbose_name=_("user account"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        ordering = ["name", "id"]
        constraints = [stays_inactive_once_erased("teacher")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.subjects = "\n".join(self.subject_list)

    @property
    def subject_list(self) -> list[str]:
        """The teacher's own subjects, one for each line of ``subjects``."""
        return typed_lines(self.subjects)


class LessonSettings(models.Model):
    """A teacher's lesson settings. Missing settings cause a warning and never block a class."""

    teacher = models.OneToOneField(
        Teacher,
        on_delete=models.CASCADE,
        related_name="lesson_settings",
        verbose_name=_("teacher"),
    )
    advance_booking_days = models.PositiveSmallIntegerField(
        _("advance booking days"),
        default=28,
        db_default=28,
        help_text=_("How many days ahead a lesson may be booked."),
    )

    class Meta:
        verbose_name = _("lesson settings")
        verbose_name_plural = _("lesson settings")

    def __str__(self) -> str:
        return str(self.teacher)


class LessonDuration(models.Model):
    """The price of a length of lesson that a teacher offers, from a day on.

    A changed price is a row of its own, so that earlier lessons keep theirs. Without a price the
    teacher does not offer the length from that day on.
    """

    settings = models.ForeignKey(
        LessonSettings,
        on_delete=models.CASCADE,
        related_name="durations",
        db_index=False,  # the constraint's index begins with it
        verbose_name=_("lesson settings"),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    price = models.DecimalField(
        _("price"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Empty: not offered any more."),
    )
    valid_from = models.DateField(
        _("valid from"),
        default=FIRST_DATE,
        db_default=FIRST_DATE,
        validators=[MinValueValidator(FIRST_DATE), MaxValueValidator(LAST_DATE)],
    )

    class Meta:
        verbose_name = _("lesson duration")
        verbose_name_plural = _("lesson durations")
        ordering = ["minutes", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["settings", "minutes", "valid_from"],
                name="lesson_price_once",
                violation_error_message=_("This length already has a price from that day on."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=1440), name="lesson_duration_minutes"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="lesson_duration_price"),
        ]

    def __str__(self) -> str:
        if self.price is None:
            return f"{self.minutes} min · –"
        price = f"{number_format(self.price, decimal_pos=2)} {studio().currency}"
        return f"{self.minutes} min · {price.rstrip()}"


class FullNameMixin:
    """A person with a first and a last name."""

    first_name: Any
    last_name: Any

    @property
    def full_name(self) -> str:
        """The first and last name, without a space if one of them is empty."""
        return f"{self.first_name} {self.last_name}".strip()


class Student(FullNameMixin, RevisionMixin):
    """A person who takes lessons, from ``start_date`` to ``end_date``, both included."""

    revised_by = ("first_name", "last_name", "start_date", "end_date", "is_active")

    first_name = LineField(_("first name"), max_length=100)
    last_name = LineField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("email"), blank=True)
    start_date = models.DateField(
        _("start date"),
        null=True,
        blank=True,
        help_text=_("The first day on which classes may take place; none without it."),
    )
    end_date = models.DateField(
        _("end date"),
        null=True,
        blank=True,
        help_text=_("The last day on which classes may take place."),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=default_language
    )
    reminders = models.BooleanField(_("reminders"), default=True, db_default=True, help_text=REMIND)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["last_name", "first_name", "id"]
        permissions = [
            ("import_timetable", _("Can import a timetable")),
            ("manage_personal_data", _("Can export and erase the data of a person")),
        ]
        constraints = [
            stays_inactive_once_erased("student"),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                name="student_ends_after_start",
                violation_error_message=_("The end date is before the start date."),
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="student_email"),
        ]

    def __str__(self) -> str:
        return self.full_name
