"""The guardians of students: the people that a studio writes to about a child's lessons."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .fields import LineField
from .languages import Language
from .people import REMIND, FullNameMixin, Student
from .studio import default_language


class Guardian(FullNameMixin, models.Model):
    """A parent or another person who looks after students; brothers and sisters share guardians.

    The e-mails about a student's lessons go to the guardians who want them. They go to a student
    without guardians directly.
    """

    first_name = LineField(_("first name"), max_length=100)
    last_name = LineField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = LineField(_("phone"), max_length=50, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=default_language
    )
    reminders = models.BooleanField(_("reminders"), default=True, db_default=True, help_text=REMIND)
    notices = models.BooleanField(
        _("notices"),
        default=True,
        db_default=True,
        help_text=_("An e-mail when the studio changes or cancels a lesson."),
    )
    students = models.ManyToManyField(
        Student,
        through="StudentGuardian",
        related_name="guardians",
        verbose_name=_("students"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        ordering = ["last_name", "first_name", "id"]
        indexes = [models.Index(fields=["email"], name="guardian_email")]

    def __str__(self) -> str:
        return self.full_name


class StudentGuardian(models.Model):
    """A guardian of a student. At most one of a student's guardians is the payer."""

    student = models.ForeignKey(
        Student,
        on_delete=models.CASCADE,
        related_name="student_guardians",
        db_index=False,  # the constraint's index begins with it
        verbose_name=_("student"),
    )
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.CASCADE,
        related_name="student_guardians",
        verbose_name=_("guardian"),
    )
    relation = LineField(
        _("relation"), max_length=50, blank=True, help_text=_("For example: mother, grandfather.")
    )
    is_payer = models.BooleanField(
        _("payer"),
        default=False,
        db_default=False,
        help_text=_("The student's lessons count in this guardian's statement."),
    )

    class Meta:
        verbose_name = _("guardian of a student")
        verbose_name_plural = _("guardians of students")
        ordering = ["-is_payer", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "guardian"],
                name="student_guardian_once",
                violation_error_message=_("This guardian is already in the list."),
            ),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(is_payer=True),
                name="student_guardian_one_payer",
                violation_error_message=_("Another guardian is already the payer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian} · {self.student}"
