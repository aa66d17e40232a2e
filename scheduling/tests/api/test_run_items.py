"""The items of a run, page by page: its cursors are the server's own, as those of every list."""

import pytest

from scheduling.tests import factories as make
from scheduling.tests.api.resources.helpers import invalid, ok
from scheduling.tests.jobs.helpers import horizon

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
# What DRF's own cursor would read: "p=abc" and "p=7".
FORGED = ("cD1hYmM=", "cD03", "garbage", "%00", "x" * 2_001)


@pytest.fixture
def address() -> str:
    for _number in range(3):
        make.slot(status="paused")
    return f"/api/admin/background-jobs/runs/{horizon().run_id}"


def test_every_item_is_on_one_page_both_ways(admin_client, address):
    whole = ok(admin_client.get(address))["items"]["results"]
    first = ok(admin_client.get(f"{address}?pageSize=2"))["items"]
    second = ok(admin_client.get(first["next"]))["items"]
    assert [*first["results"], *second["results"]] == whole
    assert len(whole) == 3
    assert (first["previous"], second["next"]) == (None, None)
    assert ok(admin_client.get(second["previous"]))["items"]["results"] == first["results"]


@pytest.mark.parametrize("cursor", FORGED)
def test_a_cursor_that_nobody_gave_out_is_400(admin_client, address, cursor):
    invalid(admin_client.get(f"{address}?cursor={cursor}"), "cursor: ")
