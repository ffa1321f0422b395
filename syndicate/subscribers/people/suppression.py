"""What another program's table says of somebody: still subscribed, gone, or never confirmed.

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
    Sign,
    Standing,
    answer,
    may_say,
    signs,
    words,
)
from syndicate.subscribers.people.titles import Kind, Title

GONE = {  # what is too short, or too common, to mean it among other words
    Standing.LEFT: ("by user", "by moderator", "not subscribed", "u", "0", "false", "no", "n",
                    "tidak"),
    Standing.BOUNCED: ("by bounces", "b"),
    Standing.COMPLAINED: ("reported", "p"),
    Standing.UNCONFIRMED: ("transactional", "non subscriber"),
}  # fmt: skip
BY_WORD = {word: standing for standing, names in GONE.items() for word in names}
YES = {"1", "true", "yes", "y", "on", "ya", "c", "ok", "benar", "wahr", "vrai"}
GETS_LETTERS = {
    "subscribed", "subscriber", "active", "enabled", "confirmed", "regular", "valid", "opted in",
    "opt in", "verified", "approved", "member", "owner", "manager", "moderator", "live", "normal",
    "free", "paid", "premium", "comped", "gifted", "trialed", "aktif", "terdaftar", "berlangganan",
    "langganan", "pelanggan", "terkonfirmasi", "anggota", "implicit", "explicit", "implied",
    "express", "email", "each email", "all email", "individual", "single", "digest", "full digest",
    "daily", "abridged", "summary", "deliverable", "delivered", "good", "sent", "success",
    "terkirim", "berhasil", "sukses",
}  # fmt: skip
STAYS = {"", *YES, *GETS_LETTERS}
NOTHING = {
    "", "0", "0 0", "false", "no", "n", "f", "off", "none", "null", "nil", "nan", "never", "n a",
    "0000 00 00", "0000 00 00 00 00 00", "unchecked", "tidak", "tdk", "bukan", "belum",
    "tidak ada", "belum ada", "not yet", "belum pernah", "tidak pernah", "salah", "falsch", "faux",
}  # fmt: skip
BOOLEANS = {
    *NOTHING, *YES - {"c", "ok"}, "t", "x", "v", "iya", "sudah", "checked", "u", "b", "p",
}  # fmt: skip
CODE = re.compile(  # what a mail system answered
    r"\s*(?:smtp; ?)?(?:5[0-7]\d[ -]+)?5\.[1-7]\.\d{1,2}(?!\.?\d)"
    r"|\s*55[0-4][ -]+(?=.*\b(?:user|mailbox|recipient|relay|unknown|reject|denied|quota|exist))",
    re.I,
)
NO_SUCH = re.compile(r"\s*(?:smtp; ?)?(?:5[0-7]\d[ -]+)?5\.1\.(?:1|2|3|10)\b", re.I)
START = ("5", "s", "S")  # of what CODE matches
LINK = re.compile(r"\w+://\S+")
UNCLEAR = "t"  # true, or tidak
NO_STATUS = 'if that is not about leaving, say --columns "status="'
CLEARER = "write ya or tidak there, or yes or no"
FILE = re.compile(r"(?<![a-z])(un|non)?(subscribed|cleaned)_\w*export", re.IGNORECASE)
FILES = {  # Mailchimp's
    "unsubscribed": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    "nonsubscribed": Standing.UNCONFIRMED,
}
OF_SOME = re.compile(
    r"\b(?:semua|seluruh|all|every\w*|dan|and|juga|also|plus|with|dengan|termasuk|incl\w*"
    r"|subscribed|subscribers|active|aktif|pelanggan)\b"
)
OF_FILES = re.compile(
    r"\b(?:export|ekspor|audience|csv|data|copy|kopi|salinan|contacts?|kontak|orang|people)\b"
)


@dataclass(frozen=True, slots=True)
class Judge:
    """A column that says whether somebody is still subscribed."""

    place: int
    title: str
    standing: Callable[[str], Standing | None]  # of a cell; None: nothing keeps them away
    advice: str = ""  # for a cell that nobody can tell of
    is_note: bool = False  # of a column that may be about anything else


def judge(place: int, title: str, known: Title | None, *, is_named: bool = False) -> Judge | None:
    """The judge that a column is; None for one that says nothing of it."""
    kind = known.kind if known else None
    standing = known.standing if known else Standing.LEFT
    if kind is Kind.GONE:
        return Judge(place, title, _kept(partial(_by_absence, standing)), CLEARER)
    if kind is Kind.HERE:
        return Judge(place, title, _kept(partial(_by_presence, standing)), CLEARER)
    if kind in (Kind.ASKED, Kind.AGREED):
        rule = partial(_by_answer, kind is Kind.AGREED)
        return Judge(place, title, _kept(rule), _which(title))
    if kind is Kind.STATUS:
        advice = (
            aside(title) if is_named else 'if that is not about leaving, say --columns "status="'
        )
        return Judge(place, title, _kept(_by_status), advice)
    if is_named or kind is Kind.NUMBERED:
        return Judge(place, title, _kept(_by_words), _which(title))
    if kind is Kind.UNSURE:
        return Judge(place, title, _kept(partial(_by_absence, Standing.UNKNOWN)), aside(title))
    if kind is Kind.PERHAPS:
        return perhaps(place, title)
    return None


def perhaps(place: int, title: str = "") -> Judge:
    """A column that may say it or anything else."""
    return Judge(place, title or untitled(place), _kept(_perhaps), aside(title), is_note=True)


@lru_cache(10_000)
def beside(cell: str) -> Standing | None:
    """What a cell of any other column says: only what is plain, or that it must be asked about."""
    if cell.lstrip()[:1] in START and CODE.match(cell):
        return _coded(cell)
    if "://" in cell:
        cell = LINK.sub(" ", cell)
    if not may_say(cell.casefold()):
        return None
    found = [
        one.standing if one.force is Force.SURE and one.plain else Standing.UNKNOWN
        for one in signs(cell)[0]
        if one.force is Force.SURE or (one.force is Force.DOUBTFUL and one.plain)
    ]
    return max(found, key=lambda one: one.weight, default=None)


def of_section(row: Iterable[str]) -> Standing | None:
    """What a row without an address says of those below it: ``BERHENTI`` and nothing else."""
    cells = [cell for cell in row if words(cell) and not cell.strip().isdecimal()]
    if len(cells) != 1 or not may_say(cells[0].casefold()):
        return None
    found, _ = signs(cells[0])
    return _worst(one for one in found if one.plain and one.force is not Force.FAINT)


def untitled(place: int) -> str:
    """What a column without a title is called."""
    return f"column {place + 1}"


def aside(title: str) -> str:
    """What to do where a column is about something else."""
    if not title or set(title) & set(",="):
        return (
            "if that is not about leaving, give the column a plain title, like X, and say"
            ' --columns "aside=X"'
        )
    return f'if that is not about leaving, say --columns "aside={title}"'


def _which(title: str) -> str:
    return f'say which it is, --columns "left={title}" or --columns "subscribed={title}"'


def of_file(name: str) -> tuple[Standing | None, bool]:
    """What a file's name says of everybody in it, and whether that is sure."""
    stem = name.rpartition(".")[0] or name
    if found := FILE.search(stem):
        return FILES.get(f"{found[1] or ''}{found[2]}".lower()), True
    text = words(stem)
    found_signs, _ = signs(OF_FILES.sub(" ", text))
    if not found_signs or OF_SOME.search(text):
        return None, True
    is_sure = all(one.plain and one.force is Force.SURE for one in found_signs)
    return _worst(found_signs), is_sure


