"""Words that were to be replaced before anybody reads them: a template's own, and TODO."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.sources.bounds import LINE_BREAK
from syndicate.sources.front_matter.splitting import CLOSES, OPENS
from syndicate.text import excerpt, squeeze

MARKED = re.compile(r"‹isi:[^›]*›?")
# TODO is a village, too, and lorem ipsum has a history: only what is plainly left over counts
TODO_NOTE = r"(?:TODO|FIXME|TBD|XXX)\b"
LINE_START = r"^[\s>]*(?:[-+*]\s+|\d{1,3}[.)]\s+|\#{1,6}\s+)?[*_]{0,3}"
NOTES = (
    re.compile(rf"{LINE_START}(?P<said>{TODO_NOTE})[*_]{{0,3}}\W*$"),
    re.compile(rf"{LINE_START}(?P<said>{TODO_NOTE}[*_]{{0,3}}:.*)"),
    re.compile(rf"{LINE_START}(?P<said>{TODO_NOTE}(?: [a-z]+)+)$"),
    re.compile(rf"[.!?] (?P<said>{TODO_NOTE}:.*)"),
    re.compile(rf"(?P<said>\[{TODO_NOTE}[^\[\]]*\])(?![(\[])"),
    re.compile(rf"(?P<said>\({TODO_NOTE}:[^()]*\))"),
)
FILLER = re.compile(
    rf"{LINE_START}(?P<said>lorem ipsum)(?:\W*$| dolor sit amet(?:\W*$|\W+consec))", re.IGNORECASE
)
QUOTATION = re.compile(r"\s*>")
TEMPLATE_LINK = re.compile(r"\]\((?P<said>https?://…[^()\s]*)\)")
UNFILLED_FIELD = re.compile(r"\s*(?:- +)?[\w.]+\s*:\s*([\"']?)(?P<said>…|\.{3})\1\s*(?: #.*)?")
FIELD_START = re.compile(r"\s*(?:- +)?(?:[\w.]+\s*:\s*)?[\"']?")
FOR_THE_DESK = re.compile(r"edNote\s*:")
HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
INDENTED = re.compile(r" {4}|\t")
CODE_SPAN = re.compile(r"`[^`]*`")
CODE_FENCE = re.compile(r" {0,3}(?:(```)`*(?!.*`)|(~~~))")
FRONT = re.compile(f"{OPENS}|{CLOSES}")
# what the templates said before they marked it
TEMPLATE_LINES = {
    "Tulis paragraf pertama di sini: siapa, apa, kapan, di mana.",
    "Apa yang dikatakan data ini, dengan angka, satuan, dan tanggalnya.",
    "Sumber dan cara menghitung.",
    "Apa yang perlu diketahui warga, dalam satu paragraf.",
    "1. Langkah pertama;",
    "2. langkah kedua.",
    "Apa yang dibuka, oleh siapa, dan sampai kapan (tanggal, jam, WIB).",
    "1. Syarat pertama;",
    "2. syarat kedua.",
    "| Pendaftaran |  |  |",
}
VALUES = re.compile(
    '"(?:Nama lembaga sumber data|Nama lembaga sumber|Nama lembaga penyelenggara'
    '|apa yang terlihat|Teks foto)"'
)


def placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that still holds some, with the first; comments and code do not count."""
    text = HTML_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    in_front, fence = False, ""
    for number, line in enumerate(LINE_BREAK.split(text), 1):
        found = ""
        if number == 1 or in_front:
            if FRONT.fullmatch(line):
                in_front = number == 1
            else:
                found = _in_front(line)
        elif opening := CODE_FENCE.match(line):
            sign = opening[1] or opening[2]
            fence = "" if fence == sign else fence or sign
        elif not fence:
            found = (
                line.strip()
                if line.strip() in TEMPLATE_LINES
                else _in_text(CODE_SPAN.sub("``", line))
            )
        if found:
            yield number, excerpt(squeeze(found), 60)


def _in_front(line: str) -> str:
    if line.lstrip().startswith("#"):
        return ""
    if value := VALUES.search(line):
        return value[0].strip('"')
    if marked := MARKED.search(line):
        return marked[0]
    if FOR_THE_DESK.match(line):
        return ""
    nothing = UNFILLED_FIELD.fullmatch(line)
    return nothing["said"] if nothing else _noted(FIELD_START.sub("", line, count=1).rstrip("\"' "))


def _in_text(line: str) -> str:
    if marked := MARKED.search(line):
        return marked[0]
    return "" if INDENTED.match(line) else _noted(line)


def _noted(line: str) -> str:
    """A note to oneself, or filler text."""
    patterns = (*NOTES, TEMPLATE_LINK, *(() if QUOTATION.match(line) else (FILLER,)))
    found = (pattern.search(line) for pattern in patterns)
    return next((match["said"] for match in found if match), "")
