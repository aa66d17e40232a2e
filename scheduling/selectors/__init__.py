"""Reads: rows as values of the domain, and the queries of lists. Nothing here writes."""
