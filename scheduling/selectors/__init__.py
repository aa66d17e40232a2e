"""Rows to domain values, and the queries of lists. Nothing here writes."""
