"""Load tests of a running server with a given number of clients."""

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .workload import Operation


@dataclass(slots=True)
class Times:
    """The milliseconds and bytes of the responses to one operation."""

    milliseconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        return percentile(self.milliseconds, 99)


@dataclass(slots=True)
class Level:
    """The result of one number of clients."""

    clients: int
    seconds: float
    times: dict[str, Times]
    wrong: list[str]

    @property
    def asked(self) -> int:
        return sum(len(times.milliseconds) for times in self.times.values())

    @property
    def a_second(self) -> float:
        return self.asked / self.seconds

    @property
    def every(self) -> list[float]:
        """The milliseconds of all responses."""
        return [value for times in self.times.values() for value in times.milliseconds]


def percentile(values: list[float], part: int) -> float:
    """Return the given percentile of ``values``."""
    return sorted(values)[min(len(values) - 1, len(values) * part // 100)]


def drive(url: str, asks: list[Operation], order: list[tuple[int, str]], clients: int) -> Level:
    """Send the requests in ``order`` to the server at ``url`` from a separate process."""
    parts = urlsplit(url)
    asked = [
        {
            "place": place,
            "address": address,
            "headers": asks[place].headers,
            "body": asks[place].body,
        }
        for place, address in order
    ]
    plan = {"host": parts.hostname, "port": parts.port, "clients": clients, "asked": asked}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load.client"],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, samples = json.loads(done.stdout)
    times: defaultdict[str, Times] = defaultdict(Times)
    wrong = []
    for place, milliseconds, status, size in samples:
        ask = asks[place]
        times[ask.name].milliseconds.append(milliseconds)
        times[ask.name].sizes.append(size)
        if status != ask.fine:
            wrong.append(f"{ask.name}: {status or 'no answer'}")
    return Level(clients, seconds, dict(times), wrong)
