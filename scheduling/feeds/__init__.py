"""Calendars as iCalendar (RFC 5545), for the applications in which people keep theirs."""
