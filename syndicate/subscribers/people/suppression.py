"""Decide by the cells of another program's table whether somebody is kept off a list.

The names and values are those of the exports of Ghost, Mailchimp, listmonk, Mailman, phpList,
Mailtrain, MailPoet, MailerLite, Brevo, Substack, AWeber, AcyMailing, Buttondown and the like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from syndicate.subscribers.people.leaving_words import (
    NOT,
    Force,
    LeavingSign,
    Suppression,
    may_say,
    normalized_answer,
    normalized_words,
    signs,
)
from syndicate.subscribers.people.titles import ColumnKind, Title

GONE = {  # what is too short, or too common, to mean it among other words
    Suppression.LEFT: ("by user", "by moderator", "not subscribed", "u", "0", "false", "no", "n",
                    "tidak"),
    Suppression.BOUNCED: ("by bounces", "b"),
    Suppression.COMPLAINED: ("reported", "p"),
    Suppression.UNCONFIRMED: ("transactional", "non subscriber"),
}  # fmt: skip
BY_WORD = {word: suppression for suppression, names in GONE.items() for word in names}
AFFIRMED = {"1", "true", "yes", "y", "on", "ya", "c", "ok", "benar", "wahr", "vrai"}
GETS_LETTERS = {
    "subscribed", "subscriber", "active", "enabled", "confirmed", "regular", "valid", "opted in",
    "opt in", "verified", "approved", "member", "owner", "manager", "moderator", "live", "normal",
    "free", "paid", "premium", "comped", "gifted", "trialed", "aktif", "terdaftar", "berlangganan",
    "langganan", "pelanggan", "terkonfirmasi", "anggota", "implicit", "explicit", "implied",
    "express", "email", "each email", "all email", "individual", "single", "digest", "full digest",
    "daily", "abridged", "summary", "deliverable", "delivered", "good", "sent", "success",
    "terkirim", "berhasil", "sukses",
}  # fmt: skip
STAYS = {"", *AFFIRMED, *GETS_LETTERS}
NOTHING = {
    "", "0", "0 0", "false", "no", "n", "f", "off", "none", "null", "nil", "nan", "never", "n a",
    "0000 00 00", "0000 00 00 00 00 00", "unchecked", "tidak", "tdk", "bukan", "belum",
    "tidak ada", "belum ada", "not yet", "belum pernah", "tidak pernah", "salah", "falsch", "faux",
}  # fmt: skip
BOOLEANS = {
    *NOTHING, *AFFIRMED - {"c", "ok"}, "t", "x", "v", "iya", "sudah", "checked", "u", "b", "p",
}  # fmt: skip
CODE = re.compile(  # what a mail system answered
    r"\s*(?:smtp; ?)?(?:5[0-7]\d[ -]+)?5\.[1-7]\.\d{1,2}(?!\.?\d)"
    r"|\s*55[0-4][ -]+(?=.*\b(?:user|mailbox|recipient|relay|unknown|reject|denied|quota|exist))",
    re.I,
)
NO_SUCH = re.compile(r"\s*(?:smtp; ?)?(?:5[0-7]\d[ -]+)?5\.1\.(?:1|2|3|10)\b", re.I)
START = ("5", "s", "S")  # of what CODE matches
URL_IN_CELL = re.compile(r"\w+://\S+")
UNCLEAR = "t"  # true, or tidak
NO_STATUS = 'if this is not about leaving, use --columns "status="'
CLEARER = "write yes or no there (or ya, tidak)"
EXPORT_NAME = re.compile(r"(?<![a-z])(un|non)?(subscribed|cleaned)_\w*export", re.IGNORECASE)
FILES = {  # Mailchimp's
    "unsubscribed": Suppression.LEFT,
    "cleaned": Suppression.BOUNCED,
    "nonsubscribed": Suppression.UNCONFIRMED,
}
OF_SOME = re.compile(
    r"\b(?:semua|seluruh|all|every\w*|dan|and|juga|also|plus|with|dengan|termasuk|incl\w*"
    r"|subscribed|subscribers|active|aktif|pelanggan)\b"
)
OF_FILES = re.compile(
    r"\b(?:export|ekspor|audience|csv|data|copy|kopi|salinan|contacts?|kontak|orang|people)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Column by whose cells somebody is kept off the list."""

    place: int
    title: str
    suppression: Callable[
        [str], Suppression | None
    ]  # of a cell; None: nothing keeps them off the list
    advice: str = ""  # for a cell that is unclear
    is_note: bool = False  # of a column that may be about anything else


