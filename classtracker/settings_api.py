"""Settings of the REST framework and of the API's description. Nothing here depends on the
environment; settings.py takes all of it."""

API = "scheduling.api"

# Closed by default: a view opens itself by name, never by forgetting to say.
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
    # Whose address it is, TRUSTED_PROXY alone decides; no header is believed here.
    "NUM_PROXIES": 0,
    "DEFAULT_PAGINATION_CLASS": f"{API}.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": f"{API}.schema.operations.ApiSchema",
    # OPTIONS would describe views with the names of Python; /api/schema is the description.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": f"{API}.errors.handle",
    "TIME_FORMAT": "%H:%M",
    "COERCE_DECIMAL_TO_STRING": False,
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None, "AUTO_REFRESH": False}

DESCRIPTION = """\
Run a studio through this API: its teachers, students and schedules, the classes that follow from
them, and the jobs that generate these.

Dates are `YYYY-MM-DD`, times `HH:MM`, instants ISO 8601 with an offset, weekdays 1 (Monday) to 7
(Sunday). Ranges include both ends. Every address answers with and without a slash at its end, and
none with a redirect. Errors are `{"success": false, "error": "<code>", "message": "…"}`; messages
follow `Accept-Language` (English, Spanish).
"""
SPECTACULAR_SETTINGS = {
    "TITLE": "Class Tracker",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    # An enum of its own name for every choice would be a name that nobody knows.
    "POSTPROCESSING_HOOKS": [
        f"{API}.schema.hooks.camel_case",
        f"{API}.schema.hooks.shared_components",
    ],
    "PREPROCESSING_HOOKS": [f"{API}.schema.hooks.one_path_each"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "Teachers", "description": "Teachers and what they offer."},
        {"name": "Students", "description": "Students and their fixed weekly schedules."},
        {"name": "Recurring slots", "description": "Teachers' weekly slots, taken by students."},
        {"name": "Fixed schedules", "description": "Changes of one meeting of a student's week."},
        {"name": "Closures", "description": "Holidays, time off, pauses."},
        {"name": "Classes", "description": "The calendar: dated classes."},
        {"name": "Plan", "description": "What a run would do, unapplied."},
        {"name": "Class tracking", "description": "Generating classes from the schedules."},
        {"name": "Cron", "description": "For outside cron services."},
        {"name": "Background jobs", "description": "Runs, their history, health."},
        {"name": "Health", "description": "For load balancers and monitoring."},
        {"name": "Description", "description": "This API."},
    ],
    # Swagger's files are ours, and it asks no other host whether the schema is valid.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}
