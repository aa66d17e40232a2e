"""Everything at once, and a recount: ``python -m bench.soak``. See docs/reliability.md."""
