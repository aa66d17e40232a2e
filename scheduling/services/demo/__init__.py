"""A made-up studio of any size, the same for the same parameters."""

from .loader import DemoError, LoadReport, load_demo

__all__ = ["DemoError", "LoadReport", "load_demo"]
