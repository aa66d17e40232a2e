"""JIT compilation is off on PostgreSQL."""

from contextlib import closing

import pytest
from django.db import DEFAULT_DB_ALIAS, connection

from scheduling.db.connection import disable_jit

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def jit_of_new_connection() -> str:
    with closing(connection.copy()) as new, new.cursor() as cursor:
        cursor.execute("SHOW jit")
        return str(cursor.fetchone()[0])


def test_jit_is_off():
    assert jit_of_new_connection() == "off"
    # Poolers refuse it as a connection parameter.
    assert "jit" not in connection.get_connection_params().get("options", "")


@pytest.mark.django_db(transaction=True)
def test_setting_of_administrator_is_kept():
    role = f"ALTER ROLE CURRENT_USER IN DATABASE {connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f"{role} SET jit = on")
    try:
        disable_jit(DEFAULT_DB_ALIAS)
        assert jit_of_new_connection() == "on"
        with connection.cursor() as cursor:
            cursor.execute(f"{role} RESET jit")
    finally:
        disable_jit(DEFAULT_DB_ALIAS)
    assert jit_of_new_connection() == "off"
