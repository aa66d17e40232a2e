"""The entries of this installation in the user's crontab, based on django-crontab.

django-crontab ignores the exit status of `crontab`. If reading failed, it would overwrite the
user's other lines, so this module reads and writes the crontab itself.
"""

import os
import shlex
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _
from django_crontab.crontab import Crontab

SECONDS = 30


class CrontabError(Exception):
    """The crontab cannot be read or written. The message names the reason and the remedy."""


class UserCrontab(Crontab):
    """django-crontab's Crontab with safe reading and writing."""

    def __init__(self) -> None:
        super().__init__(verbosity=0)  # its messages raise errors for outdated entries
        for name in ("PYTHON_EXECUTABLE", "DJANGO_MANAGE_PATH"):
            setattr(self.settings, name, _quoted(getattr(self.settings, name)))

    def read(self) -> None:
        """Read the crontab. Raises CrontabError if cron is missing or refuses the user."""
        self.crontab_lines = read()

    def write(self) -> None:
        """Write the crontab. Raises CrontabError if cron rejects it; it is unchanged then."""
        _call("-", content="".join(self.crontab_lines))

    def own_lines(self) -> list[str]:
        """Return the lines of this installation."""
        pattern, comment = self.settings.CRONTAB_LINE_REGEXP, self.settings.CRONTAB_COMMENT
        return [
            line
            for line in self.crontab_lines
            if (matches := pattern.findall(line)) and matches[0][4] == comment
        ]

    def expected_lines(self) -> list[str]:
        """Return the lines of this installation as they should be."""
        fresh = UserCrontab()
        fresh.add_jobs()
        return list(fresh.crontab_lines)


def read() -> list[str]:
    """Return the lines of the user's crontab with their line endings, empty if there is none."""
    text = _call("-l")
    # Appended lines must not continue an unterminated last line.
    return (text if not text or text.endswith("\n") else text + "\n").splitlines(keepends=True)


def install() -> list[str]:
    """Replace the entries of this installation; return them as read back."""
    return _replace_entries(with_jobs=True)


def remove() -> None:
    """Remove the entries of this installation. Other lines stay."""
    _replace_entries(with_jobs=False)


def _replace_entries(with_jobs: bool) -> list[str]:
    tab = UserCrontab()
    tab.read()
    tab.remove_jobs()
    others = list(tab.crontab_lines)
    if with_jobs:
        tab.add_jobs()
    tab.write()
    expected = tab.own_lines()
    tab.read()
    found = tab.own_lines()
    if sorted(found) != sorted(expected) or [
        line for line in tab.crontab_lines if line not in found
    ] != [line for line in others if line not in found]:
        raise CrontabError(
            _(
                "The crontab was written but reads differently: look at it with `crontab -l`. "
                "Another program may have changed it at the same moment; run this again."
            )
        )
    return found


def _quoted(path: str) -> str:
    """Quote for the shell and for cron, which treats a bare % as a line break even in quotes."""
    return shlex.quote(path).replace("%", r"\%")


def _call(*arguments: str, content: str | None = None) -> str:
    program = settings.CRONTAB_EXECUTABLE
    try:
        process = subprocess.run(
            [program, *arguments],
            input=content,
            stdin=subprocess.DEVNULL if content is None else None,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=SECONDS,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise CrontabError(
            _(
                "There is no cron on this machine: %(program)s does not exist. Install it (Debian: "
                "apt install cron), or let `manage.py run_scheduler` run in its place."
            )
            % {"program": program}
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CrontabError(
            _("%(program)s cannot be run: %(error)s") % {"program": program, "error": error}
        ) from None
    if process.returncode == 0:
        return process.stdout
    message = " ".join(process.stderr.split())
    if arguments == ("-l",) and "no crontab for" in message:
        return ""
    raise CrontabError(
        _("cron refuses: %(said)s (%(program)s, exit status %(status)d). Nothing was changed.")
        % {"said": message or "–", "program": program, "status": process.returncode}
    )
