"""JSON outside, rows and requests inside."""
