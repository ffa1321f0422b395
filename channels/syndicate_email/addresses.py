"""Mail addresses: converted to ASCII, and parsed with a sender's name."""

from __future__ import annotations

import re

from syndicate.text import spelt_out, squeeze, visible

ADDRESS_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
PLAIN = re.compile(
    rf"{ADDRESS_ATOM}(\.{ADDRESS_ATOM})*@[a-z\d-]+(\.[a-z\d-]+)+", re.ASCII | re.IGNORECASE
)
NAME_AND_ADDRESS = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^<>]*?)\s*<(?P<address>[^<>]+)>')


def mail_address(text: str) -> str:
    """Return the address in ASCII, its domain in punycode; ValueError for an invalid one."""
    if PLAIN.fullmatch(text) and len(text) <= 254:
        return text
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(f"{text!r} is not a mail address: {error}") from error
    if found.ascii_email is None:
        raise ValueError(f"{text!r} cannot be written to: only ASCII is allowed before the @")
    return found.ascii_email


def parse_sender(text: str) -> tuple[str, str]:
    """Return ``("Kantor, Humas", "humas@example.org")``; the name may be empty.

    It may be written as it is, in quotes (RFC 5322), or in encoded words (RFC 2047).
    """
    found = NAME_AND_ADDRESS.fullmatch(text.strip())
    if found is None:
        return "", mail_address(text.strip())
    return squeeze(visible(spelt_out(found["name"]))), mail_address(found["address"].strip())
