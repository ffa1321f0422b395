"""Find figures of a headline that the text contradicts: amounts of money, and counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding

NUMBER_WORDS = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
TENS = {"belas": 1, "puluh": 10, "ratus": 100}  # twelve is “dua belas”: two and ten
COUNTED = "|".join((*NUMBER_WORDS, *TENS, "seratus"))
SCALES = {
    "ribu": 1e3, "rb": 1e3, "thousand": 1e3, "juta": 1e6, "jt": 1e6, "million": 1e6,
    "miliar": 1e9, "milyar": 1e9, "billion": 1e9, "triliun": 1e12, "trillion": 1e12,
}  # fmt: skip
FIGURE = re.compile(
    rf"""
    (?<![\w.,/:-])
    (?P<money>(?:Rp|IDR)\.?[ \u00a0]?)?
    (?P<number>\d[\d.,]{{0,20}}|(?:{COUNTED})(?:[ ](?:{COUNTED}))*)
    (?:[ \u00a0](?P<scale>{"|".join(SCALES)}))?
    (?:(?P<percent>[ \u00a0]?%)|[ \u00a0\n]+(?P<unit>[^\W\d_]+))?
    (?![\w%])
    """,
    re.VERBOSE | re.IGNORECASE,
)
ABOUT = re.compile(
    r"(?:lebih dari|kurang dari|hampir|sekitar|ratusan|puluhan|over|nearly|about|around|almost"
    r"|ke-?)\s*$",
    re.IGNORECASE,
)
NO_UNITS = frozenset(
    ("tahun", "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus",
     "september", "oktober", "november", "desember", "january", "february", "march", "may",
     "june", "july", "august", "october", "december", "dan", "di", "ke", "dari", "yang", "untuk",
     "of", "and", "in", "to", "the", "for", "wib", "wita", "wit", "dalam", "oleh", "pada", "atau")
)  # fmt: skip
MOST_SUMMED = 8  # figures that may be the headline's one together
MOST_ROUNDED = 0.05  # of an amount: Rp1,2 miliar for Rp1.234.567.000
TABLE = str.maketrans({".": "", ",": "."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it counts: Rp, %, or a word."""

    start: int
    words: str
    value: float
    unit: str


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text that count something, where they stand."""
    for found in FIGURE.finditer(text):
        unit = "rp" if found["money"] else "%" if found["percent"] else found["unit"] or ""
        unit = "%" if unit.casefold() in ("persen", "percent") else unit.casefold()
        if (
            not unit
            or unit in NO_UNITS
            or ABOUT.search(text[max(found.start() - 20, 0) : found.start()])
        ):
            continue
        value = _value(found["number"], found["scale"] or "")
        if value is not None:
            words = " ".join(found[0].split()) if unit != "rp" else _without_unit(found)
            yield Figure(start=found.start(), words=words, value=value, unit=unit)


def _without_unit(found: re.Match[str]) -> str:
    end = found.start("unit") if found["unit"] else found.end()
    return found.string[found.start() : end].strip()


def _value(number: str, scale: str) -> float | None:
    try:
        value = float(_plain(number.rstrip(".,")) if number[0].isdigit() else _in_words(number))
    except ValueError:
        return None
    return value * SCALES.get(scale.casefold(), 1)


def _in_words(number: str) -> int:
    """Return the value of a number in words: dua ratus lima puluh, dua belas."""
    whole, last = 0, 0
    for word in number.casefold().split():
        if word in NUMBER_WORDS:
            whole, last = whole + last, NUMBER_WORDS[word]
        elif word == "seratus":
            whole += 100
        else:
            whole += last + 10 if word == "belas" else last * TENS[word]
            last = 0
    return whole + last


def _plain(number: str) -> str:
    """Return a number as float() has it: 1.250 and 1,250 are thousands, 1,5 and 1.5 are not."""
    groups = re.split("[.,]", number)
    if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]):
        return "".join(groups)
    return number.translate(TABLE) if "," in number else number


def contradicted_figures(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each figure of the headline where the text has only others of its kind."""
    headline = [each for each in figures(manuscript.article.headline) if not _is_article(each)]
    if not headline:
        return
    body = list(figures(manuscript.words))
    for figure in headline:
        others = [other for other in body if other.unit == figure.unit]
        if others and not any(_agree(figure, other) for other in (*body, *_sums(others))):
            nearest = min(others, key=lambda other: abs(other.value - figure.value))
            yield manuscript.finding(
                "headline-figure",
                manuscript.headline_start + figure.start,
                f"the headline says “{figure.words}”, the text “{nearest.words}”",
                "correct one of them",
            )


def _is_article(figure: Figure) -> bool:
    """Return whether a word for one counts nothing: satu warga, one of them."""
    return figure.words.casefold().startswith(("satu ", "one "))


def _sums(figures: Sequence[Figure]) -> Iterator[Figure]:
    """Yield what figures of one kind that follow each other are together."""
    for start in range(len(figures)):
        together = figures[start].value
        for figure in figures[start + 1 : start + MOST_SUMMED]:
            together += figure.value
            yield replace(figure, value=together)


def _agree(figure: Figure, other: Figure) -> bool:
    if figure.unit != "rp" or other.unit != "rp":
        return figure.value == other.value
    return abs(figure.value - other.value) <= MOST_ROUNDED * max(figure.value, other.value)
