"""Links whose brackets were typed a little wrong: ``[Unduh] (a.pdf)``, ``(Unduh)[a.pdf]``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from syndicate.sources.characters.invisible import BLANKS
from syndicate.sources.files import local_files
from syndicate.sources.links.targets import FILE_ENDINGS, MAIL_ADDRESS
from syndicate.text import in_full

PICTURE_LABEL = r"!\[(?:[^\[\]\n\\]|\\.)*\]"
TEXT_LABEL = (
    r"\[(?!\^)(?=(?:[^\[\]\n\\]|\\.)*?[^\W\d_])(?:[^\[\]\n\\]|\\.)+\]"  # with a letter in it
)
LABEL = rf"(?P<head>(?<![\\\]])(?:{PICTURE_LABEL}|{TEXT_LABEL}))"
SEPARATED_LINK = re.compile(rf"{LABEL}(?P<gap>[ \t{BLANKS}]+|[ \t]*\n[ \t]*)\((?P<name>[^()\n]+)\)")
UNCLOSED_LINKS = (
    re.compile(rf"{LABEL}\((?P<name>[^()<>\[\]\n]+)$", re.MULTILINE),
    re.compile(rf"{LABEL}\((?P<name>[^\s()<>\[\]]+)\]?(?!\S)"),
)
OTHER = re.compile(rf"{LABEL}(?:\{{(?P<name>[^{{}}\n]+)\}}|<(?P<address>https?://[^<>\s]+)>)")
SWAPPED = re.compile(
    r"(?<![\]\w\\])\((?P<text>(?=[^()\[\]\n]*?[^\W\d_])[^()\[\]\n]+)\)"
    r"\[(?P<name>[^\[\]\n]+)\](?![(\[:])"
)
UNCLOSED_LABEL = re.compile(
    r"(?<![\\\]])(?P<head>!?\[(?P<text>(?=[^\[\]()\n]*?[^\W\d_])[^\[\]()\n]+))\((?P<name>[^()\s]+)\)"
    r"(?![^\[\n]*\])"
)
GOES_ON = re.compile(r"[ \t]*\n?[ \t]*[)\"']")
LINK_JOINT = re.compile(rf"\][\s{BLANKS}]+\(|\][{{<]|\)\[")
WEB_ADDRESS = re.compile(r"(?:https?://|www\.)[\w-]+\.\S+|mailto:\S+@\S+", re.IGNORECASE)
CLOSED_LINK = re.compile(r"\]\([^()\n]*\)")  # most links
TRAILING_PUNCTUATION = re.compile(r"[.,;:!?]+$")
SEEN = (
    re.compile(r"!?\[(?=[^\[\]\n]*?[^\W\d_])[^\[\]\n]+\]\s+\((?P<name>[^()\n]+)\)"),
    re.compile(r"\((?=[^()\[\]\n]*?[^\W\d_])[^()\[\]\n]+\)\[(?P<name>[^\[\]\n]+)\]"),
    re.compile(r"\[(?=[^\[\]()\n]*?[^\W\d_])[^\[\]()\n]+\((?P<name>[^()\s]+)\)(?![^\[\n]*\])"),
    re.compile(r"\[[^\[\]\n]+\]\{(?P<name>[^{}\n]+)\}"),
)
HALF = re.compile(r"[^\s\[\]]{0,200}\]\([^\n]{0,60}")
LINK_ADVICE = "write [words](address)"


def with_joined_links(markdown: str, folder: Path) -> str:
    """Return the text with such links as Markdown has them, where they lead to an address or file.

    Every change keeps the number of lines.
    """
    if "[" not in markdown:
        return markdown

    def leads(name: str) -> bool:
        return _is_address(name) or local_files.exists(name.partition("#")[0].strip(), folder)

    def apart(found: re.Match[str]) -> str:
        if not leads(found["name"]) or _is_defined(found["head"], markdown):
            return found[0]
        gap = found["gap"] if "\n" in found["gap"] else ""
        return _link(found["head"], found["name"]) + gap

    def other(found: re.Match[str]) -> str:
        name = found["name"] or found["address"]
        return _link(found["head"], name) if leads(name) else found[0]

    def open_(found: re.Match[str]) -> str:
        end = TRAILING_PUNCTUATION.search(found["name"])
        name = found["name"][: end.start()] if end else found["name"]
        rest = found.string[found.end() :].partition("\n")[0]
        goes_on = rest.count(")") > rest.count("(") or GOES_ON.match(found.string, found.end())
        if goes_on or not leads(name.strip()):
            return found[0]
        return f"{_link(found['head'], name)}{end[0] if end else ''}"

    def named(found: re.Match[str]) -> str:
        is_picture = found[0].startswith("!")
        head = f"{'!' if is_picture else ''}[{found['text']}]"
        return _link(head, found["name"]) if leads(found["name"]) else found[0]

    patterns: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = []
    if markdown.count("](") > len(CLOSED_LINK.findall(markdown)):
        patterns += [(pattern, open_) for pattern in UNCLOSED_LINKS]
    between = {found[0][-2:] for found in LINK_JOINT.finditer(markdown)}
    patterns += [(SEPARATED_LINK, apart)] if any(sign[-1] == "(" for sign in between) else []
    patterns += [(OTHER, other)] if between & {"]{", "]<"} else []
    patterns += [(SWAPPED, named)] if ")[" in between else []
    if markdown.count("[") != markdown.count("]"):
        patterns.append((UNCLOSED_LABEL, named))
    for pattern, read in patterns:
        markdown = pattern.sub(read, markdown)
    return markdown


def link_remarks(
    first: int, lines: Iterable[str], *, escaped: bool = False
) -> Iterable[tuple[int, str]]:
    """Yield what is left of such slips, which readers would see, with the lines, from ``first``.

    ``escaped`` says that the writer wants some bracket as it stands.
    """
    for number, line in enumerate(lines, first):
        if "]" not in line and "[" not in line:
            continue
        for pattern in SEEN:
            for found in pattern.finditer(line):
                if _is_file(found["name"]) or _is_address(found["name"]):
                    yield number, f"{in_full(found[0])} is not a link in Markdown ({LINK_ADVICE})"
        if not escaped and "](" in line and (half := HALF.search(line)):
            yield number, f"{in_full(half[0])} is half a link: readers would see ]( ({LINK_ADVICE})"


def _link(head: str, name: str) -> str:
    name = name.strip()
    return f"{head}(<{name}>)" if re.search(r"\s", name) else f"{head}({name})"


def _is_defined(label: str, markdown: str) -> bool:
    return re.search(rf"^ {{0,3}}{re.escape(label)}:", markdown, re.MULTILINE) is not None


def _is_address(name: str) -> bool:
    return bool(WEB_ADDRESS.fullmatch(name.strip()) or MAIL_ADDRESS.fullmatch(name.strip()))


def _is_file(name: str) -> bool:
    return Path(name.strip()).suffix.lower() in FILE_ENDINGS
