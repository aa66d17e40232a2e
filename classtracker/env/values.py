"""Readers of plain values: texts, numbers, choices, lists and time zones; and of the .env file."""

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

# The environment of the process before the .env file is loaded.
_process_environment = dict(os.environ)
_dotenv: dict[str, str | None] = {}

Check = Callable[[str], object]
# The quoted value in messages, truncated.
QUOTED = "{input!r:.60}"
PRINTABLE: Check = validate.Predicate(
    "isprintable", error="contains a line break or another unprintable character; remove it."
)


def fail(name: str, sentence: str) -> NoReturn:
    """End the process with status 1 and one line on standard error, without a traceback."""
    raise SystemExit(f"{name}: {sentence}")


def read_dotenv(path: Path) -> None:
    """Load the file `path` if it exists. The process environment takes precedence.

    python-dotenv skips invalid lines, and a byte-order mark changes the first name. A setting
    would be missing silently, so both are errors.
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
            _dotenv[binding.key] = binding.value
    env.read_env(path, recurse=False)


def missing_in_dotenv() -> list[str]:
    """Return the variables of the process environment that are not in the .env file.

    Jobs started by cron don't have them.
    """
    return sorted(
        name
        for name in env.dump()
        if name in _process_environment and _dotenv.get(name) != _process_environment[name]
    )


def system_time_zone() -> str:
    """Return the machine's zone, which cron uses: from TZ or /etc/localtime, else UTC."""
    link = os.path.realpath("/etc/localtime")
    candidates = (_process_environment.get("TZ", "").lstrip(":"), link.partition("/zoneinfo/")[2])
    names = [name.removeprefix("posix/") for name in candidates]
    return next(filter(is_zone, names), "UTC")


def text(name: str, default: str = "", *checks: Check) -> str:
    """Return a string without surrounding blanks, which pasted secrets may have.

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
    """Return a text for an HTTP header, which must be ASCII."""
    error = "contains a character that is not ASCII; use letters, digits and ASCII punctuation."
    return text(name, "", validate.Predicate("isascii", error=error))


def boolean(name: str, default: bool) -> bool:
    try:
        return env.bool(name, default)
    except EnvError:
        fail(name, f"{env.str(name)!r:.60} is not a yes or no; write true or false.")


def integer(name: str, default: int, low: int, high: int) -> int:
    error = f"{QUOTED} is not a whole number from {low} to {high}."
    # ASCII digits only: int() also accepts "1_000" and digits of other scripts.
    digits = validate.Regexp(r"-?[0-9]{1,9}\Z", error=error)
    between = validate.Range(low, high, error=error)
    return int(text(name, str(default), digits, lambda raw: between(int(raw))))


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    return text(
        name, default, validate.OneOf(allowed, error=f"{QUOTED} is not one of {{choices}}.")
    )


def regex(name: str, default: str, pattern: str, wanted: str) -> str:
    check = validate.Regexp(rf"(?:{pattern})\Z", error=f"{QUOTED} is not {wanted}.")
    return text(name, default, check)


def csv_list(name: str, pattern: str, wanted: str) -> list[str]:
    """Return the entries of a comma-separated list, each of which must match `pattern`."""
    entries = [entry.strip() for entry in text(name).split(",") if entry.strip()]
    for entry in entries:
        if not re.fullmatch(pattern, entry):
            fail(name, f"{entry!r:.60} is not {wanted}.")
    return entries


def time_zone(name: str, default: str) -> str:
    """Return the name of an IANA zone that both `zoneinfo` and Django accept."""
    return text(name, default, _zone)


def _zone(key: str) -> None:
    if not is_zone(key):
        advice = "write an IANA name such as Europe/Madrid or America/Bogota."
        raise ValidationError(f"{key!r:.60} is not a time zone; {advice}")
    system = Path("/usr/share/zoneinfo")
    if system.exists() and not (system / key).exists():
        # Known only to Python's tzdata package: Django would fail with a traceback.
        raise ValidationError(f"{key!r} is not known to this machine; update its tzdata package.")
