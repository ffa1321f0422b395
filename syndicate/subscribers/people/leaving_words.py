"""Find words of leaving a list in free text.

``Free - unsubscribed``, ``sudah berhenti sejak 2024``, ``active: no``; but not ``never bounced``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from syndicate.ledger.people.lists import BOUNCED, COMPLAINED, LEFT


class Suppression(StrEnum):
    """Reason to keep somebody off a list; the later ones weigh more."""

    UNKNOWN = "unknown"  # the words are unclear: a person has to decide
    UNCONFIRMED = "not confirmed"
    LEFT = LEFT
    BOUNCED = BOUNCED
    COMPLAINED = COMPLAINED

    @property
    def weight(self) -> int:
        return list(Suppression).index(self)


class Force(IntEnum):
    """Certainty that a word is about a list, wherever it stands."""

    FAINT = 0  # in a column for it alone: pending
    DOUBTFUL = 1  # perhaps about something else: keluar
    SURE = 2  # unsubscribed


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingSign:
    """A word of leaving in a text."""

    suppression: Suppression
    force: Force
    plain: bool  # nothing else of weight stands around it


PATTERNS = (
    (Suppression.COMPLAINED, Force.SURE,
     r"(?:marked|reported|flagged|ditandai)(?: as| sebagai)? (?:spam|junk|abuse)"
     r"|(?:spam|abuse) (?:complain\w*|reports?)"),
    (Suppression.COMPLAINED, Force.DOUBTFUL, r"complain\w*|spam|junk|abuse|pengaduan"),
    (Suppression.BOUNCED, Force.SURE,
     r"(?:(?:hard|soft) )?bounc(?:e|ed|es|ing)|undeliver\w*|terpental"
     r"|(?:e ?mail|surel|alamat)(?:nya)?(?: (?:ini|itu|lama|sudah|telah|udah|e ?mail|surel)){0,2}"
     r" (?:mati|error|eror|salah|rusak|hangus|palsu|fiktif|mental|penuh|hilang|(?:di)?tutup)"
     r"|gagal (?:di)?kirim\w*|(?:tidak|tak|tdk|gagal) terkirim|kotak (?:surat|masuk|surel|e ?mail)"
     r" (?:sudah )?penuh|mailbox (?:full|unavailable|not found|disabled)|does not exist"
     r"|(?:no such|unknown) (?:user|mailbox|address|recipient|account)|delivery fail\w*"
     r"|(?:user|account|address|recipient|akun|alamat|e ?mail|surel) (?:unknown|not found|tidak"
     r" (?:ditemukan|dikenal|ada|terdaftar|valid|aktif))"),
    (Suppression.BOUNCED, Force.FAINT, r"cleaned|invalid|unreachable|failed|gagal"),
    (Suppression.LEFT, Force.SURE,
     r"un ?sub(?:s|bed|bing|d|scri\w*)?|opt(?:ed|ing|s)? ?outs?"
     r"|(?:black|block|suppression) ?list(?:ed)?"
     r"|(?:(?:please |tolong )?(?:do not|don t|dont|no more|stop|jangan|tidak usah|tak usah)"
     r"|(?:tidak|tak|tdk|ga|gak|nggak) (?:mau|ingin|bersedia|berminat)(?: lagi)?)"
     r" (?:contact\w*|(?:di)?kirim\w*|e ?mail\w*|mail\w*|send\w*|terima|menerima|(?:ber)?langganan)"
     r"|(?:tidak|tak|tdk|ga|gak|nggak) (?:mau|ingin|bersedia|berminat) lagi"
     r"|dnc|no longer (?:wants?|wishes|receiv\w+)|(?:remove|take) me|hapus saya"
     r"|keluar (?:dari )?(?:daftar|milis|list|grup|group|langganan)"
     r"|berhenti(?! (?:be)?kerja| merokok| kuliah| sekolah| dinas| tugas| jadi| menjadi| sebagai"
     r"| dari (?!daftar|milis|list|langganan|surel|e ?mail))"),
    (Suppression.LEFT, Force.DOUBTFUL,
     r"left|leaves?|leaving|removed?|deleted?|cancell?(?:ed|ation)?|blocked|banned|suppress\w*"
     r"|disabled|inactive|deactivated|excluded|withdrawn|revoked|berhenti|keluar|(?:di|ter)?blokir"
     r"|dikeluarkan|(?:mantan|eks|former|ex) (?:anggota|members?|pelanggan|subscribers?)"
     r"|(?:di)?hapus|(?:di)?non ?aktif(?:kan)?|spammy|paused|no ?(?:e ?)?mails?|mengundurkan diri"
     r"|meninggal(?: dunia)?|wafat|almarhum(?:ah)?|deceased|passed away"),
    (Suppression.LEFT, Force.FAINT, r"stop(?:ped)?|archived|expired|batal|dibatalkan|mundur|churned"
     r"|(?:di)?coret|pasif|denied|declined|rejected|menolak"),
    (Suppression.UNCONFIRMED, Force.SURE,
     r"unconfirmed|un ?verified|non ?subscri\w+|never subscribed"
     r"|(?:not|not yet|never|belum) (?:di|ter)?(?:confirmed|verified|konfirmasi|verifikasi)"),
    (Suppression.UNCONFIRMED, Force.FAINT,
     r"pending|invited|awaiting|waiting|menunggu|unactivated|non ?members?"),
)  # fmt: skip
SIGNS = [
    (suppression, force, re.compile(rf"\b(?:{words})\b")) for suppression, force, words in PATTERNS
]
STAYING = re.compile(
    r"\b(?:(?P<sure>subscribed|subscribers?|(?:ber)?langganan)"
    r"|(?P<unconfirmed>confirmed|verified|(?:ter|di)?konfirmasi|members?|anggota)"
    r"|(?P<bounced>deliverable|reachable|valid)"
    r"|active|aktif|pelanggan|enabled|opt(?:ed)? ?in|terdaftar|interested|berminat|allowed)\b"
)
NO = {"no", "false", "0", "n", "f", "off", "none", "tidak", "bukan", "belum", "tdk", "never"}
YES_WORDS = {"yes", "true", "1", "y", "t", "on", "ya", "iya", "sudah", "x"}
NOT = NO - {"n", "f", "off"} | {"not", "isn", "wasn", "hasn", "non", "tak", "tanpa", "without"}
FILLERS = {
    "sudah", "telah", "minta", "mohon", "ingin", "mau", "sejak", "per", "tanggal", "tgl", "dari",
    "pada", "di", "daftar", "milis", "list", "mailing", "newsletter", "surel", "email", "e", "mail",
    "langganan", "berlangganan", "ini", "lagi", "saja", "oleh", "via", "by", "at", "on", "since",
    "from", "the", "this", "as", "of", "user", "users", "subscriber", "subscribers", "member",
    "members", "self", "hard", "soft", "permanently", "permanen", "otomatis", "automatically",
    "manual", "manually", "admin", "yes", "ya", "status", "has", "have", "been", "was", "is",
    "already", "recently", "complaint", "please", "me", "us", "longer", "all", "semua", "januari",
    "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober",
    "november", "desember", "january", "february", "march", "may", "june", "july", "august",
    "october", "december", "jan", "feb", "mar", "apr", "jun", "jul", "agu", "aug", "sep", "okt",
    "wa", "whatsapp", "telepon", "surat", "oct", "nov", "des", "dec", "wib", "wita", "wit", "utc",
    "yang",
}  # fmt: skip
MAIL_WORDS = {"email", "e mail", "emails", "mail", "surel", "newsletter", "newsletters", "kabar"}
TICKED = set("✓✔☑√✅🗸👍")
TICKS = TICKED | set("❌✗✘×☒")  # the others mean either
ELSEWHERE = re.compile(r"\b(?:di|on|in) (?:grup |group )?(?:wa|whatsapp|telegram|sms)\b")
CLAUSES = re.compile(r"[,;.()\[\]{}|/\r\n–—→•]| - ")
PAIR = re.compile(r"(.+?)\s*[:=]\s*(.+)")
STEMS = (  # a text without any of them holds no word of leaving; quicker than looking for those
    "unsub", "un-sub", "un_sub", "un sub", "opt", "bounc", "henti", "black", "block", "blok",
    "suppress", "spam", "junk", "abuse", "complain", "pengaduan", "undeliver", "pental", "dnc",
    "do not", "donot", "don't", "don’t", "dont", "no more", "stop", "jangan", "usah", " mau",
    "ingin", "bersedia", "minat", "longer", "remove", "take me", "hapus", "keluar", "left", "leav",
    "delete", "cancel", "ban", "able", "activ", "aktif", "exclu", "withdrawn", "revoked", "pause",
    "undur", "no e", "no-e", "no_e", "noe", "no mail", "no-mail", "no_mail", "nomail", "confirm",
    "verif", "konfirm", "subscri", "langgan", "anggota", "member", "valid", "terdaftar",
    "mail", "surel", "alamat", "akun", "gagal", "kirim", "kotak", "exist", "such", "nknown",
    "found", "fail", "meninggal", "wafat", "almarhum", "decease", "passed", "mantan", "eks",
    "former", "ex ", "ex-", "pend", "invit", "wait", "tunggu", "archiv", "expir", "batal", "churn",
    "coret", "pasif", "denie", "declin", "reject", "tolak", "clean", "reach", "interest", "allow",
    "kabar", "newsletter",
)  # fmt: skip


def normalized_words(text: str) -> str:
    """Normalize a title or a value: ``unsubscribed_at`` and ``UnsubscribedAt`` are the same."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[\W_]+", " ", parted).strip().casefold()


