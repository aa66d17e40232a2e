"""Every page of the admin that is no table, in the order of the navigation."""

from . import background_jobs, calendar, check, conflicts, explain, importing
from .page import Page

PAGES: tuple[Page, ...] = (
    *calendar.PAGES,
    *background_jobs.PAGES,
    *conflicts.PAGES,
    *check.PAGES,
    *explain.PAGES,
    *importing.PAGES,
)
