"""Output of a JSON document on standard output."""

import json
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _


def write_json(output: OutputWrapper, document: dict[str, Any]) -> None:
    """Write ``document``. Raises CommandError if standard output can't be written."""
    try:
        output.write(json.dumps(document, ensure_ascii=False, indent=2))
        output.flush()
    except (OSError, ValueError) as error:
        raise unwritable(error) from None


def unwritable(error: Exception) -> CommandError:
    """Return the error for a standard output that can't be written."""
    return CommandError(_("Standard output can't be written: %(error)s.") % {"error": error})
