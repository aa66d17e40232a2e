"""What schemathesis has to know of our formats; it loads this file by itself, without Django."""

from datetime import date
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

# Dates near today most of the time: a class in 2163 is valid, and tells little.
near = st.dates(date(2025, 6, 1), date(2027, 6, 30))
days = st.one_of(near, near, st.dates(date(1970, 1, 1), date(2199, 12, 31)))
schemathesis.openapi.format("date", days.map(str))

zones = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
schemathesis.openapi.format("iana-time-zone", st.sampled_from(zones))

# "o=1" in base64: the second row, in whatever order. Other cursors are refused.
schemathesis.openapi.format("cursor", st.just("bz0x"))

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
schemathesis.openapi.format("email", st.builds("{}@{}.example.org".format, names, names))
