"""How quick generation and pages are: `make bench`. See docs/performance.md."""
