"""Benchmarks of generation and pages: `make bench`. See docs/performance.md."""
