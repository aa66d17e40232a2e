"""The commands of docs/api.md run as printed, with curl against a real server."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from knox.models import get_token_model

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.one_database(name="sqlite")
@pytest.mark.django_db(transaction=True)
def test_the_commands_of_the_api_page_run_as_printed(live_server: Any, settings: Any) -> None:
    settings.CRON_SECRET = "s3cret-of-the-docs"
    user = User.objects.create_superuser("integrator")
    _token, text = get_token_model().objects.create(user=user, expiry=None)
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / "api.md").read_text(), re.S | re.M)
    env = os.environ | {
        "URL": live_server.url,
        "API_TOKEN": text,
        "CRON_SECRET": settings.CRON_SECRET,
        "no_proxy": "*",
    }

    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert len(blocks) > 8
    assert result.returncode == 0, result.stdout + result.stderr
    assert '"success":false' not in result.stdout
    assert "Generación semanal completada: " in result.stdout
