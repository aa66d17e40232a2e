"""A middleware that records which parameters of a request a view reads."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

# The names that the views have read since this was cleared.
READ: set[str] = set()
# Stands for every name: a view has read all parameters.
ANY = "*"


class _RecordingQuery(QueryDict):
    def __getitem__(self, key: str) -> Any:
        READ.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        READ.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> list[Any]:
        READ.add(key)
        return super().getlist(key, default)

    def __iter__(self) -> Iterator[str]:
        READ.add(ANY)
        return super().__iter__()

    def keys(self) -> Any:
        READ.add(ANY)
        return super().keys()

    def lists(self) -> Any:
        READ.add(ANY)
        return super().lists()

    def copy(self) -> Any:
        READ.add(ANY)
        return super().copy()

    def urlencode(self, safe: str | None = None) -> str:
        READ.add(ANY)
        return super().urlencode(safe)


class RecordingMiddleware:
    """Records the parameters that are read after all other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> None:
        """Replace the parameters in the address and in a submitted form."""
        request.GET.__class__ = _RecordingQuery
        if request.content_type == "multipart/form-data":
            request.POST.__class__ = _RecordingQuery
