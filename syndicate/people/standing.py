"""What another program's table says of somebody: still subscribed, gone, or never confirmed.

The names and values are those of the exports of Ghost, Mailchimp, listmonk, Mailman, phpList,
Mailtrain, MailPoet, MailerLite, Brevo, Substack and the like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from syndicate.ledger.lists import BOUNCED, COMPLAINED, LEFT


class Standing(StrEnum):
    """What keeps somebody off a list; the later ones weigh more."""

    UNKNOWN = "unknown"  # nobody can tell from these words
    UNCONFIRMED = "not confirmed"
    LEFT = LEFT
    BOUNCED = BOUNCED
    COMPLAINED = COMPLAINED

    @property
    def weight(self) -> int:
        return list(Standing).index(self)


GONE = {
    Standing.LEFT: (
        "unsubscribed", "unsubscribe", "unsub", "opted out", "opt out", "optout", "cancelled",
        "canceled", "left", "removed", "deleted", "blocklisted", "blacklisted", "blocked",
        "suppressed", "banned", "disabled", "inactive", "archived", "expired", "by user",
        "by moderator", "do not contact", "dnc", "not subscribed", "u", "berhenti",
        "berhenti berlangganan", "berhenti langganan", "keluar", "diblokir", "dihapus", "nonaktif",
        "non aktif", "tidak aktif", "batal", "0", "false", "no", "n", "tidak",
    ),
    Standing.BOUNCED: (
        "bounced", "bounce", "hard bounced", "hard bounce", "soft bounced", "bouncing", "cleaned",
        "invalid", "undeliverable", "by bounces", "b", "unreachable", "failed", "terpental",
        "gagal kirim",
    ),
    Standing.COMPLAINED: (
        "complained", "complaint", "complaints", "spam", "spam complaint", "junk", "abuse",
        "marked as spam", "spam report", "reported", "p", "pengaduan",
    ),
    Standing.UNCONFIRMED: (
        "unconfirmed", "not confirmed", "pending", "pending confirmation", "unactivated",
        "unverified", "nonsubscribed", "non subscribed", "never subscribed", "non subscriber",
        "nonmember", "non member", "transactional", "invited", "waiting", "belum konfirmasi",
        "belum dikonfirmasi", "menunggu",
    ),
}  # fmt: skip
BY_WORD = {word: standing for standing, words in GONE.items() for word in words}
STAYS = {
    "", "subscribed", "subscriber", "active", "enabled", "confirmed", "regular", "ok", "valid",
    "opted in", "opt in", "verified", "approved", "member", "owner", "moderator", "live", "normal",
    "free", "paid", "premium", "comped", "c", "1", "true", "yes", "y", "on", "aktif", "terdaftar",
    "berlangganan", "langganan", "pelanggan", "ya", "terkonfirmasi",
}  # fmt: skip
NOTHING = {
    "", "0", "0.0", "false", "no", "n", "f", "off", "none", "null", "nil", "nan", "never", "-", "–",
    "—", "n/a", "\\n", "[ ]", "[]", "0000-00-00", "0000-00-00 00:00:00", "unchecked", "tidak",
    "bukan", "belum", "tidak ada",
}  # fmt: skip
STATUS = re.compile(
    r"(?:(?:subscri(?:ption|ber)|list|global|member|membership|e ?mail|contact|delivery|marketing"
    r"|e ?mail marketing|e ?mail subscriber|mailing|newsletter|e ?mail permission) )?status"
    r"|status (?:langganan|berlangganan|keanggotaan|pelanggan|e ?mail|surel)"
)
MAYBE_STATUS = (
    "state",
    "type",
    "subscriber type",
    "role",
    "member role",
    "keadaan",
    "keterangan",
    "list role",
)
AWAY = re.compile(
    r"(?:date |time |tanggal |is |has |was |is this (?:user|subscriber|account) )?(?:e ?mail )?"
    r"(?:un ?sub(?:scribe|scribed|scription)?|opt(?:ed)? ?out|leave|left|ended|cancell?(?:ed|ation)"
    r"|(?:black|block) ?list(?:ed)?|blocked|banned|suppressed|disabled|deleted|removed|archived"
    r"|deactivated|suspended|withdrawn|revoked"
    r"|no ?mail|do not (?:e ?mail|contact|mail)|dnc|berhenti|keluar|diblokir|dihapus"
    r"|(?:hard |soft )?bounced?|cleaned|clean|complain(?:ed|t)|(?:marked as )?spam(?: complaint)?)"
    r"(?: (?:of|from|dari) [\w ]{1,30})?(?: (?:at|on|date|time|timestamp|datetime|pada|reason))?"
)
HERE = re.compile(
    r"(?:is |has |is this (?:user|subscriber) )?(?:subscribed(?: to (?:e ?mails?|newsletters?))?"
    r"|confirmed|verified|active|enabled|aktif|terkonfirmasi|opt(?:ed)? in|optin"
    r"|(?:marketing|newsletter|e ?mail) opt(?:ed)? ?in"
    r"|accepts (?:e ?mail )?marketing|(?:e ?mail )?marketing consent)"
)
UNCONFIRMED = re.compile("confirm|verif|opt|consent|konfirmasi|accept")
FILE = re.compile(r"(un|non)?(subscribed|cleaned)_\w*export", re.IGNORECASE)  # Mailchimp's
FILES = {
    "unsubscribed": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    "nonsubscribed": Standing.UNCONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Judge:
    """A column that says whether somebody is still subscribed."""

    place: int
    title: str
    standing: Callable[[str], Standing | None]  # of a cell; None: nothing keeps them away


def words(text: str) -> str:
    """A title or a value in one form: ``unsubscribed_at`` and ``UnsubscribedAt`` are the same."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[\W_]+", " ", parted).strip().casefold()


