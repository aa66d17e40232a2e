"""What schemathesis has to know of our formats; it loads this file by itself, without Django."""

import json
import os
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

# Dates near today most of the time: a class in 2163 is valid, and tells little.
near = st.dates(date(2025, 6, 1), date(2027, 6, 30))
days = st.one_of(near, near, st.dates(date(1970, 1, 1), date(2199, 12, 31)))
schemathesis.openapi.format("date", days.map(str))

zones = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
schemathesis.openapi.format("iana-time-zone", st.sampled_from(zones))

# What follows the row 1, in order of their numbers. Cursors that are not the server's are refused.
schemathesis.openapi.format("cursor", st.just(os.environ["FUZZING_CURSOR"]))

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
schemathesis.openapi.format("email", st.builds("{}@{}.example.org".format, names, names))

# Numbers of rows that there are, by the field that names them.
KNOWN: dict[str, list[int]] = json.loads(os.environ["FUZZING_KNOWN"])
LARGEST = 2**63 - 1


def _known(value: Any) -> Any:
    """``value`` with most references leading somewhere: nothing would be found out otherwise.

    What is not a valid ID. that a row could have stays as it is: it is to be refused.
    """
    if isinstance(value, list):
        return [_known(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _reference(name, _known(item)) for name, item in value.items()}


def _reference(name: str, value: Any) -> Any:
    numbers = KNOWN.get(name)
    if not numbers or type(value) is not int or not 0 < value <= LARGEST or value % 7 == 0:
        return value
    return numbers[value % len(numbers)]


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return _known(body)


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return _known(query)
