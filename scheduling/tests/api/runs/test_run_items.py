"""The pages of the items of a run, and their signed cursors."""

import pytest

from scheduling.tests import factories as make
from scheduling.tests.api.resources.helpers import invalid, ok
from scheduling.tests.jobs.helpers import horizon

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
# The first two are cursors of DRF: "p=abc" and "p=7".
FORGED = ("cD1hYmM=", "cD03", "garbage", "%00", "x" * 2_001)


@pytest.fixture
def address() -> str:
    for _number in range(3):
        make.slot(status="paused")
    return f"/api/admin/background-jobs/runs/{horizon().run_id}"


def test_each_item_is_on_one_page_in_both_directions(admin_client, address):
    items = ok(admin_client.get(address))["items"]["results"]
    first = ok(admin_client.get(f"{address}?pageSize=2"))["items"]
    second = ok(admin_client.get(first["next"]))["items"]
    assert [*first["results"], *second["results"]] == items
    assert len(items) == 3
    assert (first["previous"], second["next"]) == (None, None)
    assert ok(admin_client.get(second["previous"]))["items"]["results"] == first["results"]


@pytest.mark.parametrize("cursor", FORGED)
def test_forged_cursor_is_400(admin_client, address, cursor):
    invalid(admin_client.get(f"{address}?cursor={cursor}"), "cursor: ")
