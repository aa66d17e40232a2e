"""The hard cases, each with the test that shows it: an index that fails where one is gone."""

from importlib import import_module

import pytest

D, J, A, M, S = "domain.test_", "jobs.test_", "api.", "models.test_", "services."

SCENARIOS: dict[str, dict[str, str]] = {
    "time": {
        "Madrid 02:30 on 2026-03-29 is 01:30Z": f"{D}wallclock:test_madrid_gap_2026_03_29",
        "Madrid 02:30 on 2026-10-25 is its first instance": (
            f"{D}wallclock:test_madrid_ambiguous_2026_10_25_is_the_first_instance"
        ),
        "Havana without midnight": f"{D}wallclock:test_havana_day_without_midnight",
        "Beirut without midnight": f"{D}wallclock:test_beirut_day_without_midnight",
        "Cairo without midnight": f"{D}wallclock:test_cairo_day_without_midnight",
        "Santiago without midnight": f"{D}wallclock:test_santiago_day_without_midnight",
        "days without midnight have their lessons": (
            f"{J}horizon:test_days_without_midnight_have_their_lessons"
        ),
        "Lord Howe's half-hour shift": f"{D}wallclock:test_lord_howe_shifts_by_half_an_hour",
        "a lesson across a transition": (
            f"{D}conflicts:test_a_lesson_across_a_transition_lasts_as_long_as_ever"
        ),
        "zones that switch on different weeks": (
            f"{D}recurrence:test_teacher_and_student_in_zones_that_switch_on_different_weeks"
        ),
        "Kiritimati and Pago Pago: whose Monday is it": (
            f"{D}recurrence:test_kiritimati_and_pago_pago_whose_monday_is_it"
        ),
        "whose Monday it is for a run": f"{J}weekly:test_whose_monday_it_is_the_studio_says",
        "cron at Sunday 23:30 UTC": (
            f"{D}idempotence:test_cron_at_sunday_23_30_utc_and_again_on_monday"
        ),
    },
    "calendar": {
        "2027-01-01 is in 2026-W53, 2027-01-04 in 2027-W01": (
            f"{D}windows:test_2027_01_01_is_in_2026_w53_and_2027_01_04_in_2027_w01"
        ),
        "a week over two years": f"{J}weekly:test_a_week_over_two_years",
        "29 February as lesson, start, end": (
            f"{D}recurrence:test_29_february_as_lesson_start_and_end"
        ),
        "29 February as closure": f"{J}closures:test_the_29th_of_february_closed",
        "Sunday series": f"{D}recurrence:test_sunday_series",
        "a class across midnight": f"{J}horizon:test_a_lesson_over_midnight",
        "a start mid-week before, on and after the slot's day": (
            f"{D}recurrence:test_a_start_mid_week_before_on_and_after_the_slots_day"
        ),
        "an inclusive end date": f"{J}weekly:test_the_end_date_is_the_last_day_included",
        "the horizon's last day": f"{J}horizon:test_the_last_day_of_the_horizon",
    },
    "idempotence": {
        "twice": f"{J}horizon:test_the_second_run_finds_all_as_it_is",
        "two processes at once": f"{J}claim:test_a_second_run_is_refused_and_told_of_the_first",
        "eight at once": "commands.test_generate_classes_at_once:test_both_jobs",
        "eight at once that nothing keeps apart": (
            "commands.test_generate_classes_at_once:test_narrowed_runs_which_nothing_keeps_apart"
        ),
        "cron against the button": (
            "workers.test_backends:test_two_starts_and_the_second_is_refused"
        ),
        "killed midway, then again": (
            "test_kills:test_a_generation_killed_three_times_ends_as_if_nothing_had_happened"
        ),
        "a missed Monday": f"{D}idempotence:test_a_missed_monday_is_made_up_for",
        "the same HTTP delivery twice": (
            f"{A}test_live:test_two_overlapping_deliveries_are_200_and_202_and_make_no_class_twice"
        ),
        "the weekly job on a Wednesday": (
            f"{J}weekly:test_on_a_wednesday_the_whole_week_is_made_monday_included"
        ),
        "fifty writers for one slot": f"{S}test_fifty_writers:test_fifty_book_the_same_hour",
    },
    "exceptions": {
        "cancel, rerun": f"{S}test_classes:test_cancel_rerun",
        "move, rerun": f"{J}touched:test_a_moved_class_is_not_made_again",
        "move to another week": f"{J}touched:test_moved_to_another_week_it_still_fulfils_its_own",
        "move onto a closure": f"{J}touched:test_moved_onto_a_closure_it_stays",
        "move onto the series' own next date": (
            f"{J}touched:test_moved_onto_its_series_own_next_date_it_is_in_the_way_of_that_one"
        ),
        "cancel, change the series' time, rerun": (
            f"{D}exceptions:test_cancel_then_change_the_series_time_then_rerun"
        ),
        "restore a cancelled class": f"{S}test_classes:test_restore_a_cancelled_class",
        "a conflict resolved, then retried": (
            f"{J}conflicts:test_once_it_is_resolved_the_next_run_makes_the_class"
        ),
        "a row deleted by SQL is reported": (
            "commands.test_check_schedules:test_a_row_deleted_by_sql_is_missing_and_mended"
        ),
        "a row deleted by SQL is healed by the next run": (
            f"{J}healing:test_a_row_that_was_deleted_comes_back"
        ),
        "a row edited by SQL is reported": (
            "commands.test_check_schedules:test_a_row_edited_by_sql_has_drifted_and_is_mended"
        ),
        "away next Monday, before it is generated": (
            f"{S}test_occurrences:test_cancelled_before_it_exists_it_is_never_made"
        ),
        "a make-up that no run touches": (
            f"{S}test_make_ups:test_no_run_touches_it_nor_what_it_makes_good"
        ),
    },
    "change": {
        "on Wednesday after Monday's run, today's class not done": (
            f"{D}change:test_changed_on_wednesday_before_todays_class"
        ),
        "on Wednesday after Monday's run, today's class done": (
            f"{D}change:test_changed_on_wednesday_after_todays_class"
        ),
        "A → B → A": f"{J}changes:test_there_and_back_again",
        "from a date on": (
            f"{S}living.test_from_a_date_on:test_from_a_date_on_closes_the_row_and_opens_a_successor"
        ),
        "from a date on, at the first occurrence": (
            f"{S}living.test_from_a_date_on:test_at_the_first_occurrence_the_row_itself_changes"
        ),
        "from a date on, at the last occurrence": (
            f"{S}living.test_from_a_date_on:test_at_the_last_occurrence_the_successor_has_one_class"
        ),
        "teacher swapped": f"{J}swaps:test_two_students_change_teachers_and_hours",
        "pause, resume": f"{S}living.test_pause_and_end:test_pause_resume",
        "student deactivated, reactivated": (
            f"{S}living.test_pause_and_end:test_student_deactivated_reactivated"
        ),
        "a leaver's lesson": (
            f"{S}living.test_pause_and_end:test_a_leavers_lesson_does_not_hold_the_hour_for_ever"
        ),
        "horizon shortened": f"{J}horizon:test_a_longer_horizon_adds_a_shorter_one_removes_nothing",
        "a teacher's new zone re-derives the instants": (
            "commands.test_check_schedules:"
            "test_a_teachers_new_zone_gives_the_classes_ahead_new_instants"
        ),
        "a new tzdata re-derives the instants": (
            "commands.test_check_schedules:"
            "test_instants_that_new_zone_data_left_behind_are_derived_again"
        ),
    },
    "closures": {
        "added after generation": f"{J}closures:test_a_closure_added_later_cancels_and_is_recorded",
        "removed after generation": f"{J}closures:test_when_it_goes_the_class_is_as_it_was",
        "overlapping": f"{J}closures:test_of_two_that_overlap_the_other_keeps_it_closed",
        "one teacher's": f"{D}closures:test_one_teachers_time_off_and_one_students_pause",
        "over attended classes": f"{J}closures:test_an_attended_class_stands_through_a_closure",
    },
    "conflicts": {
        "back to back is allowed": f"{M}double_booking:test_before_after_and_back_to_back_is_free",
        "containment; same start, another length": (
            f"{D}conflicts:test_containment_and_the_same_start_with_another_length"
        ),
        "a cancelled class frees its time": f"{D}conflicts:test_a_cancelled_class_frees_its_time",
        "restoring it into a taken one is refused": (
            f"{S}test_classes:test_restoring_it_into_a_taken_time_is_refused_naming_the_other"
        ),
        "two series that collide only after a DST change": (
            f"{D}conflicts:test_two_series_that_collide_only_after_a_dst_change"
        ),
        "a student booked with two teachers": (
            f"{D}conflicts:test_a_student_booked_with_two_teachers"
        ),
        "shared classes": f"{M}shared_lessons:test_several_students_at_exactly_the_same_times",
        "the ways out of one": "admin.test_conflicts:test_shared_both_take_place_from_now_on",
    },
    "runs": {
        "preview equals apply": f"{J}dry_run:test_it_says_what_the_run_does",
        "the state changes between them": (
            f"{S}living.test_exactly_that_plan:test_the_state_changes_between_them"
        ),
        "the state changes between plan and write": (
            f"{J}between_plan_and_write:test_a_class_that_is_touched_meanwhile_is_left_alone"
        ),
        "undo after an attendance mark": f"{J}undo:test_undo_after_an_attendance_mark",
        "undo, then rerun": f"{J}undo:test_undo_then_rerun",
        "one invalid student among a thousand": (
            f"{J}one_among_many:test_one_invalid_student_among_a_thousand"
        ),
        "a full disk": "commands.test_generate_classes_retries:test_a_disk_that_is_full",
        "a dropped connection": (
            "commands.test_generate_classes_retries:"
            "test_a_session_that_the_server_ends_in_the_middle_of_a_chunk"
        ),
        "a locked SQLite file": (
            "commands.test_generate_classes_retries:test_a_file_that_another_program_locks"
        ),
        "anything, in any order": (f"{J}living_studio:test_whatever_happens_the_promises_hold"),
    },
    "input": {
        "a weekday of 0, 8, “Monday”; 25:00": (
            f"{A}resources.test_slots:test_slots_that_make_no_sense"
        ),
        "the same in a file": f"{S}test_timetable_faults:test_a_bad_cell",
        "an end before its start": (
            f"{A}resources.test_fixed_schedule:test_meetings_that_make_no_sense"
        ),
        "an unknown zone": f"{J}bad_series:test_a_teacher_whose_zone_is_unknown",
        "a start date of 31 February": (
            f"{A}resources.test_students:test_students_that_make_no_sense"
        ),
        "a 10 MB body": f"{A}test_live:test_ten_megabytes_are_413_however_they_come",
        "text where JSON should be": (
            f"{A}resources.test_credentials:test_a_body_that_is_not_json"
        ),
        "quotes, emoji, right-to-left marks in a name": (
            f"{M}checks:test_any_name_comes_back_as_it_was_written"
        ),
        "a formula in an export": "admin.test_export:test_no_cell_of_a_workbook_is_a_formula",
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


def test_every_topic_is_there():
    topics = "time calendar idempotence exceptions change closures conflicts runs input"
    assert list(SCENARIOS) == topics.split()
