"""`make bench` at a small size: each method runs and the tables are complete."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from bench.generation import plot, report
from bench.generation.methods import METHODS

pytestmark = pytest.mark.one_database(name="sqlite")

ROOT = Path(__file__).resolve().parents[2]


def tables(*options):
    done = subprocess.run(
        [sys.executable, "-m", "bench.table", "--print", *options],
        cwd=ROOT,
        env=os.environ | {"CT_TEST_POSTGRES": os.environ.get("CT_TEST_POSTGRES", "")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(text):
    """Return the cells of the tables by row."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_all_modules_can_be_imported():
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "bench").rglob("*.py")]
    assert len(paths) > 20
    for path in paths:
        import_module(".".join(path.parts))


def test_bench_compares_two_methods():
    text = tables("--sizes", "10", "--rounds", "1", "--only", "sqlite", "--ways", "ours,limit")
    assert "**10 slots × 12 weeks**: 120 classes" in text
    header, separator, ours, limit = rows_of(text)[:4]
    assert len(header) == len(separator) == len(ours) == len(limit) == 8
    assert ours[0] == METHODS["ours"].words
    assert ours[1].endswith(" ×")
    assert limit[1].endswith("· 1 ×")


@pytest.mark.soak
def test_bench_runs_each_method_on_both_databases():
    text = tables("--sizes", "20", "--rounds", "1")
    for method in METHODS.values():
        assert text.count(f"| {method.words} |") == len(method.vendors)
    assert "### PostgreSQL" in text
    assert "### SQLite" in text


@pytest.fixture
def result():
    """Return stored results of two sizes, with costs in proportion."""

    def size(slots):
        step = {"seconds": slots / 1_000, "rows": slots * 12, "queries": 7}
        steps = {"first": step, "again": step, "next": step, "count": step, "changed": step}
        method = {"sample": slots, "steps": steps, "python": 80.4, "backend": None}
        result = {"rounds": 3, "load": 1.0, "date": "2026-01-05"}
        return result | {"ways": dict.fromkeys(METHODS, method)}

    sizes = {str(slots): size(slots) for slots in (1_000, 10_000)}
    return {"machine": "2 cores", "server": "PostgreSQL 15", "sizes": sizes}


def test_report_has_tables_of_stored_results(result):
    text = report.tables({"postgresql": result})
    assert "PostgreSQL 15; 2 cores." in text
    assert "| 1.00 | 1.00 | 1.00 |" in text
    assert "Slope of our first run ≤ 1.05: 1.00 reached." in text
    assert "80 MB reached" in text


def test_report_is_written_to_its_folder_and_repeatable(result, tmp_path):
    prose = ROOT / "docs" / "performance.md"
    before = prose.read_text()
    report.write({"postgresql": result}, tmp_path)
    once = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {*once} == {"generation.md", "postgresql-first.svg", "postgresql-again.svg"}
    assert report.tables({"postgresql": result}) in once["generation.md"]
    report.write({"postgresql": result}, tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == once
    assert prose.read_text() == before


def test_stored_tables_and_plots_match_stored_numbers(tmp_path):
    report.write(json.loads((report.RESULTS / "generation.json").read_text()), tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_text() == (report.RESULTS / path.name).read_text()


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_slope_is_the_exponent(power):
    points = [(size, 3 * size**power) for size in (10.0, 100.0, 1_000.0)]
    assert report.slope(points) == pytest.approx(power)


def test_plot_names_each_line():
    text = plot.draw("Seconds", [("ours", [(10, 1), (100, 9)]), ("A & B", [(10, 2), (100, 50)])])
    assert text.startswith("<svg ")
    assert text.count("<circle") == 4
    assert ">A &amp; B</text>" in text
