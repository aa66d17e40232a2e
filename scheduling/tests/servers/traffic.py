"""People and programs who use a server at the same time: six read, two write."""

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
    """What is asked of the server at ``url`` by a superuser; ``failures``: what went wrong."""

    url: str
    failures: list[str] = field(default_factory=list)
    answers: int = 0

    def __post_init__(self) -> None:
        person = User.objects.create_superuser("teresa")
        client = Client()
        client.force_login(person)
        token = get_token_model().objects.create(person)[1]
        self._cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
        self._token = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._feed = f"/calendar/{token_of(CalendarFeed.objects.create())}.ics"
        self._number = count(1)

    def post(self, path: str, body: object, *, method: str = "POST") -> tuple[int, bytes]:
        """What the API answers to a JSON ``body``."""
        data = json.dumps(body).encode()
        return self._ask(Request(self.url + path, data, self._token, method=method))

    def run(self, until: Callable[[], bool]) -> None:
        """Let all eight go on with their rounds, two at least, until the condition holds."""
        hands = [self._reader(*seen) for seen in self._views()] + [self._writer()] * 2

        over = threading.Event()

        def work(hand: Callable[[], Iterator[str]]) -> None:
            rounds = 0
            while rounds < 2 or not over.is_set():
                rounds += 1
                try:
                    self.failures += filter(None, hand())
                except Exception as error:
                    self.failures.append(f"{type(error).__name__}: {error}")

        threads = [threading.Thread(target=work, args=[hand]) for hand in hands]
        for thread in threads:
            thread.start()
        try:
            while not until():
                over.wait(0.1)
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _views(self) -> list[tuple[str, bytes]]:
        """Addresses, and what each shows as long as nothing is lost."""
        one = ScheduledClass.objects.select_related("student").earliest("starts_at", "id")
        name = str(one.student).encode()
        return [
            (self._feed, b"END:VCALENDAR"),
            (f"{CLASSES}/export/csv/?when=all", name),
            (f"{CLASSES}/export/xlsx/?when=all", b"PK"),
            (f"{CLASSES}/{one.pk}/change/", name),
            (f"/admin/scheduling/recurringslot/{one.recurring_slot_id}/change/", name),
            (f"/api/classes?student={one.student_id}", b'"results"'),
        ]

    def _reader(self, path: str, shown: bytes) -> Callable[[], Iterator[str]]:
        headers = self._token if path.startswith("/api/") else self._cookie

        def read() -> Iterator[str]:
            status, body = self._ask(Request(self.url + path, headers=headers))
            yield "" if status == 200 and shown in body else f"{path}: {status} {body[-300:]!r}"

        return read

    def _writer(self) -> Callable[[], Iterator[str]]:
        """Writes down a new student with a fixed schedule, whose classes are made at once."""

        def write() -> Iterator[str]:
            number = next(self._number)
            minute = f"{number % 60:02}"
            meets = {"dayOfWeek": 1 + number % 7, "startTime": f"05:{minute}"}
            status, body = self.post(
                "/api/students",
                {
                    "firstName": f"New {number}",
                    "startDate": "2025-12-15",
                    "fixedSchedule": [meets | {"endTime": f"06:{minute}"}],
                },
            )
            yield "" if status == 201 else f"a new student: {status} {body[-300:]!r}"
            if status == 201:
                path = f"/api/students/{json.loads(body)['id']}"
                status, body = self.post(path, {"lastName": "Changed"}, method="PATCH")
                yield "" if status == 200 else f"{path}: {status} {body[-300:]!r}"

        return write

    def _ask(self, request: Request) -> tuple[int, bytes]:
        try:
            with urlopen(request, timeout=60) as answer:
                status, body = answer.status, answer.read()
        except HTTPError as error:
            status, body = error.code, error.read()
        self.answers += 1
        return status, body
