"""What every connection begins with."""

import pytest
from django.db import connection


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_compiles_no_query():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
        # As a parameter of the connection, poolers would refuse it.
        assert "jit" not in connection.get_connection_params().get("options", "")
