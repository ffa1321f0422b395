"""Tell from a column's title whether its cells are about leaving, and which way they are meant."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from syndicate.subscribers.people.leaving_words import NOT, Suppression, normalized_words


class ColumnKind(Enum):
    """Meaning of the cells of a column."""

    STATUS = auto()  # a word for what somebody is
    NUMBERED = auto()  # the same; numbers in it mean anything
    PERHAPS = auto()  # that, or something else
    GONE = auto()  # yes: they left
    HERE = auto()  # yes: they are subscribed
    UNSURE = auto()  # a word of leaving, among others
    ASKED = auto()  # an answer whether they want letters: a no is one
    AGREED = auto()  # the same, where nothing is no answer


class Title(NamedTuple):
    """A title that is about leaving."""

    kind: ColumnKind
    suppression: Suppression = Suppression.LEFT  # of those who are gone


STATUS = re.compile(
    r"(?:(?:subscri(?:ption|ber)|list|global|member|membership|e ?mail|contact|delivery|marketing"
    r"|mailing|newsletter|permission|group|person|recipient|current|my) ){0,3}status"
    r"|(?:subscri(?:ption|ber)|member|membership|e ?mail|contact|delivery|mailing) state"
    r"|(?:e ?mail )?(?:validation|verification|deliverability) (?:result|status|state)"
    r"|(?:hasil|status) (?:validasi|verifikasi)(?: (?:e ?mail|surel))?"
    r"|status (?:langganan|berlangganan|keanggotaan|pelanggan|anggota|keaktifan|aktif|penerima"
    r"|e ?mail|surel|milis|kirim|saat ini|sekarang|kini|terakhir|terkini)(?: (?:e ?mail|surel"
    r"|saat ini|sekarang|terakhir))?"
)
NUMBERED = re.compile(
    "(?:user|account|akun|pengguna) (?:status|state)|status (?:user|akun|pengguna)"
)
PERHAPS = {
    "state", "type", "subscriber type", "member type", "role", "member role", "list role",
    "keadaan", "keterangan", "ket", "catatan", "note", "notes", "remark", "remarks", "comment",
    "comments", "komentar", "delivery", "email delivery", "delivery preference",
    "email preference", "email preferences", "preferensi email", "reception",
}  # fmt: skip
SURE = re.compile(
    r"\b(?:un ?sub(?:s|bed|d|scri(?:be|bed|bes|ber|bers|ption|ptions))?"
    r"|(?:e ?mail ?)?opt(?:ed|s)? ?outs?"
    r"|(?:black|block|suppression) ?list(?:ed)?|(?:hard |soft )?bounc(?:e|ed|es|ing)|undeliverable"
    r"|complain(?:ed|t|ts|s)|(?:(?:marked|reported)(?: e ?mails?)?(?: as)? )?spam"
    r"(?: complaints?| complaining| reports?| reported)?"
    r"|no bulk e ?mails?(?: user opt out)?|no ?(?:e ?)?mail"
    r"|do not (?:e ?mail|contact|mail|send)|dnc|berhenti|diblokir|terpental)\b"
)
DOUBTFUL = re.compile(
    r"\b(?:leave|left|ended|cancell?(?:ed|ation)|blocked|banned|suppressed|disabled|deleted"
    r"|removed|archived|deactivated|suspended|withdrawn|revoked|cleaned|clean|excluded|stop"
    r"|stopped|inactive|non ?aktif|keluar|jangan (?:di)?(?:kirim\w*|hubungi|e ?mail)|(?:di)?blokir"
    r"|daftar hitam|mental|gagal kirim|muted|paused|exclude|quarantined?|rejected|failed"
    r"|no newsletters?|(?:di)?hapus|unconfirmed|unverified|invalid|tidak valid"
    r"|pending|abuse(?: reports?| complaints?)?|on hold|deceased|meninggal|suppressions?)\b"
)
HERE = re.compile(
    r"\b(?:subscribed|confirmed|verified(?: at| on)?|active|enabled|aktif|(?:ter|di)?konfirmasi"
    r"|terverifikasi"
    r"|opt(?:ed)? ?in|(?:ber)?langganan|accepts|consent|valid|deliverable|mailable"
    r"|marketable|contactable|can (?:e ?mail|contact|be (?:e ?mailed|contacted))|allow(?:ed|s)?"
    r"|permission|boleh (?:di)?(?:kirim\w*|hubungi|e ?mail))\b"
)
AGREED = re.compile(r"\b(?:setuju|menyetujui|bersedia|agree|consent|persetujuan|izin(?:kan)?)\b")
QUESTION = re.compile(r"\b(?:would you|do you|may we|can we|apakah|bolehkah|maukah)\b")
LIKE_A_QUESTION = re.compile(
    r"\b(?:receives?|gets?|send|(?:me)?nerima|terima|kirim(?:i|kan)?|dikirimi"
    r"|(?:ber)?langganan|subscribe"
    r"|(?:wants?|like) (?:\w+ ){0,2}(?:newsletters?|e ?mails?|mailings?|updates?))\b"
)
LIKE_LETTERS = re.compile(
    r"\b(?:e ?mails?|surel|newsletters?|mailings?|milis|kabar|berita|buletin|info(?:rmasi)?"
    r"|updates?|digests?|(?:ber)?langganan|subscri\w+)\b"
)
SUBSCRIBED = re.compile(r"(?:(?:ber)?langganan|subscri\w+)\b")
LETTERS_ALONE = re.compile(
    "(?:e ?mail )?newsletters?|mailing list|milis|buletin|subscription|e ?mail notifications?"
    "|(?:(?:masih|tetap|still|mau|ingin|want|to|(?:me)?nerima|terima|receive|(?:di)?kirimi?|bersedia"
    "|setuju|lagi)(?: |$))+"
)
OTHER_WAY = re.compile(
    r"(?<!via )(?<!lewat )(?<!melalui )(?<!by )"
    r"\b(?:sms|mms|whats ?app|wa|phone|telepon|telp|hp|mobile|calls?|push|fax|viber|telegram"
    r"|postal)\b"
)
E_MAIL = re.compile(r"\b(?:e ?mails?|surel|mail)\b")
FILLERS = {  # around a title's word of leaving
    "is", "has", "was", "date", "time", "at", "on", "timestamp", "datetime", "tanggal", "tgl",
    "waktu", "jam", "pada", "sudah", "telah", "pernah", "sejak", "by", "oleh", "reason", "alasan",
    "sebab", "status", "state", "e", "mail", "email", "surel", "emails", "this", "user",
    "subscriber", "account", "akun", "contact", "member", "anggota", "list", "lists", "milis",
    "global", "globally", "marketing", "campaigns", "newsletter", "newsletters", "all", "any",
    "yang", "method", "kapan", "flag", "mailing", "the", "confirmed", "type", "address", "alamat",
    "result", "opt", "in", "via", "lewat", "melalui", "wa", "whatsapp",
    "delivery", "lapor", "laporan",
}  # fmt: skip
AROUND_HERE = {
    "is", "has", "this", "user", "subscriber", "member", "account", "akun", "email", "e", "mail",
    "emails", "marketing", "newsletter", "newsletters", "to", "masih", "milis", "surel", "still",
    "currently", "accepts", "status", "contact", "anggota", "aktif", "tetap", "address", "alamat",
    "gdpr",
}  # fmt: skip
OTHERWISE = {  # what is counted, or belongs to everybody
    "url", "urls", "link", "links", "tautan", "token", "key", "hash", "code", "kode", "count",
    "counts", "number", "jumlah", "rate", "score", "skor", "campaign", "id", "page", "halaman",
    "total", "group",
}  # fmt: skip
OF = re.compile(r" (?:of|from|dari) .*")
UNCONFIRMED = re.compile("confirm|verif|opt|consent|konfirmasi|accept")


def read_title(title: str) -> Title | None:
    """Read a title; None for one that is about something else."""
    name = _name(title)
    if is_of_another_way(title):
        return None
    if STATUS.fullmatch(name):
        return Title(ColumnKind.STATUS)
    if NUMBERED.fullmatch(name):
        return Title(ColumnKind.NUMBERED)
    if name in PERHAPS:
        return Title(ColumnKind.PERHAPS)
    return _gone(name) or _here(name) or _asked(name)


def is_of_another_way(title: str) -> bool:
    """Return True for a column about another way than mail: who left there may be here."""
    name = _name(title)
    return OTHER_WAY.search(name) is not None and E_MAIL.search(name) is None


def _name(title: str) -> str:
    return " ".join(word for word in normalized_words(title).split() if not word.isdecimal())


def _gone(name: str) -> Title | None:
    match = SURE.search(name) or DOUBTFUL.search(name)
    if match is None or match[0].startswith("soft"):  # letters are late
        return None
    before, after = name[: match.start()].split(), OF.sub("", name[match.end() :]).split()
    suppression = _of(match[0])
    rest = {*before, *after} - FILLERS
    if rest and rest <= NOT:  # belum berhenti
        return Title(ColumnKind.HERE, suppression)
    if not rest:
        return Title(ColumnKind.GONE, suppression)
    if match.re is DOUBTFUL or rest & OTHERWISE:
        return None
    return Title(ColumnKind.UNSURE, suppression)


def _here(name: str) -> Title | None:
    match = HERE.search(name)
    if match is None:
        return None
    rest = set(HERE.sub(" ", name).split()) - AROUND_HERE
    suppression = Suppression.UNCONFIRMED if UNCONFIRMED.search(name) else _of(match[0])
    if not rest:
        return Title(ColumnKind.HERE, suppression)
    return Title(ColumnKind.GONE, suppression) if rest <= NOT | {"lagi", "longer", "no"} else None


def _asked(name: str) -> Title | None:
    """Read a title that asks people whether they want letters."""
    if LETTERS_ALONE.fullmatch(name):
        return Title(ColumnKind.ASKED, Suppression.UNCONFIRMED)
    if not LIKE_LETTERS.search(name):
        return None
    asked = LIKE_A_QUESTION.search(name)
    if AGREED.search(name) or (asked and QUESTION.search(name)):
        return Title(ColumnKind.AGREED, Suppression.UNCONFIRMED)
    of_list = SUBSCRIBED.match(name)
    if (asked and not of_list) or (of_list and LIKE_LETTERS.search(name, of_list.end())):
        return Title(ColumnKind.ASKED, Suppression.UNCONFIRMED)
    return None


def _of(word: str) -> Suppression:
    if re.search("bounc|clean|deliver|mental|valid|hold|gagal|fail|quarantin", word):
        return Suppression.BOUNCED
    if re.search("complain|spam|abuse", word):
        return Suppression.COMPLAINED
    return Suppression.UNCONFIRMED if re.search("confirm|verif|pending", word) else Suppression.LEFT
