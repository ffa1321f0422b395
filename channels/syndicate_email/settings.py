"""Types of a mailing list's settings: each checks its value, and says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo

from syndicate.channel.settings import beside_the_configuration
from syndicate_email.addresses import mail_address, parse_sender
from syndicate_email.colours import readable_colour
from syndicate_email.servers import Relay, parse_inbox, parse_relay

SUBJECT_FIELDS = ("headline", "more", "title", "number", "count", "date", "span")
TEXTS = (
    "and_more", "by_email", "change", "corrections_and_withdrawals", "intro", "more", "other_news",
    "outro", "photo", "profile_berita", "profile_data", "profile_edukasi", "profile_rekrutmen",
    "read_more", "reason", "source", "unsubscribe", "withdrawn", "withdrawn_notice",
    "you_get_this",
)  # fmt: skip
TEMPLATES = ("letter.html.jinja", "letter.txt.jinja")
LONGEST_TOKEN = 32  # characters, as the ledger makes them
MOST_CONNECTIONS = 64
HTTPS_URL = re.compile(r"https://[^\s<>\"\x00-\x20\x7f-\U0010ffff]+")


def _sender(text: str) -> str:
    parse_sender(text)
    return text


def _relay(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    where = parse_relay(secret.get_secret_value())
    if isinstance(where, Relay):
        return secret
    return SecretStr(f"maildir:{beside_the_configuration(where, info)}")


def _leave_link(text: str) -> str:
    if text and not (HTTPS_URL.fullmatch(text) and "{token}" in text):
        raise ValueError("write https://…/{token}; the token identifies the subscription")
    return text


def _mailbox(text: str) -> str:
    return mail_address(text) if text else text


def _verp(text: str) -> str:
    if not text:
        return text
    before, _, after = text.partition("@")
    if "{" in before.replace("{token}", "", 1) or "{" in after:
        raise ValueError("write it like bounce+{token}@example.org")
    pattern = text if "{token}" in text else "+{token}@".join(text.rsplit("@", 1))
    mail_address(pattern.replace("{token}", "t" * LONGEST_TOKEN))
    return pattern


def _subject(text: str) -> str:
    try:
        fields = list(Formatter().parse(text))
    except ValueError:
        fields = [("", "?", "", "")]
    names = [name for _, name, _, _ in fields if name is not None]
    if not text.strip() or any(name not in SUBJECT_FIELDS for name in names):
        known = ", ".join(f"{{{name}}}" for name in SUBJECT_FIELDS)
        raise ValueError(f"write text, with any of these placeholders: {known}")
    if any(spec or conversion for _, _, spec, conversion in fields):
        raise ValueError("write {headline}, with nothing else between the braces")
    return text


def _texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    for name in texts:
        if name not in TEXTS and not name.startswith("profile_"):
            raise ValueError(f"there is no text {name!r}: there are {', '.join(TEXTS)}")
    for name, text in texts.items():
        try:
            text.format(count=1)
            if any(field not in (None, "count") for _, field, _, _ in Formatter().parse(text)):
                raise ValueError(text)
        except (ValueError, LookupError, AttributeError) as error:
            raise ValueError(f"{name}: only {{count}} may stand in braces") from error
    return texts


def _colour(text: str) -> str:
    return readable_colour(text)


def _templates(text: str, info: ValidationInfo) -> str:
    if not text:
        return text
    folder = beside_the_configuration(Path(text), info)
    if not any((folder / name).is_file() for name in TEMPLATES):
        raise ValueError(f"there is neither {' nor '.join(TEMPLATES)} in {folder}")
    for path in (folder / name for name in TEMPLATES):
        if path.exists() and not path.is_file():  # a pipe would keep us waiting
            raise ValueError(f"{path} is not a file (put the template there, or move it away)")
    return str(folder)


def _picture(text: str) -> str:
    if text and not HTTPS_URL.fullmatch(text):
        raise ValueError("write the picture's address, like https://example.org/logo.png")
    return text


def _inbox(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    if not (text := secret.get_secret_value()):
        return secret
    where = parse_inbox(text, (info.context or {}).get("folder", Path()))
    return SecretStr(f"maildir:{where.absolute()}") if isinstance(where, Path) else secret


def _host_name(text: str) -> str:
    if text and not re.fullmatch(r"[a-z\d-]+(\.[a-z\d-]+)+|\[[\da-f.:]+\]", text, re.IGNORECASE):
        raise ValueError("write a host's full name, like surat.kantor.example")
    return text


def _authserv(text: str) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"[\w.-]{1,255}", text, re.ASCII):
        raise ValueError(
            "write the name that the mailbox's server gives itself at the start of the header"
            " Authentication-Results, like mx.kantor.example"
        )
    return text.lower()


def _certificates(text: str, info: ValidationInfo) -> str:
    path = beside_the_configuration(Path(text), info) if text else None
    if path and not path.is_file():
        raise ValueError(f"there is no file {path}")
    return str(path or "")


def _unsigned(value: int) -> int:
    if value < 0:
        raise ValueError("write a number, 0 or more")
    return value


def _connections(value: int) -> int:
    if not 1 <= value <= MOST_CONNECTIONS:
        raise ValueError(f"write a number from 1 to {MOST_CONNECTIONS}")
    return value


AuthServ = Annotated[str, AfterValidator(_authserv)]
HostName = Annotated[str, AfterValidator(_host_name)]
CertificateFile = Annotated[str, AfterValidator(_certificates)]
Connections = Annotated[int, AfterValidator(_connections)]
Messages = Annotated[int, AfterValidator(_unsigned)]
Sender = Annotated[str, AfterValidator(_sender)]
RelayField = Annotated[SecretStr, AfterValidator(_relay)]
InboxField = Annotated[SecretStr, AfterValidator(_inbox)]
LeaveLink = Annotated[str, AfterValidator(_leave_link)]
EnvelopeSender = Annotated[str, AfterValidator(_verp)]
TemplateFolder = Annotated[str, AfterValidator(_templates)]
Picture = Annotated[str, AfterValidator(_picture)]
Subject = Annotated[str, AfterValidator(_subject)]
Texts = Annotated[Mapping[str, str], AfterValidator(_texts)]
Colour = Annotated[str, AfterValidator(_colour)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