def judge(place: int, title: str, *, is_status: bool = False) -> Judge | None:
    """The judge that a column is; None for one that says nothing of it."""
    name = words(title)
    if is_status or STATUS.fullmatch(name):
        return Judge(place, title, lru_cache(1000)(_by_status))
    if name in MAYBE_STATUS:
        return Judge(place, title, lru_cache(1000)(_by_status_perhaps))
    if AWAY.fullmatch(name):
        return Judge(place, title, _by_absence(name))
    if HERE.fullmatch(name):
        return Judge(place, title, _by_presence(name))
    return None


def perhaps(place: int) -> Judge:
    """A column without a title, which may say it or anything else."""
    return Judge(place, f"column {place + 1}", lru_cache(1000)(_by_status_perhaps))


def of_file(name: str) -> Standing | None:
    """What a file's name says of everybody in it: Mailchimp writes one for each kind."""
    found = FILE.match(name)
    return FILES.get(f"{found[1] or ''}{found[2]}".lower()) if found else None


def _by_status(cell: str) -> Standing | None:
    said = words(cell)
    first = words(re.split(r"[(:,;–—]| - ", cell)[0])  # unsubscribed (2024-05-01)
    last = words(cell.rpartition(".")[2])  # DeliveryStatus.by_user
    if said in STAYS or first in STAYS or last in STAYS:
        return None
    return BY_WORD.get(said) or BY_WORD.get(first) or BY_WORD.get(last) or Standing.UNKNOWN


def _by_status_perhaps(cell: str) -> Standing | None:
    """A column of this name may be about something else: ``State`` of an address."""
    found = _by_status(cell)
    return None if found is Standing.UNKNOWN or len(words(cell)) < 3 else found


def _by_absence(name: str) -> Callable[[str], Standing | None]:
    """``unsubscribed_at``, ``blacklisted``: whatever stands there says that they are gone."""
    standing = Standing.LEFT
    if re.search("bounce|clean", name):
        standing = Standing.BOUNCED
    elif re.search("complain|spam", name):
        standing = Standing.COMPLAINED

    def found(cell: str) -> Standing | None:
        said = cell.strip().casefold()
        return None if said in NOTHING or said in ("subscribed", "active", "enabled") else standing

    return found


def _by_presence(name: str) -> Callable[[str], Standing | None]:
    """``subscribed_to_emails``, ``confirmed``: where nothing stands, they are not."""
    standing = Standing.UNCONFIRMED if UNCONFIRMED.search(name) else Standing.LEFT

    def found(cell: str) -> Standing | None:
        said = cell.strip().casefold()
        return standing if said in NOTHING else BY_WORD.get(words(cell))

    return found
