"""Examples for the schema, from the contract."""

from drf_spectacular.utils import OpenApiExample

WEEKLY = OpenApiExample(
    "A week",
    value={
        "success": True,
        "message": "Generación semanal completada: 15 clases creadas",
        "weekStart": "2024-01-15",
        "weekEnd": "2024-01-21",
        "totalClassesCreated": 15,
        "studentsProcessed": 8,
        "runId": 41,
        "results": [
            {
                "studentId": 1,
                "studentName": "Juan Pérez",
                "classesCreated": 2,
                "message": "2 clases creadas para la semana 2024-01-15 a 2024-01-21",
            }
        ],
    },
    response_only=True,
)
RUN = {
    "id": 41,
    "jobName": "weekly",
    "state": "succeeded",
    "success": True,
    "executedAt": "2024-01-15T06:00:00.120000+00:00",
    "finishedAt": "2024-01-15T06:00:00.950000+00:00",
    "durationSeconds": 0.83,
    "trigger": "cron",
    "triggeredBy": "",
    "lessonsGenerated": 15,
    "teachersProcessed": 3,
    "studentsProcessed": 8,
    "errors": [],
}
WEEK = OpenApiExample(
    "A complete week",
    value={
        "weekStart": "2024-01-15",
        "weekEnd": "2024-01-21",
        "studentsWithFixedSchedule": 8,
        "existingClassesThisWeek": 15,
        "expectedClassesThisWeek": 15,
        "missingClassesThisWeek": 0,
        "status": "complete",
        "lastRun": RUN,
    },
    response_only=True,
)
_DELIVERY = {
    "success": True,
    "lessonsGenerated": 12,
    "teachersProcessed": 3,
    "timestamp": "2024-01-15T02:00:01.200000+00:00",
    "runId": 42,
    "errors": [],
    "healthIssues": [],
    "data": {"lessonsGenerated": 12, "teachersProcessed": 3, "errors": []},
}
CRON = OpenApiExample("A delivery", value=_DELIVERY, response_only=True)
_NOTHING = {"lessonsGenerated": 0, "teachersProcessed": 0, "errors": []}
CRON_BUSY = OpenApiExample(
    "A second delivery",
    value=_DELIVERY | _NOTHING | {"status": "already_running", "data": _NOTHING},
    response_only=True,
)
TICK = OpenApiExample(
    "A call at night",
    value={
        "success": True,
        "timestamp": "2024-01-16T02:00:03.400000+00:00",
        "ran": [
            {"job": "weekly", "state": "succeeded", "runId": 43, "classesCreated": 0},
            {"job": "horizon", "state": "succeeded", "runId": 44, "classesCreated": 12},
            {"job": "watch", "state": "succeeded", "runId": 45, "classesCreated": 0},
        ],
        "active": [],
        "notDue": ["prune"],
        "errors": [],
    },
    response_only=True,
)
WEEKLY_BODY = OpenApiExample(
    "A named week", value={"date": "2024-01-17", "dryRun": False}, request_only=True
)
