"""The database stops and starts again while the server runs."""

import subprocess

import pytest

from scheduling.tests.support import processes
from scheduling.tests.support.curl import curl
from scheduling.tests.support.databases.outage import stoppable
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

SECRET = "a-secret-of-sixteen-or-more"
CRON = "/api/cron/generate-lessons"
HISTORY = "/api/admin/background-jobs/history"
TOKEN = """
from django.contrib.auth.models import User
from knox.models import get_token_model
from scheduling.models import CalendarFeed
from scheduling.services.calendar_feeds import token_of
print(token_of(CalendarFeed.objects.create()))
print(get_token_model().objects.create(User.objects.create_superuser("teresa"))[1])
"""


def manage(url: str, *args: str) -> "subprocess.CompletedProcess[str]":
    answer = processes.run(*args, env={"DATABASE_URL": url})
    assert answer.returncode == 0, answer.stderr
    return answer


def test_stopped_database_is_503_until_it_starts_again():
    with stoppable() as database:
        manage(database.url, "migrate", "--verbosity", "0")
        printed = manage(database.url, "shell", "--no-imports", "-c", TOKEN).stdout.split()
        address, token = f"/calendar/{printed[0]}.ics", printed[1]
        with serving(DATABASE_URL=database.url, CRON_SECRET=SECRET) as server:

            def statuses():
                calls = [("/healthz", ""), ("/readyz", ""), (CRON, SECRET), (HISTORY, token)]
                calls += [("/metrics", token), (CRON, "wrong"), ("/api/docs", token), (address, "")]
                return [curl(server.url + path, token=given) for path, given in calls]

            well = [200, 200, 200, 200, 200, 401, 200, 200]
            assert [answer.status for answer in statuses()] == well
            for _round in range(2):
                database.stop()
                answers = statuses()
                assert [answer.status for answer in answers] == [200, *[503] * 7]
                for answer in answers[1:]:
                    assert int(answer.headers["retry-after"]) > 0
                for answer in answers[1:6]:
                    assert answer.json["success"] is False
                assert answers[1].json["checks"] == {"database": "can't be reached"}
                assert answers[2].json["error"] == "database_unavailable"
                database.start()
                assert [answer.status for answer in statuses()] == well
