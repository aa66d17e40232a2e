"""Our entries in the user's crontab, through django-crontab, which we do not take at its word.

django-crontab reads and writes through a shell and looks at no exit status: a crontab that could
not be read would be replaced by one that holds our lines alone. So reading and writing are ours.
"""

import os
import shlex
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _
from django_crontab.crontab import Crontab

SECONDS = 30


class CrontabError(Exception):
    """The crontab cannot be read or written; the message says why and what to do."""


class UserCrontab(Crontab):
    """django-crontab's idea of what our lines are, on a crontab that is read and written safely."""

    def __init__(self) -> None:
        super().__init__(verbosity=0)  # talkative, it fails on entries that have changed since
        for name in ("PYTHON_EXECUTABLE", "DJANGO_MANAGE_PATH"):
            setattr(self.settings, name, _quoted(getattr(self.settings, name)))

    def read(self) -> None:
        """Raises CrontabError where there is no cron, or it refuses this user."""
        self.crontab_lines = read()

    def write(self) -> None:
        """Raises CrontabError where the crontab is not taken; then it is as it was."""
        _call("-", content="".join(self.crontab_lines))

    def ours(self) -> list[str]:
        """The lines that this installation put there."""
        pattern, comment = self.settings.CRONTAB_LINE_REGEXP, self.settings.CRONTAB_COMMENT
        return [
            line
            for line in self.crontab_lines
            if (found := pattern.findall(line)) and found[0][4] == comment
        ]

    def wanted(self) -> list[str]:
        """The lines that should be there."""
        fresh = UserCrontab()
        fresh.add_jobs()
        return list(fresh.crontab_lines)


def read() -> list[str]:
    """The user's crontab, line by line, each with its end; empty where there is none yet."""
    text = _call("-l")
    # Without an end the last line would swallow the first of ours.
    return (text if not text or text.endswith("\n") else text + "\n").splitlines(keepends=True)


def install() -> list[str]:
    """Put our entries in, in place of older ones of ours; the lines as they were read back."""
    return _change(wanted=True)


def remove() -> None:
    """Take our entries out; what others put there stays."""
    _change(wanted=False)


def _change(wanted: bool) -> list[str]:
    tab = UserCrontab()
    tab.read()
    tab.remove_jobs()
    others = list(tab.crontab_lines)
    if wanted:
        tab.add_jobs()
    tab.write()
    expected = tab.ours()
    tab.read()
    found = tab.ours()
    if sorted(found) != sorted(expected) or [x for x in tab.crontab_lines if x not in found] != [
        x for x in others if x not in found
    ]:
        raise CrontabError(
            _(
                "The crontab was written but reads differently: look at it with `crontab -l`. "
                "Another program may have changed it at the same moment; run this again."
            )
        )
    return found


def _quoted(path: str) -> str:
    """For the shell, and for cron, to which a bare % is a line break even within quotes."""
    return shlex.quote(path).replace("%", r"\%")


def _call(*arguments: str, content: str | None = None) -> str:
    program = settings.CRONTAB_EXECUTABLE
    try:
        ended = subprocess.run(
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
    if ended.returncode == 0:
        return ended.stdout
    said = " ".join(ended.stderr.split())
    if arguments == ("-l",) and "no crontab for" in said:
        return ""
    raise CrontabError(
        _("cron refuses: %(said)s (%(program)s, exit status %(status)d). Nothing was changed.")
        % {"said": said or "–", "program": program, "status": ended.returncode}
    )
