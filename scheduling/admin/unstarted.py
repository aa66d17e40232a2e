"""Says at once that a schedule asks for nothing while its student has no start date."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from scheduling.models import Student
from scheduling.selectors.data_quality import students_without_start


def warn_without_start(request: HttpRequest, student: Student) -> None:
    """A warning with a link to the student, where one is due."""
    if student.start_date is not None:
        return
    if not students_without_start(timezone.now()).filter(pk=student.pk).exists():
        return
    text = _("%(name)s has a schedule but no start date: there are no classes until it is set.")
    address = reverse("admin:scheduling_student_change", args=[student.pk])
    link = format_html('<a href="{}#id_start_date">{}</a>', address, _("Set the start date"))
    messages.warning(request, format_html("{} {}", text % {"name": student.full_name}, link))
