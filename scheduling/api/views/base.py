"""The base class of all views of the API."""

from collections.abc import Sequence

from rest_framework.views import APIView


class ApiView(APIView):
    """A view without OPTIONS: the schema describes the API instead."""

    http_method_names: Sequence[str] = ("get", "post", "put", "patch", "delete", "head")
