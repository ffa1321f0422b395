"""An email channel with its letters, as tests send and read them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from syndicate.channel.mailing_list import Outcome
from syndicate.loopback.smtp import SmtpServer
from syndicate.model.article import Article, Dateline, InfoSource, Media
from syndicate.model.delivery import Delivery, Recipient
from syndicate.testing import HELLO, corrected, deliveries, edition, item, withdrawn
from syndicate_email import EmailDigest
from syndicate_email.letter.stencil import fill_stencil

CERTIFICATE = (
    Path(__file__).parents[1] / "channels" / "loopback.pem"
)  # ours, for 127.0.0.1, until 2120
ANN = Recipient(id="1", email="ann@example.org", token="token-of-ann")
KEY = "0123456789abcdef" * 2

PPS = Article(
    uri="tag:example.go.id,2024-05-02:pps",
    headline="Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya",
    html="<p>KPU membuka <b>pendaftaran</b>.</p><p>Baris kedua.</p>",
    lead="KPU membuka pendaftaran.",
    language="id",
    dateline=Dateline("BENGKALIS"),
    info_sources=(
        InfoSource(name="KPU Bengkalis", role="originator"),
        InfoSource(name="Saksi", role="subject"),
    ),
    url="https://example.go.id/berita/pps-2024?a=1&b=2",
    media=(
        Media(file="no.png", alt="Tidak terpasang"),
        Media(url="https://example.go.id/media/pps.png", alt='Poster "PPS"', creator="Tim"),
    ),
)
KPU = Article(
    uri="tag:example.go.id,2022-03-18:kpu",
    headline="Plt. Kepala Dinas terima “piagam” <KPU>",
    html=(
        '<p>Satu <a href="https://a.example/?x=1&amp;y=2" title="di > sana">tautan</a> lagi.</p>'
        "<h1>Judul</h1><ul><li>satu &amp; dua</li><li>tiga</li></ul>"
        '<p><img alt="Sebuah titik" src="media:abc.png"></p>'
    ),
    lead="Satu tautan lagi.",
    language="id",
    dateline=Dateline("BENGKALIS"),
)


def settings(**given: object) -> dict[str, object]:
    return {
        "name": "warta",
        "title": "Warta Bengkalis",
        "sender": "Humas <humas@example.org>",
        "schedule": "daily 17:00",
        "smtp": "maildir:post",
        "unsubscribe": "https://example.org/leave?list=1&t={token}",
        "mailbox": "leave@example.org",
    } | given


@cache
def _adapter() -> TypeAdapter[EmailDigest]:
    """Return pydantic's adapter; to make one costs more than most tests."""
    return TypeAdapter(EmailDigest)


def validated(table: Mapping[str, object], folder: Path = Path()) -> EmailDigest:
    """Return a list of these settings, which pydantic has looked at."""
    return _adapter().validate_python(table, context={"folder": folder})


def digest(folder: Path = Path(), **given: object) -> EmailDigest:
    """A list as the configuration gives it."""
    return validated(settings(**given), folder)


def stencil(channel: EmailDigest, *items: Any, **given: Any) -> bytes:
    [rendition] = channel.render(replace(edition(channel, *items), **given))
    return rendition.content


def parsed(raw: bytes) -> EmailMessage:
    letter = message_from_bytes(raw, policy=default)
    assert isinstance(letter, EmailMessage)
    assert not any(part.defects for part in letter.walk())
    return letter


def letter(channel: EmailDigest, *items: Any, **given: Any) -> EmailMessage:
    return parsed(fill_stencil(stencil(channel, *items, **given), ANN, KEY))


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    return cast("str", found.get_content()).replace("\r\n", "\n")


def everything(channel: EmailDigest) -> tuple[list[Any], dict[str, Any]]:
    items = [item(PPS), corrected(KPU, "Tahunnya keliru."), withdrawn()]
    earlier = (corrected(HELLO, "Jamnya keliru."), withdrawn(HELLO, "Tidak benar."))
    return items, {"corrections": earlier}


def three(channel: EmailDigest) -> list[Delivery]:
    """The letter to Ann, Bob and Cee."""
    ann, bob = deliveries(channel, edition(channel, item()))
    cee = replace(
        bob, key=KEY, recipient=Recipient(id="3", email="cee@example.com", token="token-of-cee")
    )
    return [ann, bob, cee]


def many(channel: EmailDigest, count: int) -> list[Delivery]:
    """The same letter to as many readers."""
    first, *_ = deliveries(channel, edition(channel, item()))
    people = [
        Recipient(id=f"{n}", email=f"reader{n}@example.com", token=f"token-{n}")
        for n in range(count)
    ]
    return [replace(first, key=f"{who.id:0>32}", recipient=who) for who in people]


def kinds(outcomes: list[Outcome]) -> list[type]:
    return [type(outcome.result) for outcome in outcomes]


@contextmanager
def secured(certified: bool = True, **given: Any) -> Iterator[SmtpServer]:
    """A server that offers TLS, and whether its certificate is trusted here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with (
        pytest.MonkeyPatch.context() as patch,
        SmtpServer(user="desk", password="p@ss/w:rd%", starttls=context, **given) as server,
    ):
        if certified:
            patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        yield server


def relay_of(server: SmtpServer, password: str = "p@ss/w:rd%25") -> str:
    return server.url.replace("://", f"://desk:{password}@")
