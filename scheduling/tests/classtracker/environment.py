"""Processes that read the settings from an environment."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
REQUIRED = {"SECRET_KEY": "x" * 60, "DATABASE_URL": "sqlite:///db.sqlite3"}
SHOW = "import classtracker.settings as s; print(repr({}))"


def start(folder, *command, **variables):
    """Run Python in `folder` with only `variables` in its environment."""
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env |= {"PYTHONPATH": str(ROOT)} | variables
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def setting(folder, expression, **variables):
    """Return the value of an expression; `s` is the module of settings."""
    answer = start(folder, "-c", SHOW.format(expression), **(REQUIRED | variables))
    assert answer.stderr == ""
    return eval(answer.stdout)
