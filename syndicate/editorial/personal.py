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

# sixteen digits: province, regency, district; a date (women's days are 40 more); a serial number
IDENTITY = re.compile(r"(?<![\w.,/-])[1-9]\d(?:[ .-]?\d){14}(?![\w/-])")
TELEPHONE = re.compile(
    r"(?<![\w.,/-])(?:\+?62[ .-]?|\(?0)8(?!00)\d{1,2}\)?(?:[ .-]?\d){6,10}(?![\w/-])"
)
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:gmail|yahoo|ymail|hotmail|outlook|icloud|rocketmail|proton|protonmail"
    r"|live|googlemail)"
    r"\.[a-z.]{2,8}(?!\w)",
)
ACCOUNT = re.compile(
    r"\b(?:no(?:mor)?\.? ?rek(?:ening)?|rekening|account(?: number)?)\b[^\d\n]{0,30}"
    r"(?P<number>\d(?:[ .-]?\d){8,15})(?!\d)",
)
BIRTH = re.compile(
    rf"\b(?<!hari )(?:lahir|kelahiran|ttl|tempat[,/ ]+tanggal lahir|born)\b[^\d\n]{{0,40}}"
    rf"\d{{1,2}}[ /-](?:{MONTH_NAME}|\d{{1,2}})[ /-](?:19[3-9]\d|20\d\d)",
)
HOME = re.compile(
    r"\brt(?:\.? ?\d{1,3} ?(?:[/,]|dan)? ?rw\.? ?\d{1,3}|[/ ]rw[.:]? ?\d{1,3}/\d{1,3})\b",
)
CONTACT = re.compile(
    r"\b(?:narahubung|kontak|hubungi|menghubungi|call cent(?:er|re)|hotline|layanan|pengaduan|humas"
    r"|posko|tanya jawab|informasi lebih lanjut|contact|call|questions|helpdesk|help desk|cp)\b",
)
CONTACT_REACH = 80  # characters before a number in which words make it an office's
NO_DIGITS = re.compile(r"\D")


def personal_data(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield numbers and addresses of people."""
    body = manuscript.body_start
    text = small(manuscript.prose[:body] + manuscript.text[body:])
    yield from _identity_numbers(manuscript, text)
    yield from _contacts(manuscript, text, standards)
    for rule, pattern, what in (
        ("bank-account", ACCOUNT, "a bank account's number"),
        ("birth-date", BIRTH, "a date of birth"),
        ("home-address", HOME, "an address with RT and RW"),
    ):
        for found in pattern.finditer(text):
            yield _found(manuscript, rule, found.start(), what)


def _identity_numbers(manuscript: Manuscript, text: str) -> Iterator[Finding]:
    for found in IDENTITY.finditer(text):
        digits = NO_DIGITS.sub("", found[0])
        day, month = int(digits[6:8]) % 40, int(digits[8:10])
        if 1 <= day <= 31 and 1 <= month <= 12:
            yield _found(manuscript, "identity-number", found.start(), "a NIK or KK number")


def _contacts(manuscript: Manuscript, text: str, standards: Standards) -> Iterator[Finding]:
    """Yield what reaches a person; not what is given as a contact, or is the office's."""
    called = [url[4:] for url in manuscript.links if url.startswith("tel:")]
    known = set(map(_plain, (*standards.contacts, *called, manuscript.publisher.email)))
    for rule, pattern, what in (
        ("telephone", TELEPHONE, "a mobile telephone number"),
        ("private-email", EMAIL, "a private mail address"),
    ):
        for found in pattern.finditer(text):
            before = text[max(found.start() - CONTACT_REACH, 0) : found.start()]
            if not CONTACT.search(before) and _plain(found[0]) not in known:
                yield _found(manuscript, rule, found.start(), what)


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
