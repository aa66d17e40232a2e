"""Paths in the documents exist."""

import re
import tomllib
from pathlib import Path

import pytest

from scheduling.tests.support.processes import ROOT

pytestmark = pytest.mark.one_database(name="sqlite")

PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
# Decisions keep the paths of their time.
OTHER_PAGES = sorted({f"docs/{page.name}" for page in Path(ROOT, "docs").glob("*.md")} - {*PAGES})
BASES = ("", "scheduling", "scheduling/tests", "docs")
# `jobs/runs/` or `models/runs.py`, alone between backticks.
PATH = re.compile(r"`([\w.@-]+(?:/[\w.@-]+)*(?:/|\.(?:py|md|toml|ini|po|html|svg)))`")


def paths(page: str) -> list[str]:
    return PATH.findall((ROOT / page).read_text())


@pytest.mark.parametrize("page", PAGES)
def test_every_path_of_a_document_exists(page):
    """Relative to one of ``BASES``."""
    assert [path for path in paths(page) if not exists(path)] == []


@pytest.mark.parametrize("page", OTHER_PAGES)
def test_every_path_with_a_folder_of_another_document_exists(page):
    assert [path for path in paths(page) if "/" in path and not exists(path)] == []


def exists(path: str) -> bool:
    return any(Path(ROOT, base, path).exists() for base in BASES)


def test_every_link_of_the_readme_leads_to_a_file_and_heading():
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert len(links) > 15
    for path, _, heading in (link.partition("#") for link in links):
        assert Path(ROOT, path).is_file(), path
        assert not heading or f"\n## {heading.title()}\n" in Path(ROOT, path).read_text()


def test_paths_are_recognised():
    assert len(paths("docs/glossary.md")) > 40
    assert not exists("jobs/nothing.py")


def layers(name: str) -> list[str]:
    """The layers of the import contract ``name``, from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [found for found in contracts["contracts"] if found["name"] == name]
    return contract["layers"]


def test_the_drawing_shows_the_layers_of_the_import_contracts():
    floors = layers("Imports point down")
    jobs = floors.index("jobs") + 1
    floors[jobs:jobs] = layers("The rooms of the jobs")
    drawing = (ROOT / "docs/architecture.md").read_text().split("```")[1]
    drawn = [re.match(r"[\s│]*(\w+(?:\s+\|\s+\w+)*)", line) for line in drawing.splitlines()]
    assert [" ".join(found[1].split()) for found in drawn if found] == floors
