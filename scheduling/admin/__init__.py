"""The stock Django admin over all tables: one module an area."""

from django.contrib import admin

from . import accounts, classes, feeds, history, jobs, people, timetable

__all__ = ["accounts", "classes", "feeds", "history", "jobs", "people", "timetable"]

# Queues are machinery: what became of a run stands in its log.
_QUEUES = ("django_tasks_database", "django_rq")
admin.site.unregister([model for model in admin.site._registry if model._meta.app_label in _QUEUES])
