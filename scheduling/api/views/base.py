"""What every address of the API has in common."""

from collections.abc import Sequence

from rest_framework.views import APIView


class ApiView(APIView):
    """Answers what it has, and says so: an OPTIONS that describes nothing is none of it."""

    http_method_names: Sequence[str] = ("get", "post", "put", "patch", "delete", "head")
