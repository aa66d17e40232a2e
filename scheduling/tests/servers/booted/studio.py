"""The installed product, as the tests look at it."""

import re

from scheduling.tests.support.machines.debian import Debian

APP = "/srv/classtracker/app"
HOST = "https://classes.example.org"
# From a shell of the service's user.
AS_USER = f"cd {APP} && HOME=/srv/classtracker exec runuser -u classtracker -- "


def sql(machine: Debian, query: str) -> str:
    """Return the rows of a query, one a line, its columns separated by `|`."""
    command = (
        f'cd / && runuser -u postgres -- psql -v ON_ERROR_STOP=1 -At classtracker -c "{query}"'
    )
    return machine.output(command)


def classes(machine: Debian) -> int:
    """Return the number of stored classes."""
    return int(sql(machine, "SELECT count(*) FROM classes"))


def setting(machine: Debian, name: str) -> str:
    """Return a variable of `.env`."""
    return machine.output(f"sed -n 's/^{name}=//p' {APP}/.env")


def answer(machine: Debian, *curl: str) -> tuple[int, dict[str, str]]:
    """Return the status of the answer to a call by curl, and its headers in lower case."""
    head = machine.output("curl -sS --dump-header - --output /dev/null " + " ".join(curl))
    headers = dict(re.findall(r"^([\w-]+): (.*?)\r?$", head, re.MULTILINE))
    return int(head.split()[1]), {name.lower(): value for name, value in headers.items()}
