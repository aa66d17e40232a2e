"""Families' pages, at secret addresses, for readers without an account."""