def normalized_answer(text: str) -> str:
    """Normalize a cell that answers a question, in which a tick means yes."""
    found = normalized_words(text)
    if not found and (signs := TICKS & set(text)):
        return "yes" if signs & TICKED else "t"
    return found


def signs(text: str) -> tuple[list[LeavingSign], bool]:
    """Return the words of leaving in a text, and whether one of them is denied."""
    found: list[LeavingSign] = []
    denied = False
    for clause in CLAUSES.split(text):
        if clause.strip(" -\"'"):
            for sign in _signs(clause):
                denied = denied or sign is None
                if sign is not None:
                    found.append(sign)
    return found, denied


def may_say(text: str) -> bool:
    """Return True if a text, in lower case, may hold a word of leaving at all."""
    for stem in STEMS:  # noqa: SIM110 - this is twice as quick as any()
        if stem in text:
            return True
    return False


def _signs(clause: str) -> Iterator[LeavingSign | None]:
    """Yield the signs of one clause; None for a word of leaving that is denied."""
    if pair := PAIR.fullmatch(clause.strip()):
        key, value = normalized_words(pair[1]), normalized_words(pair[2])
        if value in NO:
            yield from _denied(key)
            return
        clause = key if value in YES_WORDS else clause
    text = normalized_words(clause)
    found = [] if ELSEWHERE.search(text) else list(_found(text))
    plain = _is_filler(text, found)
    for match in found:
        denied = not match.denies and set(text[: match.start].split()[-3:]) & NOT
        yield (
            None
            if denied
            else LeavingSign(suppression=match.suppression, force=match.force, plain=plain)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Place of a word of leaving in a clause."""

    start: int
    end: int
    suppression: Suppression
    force: Force
    denies: bool = False  # that somebody stays, which is no denial of it


def _found(text: str) -> Iterator[Match]:
    taken: list[Match] = []
    for suppression, force, pattern in SIGNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(other.start < end and start < other.end for other in taken):
                taken.append(Match(start=start, end=end, suppression=suppression, force=force))
    yield from taken
    for match in STAYING.finditer(text):
        denials = [word for word in text[: match.start()].split()[-3:] if word in NOT]
        if denials and not any(other.start <= match.start() < other.end for other in taken):
            yield Match(
                start=text.rindex(denials[-1], 0, match.start()),
                end=match.end(),
                suppression=_unlike(match, denials[-1]),
                force=_force(match),
                denies=True,
            )


def _is_filler(text: str, found: Iterable[Match]) -> bool:
    """Return True if nothing of weight stands beside what was found."""
    for match in found:
        text = f"{text[: match.start]}{' ' * (match.end - match.start)}{text[match.end :]}"
    return all(
        word in FILLERS or word in NOT or any(map(str.isdigit, word)) for word in text.split()
    )


def _denied(key: str) -> Iterator[LeavingSign | None]:
    """Yield what ``KEY: no`` means."""
    if any(pattern.search(key) for _, _, pattern in SIGNS):
        yield None
    elif match := STAYING.search(key):
        yield LeavingSign(suppression=_unlike(match, ""), force=_force(match), plain=True)
    elif key in MAIL_WORDS:
        yield LeavingSign(suppression=Suppression.LEFT, force=Force.DOUBTFUL, plain=True)


def _unlike(staying: re.Match[str], denial: str) -> Suppression:
    """Return what somebody is who is not ``staying``."""
    if staying["unconfirmed"] or denial in ("belum", "never"):
        return Suppression.UNCONFIRMED
    return Suppression.BOUNCED if staying["bounced"] else Suppression.LEFT


def _force(staying: re.Match[str]) -> Force:
    return Force.SURE if staying["sure"] else Force.DOUBTFUL
