"""Pages and API under load: ``python -m bench.load``. See bench/results/load.md."""
