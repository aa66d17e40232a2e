"""Families' pages: their lessons, their own cancellations and make-ups, and their addresses."""
