"""A made-up studio of any size, the same for the same parameters."""

from .loader import DemoError, Loaded, load_demo

__all__ = ["DemoError", "Loaded", "load_demo"]
