"""A copy of the project's folder, for tests of its settings."""

import shutil

import pytest

from .environment import ROOT


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy the project, so that no `.env` file of the working copy is read."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "classtracker", folder / "classtracker")
    shutil.copy(ROOT / "manage.py", folder)
    return folder


@pytest.fixture
def dotenv(project):
    path = project / ".env"
    yield path
    path.unlink()
