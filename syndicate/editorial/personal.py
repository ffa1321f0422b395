"""Find personal data that an office does not publish without need (UU 27/2022, Pasal 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.editorial.calendar import MONTH_NAME
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding
from syndicate.text import small

# All of them are looked for in small letters.

LONG_NUMBER = re.compile(r"\d(?:[ .()/-]{0,2}\d){8}")  # only a text with one has these numbers
BEFORE = r"(?:(?<![\w.,/=-])|(?<=nik\.)|(?<=nip\.)|(?<=kk\.))"
# sixteen digits: province, regency, district; a date (women's days are 40 more); a serial number
IDENTITY = re.compile(rf"{BEFORE}[1-9]\d(?:[ .-]?\d){{14}}(?![\w/-])")
# a civil servant's: date of birth, month of appointment, sex, a serial number
SERVANT = re.compile(
    rf"{BEFORE}(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d ?(?:19|20)\d\d(?:0\d|1[0-2]) ?[12] ?\d{{3}}"
    r"(?![\w/-])"
)
TAXPAYER = re.compile(
    r"(?<![\w/=-])\d\d\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?![\w/-])|\bnpwp\b[^\d\n]{0,20}\d{15}(?!\d)"
)
PASSPORT = re.compile(r"\b(?:paspor|passport)\b[^\d\n]{0,20}\b[a-z]{1,2} ?\d{6,7}(?!\w)")
TELEPHONE = re.compile(
    r"(?<![\w.,/=-])(?:\+?62[ .-]?|\(?0)8(?!00)\d{1,2}\)?(?:[ .-]?\d){6,10}(?![\w/-])"
)
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:gmail|yahoo|ymail|hotmail|outlook|icloud|rocketmail|proton|protonmail"
    r"|live|googlemail)"
    r"\.[a-z.]{2,8}(?!\w)",
)
# no amount of money, which has dots between thousands
ACCOUNT_NUMBER = r"(?<!rp)(?<!rp[ .])(?!\d{1,3}(?:\.\d{3})+(?![\d-]))\d(?:[ .-]?\d){8,15}(?![\d,])"
ACCOUNT = re.compile(  # "kode rekening" is a budget's
    rf"\b(?<!kode )(?:rekening|rek|account(?: number)?)\b[^\d\n]{{0,30}}{ACCOUNT_NUMBER}"
    r"|\b(?:bri|bni|bca|btn|bsi|bjb|brk|bank(?: [a-z]+){1,3})\b[ :.,(|*-]{1,4}"
    rf"(?:no(?:mor)?[. :]{{1,3}})?(?!0?8\d\d){ACCOUNT_NUMBER}"
)
BIRTH = re.compile(
    rf"\b(?<!hari )(?:lahir|kelahiran|ttl|tempat[,/ ]+tanggal lahir|born)\b[^\d\n]{{0,40}}"
    rf"\d{{1,2}}[ /-](?:{MONTH_NAME}|\d{{1,2}})[ /-](?:19[3-9]\d|20\d\d)",
)
NOBODY = re.compile(  # what is founded, and long abbreviations; short ones may be initials
    r"(?:\b(?i:kabupaten|kota|provinsi|desa|kecamatan|negara|republik|undang-undang|organisasi"
    r"|lembaga|partai|yayasan|gerakan|pramuka|perusahaan|pancasila)(?: [\w-]+)?|\b[A-Z]{4,})\s$"
)
HOME = re.compile(
    r"\brt(?:\.? ?\d{1,3} ?(?:[/,]|dan)? ?rw\.? ?\d{1,3}|[/ ]rw[.:]? ?\d{1,3}/\d{1,3})\b",
)
PERSON = r"(?:korban|pelaku|tersangka|terdakwa|terduga|saksi|terlapor|pelapor|pasien|penipu)"
CONTACT = re.compile(
    r"\b(?:narahubung|kontak|hubungi|menghubungi|call cent(?:er|re)|hotline|layanan|pengaduan|aduan"
    r"|humas|posko|tanya jawab|informasi|info|pendaftaran|panitia|admin|konfirmasi|lapor|melapor"
    r"|laporkan|whatsapp|wa|contact|call|questions|helpdesk|help desk|cp)\b"
    rf"(?! {PERSON})",
)
THEIRS = re.compile(  # words that make a number one of those persons'
    rf"\b(?:nomor|no\.|hp|ponsel|telepon|whatsapp|wa|milik) {PERSON}\b"
    rf"|\b{PERSON}\b[^.!?]{{0,30}}\b(?:memiliki|bernomor|dengan nomor)\b"
)
SENTENCE_END = re.compile(r"\w{4}[.!?][”\"]?\s+(?=[a-z“])")  # abbreviations are shorter
CONTACT_REACH = 80  # characters before a number in which words, or a contact, make it an office's
NO_DIGITS = re.compile(r"\D")


def personal_data(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield numbers and addresses of people."""
    body = manuscript.body_start
    text = small(manuscript.prose[:body] + manuscript.text[body:])
    if LONG_NUMBER.search(text):
        yield from _numbers(manuscript, text)
        yield from _contacts(manuscript, text, standards, TELEPHONE)
    if "@" in text:
        yield from _contacts(manuscript, text, standards, EMAIL)
    for found in PASSPORT.finditer(text):
        yield _found(manuscript, "identity-number", found.start(), "a passport's number")
    for found in BIRTH.finditer(text):
        if not NOBODY.search(manuscript.text, max(found.start() - 40, 0), found.start()):
            yield _found(manuscript, "birth-date", found.start(), "a date of birth")
    for found in HOME.finditer(text):
        yield _found(manuscript, "home-address", found.start(), "an address with RT and RW")


