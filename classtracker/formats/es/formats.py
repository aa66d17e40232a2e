"""Spanish as a timetable is written: “lun 5 ene 2026, 15:15”, on every page."""

DATE_FORMAT = SHORT_DATE_FORMAT = "D j b Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "D j b Y, H:i"
