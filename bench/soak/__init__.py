"""The soak test: ``python -m bench.soak``. See docs/reliability.md."""
