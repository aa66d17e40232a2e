"""The stock Django admin over all tables: one module an area."""

from django.contrib import admin

from . import (
    accounts,
    classes,
    closures,
    feeds,
    history,
    jobs,
    slots,
    students,
    teachers,
    timetable,
)

__all__ = [
    "accounts",
    "classes",
    "closures",
    "feeds",
    "history",
    "jobs",
    "slots",
    "students",
    "teachers",
    "timetable",
]

# Queues are machinery: what became of a run stands in its log.
_QUEUES = ("django_tasks_database", "django_rq")
admin.site.unregister([model for model in admin.site._registry if model._meta.app_label in _QUEUES])
