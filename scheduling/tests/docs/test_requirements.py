"""The locks of the requirements: exact versions within the ranges, with hashes, of no index."""

import re

import pytest
from packaging.requirements import Requirement

from scheduling.tests.support.processes import ROOT

pytestmark = pytest.mark.one_database(name="sqlite")

LOCKS = {"requirements.txt": "requirements.lock", "requirements-rq.txt": "requirements-rq.lock"}
PYTHONS = ("3.11.2", "3.12.0", "3.13.0")


def ranges(name: str) -> list[Requirement]:
    """Return the requirements of a file and of the files that it includes."""
    found = []
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            found += ranges(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def pins(name: str) -> list[tuple[Requirement, int]]:
    """Return each line of a lock, and how many hashes it has."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [
        (Requirement(line.partition(" --hash")[0]), len(re.findall("--hash=sha256:", line)))
        for line in lines
    ]


def applies(requirement: Requirement, python: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate(
        {
            "python_full_version": python,
            "python_version": python.rpartition(".")[0],
            "sys_platform": "linux",
            "implementation_name": "cpython",
        }
    )


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_its_ranges(name, python):
    locked = {}
    for pin, _ in pins(LOCKS[name]):
        if applies(pin, python):
            (exact,) = pin.specifier
            assert exact.operator == "=="
            assert pin.name not in locked
            locked[pin.name] = exact.version
    wanted = ranges(name)
    assert len(wanted) > 20
    for requirement in wanted:
        version = locked[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert requirement.specifier.contains(version), requirement


def test_readme_names_the_tested_versions():
    makefile = (ROOT / "Makefile").read_text()
    pairs = {
        tuple(pair.split("/"))
        for pair in re.search(r"^VERSIONS \?= (.*)", makefile, re.M)[1].split()
    }
    versions = (ROOT / "README.md").read_text().partition("## Versions")[2].partition("##")[0]
    pythons, djangos = ({*names} for names in zip(*pairs, strict=True))
    assert {*re.findall(r"\b3\.\d+", versions)} == pythons
    assert {*re.findall(r"Django (\d\.\d)", versions)} == djangos


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_version_has_hashes_and_no_index_is_named(lock):
    assert [str(pin) for pin, hashes in pins(lock) if not hashes] == []
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search("^--?[a-z]", text, re.MULTILINE)


def test_only_the_lock_for_rq_has_its_packages():
    names = {lock: {pin.name for pin, _ in pins(lock)} for lock in LOCKS.values()}
    own = names["requirements-rq.lock"] - names["requirements.lock"]
    assert {"django-rq", "rq", "redis", "rq-scheduler", "freezegun"} <= own
    assert names["requirements.lock"] < names["requirements-rq.lock"]
