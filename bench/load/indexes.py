"""The size, number of scans and purpose of each index."""

from django.db import connection

_INDEXES = """
    SELECT used.relname, used.indexrelname, pg_relation_size(used.indexrelid), used.idx_scan,
           indisprimary
      FROM pg_stat_user_indexes AS used
      JOIN pg_index USING (indexrelid)
     WHERE used.relname = 'classes' OR used.relname LIKE 'scheduling%'
     ORDER BY 3 DESC, 2
"""
# By the beginning of the name. Constraints ("promise") are useful without scans.
USES = {
    "class_student_not_double_booked": "promise: a student in one place",
    "class_teacher_not_double_booked": "promise: a teacher in one place",
    "class_room_not_double_booked": "promise: a room in one class",
    "class_compound_key": "promise: student, date and times",
    "class_once_a_week_of_fixed_schedule": "promise: one a week; the planner's way to classes",
    "class_once_a_week_of_recurring_slot": "promise: one a week; the planner's way to classes",
    "class_student_start": "a student's page, calendar, feed; next class; who may delete",
    "class_teacher_start": "a teacher's page, calendar, feed; next class; who may delete",
    "class_room_start": "a room's calendar; next class; who may delete; free rooms",
    "class_start": "lists in order of start, the calendar, today, reminders; pages of the API",
    "class_date": "lists of a date, days in numbers, plain SQL by date",
    "class_made_up_once": "promise: one make-up for a class; make-ups owed",
    "class_cancelled": "make-ups owed: the first page and the list",
    "class_not_marked": "classes not marked: the first page and the list",
    "class_closure": "closures that go; deleting one",
    "class_original_teacher": "who may delete a teacher",
    "scheduling_fixedschedule_student_id": "a student's rules; who may delete",
    "scheduling_fixedschedule_teacher_id": "a teacher's rules, chunks of a run; who may delete",
    "scheduling_recurringslot_student_id": "a student's slots; who may delete",
    "scheduling_recurringslot_teacher_id": "a teacher's slots, chunks of a run; who may delete",
    "scheduling_fixedschedule_room_id": "a room's rules, chunks of a run; who may delete",
    "scheduling_recurringslot_room_id": "a room's slots, chunks of a run; who may delete",
    "room_name_once": "promise: a name once, whatever its case",
    "fixed_schedule_import_key": "promise: a file's rule once",
    "recurring_slot_import_key": "promise: a file's rule once",
    "student_email": "the import of a timetable finds its students",
    "job_run_whole": "the newest whole runs of a job: every page about jobs",
    "job_run_job": "the log of one job, narrowed runs included",
    "job_run_finished": "pruning",
    "job_run_unsettled": "open and crashed runs: every page about jobs",
    "job_run_one_active": "promise: the claim of a run",
    "job_run_item_outcome": "a run's results; conflicts; pruning",
    "closure_last_date": "closures of a window",
    "scheduling_closure": "closures of a person or rule; who may delete",
    "lesson_duration_once": "promise: a length once; a teacher's prices",
    "scheduling_lessonsettings_teacher_id": "promise: one for a teacher; their page",
    "scheduling_teacher_user_id": "promise: one account for a teacher",
    "scheduling_calendarfeed": "feeds of a person; deleting one",
    "message_item_once": "promise: the same of a lesson once",
    "message_waiting": "what is to be delivered",
    "message_expires": "pruning; mail that did not arrive",
    "trouble_once": "promise: an alert once",
    "upload_imported": "the last imports; those that are too old",
    "scheduling_timetableupload_owner": "deleting an account",
    "refused_credentials_once": "promise: refused credentials of an address in one count",
}


def reset() -> None:
    """Reset the statistics."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_reset()")


def markdown() -> str:
    """Return a table of all indexes, with the primary keys in one line."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES)
        rows = cursor.fetchall()
    lines = ["| index | MB | scans | what needs it |", "|---|---|---|---|"]
    for _table, name, size, scans, _primary in (row for row in rows if not row[4]):
        use = next((USES[key] for key in USES if name.startswith(key)), "**unknown**")
        lines.append(f"| `{name}` | {size / 2**20:.1f} | {scans:,} | {use} |")
    keys = [row for row in rows if row[4]]
    size, scans = sum(row[2] for row in keys), sum(row[3] for row in keys)
    lines.append(f"| {len(keys)} primary keys | {size / 2**20:.1f} | {scans:,} | everything |")
    return "\n".join(lines)
