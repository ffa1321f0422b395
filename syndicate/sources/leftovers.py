"""Words that were to be replaced before anybody reads them: a template's own, and TODO."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.text import excerpt, squeeze

MARKED = re.compile(r"‹isi:[^›]*›?|\b(?:TODO|FIXME|TBD)\b|\blorem ipsum\b", re.IGNORECASE)
SHOUTED = re.compile("[A-Z]{3,}")  # todo, in small letters, is a word of several languages
CODE = re.compile(r"`[^`]*`")
FENCE = re.compile(r" {0,3}(```|~~~)")
FRONT = re.compile(r"---[ \t]*|\.\.\.[ \t]*")
# what the templates said before they marked it
LINES = {
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
    in_front, fence = False, ""
    for number, line in enumerate(text.splitlines(), 1):
        found = ""
        if number == 1 or in_front:
            if FRONT.fullmatch(line.removeprefix("\ufeff")):
                in_front = number == 1
            elif not line.lstrip().startswith("#"):
                found = _in_front(line)
        elif opening := FENCE.match(line):
            fence = "" if fence == opening[1] else fence or opening[1]
        elif not fence:
            found = line.strip() if line.strip() in LINES else _marked(CODE.sub("", line))
        if found:
            yield number, excerpt(squeeze(found), 60)


def _in_front(line: str) -> str:
    value = VALUES.search(line)
    return value[0].strip('"') if value else _marked(line)


def _marked(line: str) -> str:
    found = (one[0] for one in MARKED.finditer(line))
    return next((one for one in found if "‹" in one or " " in one or SHOUTED.fullmatch(one)), "")
