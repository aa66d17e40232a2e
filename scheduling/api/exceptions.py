"""What the API may refuse with, beyond what the framework has."""

from rest_framework import status
from rest_framework.exceptions import APIException


class ServiceUnavailable(APIException):
    """Something that the caller can't mend: 503."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class Conflict(APIException):
    """The state of things does not allow it: 409."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Gone(APIException):
    """It was there, and is not any more: 410."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"


class TooLarge(APIException):
    """The body is larger than anything that this API takes: 413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
