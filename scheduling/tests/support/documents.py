"""The fenced blocks of a document, in the order in which they are printed."""

import re
from dataclasses import dataclass

from .processes import ROOT

_LINE = re.compile(
    r"^## (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. ``heading`` is the section that it stands in."""

    heading: str
    language: str
    text: str


class Document:
    """A document whose blocks are taken one after the other."""

    def __init__(self, page: str) -> None:
        self.text = (ROOT / page).read_text()
        self._blocks = _blocks(self.text)

    def take(self, heading: str, language: str = "sh") -> str:
        """Return the text of the next block, which must stand in that section."""
        block = self._blocks.pop(0)
        assert (block.heading, block.language) == (heading, language)
        return block.text

    def left(self) -> list[Block]:
        """Return the blocks that were not taken."""
        return self._blocks


def _blocks(text: str) -> list[Block]:
    heading = ""
    found = []
    for match in _LINE.finditer(text):
        if match["heading"]:
            heading = match["heading"]
        else:
            found.append(Block(heading, match["language"], match["text"]))
    return found
