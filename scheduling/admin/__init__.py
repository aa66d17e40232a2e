"""The stock Django admin over all tables: one module an area."""

from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from . import accounts, classes, history, jobs, people, timetable

__all__ = ["accounts", "classes", "history", "jobs", "people", "timetable"]

# The queue is machinery: what became of a run stands in its log.
admin.site.unregister(DBTaskResult)
