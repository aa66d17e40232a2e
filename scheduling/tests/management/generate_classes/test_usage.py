"""Usage errors: they have status 2, name the option and start no run."""

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import JobRun
from scheduling.tests import factories as make

pytestmark = pytest.mark.one_database(name="sqlite")

INVALID = [
    ("--date", "2026-02-31"),
    ("--date", "2025-02-29"),
    ("--date", "31.01.2026"),
    ("--date", "2026-1-5"),
    ("--date", "20260105"),
    ("--date", "2026-W02-1"),
    ("--date", "tomorrow"),
    ("--date", ""),
    ("--date", "0001-01-01"),
    ("--date", "1969-12-31"),
    ("--date", "2200-01-01"),
    ("--weeks", "0"),
    ("--weeks", "105"),
    ("--weeks", "-1"),
    ("--weeks", "abc"),
    ("--weeks", "1.5"),
    ("--weeks", ""),
    ("--weeks", "1_0"),
    ("--weeks", " 4"),
    ("--weeks", "٤"),
    ("--student", "abc"),
    ("--student", "0"),
    ("--student", "-5"),
    ("--student", "9223372036854775808"),
    ("--teacher", "x"),
    ("--teacher", ""),
    ("--retries", "0"),
    ("--retries", "many"),
    ("--retry-delay", "-1"),
    ("--retry-delay", "nan"),
    ("--timeout", "0"),
    ("--timeout", "inf"),
    ("--timeout", "soon"),
    ("--only", "daily"),
    ("--only", "prune"),
    ("--trigger", "admin"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("option", "value"), INVALID)
def test_invalid_value_is_usage_error(option, value):
    with pytest.raises(CommandError) as caught:
        call_command("generate_classes", option, value)
    assert option in str(caught.value)
    assert not JobRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["student", "teacher"])
def test_unknown_person_is_usage_error(option):
    known = getattr(make, option)()
    with pytest.raises(CommandError) as caught:
        call_command(
            "generate_classes", *[f"--{option}={n}" for n in (known.pk, known.pk + 1, 2**63 - 1)]
        )
    assert caught.value.returncode == 2
    assert str(caught.value) == (
        f"--{option}: there is no {option} with the number {known.pk + 1}, {2**63 - 1}."
    )
    assert not JobRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("job", ["weekly", "missing"])
def test_weeks_option_requires_horizon_job(job):
    with pytest.raises(CommandError, match="--weeks") as caught:
        call_command("generate_classes", "--weeks", "2", "--only", job)
    assert caught.value.returncode == 2


@pytest.mark.parametrize("options", [["--student", "12345"], ["--nonsense"]])
def test_process_has_status_2_and_message_on_standard_error(manage, options):
    answer = manage("generate_classes", "--json", *options)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert options[0] in answer.stderr
    assert "Traceback" not in answer.stderr
