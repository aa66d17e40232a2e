"""The demo studio: invented data of any size, reproducible from its parameters."""

from .loader import DemoError, LoadReport, load_demo, substitute_in_demo

__all__ = ["DemoError", "LoadReport", "load_demo", "substitute_in_demo"]
