"""The rules of the calendar. Pure: standard library only, no clock, settings or database."""