def _kept(rule: Callable[[str], Standing | None]) -> Callable[[str], Standing | None]:
    return lru_cache(1000)(rule)


def _worst(found: Iterable[Sign]) -> Standing | None:
    return max((one.standing for one in found), key=lambda one: one.weight, default=None)


def _by_status(cell: str) -> Standing | None:
    text = words(cell)
    if CODE.match(cell):
        return _coded(cell)
    if re.fullmatch(r"\s*[-−]\s*[1-9]\d*\s*", cell):  # AcyMailing's
        return Standing.LEFT
    if text in BY_WORD:
        return BY_WORD[text]
    found, denied = signs(cell)
    if found:
        return _worst(found)
    first = words(re.split(r"[(:,;–—]| - ", cell)[0])  # active (2024-05-01)
    last = words(cell.rpartition(".")[2])  # DeliveryStatus.by_user
    parts = [part for part in (text, first, last) if part]
    if denied or not parts or STAYS & set(parts) or GETS_LETTERS.issuperset(text.split()):
        return None if parts or not cell.strip(" -–—.'\"") else Standing.UNKNOWN
    return next((BY_WORD[part] for part in parts if part in BY_WORD), Standing.UNKNOWN)


def _by_words(cell: str) -> Standing | None:
    """A column of which nobody knows what yes and no, or numbers, are to say in it."""
    text = words(cell)
    return Standing.UNKNOWN if text in BOOLEANS - {""} or text.isdecimal() else _by_status(cell)


