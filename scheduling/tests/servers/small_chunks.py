"""`small_chunks.py ROWS command…`: manage.py with chunks of about ROWS rows."""

import os
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from scheduling.jobs.execution import runner

    runner.chunks = partial(runner.chunks, limit=int(sys.argv.pop(1)))
    execute_from_command_line(sys.argv)
