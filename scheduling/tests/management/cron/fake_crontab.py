"""A fake `crontab` on PATH that writes to a file and fails on request."""

import os
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """#!/bin/sh
case "$(cat '{folder}/failure')" in
    refuses) echo "You (ana) are not allowed to use this program (crontab)" >&2; exit 1 ;;
    broken) echo "crontab: cannot read the spool: disk error" >&2; exit 1 ;;
    discards) [ "$1" = -l ] || exit 0 ;;
    full) [ "$1" = -l ] || {{ echo "crontab: No space left on device" >&2; exit 1; }} ;;
esac
if [ "$1" = -l ]; then
    [ -e '{folder}/table' ] || {{ echo "no crontab for ana" >&2; exit 1; }}
    cat '{folder}/table'
else
    cat > '{folder}/table.new' && mv '{folder}/table.new' '{folder}/table'
fi
"""


@dataclass(frozen=True)
class FakeCrontab:
    """``env`` puts it first on PATH; ``lines`` are its entries."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "FakeCrontab":
        program = folder / "crontab"
        program.write_text(SCRIPT.format(folder=folder))
        program.chmod(0o755)
        made = cls(folder)
        made.fail("")
        return made

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}:{os.environ['PATH']}"}

    def fail(self, mode: str) -> None:
        (self.folder / "failure").write_text(mode)

    @property
    def lines(self) -> list[str]:
        table = self.folder / "table"
        return table.read_text().splitlines() if table.exists() else []

    def write(self, *lines: str, end: str = "\n") -> None:
        (self.folder / "table").write_text("\n".join(lines) + end)
