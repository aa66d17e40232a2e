"""The keys of JSON documents: camelCase in JSON, snake_case in Python."""

import re
from typing import Any

# Objects whose keys are codes of outcomes, which are not converted.
VERBATIM = frozenset({"counts"})

_UNDERSCORE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


def camel(name: str) -> str:
    """``start_time`` → ``startTime``."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name)


def camelized(data: Any) -> Any:
    """Return ``data`` with the keys of all objects in camelCase."""
    if isinstance(data, dict):
        return {
            camel(key) if isinstance(key, str) else key: (
                value if key in VERBATIM else camelized(value)
            )
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [camelized(item) for item in data]
    return data
