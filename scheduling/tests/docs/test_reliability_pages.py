"""docs/troubleshooting.md has every message and code; the tests of docs/reliability.md exist."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from scheduling.jobs.monitoring import health_texts
from scheduling.tests.support.processes import ROOT
from scheduling.text import reasons

pytestmark = pytest.mark.one_database(name="sqlite")
TESTS = ROOT / "scheduling" / "tests"
HELP = (ROOT / "docs" / "troubleshooting.md").read_text()
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text()
MANY = 777


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def test_every_issue_of_the_health_is_explained():
    issues = [health_texts.issue(name, MANY) for name in health_texts.ISSUES]
    assert len(issues) > 7
    assert [issue for issue in issues if f"| {said(issue)} |" not in HELP] == []


def said(issue):
    return issue.replace(str(MANY), "*n*")


def test_every_reason_of_a_run_is_explained():
    sentences = {str(text) for text in reasons._SENTENCES.values()} - {"%(error)s"}
    sentences |= {str(reasons._STAYS), str(reasons._ORPHAN), str(reasons._SUBJECT)}
    sentences |= {str(text) for text in reasons._SHARED.values()}
    patterns = {re.sub(r"%\(\w+\)s", "…", text) for text in sentences}
    assert {text for text in patterns if f"| {text} |" not in HELP} == set()


def test_every_error_code_of_the_api_is_explained():
    """Codes in the source of the API, and codes of the framework."""
    source = "".join(path.read_text() for path in (ROOT / "scheduling" / "api").rglob("*.py"))
    own = set(re.findall(r'(?:Conflict|Gone|ServiceUnavailable)\([^)]*?"([a-z_]+)"\s*\)', source))
    own |= set(re.findall(r'default_code = "([a-z_]+)"', source)) - {"unavailable"}
    own |= set(re.findall(r'(?:plain|envelope)\(\s*(?:request, )?"([a-z_]+)"', source))
    framework = {"invalid", "parse_error", "not_authenticated", "authentication_failed"}
    framework |= {"permission_denied", "not_found", "method_not_allowed", "throttled"}
    assert len(own) > 7
    assert {code for code in own | framework if f"`{code}`" not in HELP} == set()


def test_every_promise_names_a_test_that_exists():
    rows = [line for line in RELIABILITY.splitlines() if line.startswith("| ") and ".py" in line]
    assert len(rows) > 20
    for row in rows:
        (file,) = re.findall(r"`([\w/]+\.py)`", row)
        text = Path(TESTS, file).read_text()
        names = re.findall(r"`(test_\w+)`", row)
        assert names, row
        assert [name for name in names if f"def {name}(" not in text] == [], row