def _numbers(manuscript: Manuscript, text: str) -> Iterator[Finding]:
    for rule, pattern, what in (
        ("identity-number", IDENTITY, "a NIK or KK number"),
        ("identity-number", SERVANT, "a NIP"),
        ("identity-number", TAXPAYER, "an NPWP"),
        ("bank-account", ACCOUNT, "a bank account's number"),
    ):
        for found in pattern.finditer(text):
            if pattern is not IDENTITY or _has_birthday(found[0]):
                yield _found(manuscript, rule, found.start(), what)


def _has_birthday(number: str) -> bool:
    """Return True where the digits of a NIK's date of birth are a day and a month."""
    digits = NO_DIGITS.sub("", number)
    return 1 <= int(digits[6:8]) % 40 <= 31 and 1 <= int(digits[8:10]) <= 12


def _contacts(
    manuscript: Manuscript, text: str, standards: Standards, pattern: re.Pattern[str]
) -> Iterator[Finding]:
    """Yield what reaches a person; not what is given as a contact, or is the office's."""
    called = [url[4:] for url in manuscript.links if url.startswith("tel:")]
    known = set(map(_plain, (*standards.contacts, *called, manuscript.publisher.email)))
    is_telephone = pattern is TELEPHONE
    rule = "telephone" if is_telephone else "private-email"
    what = "a mobile telephone number" if is_telephone else "a private mail address"
    last = -CONTACT_REACH  # where the contact before ends
    for found in pattern.finditer(text):
        near = text[max(found.start() - CONTACT_REACH, last, 0) : found.start()]
        is_next = found.start() - last < CONTACT_REACH
        if _plain(found[0]) in known or _is_given(near, is_next=is_next):
            last = found.end()
        else:
            yield _found(manuscript, rule, found.start(), what)


def _is_given(near: str, *, is_next: bool) -> bool:
    """Return True where the words before a number, or the contact before it, offer it."""
    sentence = SENTENCE_END.split(near)
    offers = CONTACT.search(sentence[-1]) or (is_next and len(sentence) == 1)
    return bool(offers) and not THEIRS.search(sentence[-1])


def _plain(contact: str) -> str:
    """Return a telephone number as the country dials it, a mail address in small letters."""
    if "@" in contact:
        return contact.casefold()
    digits = NO_DIGITS.sub("", contact)
    return f"0{digits[2:]}" if digits.startswith("62") else digits


def _found(manuscript: Manuscript, rule: str, start: int, what: str) -> Finding:
    return manuscript.finding(
        rule,
        start,
        f"this looks like {what}",
        "leave it out, unless its owner has agreed",
    )
