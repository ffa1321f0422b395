from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from support.email_channel import ANN, KEY, PPS, digest, everything, letter, parsed, part, stencil
from syndicate.errors import Refused
from syndicate.loopback.smtp import SmtpServer
from syndicate.testing import (
    HARD,
    HELLO,
    ChannelTests,
    corrected,
    deliveries,
    edition,
    item,
    withdrawn,
)
from syndicate.text import plain
from syndicate_email import EmailDigest
from syndicate_email.letter.stencil import fill_stencil

GOLDEN = """\
Warta Bengkalis
===============
14 Agustus 2026 00.00 WIB – 15 Agustus 2026 00.00 WIB

Ralat dan penarikan
-------------------
* Hello, world
RALAT (14 Agustus 2026 20.00 WIB): Jamnya keliru.
Baca selengkapnya: https://example.org/hello

* DITARIK: Hello, world
Artikel ini telah ditarik. Alasan: Tidak benar.

Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya
----------------------------------------------
BENGKALIS– KPU membuka pendaftaran.
Baca selengkapnya: https://example.go.id/berita/pps-2024?a=1&b=2
Sumber: KPU Bengkalis

Plt. Kepala Dinas terima “piagam” <KPU>
---------------------------------------
RALAT (14 Agustus 2026 20.00 WIB): Tahunnya keliru.
BENGKALIS– Satu tautan <https://a.example/?x=1&y=2> lagi.

Judul

• satu & dua

• tiga

[Sebuah titik]

DITARIK: Hello, world
---------------------
Artikel ini telah ditarik. Alasan: It was not so.

--\x20
Anda menerima surel ini karena berlangganan “Warta Bengkalis”.
Berhenti berlangganan: https://example.org/leave?list=1&t=token-of-ann
Berhenti berlangganan (lewat surel): mailto:leave@example.org?subject=unsubscribe%20token-of-ann
Ubah langganan: mailto:leave@example.org?subject=lists%20token-of-ann

Example Office
1 Example Street
https://example.org
"""


def decoded(raw: bytes, header: str) -> str:
    """As most readers' programs do it; Python's new parser puts blanks into encoded names."""
    return str(make_header(decode_header(message_from_bytes(raw)[header]))).replace("\r\n", "")


class TestConformance(ChannelTests):
    @pytest.fixture(autouse=True)
    def smtp(self) -> Iterator[None]:
        with SmtpServer() as self.server:
            yield

    def make_channel(self) -> EmailDigest:
        return digest(smtp=self.server.url)

    def shown(self) -> list[str]:
        return [part(parsed(letter.content), "plain") for letter in self.server.letters]


class TestMaildirConformance(ChannelTests):
    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_channel(self) -> EmailDigest:
        return digest(self.folder)

    def shown(self) -> list[str]:
        files = (self.folder / "post/new").iterdir()
        return [part(parsed(file.read_bytes()), "plain") for file in files]


def test_the_text_part_reads_like_this() -> None:
    channel = digest(language="id")
    items, given = everything(channel)
    assert part(letter(channel, *items, **given), "plain") == GOLDEN


HEADERS = {
    "Feedback-ID": "20260815T0000:warta:digest:example.org",
    "From": "Humas <humas@example.org>",
    "To": "ann@example.org",
    "Subject": "Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya dan 1 lainnya",
    "Date": "Sat, 15 Aug 2026 00:00:00 +0700",
    "Message-ID": f"<{KEY}@example.org>",
    "List-Id": '"Warta Bengkalis" <warta.example.org>',
    "List-Unsubscribe": "<https://example.org/leave?list=1&t=token-of-ann>, "
    "<mailto:leave@example.org?subject=unsubscribe%20token-of-ann>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    "Content-Language": "id",
    "MIME-Version": "1.0",
}


def test_the_headers_are_these_once_each() -> None:
    channel = digest(language="id")
    items, given = everything(channel)
    got = letter(channel, *items, **given)
    assert {key: str(value) for key, value in got.items() if key != "Content-Type"} == HEADERS
    assert len(got.keys()) == len(HEADERS) + 1
    assert got.get_content_type() == "multipart/alternative"
    types = [leaf.get_content_type() for leaf in got.iter_parts()]
    assert types == ["text/plain", "text/html"]  # the last is the richest (RFC 2046 5.1.4)


@pytest.mark.parametrize(
    ("given", "ways", "one_click"),
    [
        ({"mailbox": ""}, 1, "List-Unsubscribe=One-Click"),
        ({"unsubscribe": ""}, 1, None),
        ({}, 2, "List-Unsubscribe=One-Click"),
    ],
)
def test_one_click_is_only_promised_with_a_page(
    given: dict[str, Any], ways: int, one_click: str | None
) -> None:
    got = letter(digest(**given), item())
    assert got["List-Unsubscribe-Post"] == one_click
    assert got["List-Unsubscribe"].count("token-of-ann") == ways
    changes = "mailbox" not in given  # by a letter there, too
    for body in (part(got, "plain"), part(got, "html")):
        assert body.count("token-of-ann") == ways + changes


