"""The admin's pages beside the tables, in the order of the navigation."""

from scheduling.admin.core.tool_page import ToolPage
from scheduling.admin.tools import (
    calendar_check,
    conflicts,
    explain,
    find_time,
    search,
    sheets,
    statement,
    timetable_import,
)

from . import calendar, jobs
from .home import day, settings_page
from .people import own_hours

PAGES: tuple[ToolPage, ...] = (
    *day.PAGES,
    *calendar.PAGES,
    *find_time.PAGES,
    *search.PAGES,
    *own_hours.PAGES,
    *statement.PAGES,
    *sheets.PAGES,
    *jobs.PAGES,
    *conflicts.PAGES,
    *calendar_check.PAGES,
    *explain.PAGES,
    *timetable_import.PAGES,
    *settings_page.PAGES,
)
