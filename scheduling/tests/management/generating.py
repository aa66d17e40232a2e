"""Run ``generate_classes`` in this process."""

import io
import json
import re
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError, call_command

STAMP = re.compile(r"\[\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z\] \S.*")


@dataclass
class Answer:
    status: int
    out: str
    log: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def texts(self) -> list[str]:
        """The lines of the log without their time stamps, which all of them must have."""
        lines = self.log.splitlines()
        assert [line for line in lines if not STAMP.fullmatch(line)] == []
        return [line.partition("] ")[2] for line in lines]


def generate(*args: object, **options: Any) -> Answer:
    out, log = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command("generate_classes", *map(str, args), stdout=out, stderr=log, **options)
    except SystemExit as error:
        status = error.code
    except CommandError as error:
        status = error.returncode
        log.write(str(error))
    return Answer(status, out.getvalue(), log.getvalue())
