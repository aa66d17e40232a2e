"""The domain imports only itself and the standard library."""

import ast
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database(name="sqlite")

DOMAIN = Path(__file__).resolve().parents[2] / "domain"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            names.add("." * node.level)
    return names


@pytest.mark.parametrize("path", sorted(DOMAIN.rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_imports_only_itself_and_the_standard_library(path):
    foreign = {
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not f"{name}.".startswith("scheduling.domain.")
    }
    assert foreign == set()
