"""Runs that are cut into shards."""
