"""An index of hard cases, each with its test. It fails when a test is missing."""

from importlib import import_module

import pytest

SCENARIOS: dict[str, dict[str, str]] = {
    "time": {
        "Madrid 02:30 on 2026-03-29 is 01:30Z": (
            "domain.test_wallclock:test_madrid_gap_2026_03_29_has_offset_before"
        ),
        "Madrid 02:30 on 2026-10-25 is its first instance": (
            "domain.test_wallclock:test_madrid_repeated_hour_2026_10_25_is_first_instant"
        ),
        "Havana without midnight": "domain.test_wallclock:test_havana_day_without_midnight",
        "Beirut without midnight": "domain.test_wallclock:test_beirut_day_without_midnight",
        "Cairo without midnight": "domain.test_wallclock:test_cairo_day_without_midnight",
        "Santiago without midnight": "domain.test_wallclock:test_santiago_day_without_midnight",
        "days without midnight have their lessons": (
            "jobs.windows.test_horizon:test_day_without_midnight_has_its_class"
        ),
        "Lord Howe's half-hour shift": (
            "domain.test_wallclock:test_lord_howe_shifts_by_half_an_hour"
        ),
        "a lesson across a transition": (
            "domain.planning.test_conflicts:test_class_across_transition_keeps_its_duration"
        ),
        "zones that switch on different weeks": (
            "domain.test_recurrence:test_zones_that_change_in_different_weeks"
        ),
        "Monday in Kiritimati and in Pago Pago": (
            "domain.test_recurrence:test_monday_is_local_in_kiritimati_and_pago_pago"
        ),
        "the Monday of a run is the studio's": (
            "jobs.windows.test_weekly:test_week_begins_on_monday_of_studio_zone"
        ),
        "cron at Sunday 23:30 UTC": (
            "domain.planning.test_idempotence:test_runs_on_sunday_and_monday_create_their_own_weeks"
        ),
    },
    "calendar": {
        "2027-01-01 is in 2026-W53, 2027-01-04 in 2027-W01": (
            "domain.test_windows:test_2027_01_01_is_in_2026_w53_and_2027_01_04_in_2027_w01"
        ),
        "a week over two years": "jobs.windows.test_weekly:test_week_can_span_two_years",
        "29 February as lesson, start, end": (
            "domain.test_recurrence:test_29_february_can_be_class_start_and_end_of_series"
        ),
        "29 February as closure": "jobs.outcomes.test_closures:test_29_february_can_be_closed",
        "Sunday series": "domain.test_recurrence:test_sunday_series_has_class_at_end_of_week",
        "a class across midnight": "jobs.windows.test_horizon:test_class_can_end_after_midnight",
        "a start mid-week before, on and after the slot's day": (
            "domain.test_recurrence:test_start_in_mid_week_is_first_possible_day"
        ),
        "an inclusive end date": ("jobs.windows.test_weekly:test_end_date_is_last_day_with_class"),
        "the horizon's last day": "jobs.windows.test_horizon:test_horizon_ends_on_day_84",
    },
    "idempotence": {
        "twice": "jobs.windows.test_horizon:test_second_run_changes_nothing",
        "two processes at once": (
            "jobs.runs.test_claims:test_second_run_is_refused_and_names_first"
        ),
        "eight at once": (
            "management.generate_classes.test_at_once:test_concurrent_runs_create_each_class_once"
        ),
        "eight narrowed runs at once": (
            "management.generate_classes.test_at_once:test_runs_without_claim_create_each_class_once"
        ),
        "cron and the button at once": ("jobs.workers.test_backends:test_second_start_is_refused"),
        "killed midway, then again": (
            "servers.test_kills:test_generation_killed_three_times_loses_nothing"
        ),
        "a missed Monday": "domain.planning.test_idempotence:test_missed_monday_is_caught_up",
        "the same HTTP delivery twice": (
            "api.test_live:test_overlapping_calls_are_200_and_202_and_create_each_class_once"
        ),
        "the weekly job on a Wednesday": (
            "jobs.windows.test_weekly:test_midweek_run_creates_whole_week"
        ),
        "fifty writers for one slot": (
            "services.classes.test_fifty_writers:test_fifty_bookings_of_the_same_hour"
        ),
    },
    "exceptions": {
        "cancel, rerun": "services.classes.test_edit:test_cancelled_class_is_not_created_again",
        "move, rerun": "jobs.outcomes.test_manual_edits:test_moved_class_is_not_created_again",
        "move to another week": (
            "jobs.outcomes.test_manual_edits:test_class_moved_to_other_week_fulfils_its_own"
        ),
        "move onto a closure": (
            "jobs.outcomes.test_manual_edits:test_class_moved_onto_closure_is_kept"
        ),
        "move onto the next date of the series": (
            "jobs.outcomes.test_manual_edits:test_class_moved_onto_next_occurrence_conflicts_with_it"
        ),
        "cancel, change the series' time, rerun": (
            "domain.planning.test_exceptions:test_cancelled_class_is_kept_when_series_changes"
        ),
        "restore a cancelled class": "services.classes.test_edit:test_restore_a_cancelled_class",
        "a conflict resolved, then retried": (
            "jobs.outcomes.test_conflicts:test_next_run_creates_class_once_conflict_is_resolved"
        ),
        "a row deleted by SQL is reported": (
            "management.commands.test_check_schedules:test_row_deleted_by_sql_is_missing_and_repaired"
        ),
        "a row deleted by SQL is healed by the next run": (
            "jobs.outcomes.test_healing:test_deleted_row_is_created_again"
        ),
        "a row edited by SQL is reported": (
            "management.commands.test_check_schedules:test_row_edited_by_sql_has_drifted_and_is_repaired"
        ),
        "away next Monday, before it is generated": (
            "services.classes.test_occurrences:test_cancelled_planned_occurrence_is_never_created"
        ),
        "a make-up that no run touches": (
            "services.classes.test_make_ups:test_runs_change_neither_make_up_nor_lost_class"
        ),
    },
    "change": {
        "on Wednesday after Monday's run, today's class not done": (
            "domain.planning.test_change:test_change_before_todays_class_moves_it"
        ),
        "on Wednesday after Monday's run, today's class done": (
            "domain.planning.test_change:test_change_after_start_of_todays_class_keeps_it"
        ),
        "A → B → A": "jobs.outcomes.test_changes:test_reverted_change_restores_calendar",
        "from a date on": (
            "services.schedule_changes.test_change_from_date:test_change_ends_the_row_and_creates_a_successor"
        ),
        "from a date on, at the first occurrence": (
            "services.schedule_changes.test_change_from_date:test_change_at_the_first_occurrence_changes_the_row"
        ),
        "from a date on, at the last occurrence": (
            "services.schedule_changes.test_change_from_date:test_change_at_the_last_occurrence_leaves_one_class"
        ),
        "teacher swapped": "jobs.outcomes.test_swaps:test_two_students_swap_teachers_and_hours",
        "pause, resume": "services.schedule_changes.test_pause_and_end:test_pause_and_resume",
        "student deactivated, reactivated": (
            "services.schedule_changes.test_pause_and_end:test_student_is_deactivated_and_reactivated"
        ),
        "a leaver's lesson": (
            "services.schedule_changes.test_pause_and_end:test_lesson_of_a_leaver_frees_its_hour"
        ),
        "horizon shortened": (
            "jobs.windows.test_horizon:test_longer_horizon_adds_and_shorter_one_removes_nothing"
        ),
        "a teacher's new zone changes the instants": (
            "management.commands.test_check_schedules:"
            "test_new_zone_of_teacher_changes_instants_of_future_classes"
        ),
        "a new tzdata changes the instants": (
            "management.commands.test_check_schedules:test_instants_outdated_by_zone_data_are_derived_again"
        ),
    },
    "closures": {
        "added after generation": (
            "jobs.outcomes.test_closures:test_later_closure_cancels_class_and_is_recorded_on_it"
        ),
        "removed after generation": (
            "jobs.outcomes.test_closures:test_deleted_closure_restores_class"
        ),
        "overlapping": (
            "jobs.outcomes.test_closures:test_class_stays_cancelled_under_second_closure"
        ),
        "one teacher's": (
            "domain.planning.test_closures:test_closure_of_teacher_or_student_cancels_their_classes"
        ),
        "over classes with attendance": (
            "jobs.outcomes.test_closures:test_class_with_attendance_is_not_cancelled"
        ),
    },
    "conflicts": {
        "back to back is allowed": (
            "models.test_double_booking:test_times_before_after_and_back_to_back_are_free"
        ),
        "containment; same start, another length": (
            "domain.planning.test_conflicts:test_any_overlap_is_conflict"
        ),
        "a cancelled class frees its time": (
            "domain.planning.test_conflicts:test_cancelled_class_frees_its_time"
        ),
        "restoring it into a taken one is refused": (
            "services.classes.test_edit:test_restoring_into_a_taken_time_names_the_other_class"
        ),
        "two series that collide only after a DST change": (
            "domain.planning.test_conflicts:test_conflict_only_outside_weeks_of_dst_difference"
        ),
        "a student booked with two teachers": (
            "domain.planning.test_conflicts:test_student_with_two_teachers_is_conflict"
        ),
        "shared classes": ("models.test_shared_lessons:test_shared_lesson_has_several_students"),
        "resolving one": "admin.tools.test_conflicts:test_shared_lessons_both_take_place",
    },
    "runs": {
        "preview equals apply": "jobs.generation.test_dry_run:test_dry_run_reports_what_run_does",
        "the state changes between them": (
            "services.schedule_changes.test_approved_plan:test_state_changes_between_preview_and_apply"
        ),
        "the state changes between plan and write": (
            "jobs.generation.test_between_plan_and_write:test_class_edited_meanwhile_is_left_unchanged"
        ),
        "undo after an attendance mark": (
            "jobs.execution.test_undo:test_class_with_attendance_is_kept"
        ),
        "undo, then rerun": "jobs.execution.test_undo:test_rerun_after_undo_creates_same_classes",
        "one invalid student among a thousand": (
            "jobs.generation.test_single_person:test_invalid_series_among_a_thousand_costs_only_its_own_class"
        ),
        "a full disk": (
            "management.generate_classes.test_retries:test_full_disk_is_reported_and_not_retried"
        ),
        "a dropped connection": (
            "management.generate_classes.test_retries:test_session_ended_during_chunk_is_retried"
        ),
        "a locked SQLite file": (
            "management.generate_classes.test_retries:test_locked_file_is_reported_after_retries"
        ),
        "random actions in any order": (
            "jobs.long_lives.test_evolving_studio:test_invariants_hold_in_random_lives"
        ),
    },
    "input": {
        "a weekday of 0, 8, “Monday”; 25:00": (
            "api.resources.test_slots:test_invalid_slot_is_refused"
        ),
        "the same in a file": "services.timetable_import.test_errors:test_a_bad_cell",
        "an end before its start": (
            "api.resources.test_fixed_schedule:test_invalid_meeting_is_refused"
        ),
        "an unknown zone": (
            "jobs.generation.test_bad_series:test_series_of_teacher_with_unknown_zone_are_invalid"
        ),
        "a start date of 31 February": (
            "api.resources.test_students:test_invalid_student_is_refused"
        ),
        "a 10 MB body": "api.test_live:test_body_of_ten_megabytes_is_413",
        "text where JSON should be": (
            "api.resources.test_credentials:test_body_that_is_not_json_is_400"
        ),
        "quotes, emoji, right-to-left marks in a name": (
            "models.test_checks:test_any_name_is_stored_unchanged"
        ),
        "a formula in an export": (
            "admin.export.test_export:test_no_cell_of_a_workbook_is_a_formula"
        ),
    },
}


@pytest.mark.parametrize(
    ("case", "where"),
    [
        pytest.param(case, where, id=f"{topic}: {case}")
        for topic, cases in SCENARIOS.items()
        for case, where in cases.items()
    ],
)
def test_the_case_has_its_test(case, where):
    module, _, name = where.partition(":")
    found = import_module(f"scheduling.tests.{module}")
    assert callable(getattr(found, name, None)), f"{case}: no {name} in {module}"


def test_every_topic_has_cases():
    topics = "time calendar idempotence exceptions change closures conflicts runs input"
    assert list(SCENARIOS) == topics.split()
