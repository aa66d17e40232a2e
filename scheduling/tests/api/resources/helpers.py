"""Keys and assertions for the tests of the resources."""

import json
from typing import Any

from scheduling.tests.factories import EARLY

NOW = EARLY

TEACHER = {
    *("id", "name", "email", "timeZone", "isActive", "language", "reminders", "lessonSettings"),
    *("subjects", "workingHours"),
}
MEETING = {
    *("id", "dayOfWeek", "startTime", "endTime", "subject", "teacher", "room"),
    *("isShared", "intervalWeeks", "validFrom", "validUntil"),
}
ROOM = {"id", "name", "capacity", "isActive"}
STUDENT = {
    *("id", "firstName", "lastName", "email", "startDate", "endDate"),
    *("isActive", "language", "reminders", "fixedSchedule"),
}
GUARDIAN = {
    *("id", "firstName", "lastName", "email", "phone", "language", "reminders", "notices"),
    "students",
}
SLOT = {
    *("id", "teacher", "student", "dayOfWeek", "startTime", "durationMinutes", "intervalWeeks"),
    *("room", "subject", "isShared", "validFrom", "validUntil", "status"),
}
CLOSURE = {"id", "name", "firstDate", "lastDate", "teacher", "student", "earnsMakeUps"}
CLASS = {
    *("id", "student", "teacher", "room", "date", "startTime", "endTime", "timeZone", "startsAt"),
    *("endsAt", "subject", "status", "cancelReason", "attendance", "isShared", "notes"),
    *("source", "occurrenceDate", "makeUpFor", "isChargeable", "originalTeacher"),
}


def ok(answer: Any, status: int = 200) -> Any:
    """Return the JSON of a response with this status."""
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def refused(answer: Any, status: int, code: str, *words: str) -> str:
    """Return the message of an error with this status and code; it contains all ``words``."""
    body = ok(answer, status)
    assert set(body) == {"success", "error", "message"}
    assert (body["success"], body["error"]) == (False, code)
    for word in words:
        assert word in body["message"], body["message"]
    return str(body["message"])


def invalid(answer: Any, *words: str) -> str:
    """Return the message of a 400 that contains all ``words``."""
    return refused(answer, 400, "invalid", *words)


def raw(api: Any, url: str, body: Any, method: Any = None) -> Any:
    """Send a body that may contain surrogates and infinity (sent as 1e400)."""
    text = json.dumps(body).replace("Infinity", "1e400")
    return (method or api.post)(url, text, content_type="application/json")
