"""A list's letters with a picture and a long lead, and what a page of theirs shows."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from support.email_channel import validated
from syndicate.model.article import Media
from syndicate.model.delivery import Recipient
from syndicate.testing import HELLO, edition, item
from syndicate_email import EmailDigest
from syndicate_email.letter.stencil import fill_stencil

ANN = Recipient(id="1", email="ann@example.org", token="token-of-ann")
PICTURE = Media(
    url="https://kabar.example/foto.jpg", alt="Antrean di TPS", width=1200, height=800,
    caption="Warga mengantre", creator="Humas",
)  # fmt: skip
RICH = replace(
    HELLO, headline="Pendaftaran PPS dibuka", profile="rekrutmen", subjects=("pilkada", "kpu"),
    url="https://kabar.example/pps", media=(PICTURE,), language="id",
)  # fmt: skip


def make(folder: Path = Path(), **given: Any) -> EmailDigest:
    settings = {
        "name": "warta", "title": "Warta Bengkalis", "sender": "Humas <humas@example.org>",
        "schedule": "daily 17:00", "smtp": "maildir:post", "mailbox": "leave@example.org",
        "unsubscribe": "https://example.org/leave/{token}", "language": "id",
    } | given  # fmt: skip
    return validated(settings, folder)


def letter(channel: EmailDigest, *items: Any, **given: Any) -> EmailMessage:
    [rendition] = channel.render(replace(edition(channel, *items), **given))
    message = message_from_bytes(fill_stencil(rendition.content, ANN, "0" * 32), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def page(message: EmailMessage) -> Any:
    return lxml_html.document_fromstring(part(message, "html"))


def named(headline: str, **given: Any) -> Any:
    return item(replace(RICH, headline=headline, url=f"https://kabar.example/{headline}", **given))
