"""Settings of the REST framework and the OpenAPI schema, independent of the environment."""

from datetime import timedelta
from typing import Any

from classtracker import __version__

API = "scheduling.api"

# Closed by default: a view must name its permissions to be more open.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        f"{API}.authentication.ApiTokenAuthentication",
        f"{API}.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [f"{API}.permissions.StaffModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": [f"{API}.renderers.CamelJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [f"{API}.renderers.CamelJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": f"{API}.renderers.JSONOnly",
    "DEFAULT_THROTTLE_CLASSES": [f"{API}.throttles.CallerThrottle"],
    # DRF ignores forwarding headers; only TRUSTED_PROXY determines the client's address.
    "NUM_PROXIES": 0,
    "DEFAULT_PAGINATION_CLASS": f"{API}.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": f"{API}.schema.operations.ApiSchema",
    # OPTIONS would describe views with Python names; /api/schema describes the API.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": f"{API}.errors.handle",
    "TIME_FORMAT": "%H:%M",
    "COERCE_DECIMAL_TO_STRING": False,
}
# The default, which makemigrations needs by name.
KNOX_TOKEN_MODEL = "knox.AuthToken"
REST_KNOX: dict[str, Any] = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=365),
    "AUTO_REFRESH": False,
}

DESCRIPTION = """\
Manage a studio: its teachers, students and schedules, the classes generated from them, and the
jobs that generate the classes.

Dates are `YYYY-MM-DD`, times `HH:MM`, instants ISO 8601 with an offset, weekdays 1 (Monday) to 7
(Sunday). Ranges include both ends. Every URL works with and without a trailing slash, and none
redirects. Errors are `{"success": false, "error": "<code>", "message": "…"}`; messages follow
`Accept-Language` (English, Spanish).
"""
SPECTACULAR_SETTINGS = {
    "TITLE": "Class Tracker",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    # Enums stay inline, without generated component names.
    "POSTPROCESSING_HOOKS": [
        f"{API}.schema.hooks.camel_case",
        f"{API}.schema.hooks.shared_components",
    ],
    "PREPROCESSING_HOOKS": [f"{API}.schema.hooks.one_path_each"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "Teachers", "description": "Teachers, their working hours and lesson settings."},
        {"name": "Students", "description": "Students and their fixed weekly schedules."},
        {"name": "Guardians", "description": "The guardians of students."},
        {"name": "Recurring slots", "description": "Teachers' weekly slots, taken by students."},
        {"name": "Fixed schedules", "description": "Changes of a student's weekly lessons."},
        {"name": "Rooms", "description": "Where lessons take place."},
        {"name": "Closures", "description": "Holidays, time off, pauses."},
        {"name": "Classes", "description": "The calendar: dated classes."},
        {"name": "Conflicts", "description": "Weekly lessons that clash with another lesson."},
        {"name": "Openings", "description": "When teachers are free."},
        {"name": "Plan", "description": "A preview of a run."},
        {"name": "Class tracking", "description": "Generating classes from the schedules."},
        {"name": "Cron", "description": "For external cron services."},
        {"name": "Statements", "description": "What was given in a period, and what is owed."},
        {"name": "Background jobs", "description": "Runs, their history and health."},
        {"name": "Health", "description": "For load balancers and monitoring."},
        {"name": "Description", "description": "This API."},
    ],
    # Swagger UI is served from this site and does not send the schema to a validator.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}
