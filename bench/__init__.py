"""How quick generation is: `make bench`. See docs/performance.md."""
