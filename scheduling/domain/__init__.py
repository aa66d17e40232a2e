"""The rules of the calendar: standard library only, no clock, no settings, no database."""
