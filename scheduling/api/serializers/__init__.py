"""Serializers: request bodies, query parameters and responses."""
