"""Pages and API under load: ``python -m bench.load``. See docs/performance.md."""