SUBJECTS = [
    ([item()], (), "test", "Hello, world"),
    ([item(), item(PPS)], (), "test", "Hello, world and 1 more"),
    ([withdrawn(), item(PPS)], (), "test", PPS.headline),
    ([], (withdrawn(),), "test", "WITHDRAWN: Hello, world"),
    ([], (corrected(HELLO),), "test", "CORRECTION: Hello, world"),
    ([withdrawn()], (), "test", "WITHDRAWN: Hello, world"),
    ([], (corrected(HELLO), corrected(PPS)), "test", "CORRECTION: Hello, world and 1 more"),
    (
        [],
        (corrected(PPS), withdrawn()),
        "test",
        f"Corrections and withdrawals: {PPS.headline} and 1 more",
    ),
    ([item()], (), "proof-2026", "[PROOF] Hello, world"),
]


@pytest.mark.parametrize(("items", "earlier", "key", "subject"), SUBJECTS)
def test_the_subject_is_the_top_headline(
    items: list[Any], earlier: tuple[Any, ...], key: str, subject: str
) -> None:
    assert letter(digest(), *items, corrections=earlier, key=key)["Subject"] == subject


HOSTILE = [
    "Two\r\nBcc: all@example.org",
    "=?utf-8?q?not_decoded?= yet",
    '"quoted" \\ (comment) <a@b.example>, you & me',
    "x" * 300,
    "\u2028one\x85two\x0bthree",
    *HARD.values(),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    article = replace(HELLO, headline=text, lead=text)
    channel = digest(title=text[:80], sender="Us <us@example.org>")
    raw = fill_stencil(
        stencil(channel, corrected(article, text), withdrawn(article, text)), ANN, KEY
    )
    got = parsed(raw)
    assert "Bcc" not in got
    assert [str(a) for a in got["To"].addresses] == [ANN.email]
    head = re.sub(r"[\x00-\x1f\x7f-\x9f\ufffe]", "", " ".join(text.split()))
    assert decoded(raw, "Subject").startswith(head[:100])
    assert decoded(raw, "List-Id").endswith("<warta.example.org>")
    assert head[:300] in part(got, "plain")
    assert head[:300] in plain(part(got, "html"))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_a_long_name_in_other_letters_is_encoded_and_decoded() -> None:
    title = "Съешь ещё этих мягких французских булок, да выпей чаю " * 2
    channel = digest(title=title, sender=f"{title} <us@example.org>")
    raw = fill_stencil(stencil(channel, item(replace(HELLO, headline=title))), ANN, KEY)
    assert decoded(raw, "Subject") == title.strip()
    assert decoded(raw, "List-Id") == f"{title.strip()} <warta.example.org>"
    assert decoded(raw, "From") == f"{title.strip()} <us@example.org>"
    assert parsed(raw)["From"].addresses[0].addr_spec == "us@example.org"
    for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert len(line) <= 76 or b"=?" not in line  # RFC 2047 2


def test_lines_are_short_and_end_with_crlf() -> None:
    channel = digest(language="id")
    items, given = everything(channel)
    token = "t" * 500
    raw = fill_stencil(stencil(channel, *items, **given), replace(ANN, token=token), KEY)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, head.split(b"\r\n"))) <= 998 + 300  # two links of 500
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    assert token in part(parsed(raw), "plain")


@pytest.mark.parametrize("width", range(0, 80, 7))
def test_a_slot_fits_wherever_the_lines_break(width: int) -> None:
    for more in range(7):
        page = f"https://example.org/{'x' * (width + more)}/{{token}}/leave"
        got = letter(digest(unsubscribe=page, mailbox=""), item())
        link = page.replace("{token}", "token-of-ann")
        assert f": {link}\n" in part(got, "plain")
        assert f'href="{link}"' in part(got, "html")
        assert got["List-Unsubscribe"] == f"<{link}>"


@pytest.mark.parametrize("token", ["a=b", "a b&c<d>\r\nBcc: x@y.example", "ü", "", "."])
def test_a_token_is_quoted_in_links(token: str) -> None:
    got = parsed(fill_stencil(stencil(digest(), item()), replace(ANN, token=token), KEY))
    links = re.findall(r"leave\?list=1&t=([^>\s]*)", part(got, "plain") + got["List-Unsubscribe"])
    assert len(set(links)) == 1
    assert re.fullmatch(r"[\w%.~-]*", links[0])
    assert "Bcc" not in got


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("o'brien+list@example.org", "o'brien+list@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ('"a\r\nBcc: x"@example.org', None),
        ("ann@example.org\r\nBcc: x@example.org", None),
        ("ann@example.org\n", None),
        ("ann@example.org, bob@example.org", None),
        ("<ann@example.org>", None),
        ("ann", None),
        ("ünn@example.org", None),
        ("", None),
    ],
)
def test_only_whole_addresses_are_written_to(address: str, written: str | None) -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        [todo, *_] = deliveries(channel, edition(channel, item()))
        todo = replace(todo, recipient=replace(ANN, email=address))
        [outcome] = channel.publish_all(iter([todo]))
        if written is None:
            assert isinstance(outcome.result, Refused)
            assert "subscriber 1" in str(outcome.result)
            assert server.letters == []
        else:
            assert [letter.recipient for letter in server.letters] == [written]
            assert parsed(server.letters[0].content)["To"] == written
