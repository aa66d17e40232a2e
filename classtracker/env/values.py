"""Plain values of the environment: texts, numbers, choices, lists, a time zone; and the .env."""

import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream
from environs import Env, EnvError

env = Env()

# The environment as the process was given it, before a .env adds to it.
_given = dict(os.environ)
_written: dict[str, str | None] = {}
_asked: set[str] = set()


def stop(name: str, sentence: str) -> NoReturn:
    """End the process: status 1, one line on standard error, no traceback."""
    raise SystemExit(f"{name}: {sentence}")


def shown(value: str) -> str:
    """`value` as a message shows it: quoted, and not longer than a line should be."""
    return repr(value if len(value) <= 60 else value[:57] + "...")


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
        stop(str(path), f"cannot be read as UTF-8 text ({type(error).__name__}).")
    if text.startswith("\ufeff"):
        stop(str(path), "starts with a byte-order mark; save it as plain UTF-8.")
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            line = binding.original.line
            stop(str(path), f"line {line} is not NAME=value; correct or remove it.")
        if binding.key:
            _written[binding.key] = binding.value
    env.read_env(path, recurse=False)


def unseen_by_cron() -> list[str]:
    """The variables that this process was given and that are not in the .env.

    Cron gives its jobs an environment of its own: to them these would not exist.
    """
    return sorted(name for name in _asked if name in _given and _written.get(name) != _given[name])


def system_time_zone() -> str:
    """The machine's zone, which cron goes by: TZ, or what /etc/localtime is; else UTC."""
    link = os.path.realpath("/etc/localtime")
    for key in (_given.get("TZ", "").lstrip(":"), link.partition("/zoneinfo/")[2]):
        try:
            if key:
                return ZoneInfo(key).key
        except (KeyError, ValueError, OSError):
            continue
    return "UTC"


def text(name: str, default: str = "") -> str:
    """A string, without the blanks around it that a pasted secret brings along."""
    _asked.add(name)
    value = str(env.str(name, default)).strip()
    if not value.isprintable():
        stop(name, "holds a line break or another unprintable character; take it out.")
    return value


def secret(name: str) -> str:
    """A text that goes into a header of HTTP, which takes no more than ASCII."""
    value = text(name)
    if not value.isascii():
        stop(name, "holds a character that is not ASCII; use letters, digits and plain signs.")
    return value


def boolean(name: str, default: bool) -> bool:
    _asked.add(name)
    try:
        return bool(env.bool(name, default))
    except EnvError:
        stop(name, f"{shown(env.str(name))} is not a yes or no; write true or false.")


def integer(name: str, default: int, low: int, high: int | None = None) -> int:
    wanted = f"a whole number from {low} to {high}" if high else f"a whole number, {low} or more"
    raw = text(name, str(default))
    # ASCII digits only: int() would also take "1_000" and the digits of other scripts.
    if not re.fullmatch(r"-?[0-9]{1,9}", raw) or not low <= int(raw) <= (high or int(raw)):
        stop(name, f"{shown(raw)} is not {wanted}.")
    return int(raw)


def choice(name: str, default: str, allowed: Iterable[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        stop(name, f"{shown(value)} is not one of {', '.join(allowed)}.")
    return value


def words(name: str, pattern: str, wanted: str) -> list[str]:
    """A comma-separated list whose every entry matches `pattern`; empty means none."""
    found = [word.strip() for word in text(name).split(",") if word.strip()]
    for word in found:
        if not re.fullmatch(pattern, word):
            stop(name, f"{shown(word)} is not {wanted}.")
    return found


def matching(name: str, default: str, pattern: str, wanted: str) -> str:
    value = text(name, default)
    if not re.fullmatch(pattern, value):
        stop(name, f"{shown(value)} is not {wanted}.")
    return value


def time_zone(name: str, default: str) -> str:
    """An IANA name that both `zoneinfo` and Django accept."""
    key = text(name, default)
    advice = "write an IANA name such as Europe/Madrid or America/Bogota."
    # Files of the zone folder that are not zones of IANA, or count leap seconds.
    odd = {"", "Factory", "localtime", "posixrules"}
    if key in odd or key.startswith(("posix/", "right/")):
        stop(name, f"{shown(key)} is not a time zone; {advice}")
    try:
        ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        # Unknown; '../x' or a NUL; a directory such as 'America', a name too long.
        stop(name, f"{shown(key)} is not a time zone; {advice}")
    system = Path("/usr/share/zoneinfo")
    if system.exists() and not (system / key).exists():
        # Known to the tzdata package alone: Django would refuse it with a traceback.
        stop(name, f"{shown(key)} is not known to this machine; update its tzdata package.")
    return key
