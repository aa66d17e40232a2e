"""Hooks for schemathesis: formats and ids. Schemathesis loads this file itself, without Django."""

import json
import os
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

# Mostly dates near today: a class in 2163 is valid but finds few errors.
near = st.dates(date(2025, 6, 1), date(2027, 6, 30))
days = st.one_of(near, near, st.dates(date(1970, 1, 1), date(2199, 12, 31)))
schemathesis.openapi.format("date", days.map(str))

zones = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
schemathesis.openapi.format("iana-time-zone", st.sampled_from(zones))

# The rows after row 1, ordered by id. The server refuses cursors that it did not sign.
schemathesis.openapi.format("cursor", st.just(os.environ["FUZZING_CURSOR"]))

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
schemathesis.openapi.format("email", st.builds("{}@{}.example.org".format, names, names))

# The ids of existing rows, by field.
KNOWN: dict[str, list[int]] = json.loads(os.environ["FUZZING_KNOWN"])
LARGEST = 2**63 - 1


def _with_known_ids(value: Any) -> Any:
    """Return ``value`` with most references replaced by existing ids.

    An invalid id is kept: the API must refuse it.
    """
    if isinstance(value, list):
        return [_with_known_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _known_id(name, _with_known_ids(item)) for name, item in value.items()}


def _known_id(name: str, value: Any) -> Any:
    ids = KNOWN.get(name)
    if not ids or type(value) is not int or not 0 < value <= LARGEST or value % 7 == 0:
        return value
    return ids[value % len(ids)]


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return _with_known_ids(body)


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return _with_known_ids(query)
