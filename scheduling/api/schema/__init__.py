"""Extensions of drf-spectacular for this API's OpenAPI schema."""
