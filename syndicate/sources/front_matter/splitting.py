"""Split a file at its lines ``---``: into front matter and body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicate.sources import bounds
from syndicate.sources.characters import invisible
from syndicate.sources.front_matter.flaws import Flaw

# the lines around the front matter; a last one is not indented, as that is text of a value
BLANK = rf"[ \t{invisible.AROUND_FENCE}]*"
OPENS = rf"{BLANK}---{BLANK}"
CLOSES = rf"[{invisible.AROUND_FENCE}]*(?:---|\.\.\.){BLANK}"
FRONT_MATTER_START = re.compile(rf"{OPENS}(\n|\Z)")
FRONT_MATTER_END = re.compile(rf"^{CLOSES}(?:\n|\Z)", re.MULTILINE)
FRONT_MATTER_ADVICE = (
    "start the file with a line ---, then headline: ..., then a line ---, then the text"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A file cut at its fences; line ends are ``\\n``."""

    front: str
    body: str
    body_line: int  # of the body's first line, from 1


def split_front_matter(text: str) -> Parts:
    """Part the front matter from the body."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = FRONT_MATTER_START.match(text)
    if first is None:
        raise Flaw(1, f"there is no front matter ({FRONT_MATTER_ADVICE})")
    last = FRONT_MATTER_END.search(text, first.end())
    if last is None:
        raise Flaw(1, "the front matter has no end (write a line --- before the text)")
    body_line = text.count("\n", 0, last.end()) + 1
    if last.start() > bounds.MOST_FRONT_CHARACTERS:
        most = f"more than {bounds.MOST_FRONT_CHARACTERS // 1000} kB above the text"
        raise Flaw(text.count("\n", 0, bounds.MOST_FRONT_CHARACTERS) + 1, f"{most} (shorten it)")
    front = invisible.as_spaces(text[first.end() : last.start()])
    return Parts(front=front, body=text[last.end() :], body_line=body_line)
