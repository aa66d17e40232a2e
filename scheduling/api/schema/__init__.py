"""The OpenAPI description of this API: what drf-spectacular can't know by itself."""
