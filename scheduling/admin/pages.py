"""Every page of the admin that is no table, in the order of the navigation."""

from . import calendar, explain, importing
from .page import Page

PAGES: tuple[Page, ...] = (*calendar.PAGES, *explain.PAGES, *importing.PAGES)