def judge(place: int, title: str, known: Title | None, *, is_named: bool = False) -> Judge | None:
    """Return the judge that a column is; None for one that says nothing of it."""
    kind = known.kind if known else None
    suppression = known.suppression if known else Suppression.LEFT
    if kind is ColumnKind.PERHAPS and not is_named:
        return perhaps(place, title)
    rule: Callable[[str], Suppression | None]
    if kind is ColumnKind.GONE:
        rule, advice = partial(_by_absence, suppression), CLEARER
    elif kind is ColumnKind.HERE:
        rule, advice = partial(_by_presence, suppression), CLEARER
    elif kind in (ColumnKind.ASKED, ColumnKind.AGREED):
        rule, advice = partial(_by_answer, kind is ColumnKind.AGREED), _which(title)
    elif kind is ColumnKind.STATUS:
        rule, advice = _by_status, aside(title) if is_named else NO_STATUS
    elif is_named or kind is ColumnKind.NUMBERED:
        rule, advice = _by_words, _which(title)
    elif kind is ColumnKind.UNSURE:
        rule, advice = partial(_by_absence, Suppression.UNKNOWN), aside(title)
    else:
        return None
    return Judge(place=place, title=title, suppression=_cached(rule), advice=advice)


def perhaps(place: int, title: str = "") -> Judge:
    """Return the judge of a column that may be about leaving, or anything else."""
    return Judge(
        place=place,
        title=title or column_name(place),
        suppression=_cached(_perhaps),
        advice=aside(title),
        is_note=True,
    )


@lru_cache(10_000)
def of_other_cell(cell: str) -> Suppression | None:
    """Judge a cell of any other column: by what is plain; UNKNOWN for what a person has to see."""
    if cell.lstrip()[:1] in START and CODE.match(cell):
        return _coded(cell)
    if "://" in cell:
        cell = URL_IN_CELL.sub(" ", cell)
    if not may_say(cell.casefold()):
        return None
    found = [
        sign.suppression if sign.force is Force.SURE and sign.plain else Suppression.UNKNOWN
        for sign in signs(cell)[0]
        if sign.force is Force.SURE or (sign.force is Force.DOUBTFUL and sign.plain)
    ]
    return max(found, key=lambda suppression: suppression.weight, default=None)


def of_section(row: Iterable[str]) -> Suppression | None:
    """Judge a row without an address that is a heading of those below it: ``BERHENTI``."""
    cells = [cell for cell in row if normalized_words(cell) and not cell.strip().isdecimal()]
    if len(cells) != 1 or not may_say(cells[0].casefold()):
        return None
    found, _ = signs(cells[0])
    return _worst(sign for sign in found if sign.plain and sign.force is not Force.FAINT)


def column_name(place: int) -> str:
    """Name a column without a title."""
    return f"column {place + 1}"


def aside(title: str) -> str:
    """Say what to do where a column is about something else."""
    if not title or set(title) & set(",="):
        return (
            "if that is not about leaving, give the column a plain title, like X, and say"
            ' --columns "aside=X"'
        )
    return f'if this is not about leaving, use --columns "aside={title}"'


def _which(title: str) -> str:
    return f'use one of --columns "left={title}" or --columns "subscribed={title}"'


def of_file(name: str) -> tuple[Suppression | None, bool]:
    """Judge everybody in a file by its name; also returns whether that is sure."""
    stem = name.rpartition(".")[0] or name
    if found := EXPORT_NAME.search(stem):
        return FILES.get(f"{found[1] or ''}{found[2]}".lower()), True
    text = normalized_words(stem)
    found_signs, _ = signs(OF_FILES.sub(" ", text))
    if not found_signs or OF_SOME.search(text):
        return None, True
    is_sure = all(sign.plain and sign.force is Force.SURE for sign in found_signs)
    return _worst(found_signs), is_sure


