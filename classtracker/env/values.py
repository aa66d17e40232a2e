"""Plain values of the environment: texts, numbers, choices, lists, a time zone; and the .env."""

import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from dotenv.parser import parse_stream
from environs import Env, EnvError, ValidationError, validate

from scheduling.domain.wallclock import is_zone

env = Env()

# The environment as the process was given it, before a .env adds to it.
_given = dict(os.environ)
_written: dict[str, str | None] = {}

Check = Callable[[str], object]
# In the message of a check: the value, quoted, and no longer than a line should be.
SHOWN = "{input!r:.60}"
PRINTABLE: Check = validate.Predicate(
    "isprintable", error="holds a line break or another unprintable character; take it out."
)


def fail(name: str, sentence: str) -> NoReturn:
    """End the process: status 1, one line on standard error, no traceback."""
    raise SystemExit(f"{name}: {sentence}")


def read_dotenv(path: Path) -> None:
    """Load `path`, if there is one; what the real environment says goes first.

    python-dotenv skips lines that it cannot read, and a byte-order mark makes the first name a
    different one: either way a setting would silently be missing, so both stop the start.
    """
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(str(path), f"cannot be read as UTF-8 text ({type(error).__name__}).")
    if text.startswith("\ufeff"):
        fail(str(path), "starts with a byte-order mark; save it as plain UTF-8.")
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            line = binding.original.line
            fail(str(path), f"line {line} is not NAME=value; correct or remove it.")
        if binding.key:
            _written[binding.key] = binding.value
    env.read_env(path, recurse=False)


def missing_in_dotenv() -> list[str]:
    """The variables that this process was given and that are not in the .env.

    Cron gives its jobs an environment of its own: to them these would not exist.
    """
    asked = env.dump()
    return sorted(name for name in asked if name in _given and _written.get(name) != _given[name])


def system_time_zone() -> str:
    """The machine's zone, which cron goes by: TZ, or what /etc/localtime is; else UTC."""
    link = os.path.realpath("/etc/localtime")
    found = (_given.get("TZ", "").lstrip(":"), link.partition("/zoneinfo/")[2])
    names = [name.removeprefix("posix/") for name in found]
    return next(filter(is_zone, names), "UTC")


def text(name: str, default: str = "", *checks: Check) -> str:
    """A string, without the blanks around it that a pasted secret brings along.

    `checks` are validators of environs, or functions that raise its ValidationError.
    """
    value = env.str(name, default).strip()
    try:
        for check in (PRINTABLE, *checks):
            check(value)
    except ValidationError as error:
        fail(name, str(error.messages[0]))
    return value


def ascii_text(name: str) -> str:
    """A text that goes into a header of HTTP, which takes no more than ASCII."""
    error = "holds a character that is not ASCII; use letters, digits and plain signs."
    return text(name, "", validate.Predicate("isascii", error=error))


def boolean(name: str, default: bool) -> bool:
    try:
        return env.bool(name, default)
    except EnvError:
        fail(name, f"{env.str(name)!r:.60} is not a yes or no; write true or false.")


def integer(name: str, default: int, low: int, high: int) -> int:
    error = f"{SHOWN} is not a whole number from {low} to {high}."
    # ASCII digits only: int() would also take "1_000" and the digits of other scripts.
    digits = validate.Regexp(r"-?[0-9]{1,9}\Z", error=error)
    between = validate.Range(low, high, error=error)
    return int(text(name, str(default), digits, lambda raw: between(int(raw))))


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    return text(name, default, validate.OneOf(allowed, error=f"{SHOWN} is not one of {{choices}}."))


def regex(name: str, default: str, pattern: str, wanted: str) -> str:
    check = validate.Regexp(rf"(?:{pattern})\Z", error=f"{SHOWN} is not {wanted}.")
    return text(name, default, check)


def csv_list(name: str, pattern: str, wanted: str) -> list[str]:
    """A comma-separated list whose every entry matches `pattern`; empty means none."""
    found = [word.strip() for word in text(name).split(",") if word.strip()]
    for word in found:
        if not re.fullmatch(pattern, word):
            fail(name, f"{word!r:.60} is not {wanted}.")
    return found


def time_zone(name: str, default: str) -> str:
    """An IANA name that both `zoneinfo` and Django accept."""
    return text(name, default, _zone)


def _zone(key: str) -> None:
    if not is_zone(key):
        advice = "write an IANA name such as Europe/Madrid or America/Bogota."
        raise ValidationError(f"{key!r:.60} is not a time zone; {advice}")
    system = Path("/usr/share/zoneinfo")
    if system.exists() and not (system / key).exists():
        # Known to the tzdata package alone: Django would refuse it with a traceback.
        raise ValidationError(f"{key!r} is not known to this machine; update its tzdata package.")
