"""What PostgreSQL leaves out for the product."""

from contextlib import closing

import pytest
from django.db import DEFAULT_DB_ALIAS, connection

from scheduling.db.connection import disable_jit

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def jit_of_a_new_connection() -> str:
    with closing(connection.copy()) as new, new.cursor() as cursor:
        cursor.execute("SHOW jit")
        return str(cursor.fetchone()[0])


def test_postgresql_compiles_no_query():
    assert jit_of_a_new_connection() == "off"
    # As a parameter of the connection, poolers would refuse it.
    assert "jit" not in connection.get_connection_params().get("options", "")


@pytest.mark.django_db(transaction=True)
def test_what_an_administrator_has_chosen_stays():
    role = f"ALTER ROLE CURRENT_USER IN DATABASE {connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f"{role} SET jit = on")
    try:
        disable_jit(DEFAULT_DB_ALIAS)
        assert jit_of_a_new_connection() == "on"
        with connection.cursor() as cursor:
            cursor.execute(f"{role} RESET jit")
    finally:
        disable_jit(DEFAULT_DB_ALIAS)
    assert jit_of_a_new_connection() == "off"