def _cached(rule: Callable[[str], Suppression | None]) -> Callable[[str], Suppression | None]:
    return lru_cache(1000)(rule)


def _worst(found: Iterable[LeavingSign]) -> Suppression | None:
    suppressions = (sign.suppression for sign in found)
    return max(suppressions, key=lambda suppression: suppression.weight, default=None)


def _by_status(cell: str) -> Suppression | None:
    text = normalized_words(cell)
    if CODE.match(cell):
        return _coded(cell)
    if re.fullmatch(r"\s*[-−]\s*[1-9]\d*\s*", cell):  # AcyMailing's
        return Suppression.LEFT
    if text in BY_WORD:
        return BY_WORD[text]
    found, denied = signs(cell)
    if found:
        return _worst(found)
    first = normalized_words(re.split(r"[(:,;–—]| - ", cell)[0])  # active (2024-05-01)
    last = normalized_words(cell.rpartition(".")[2])  # DeliveryStatus.by_user
    parts = [part for part in (text, first, last) if part]
    if denied or not parts or STAYS & set(parts) or GETS_LETTERS.issuperset(text.split()):
        return None if parts or not cell.strip(" -–—.'\"") else Suppression.UNKNOWN
    return next((BY_WORD[part] for part in parts if part in BY_WORD), Suppression.UNKNOWN)


def _by_words(cell: str) -> Suppression | None:
    """Judge a cell of a column in which yes and no, or numbers, may mean either."""
    text = normalized_words(cell)
    return Suppression.UNKNOWN if text in BOOLEANS - {""} or text.isdecimal() else _by_status(cell)


def _perhaps(cell: str) -> Suppression | None:
    """Judge a cell of a column that may be about something else: ``State`` of an address."""
    if cell.lstrip()[:1] in START and CODE.match(cell):
        return _coded(cell)
    text = normalized_words(cell)
    if text not in BY_WORD and not may_say(cell.casefold()):
        return None
    if len(text) < 3:
        return None
    if text in BY_WORD:
        return None if text in NOTHING else BY_WORD[text]
    found, _ = signs(cell)
    sure = [sign for sign in found if sign.force is Force.SURE or sign.plain]
    if sure:
        return _worst(sure)
    return Suppression.UNKNOWN if any(sign.force is Force.DOUBTFUL for sign in found) else None


def _by_absence(suppression: Suppression, cell: str) -> Suppression | None:
    """Judge a cell of ``unsubscribed_at``, ``blacklisted``: whatever stands there: they left."""
    text = normalized_answer(cell)
    if text in NOTHING:
        return None
    if text == UNCLEAR:
        return Suppression.UNKNOWN
    found, denied = signs(cell)
    if found:
        worst = _worst(found)
        return worst if suppression is not Suppression.UNKNOWN else suppression
    return None if denied or text in {*GETS_LETTERS, "ok"} else suppression


def _by_answer(agreed: bool, cell: str) -> Suppression | None:
    """Judge an answer to ``Bersedia menerima kabar?``: who says no never wanted any."""
    text = normalized_answer(cell)
    if not text or text == UNCLEAR:
        return Suppression.UNKNOWN if agreed or text else None
    if text in NOTHING or set(text.split()[:3]) & {*NOT, "jangan"}:
        return Suppression.UNCONFIRMED
    return _worst(signs(cell)[0])


def _coded(cell: str) -> Suppression:
    """Judge a mail system's code; most of them may be about the sender."""
    return Suppression.BOUNCED if NO_SUCH.match(cell) else Suppression.UNKNOWN


def _by_presence(suppression: Suppression, cell: str) -> Suppression | None:
    """Judge a cell of ``subscribed_to_emails``, ``confirmed``: where it is empty, they are not."""
    text = normalized_answer(cell)
    if text in NOTHING or re.fullmatch(r"\s*[-−]\s*\d+\s*", cell):
        return suppression
    if text in (UNCLEAR, "2"):  # AcyMailing's 2 waits for an answer
        return Suppression.UNKNOWN
    found, denied = signs(cell)
    if not found and not denied and set(text.split()[:2]) & NOT:  # sudah tidak
        return suppression
    return _worst(found) if found else BY_WORD.get(text)
