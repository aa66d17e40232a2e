"""Runs in the background, performed by real processes."""
