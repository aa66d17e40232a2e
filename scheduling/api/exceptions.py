"""API exceptions that DRF lacks."""

from rest_framework import status
from rest_framework.exceptions import APIException


class ServiceUnavailable(APIException):
    """503: the server can't serve the request now."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class Conflict(APIException):
    """409: the current state does not allow the request."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Gone(APIException):
    """410: the resource existed and has been removed."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"


class TooLarge(APIException):
    """413: the request body exceeds the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
