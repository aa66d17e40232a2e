"""Concurrent clients of a server: six read, two write."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.contrib.auth.models import User
from django.test import Client
from knox.models import get_token_model

from scheduling.models import CalendarFeed, ScheduledClass
from scheduling.services.calendar_feeds import token_of

CLASSES = "/admin/scheduling/scheduledclass"


@dataclass
class Traffic:
    """Concurrent requests of a superuser to the server at ``url``; ``failures`` are texts."""

    url: str
    failures: list[str] = field(default_factory=list)
    answers: int = 0

    def __post_init__(self) -> None:
        user = User.objects.create_superuser("teresa")
        client = Client()
        client.force_login(user)
        token = get_token_model().objects.create(user)[1]
        self._cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
        self._token = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._feed = f"/calendar/{token_of(CalendarFeed.objects.create())}.ics"
        self._number = count(1)

    def post(self, path: str, body: object, *, method: str = "POST") -> tuple[int, bytes]:
        """Send a JSON ``body`` to the API; return status and body of the answer."""
        data = json.dumps(body).encode()
        return self._send(Request(self.url + path, data, self._token, method=method))

    def run(self, until: Callable[[], bool]) -> None:
        """Run all eight clients until the condition holds, at least two rounds each."""
        clients = [self._reader(*view) for view in self._views()] + [self._writer()] * 2

        stop = threading.Event()

        def work(client: Callable[[], Iterator[str]]) -> None:
            rounds = 0
            while rounds < 2 or not stop.is_set():
                rounds += 1
                try:
                    self.failures += filter(None, client())
                except Exception as error:
                    self.failures.append(f"{type(error).__name__}: {error}")

        threads = [threading.Thread(target=work, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        try:
            while not until():
                stop.wait(0.1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _views(self) -> list[tuple[str, bytes]]:
        """Return URLs and the text that each must contain."""
        row = ScheduledClass.objects.select_related("student").earliest("starts_at", "id")
        name = str(row.student).encode()
        return [
            (self._feed, b"END:VCALENDAR"),
            (f"{CLASSES}/export/csv/?when=all", name),
            (f"{CLASSES}/export/xlsx/?when=all", b"PK"),
            (f"{CLASSES}/{row.pk}/change/", name),
            (f"/admin/scheduling/recurringslot/{row.recurring_slot_id}/change/", name),
            (f"/api/classes?student={row.student_id}", b'"results"'),
        ]

    def _reader(self, path: str, expected: bytes) -> Callable[[], Iterator[str]]:
        headers = self._token if path.startswith("/api/") else self._cookie

        def read() -> Iterator[str]:
            status, body = self._send(Request(self.url + path, headers=headers))
            yield "" if status == 200 and expected in body else f"{path}: {status} {body[-300:]!r}"

        return read

    def _writer(self) -> Callable[[], Iterator[str]]:
        """Return a function that adds a student with a fixed schedule, then changes the student."""

        def write() -> Iterator[str]:
            number = next(self._number)
            minute = f"{number % 60:02}"
            schedule = {"dayOfWeek": 1 + number % 7, "startTime": f"05:{minute}"}
            status, body = self.post(
                "/api/students",
                {
                    "firstName": f"New {number}",
                    "startDate": "2025-12-15",
                    "fixedSchedule": [schedule | {"endTime": f"06:{minute}"}],
                },
            )
            yield "" if status == 201 else f"a new student: {status} {body[-300:]!r}"
            if status == 201:
                path = f"/api/students/{json.loads(body)['id']}"
                status, body = self.post(path, {"lastName": "Changed"}, method="PATCH")
                yield "" if status == 200 else f"{path}: {status} {body[-300:]!r}"

        return write

    def _send(self, request: Request) -> tuple[int, bytes]:
        try:
            with urlopen(request, timeout=60) as answer:
                status, body = answer.status, answer.read()
        except HTTPError as error:
            status, body = error.code, error.read()
        self.answers += 1
        return status, body
