"""When a family's page was last used."""

from datetime import timedelta

import pytest
from django.db import connection

from scheduling.tests.factories import EARLY

from .conftest import address


def read(client, feed):
    assert client.get(address(feed)).status_code == 200


@pytest.mark.django_db
def test_use_is_noted_once_an_hour(client, families, clock):
    read(client, families.feed)
    families.feed.refresh_from_db()
    assert families.feed.last_used_at == EARLY
    for minutes, noted in ((59, EARLY), (61, EARLY + timedelta(minutes=61))):
        clock.move_to(EARLY + timedelta(minutes=minutes))
        read(client, families.feed)
        families.feed.refresh_from_db()
        assert families.feed.last_used_at == noted


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_for_another_writer(client, families):
    writer = connection.copy()
    try:
        writer.ensure_connection()
        writer.connection.execute("BEGIN IMMEDIATE")
        read(client, families.feed)
        families.feed.refresh_from_db()
        assert families.feed.last_used_at is None
        writer.connection.execute("ROLLBACK")
        read(client, families.feed)
        families.feed.refresh_from_db()
        assert families.feed.last_used_at == EARLY
    finally:
        writer.close()
