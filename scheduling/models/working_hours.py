"""The working hours of teachers."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .fields import MinuteTimeField
from .people import Teacher
from .timetable import Weekday


class WorkingHours(models.Model):
    """An interval in which a teacher works on a weekday, in the teacher's zone.

    An end at 00:00 is midnight. Intervals may overlap: they are united when they are read. The
    hours of a teacher without any row are unknown.
    """

    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.CASCADE,
        related_name="working_hours",
        verbose_name=_("teacher"),
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    start_time = MinuteTimeField(_("start time"))
    end_time = MinuteTimeField(_("end time"), help_text=_("00:00 is midnight."))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day, included.")
    )

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "start_time", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7), name="working_hours_weekday"
            ),
            models.CheckConstraint(
                condition=Q(end_time__gt=F("start_time")) | Q(end_time=time()),
                name="working_hours_end_after_start",
                violation_error_message=_("The end time must be after the start time."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="working_hours_validity",
                violation_error_message=_("“Valid until” is before “valid from”."),
            ),
        ]

    def __str__(self) -> str:
        text = f"{self.get_weekday_display()} {self.start_time:%H:%M}–{self.end_time:%H:%M}"
        dates = [date_format(day) if day else "" for day in (self.valid_from, self.valid_until)]
        return f"{text} ({' – '.join(dates)})" if any(dates) else text