def _perhaps(cell: str) -> Standing | None:
    """A column of this name may be about something else: ``State`` of an address."""
    if cell.lstrip()[:1] in START and CODE.match(cell):
        return _coded(cell)
    text = words(cell)
    if text not in BY_WORD and not may_say(cell.casefold()):
        return None
    if len(text) < 3:
        return None
    if text in BY_WORD:
        return None if text in NOTHING else BY_WORD[text]
    found, _ = signs(cell)
    sure = [one for one in found if one.force is Force.SURE or one.plain]
    if sure:
        return _worst(sure)
    return Standing.UNKNOWN if any(one.force is Force.DOUBTFUL for one in found) else None


def _by_absence(standing: Standing, cell: str) -> Standing | None:
    """``unsubscribed_at``, ``blacklisted``: whatever stands there says that they are gone."""
    text = answer(cell)
    if text in NOTHING:
        return None
    if text == UNCLEAR:
        return Standing.UNKNOWN
    found, denied = signs(cell)
    if found:
        worst = _worst(found)
        return worst if standing is not Standing.UNKNOWN else standing
    return None if denied or text in {*GETS_LETTERS, "ok"} else standing


def _by_answer(agreed: bool, cell: str) -> Standing | None:
    """``Bersedia menerima kabar?``: who says no to that never wanted any."""
    text = answer(cell)
    if not text or text == UNCLEAR:
        return Standing.UNKNOWN if agreed or text else None
    if text in NOTHING or set(text.split()[:3]) & {*NOT, "jangan"}:
        return Standing.UNCONFIRMED
    return _worst(signs(cell)[0])


def _coded(cell: str) -> Standing:
    """What a mail system's code says of an address; most of them may be about the sender."""
    return Standing.BOUNCED if NO_SUCH.match(cell) else Standing.UNKNOWN


def _by_presence(standing: Standing, cell: str) -> Standing | None:
    """``subscribed_to_emails``, ``confirmed``: where nothing stands, they are not."""
    text = answer(cell)
    if text in NOTHING or re.fullmatch(r"\s*[-−]\s*\d+\s*", cell):
        return standing
    if text in (UNCLEAR, "2"):  # AcyMailing's 2 waits for an answer
        return Standing.UNKNOWN
    found, denied = signs(cell)
    if not found and not denied and set(text.split()[:2]) & NOT:  # sudah tidak
        return standing
    return _worst(found) if found else BY_WORD.get(text)
