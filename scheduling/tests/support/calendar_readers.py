"""Independent readers of calendars: dateutil, icalendar and ical.js.

Each returns {UID: (start, end)} in UTC. The zones get unknown names, so that each reader has to use
the VTIMEZONE of the calendar.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path

import recurring_ical_events
from dateutil.tz import tzical
from icalendar import Calendar

from .plugin import skip_or_fail

Read = dict[str, tuple[datetime, datetime]]

ICALJS = Path(".venv/icaljs/node_modules/ical.js/dist/ical.js")
SCRIPT = Path(__file__).with_name("icaljs") / "read.mjs"
EVENT = re.compile(r"BEGIN:VEVENT\n(.*?)END:VEVENT\n", re.DOTALL)
DAY = timedelta(days=1)

_number = count(1)


def unnamed(body: bytes) -> str:
    """Return the calendar with unknown zone names, which differ at each call."""
    text = body.decode()
    return re.sub("TZID([:=])", rf"TZID\1Unknown{next(_number)}/", text)


def by_dateutil(body: bytes) -> Read:
    """Read VTIMEZONE with dateutil; the events are parsed here."""
    text = unnamed(body).replace("\r\n", "\n").replace("\n ", "")
    zones = tzical(StringIO(text))
    events: Read = {}
    for event in EVENT.findall(text):
        lines = dict(line.split(":", 1) for line in event.splitlines())
        names = {name.partition(";")[0]: name for name in lines}
        times = []
        for name in ("DTSTART", "DTEND"):
            at, zone = lines[names[name]], names[name].partition("TZID=")[2]
            moment = datetime.strptime(at.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            if zone:
                assert not at.endswith("Z")
                moment = moment.replace(tzinfo=zones.get(zone)).astimezone(UTC)
            times.append(moment)
        assert lines["UID"] not in events
        events[lines["UID"]] = (times[0], times[1])
    return events


def by_icalendar(body: bytes) -> Read:
    """Read with icalendar and recurring-ical-events, as occurrences over the years."""
    calendar = Calendar.from_ical(unnamed(body))
    # It moves ends with their start by the wall clock; the feed's ends are in UTC.
    ends = {str(event["UID"]): event["DTEND"].dt for event in calendar.walk("VEVENT")}
    if not ends:
        return {}
    span = min(ends.values()) - 2 * DAY, max(ends.values()) + 2 * DAY
    events: Read = {}
    for event in recurring_ical_events.of(calendar).between(*span):
        uid = str(event["UID"])
        assert uid not in events
        events[uid] = (event["DTSTART"].dt.astimezone(UTC), ends[uid])
    return events


def by_icaljs(bodies: Iterable[bytes], folder: Path) -> list[Read]:
    """Read with ical.js in one process of node; ``folder`` is for files. Skip without node."""
    node = shutil.which("node")
    if node is None or not ICALJS.exists():
        skip_or_fail("no node, or no ical.js: .ci/icaljs installs them")
    files = []
    for number, body in enumerate(bodies):
        files.append(folder / f"{number}.ics")
        files[-1].write_text(unnamed(body), newline="")
    answer = subprocess.run(
        [node, SCRIPT, ICALJS.resolve(), *files], capture_output=True, text=True, timeout=600
    )
    assert answer.returncode == 0, answer.stderr
    return [
        {
            uid: (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            for uid, start, end in events
        }
        for events in json.loads(answer.stdout)
    ]
