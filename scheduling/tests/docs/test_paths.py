"""Paths that the documents for developers name exist."""

import re
from pathlib import Path

import pytest

from scheduling.tests.support.processes import ROOT

pytestmark = pytest.mark.one_database(name="sqlite")

PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
# `jobs/runs/` or `models/runs.py`, alone between backticks.
PATH = re.compile(r"`([\w.@-]+(?:/[\w.@-]+)*(?:/|\.(?:py|md|toml|ini|po|html|svg)))`")


def paths(page: str) -> list[str]:
    return PATH.findall((ROOT / page).read_text())


@pytest.mark.parametrize("page", [page for page in PAGES if (ROOT / page).exists()])
def test_every_path_of_a_document_exists(page):
    """Relative to the project, or to ``scheduling``."""
    assert [path for path in paths(page) if not exists(path)] == []


def exists(path: str) -> bool:
    return any(Path(ROOT, base, path).exists() for base in ("", "scheduling"))


def test_paths_are_recognised():
    assert len(paths("docs/glossary.md")) > 40
    assert not exists("jobs/nothing.py")
