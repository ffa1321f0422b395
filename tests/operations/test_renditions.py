"""An article as people of the office see it before it goes out, and the letter that asks them."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from lxml import html as lxml_html

from support.newsroom import EVENING, MORNING, Newsroom
from support.walls import Wall
from syndicate.channel import Channel
from syndicate.config.loader import load
from syndicate.intake.examined import read_examined
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.model.article import Edition
from syndicate.model.delivery import Recipient, Rendition
from syndicate.model.person import Person
from syndicate.office import Office
from syndicate.operations import request_letter
from syndicate.operations.renditions import (
    ReadableRendition,
    changes_for_people,
    render_for_people,
)
from syndicate.operations.request_letter import ApprovalRequest, compose_request
from syndicate.sources import Draft
from syndicate.text.article_diff import FieldChange
from syndicate_email.letter.stencil import fill_stencil

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=="
)
TOKEN = "0123456789abcdef" * 2
URI = "tag:kantor.example,2026-05-04:kabar"
BODY = """Warga **RT 05** membaca [aturan](https://aturan.example/5?a=1&b=2).

| Desa | Warga |
|------|-------|
| Wonosari | 12 |

> مرحبا بكم

Akhir."""
MARK = "PRATINJAU – belum terbit\n\n"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A draft as an approver sees it."""

    office: Office
    draft: StoredDraft
    read: Draft
    renditions: tuple[ReadableRendition, ...]
    changes: tuple[FieldChange, ...]

    def letter(self) -> EmailMessage:
        request = ApprovalRequest(
            draft=self.draft, renditions=self.renditions, changes=self.changes,
            findings=self.read.findings, token=TOKEN,
        )  # fmt: skip
        return compose_request(self.office.publisher, request, self.read.files)

    def of(self, label: str) -> ReadableRendition:
        [found] = [each for each in self.renditions if each.label == label]
        return found


@contextmanager
def shown(room: Newsroom, at: str = MORNING, **given: Any) -> Iterator[Shown]:
    """Show kabar.md as it would go out."""
    with room.here(at):
        office = Office.open(
            load(room.folder / "config.toml"), lambda: datetime.fromisoformat(at), dry=True
        )
        try:
            read = read_examined(office, room.folder / "kabar.md")
            article = replace(read.article, uri=read.article.uri or URI)
            draft = StoredDraft(
                article=article, source=read.source, path="kabar.md", stored=office.clock(),
                person=Person(name="Ani"), **{"kind": "original", **given},
            )  # fmt: skip
            with office.ledger.planning(dry=True) as catalogue:
                yield Shown(
                    office=office, draft=draft, read=read,
                    renditions=render_for_people(office, catalogue, draft),
                    changes=changes_for_people(office, catalogue, draft),
                )  # fmt: skip
        finally:
            office.close()


def write(room: Newsroom, body: str = BODY, **front: Any) -> None:
    """Write an article whose page and picture the feed is going to host."""
    (room.folder / "foto.png").write_bytes(PNG)
    room.change("feed", pages=True)
    front = {"associations": [{"file": "foto.png", "alt": "Balai desa"}], "url": None} | front
    path = room.write(body=body, **front)
    path.write_text(path.read_text().replace("url: null\n", ""))


def part(letter: EmailMessage, subtype: str) -> str:
    body = letter.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


EXPECTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Pos Telegram": (
        "Kabar pertama\n\nWarga RT 05 membaca aturan (https://aturan.example/5?a=1&b=2).\n\n"
        "Desa      Warga\nWonosari  12\n\nمرحبا بكم\n\nAkhir.\n\n"
        "Baca selengkapnya [laman artikel ini]\n\nFoto: Balai desa",
        (
            "<strong>Kabar pertama</strong>", "<strong>RT 05</strong>",
            "<blockquote>مرحبا بكم</blockquote>", "Wonosari  12</pre>",
            '<a href="https://aturan.example/5?a=1&amp;b=2" rel="noopener noreferrer">aturan</a>',
            "<u>Baca selengkapnya</u>",
        ),
    ),
    "Entri umpan (feed)": (
        "Kabar pertama\n\nRingkasan: Warga RT 05 membaca aturan.",
        ("<h3>Kabar pertama</h3>",),
    ),
    "Laman": (
        "Kabar pertama\n\nOleh Kantor · Terbit 4 Mei 2026 09.00 WIB\n\n"
        "Warga RT 05 membaca aturan.\n\nDesa Warga\n\nWonosari 12\n\nمرحبا بكم\n\nAkhir.",
        ("<td>Wonosari</td>", "<blockquote>\n<p>مرحبا بكم</p>", 'alt="Balai desa"'),
    ),
    "Entri dalam surel ringkasan": (
        "Subjek: Kabar pertama\n\nKabar pertama\nWarga RT 05 membaca aturan.\n"
        "Baca selengkapnya: [laman artikel ini]",
        ("<p><strong>Subjek: Kabar pertama</strong></p>", "<u>Kabar pertama</u>", "Balai desa"),
    ),
}  # fmt: skip


def test_every_channel_shows_the_article_as_its_readers_will_see_it(room: Newsroom) -> None:
    write(room)
    with shown(room) as seen:
        assert {each.label for each in seen.renditions} == set(EXPECTED)
        for label, (text, fragments) in EXPECTED.items():
            rendition = seen.of(label)
            assert rendition.text == f"{MARK}{text}"
            assert rendition.html.startswith("<p><strong>PRATINJAU – belum terbit</strong></p>")
            assert [each for each in fragments if each not in rendition.html] == []
            if label != "Entri umpan (feed)":
                assert '<img src="media:' in rendition.html
                assert [picture.file for picture in rendition.pictures] == ["foto.png"]


def test_nobody_finds_out_where_what_is_not_published_will_be(room: Newsroom) -> None:
    write(room, embargoedUntil="2026-05-05T08:00:00+07:00")
    with shown(room) as seen:
        everything = repr(seen.renditions) + seen.letter().as_string()
        host = seen.office.host
        assert host is not None
        coming = [host.page_url(seen.draft.article), *map(host.media_url, seen.read.article.media)]
        assert [each for each in coming if each in everything] == []
        assert "preview.invalid/" not in everything
        assert "Terbit: 5 Mei 2026 08.00 WIB" in part(seen.letter(), "plain")


def test_a_page_of_the_writer_s_own_is_named_and_not_linked(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    with shown(room) as seen:
        post = seen.of("Pos Telegram")
    assert "(https://kantor.example/kabar)" in post.text
    assert "<a " not in post.html


def test_an_urgent_article_is_also_shown_in_a_letter_of_its_own(room: Newsroom) -> None:
    room.only("harian")
    room.change("harian", immediate=True)
    room.write(urgency=1, body=BODY)
    with shown(room) as seen:
        labels = [each.label for each in seen.renditions]
        assert labels == ["Entri dalam surel ringkasan", "Surel tersendiri, dikirim seketika"]
        letter = seen.renditions[1]
    assert "Akhir." in letter.text
    assert "TOKEN" not in letter.text + letter.html  # of the example reader
    assert "Berhenti berlangganan" not in letter.text + letter.html


def test_any_other_channel_is_shown_as_it_renders(room: Newsroom) -> None:
    room.channels = {"dinding": {"kind": "support.walls:Wall", "folder": "dinding"}}
    room.configure()
    room.write(body="Satu <dua>.")
    with shown(room) as seen:
        [wall] = seen.renditions
    assert (wall.channel, wall.kind) == ("dinding", "support.walls:Wall")
    assert "Kabar pertama" in wall.text
    assert '<p dir="auto">' in wall.html


def test_what_cannot_be_said_in_a_channel_is_explained(room: Newsroom) -> None:
    write(room, body="Kata yang panjang. " * 400)
    room.only("telegram")
    with shown(room) as seen:
        [post] = seen.renditions
        assert "too long for a Telegram post" in post.notes[0]
        assert post.notes[0] in part(seen.letter(), "plain")


def test_a_correction_shows_what_changes_and_what_readers_are_told(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write(body="Jumlahnya 12 orang.")
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    room.rewrite("12 orang", "21 orang")
    note = "Jumlahnya terbalik."
    with shown(room, EVENING, kind="correction", note=note, after=1) as seen:
        letter = part(seen.letter(), "plain")
        entry, post = seen.of("Entri dalam surel ringkasan"), seen.of("Pos Telegram")
    assert "Isi: Jumlahnya [-12-] {+21+} orang." in letter
    assert f"Yang keliru, sebagaimana disampaikan kepada pembaca: {note}" in letter
    assert f"RALAT (4 Mei 2026 17.01 WIB): {note}" in post.text
    assert f"RALAT (4 Mei 2026 17.01 WIB): {note}" in entry.text
    assert "Jumlahnya 21 orang." not in entry.text  # readers had it before: it is a correction
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.", "--kill", at=EVENING).code == 0
    with shown(room, EVENING, kind="correction", note=note, after=1) as seen:
        assert seen.changes == ()


class HostilePage(Wall):
    """A channel whose HTML holds whatever it likes."""

    def render(self, edition: Edition) -> Iterator[Rendition]:
        content = (
            b"<body><p onload=x()>Isi</p><script>alert(1)</script><img src=https://a.example/i>"
            b"<a href=javascript:alert(1)>klik</a><form action=https://a.example><input></form>"
        )
        yield Rendition(address="laman", media_type="text/html", content=content)

    def as_text(self, rendition: Rendition) -> str:
        return Channel.as_text(self, rendition)


def test_the_letter_is_safe_whatever_an_article_or_a_channel_holds(room: Newsroom) -> None:
    write(
        room, headline="&lt;script&gt;alert(1)&lt;/script&gt; & &lt;/title&gt;", language="ar",
        body='<script>alert(2)</script>\n\n<p onclick="x()">Isi</p>\n\n'
        '![x](https://a.example/1.png "y")\n\n&lt;img src=x onerror=alert(3)&gt;',
    )  # fmt: skip
    room.channels["laman"] = {"kind": f"{__name__}:HostilePage", "folder": "dinding"}
    room.configure()
    with shown(room) as seen:
        assert any(each.channel == "laman" for each in seen.renditions)
        letter = seen.letter()
    html = lxml_html.document_fromstring(part(letter, "html"))
    for element in html.iter():
        assert element.tag not in ("script", "form", "input", "iframe", "link", "base", "object")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "src" or value.startswith("cid:"), value
            assert name != "href" or re.match(r"https?:|mailto:", value), value
    assert "<script>" not in part(letter, "html")
    assert letter["Subject"].startswith("Mohon persetujuan: <script>")  # words, in a header


def test_an_answer_to_the_letter_brings_the_token_back(room: Newsroom) -> None:
    write(room, headline="Kabar – “pertama” " + "dan panjang " * 20)
    with shown(room) as seen:
        composed = seen.letter()
        [postman] = seen.office.lists
        rendition = postman.whole_letter(seen.office.publisher, composed)
        assert rendition == postman.whole_letter(seen.office.publisher, seen.letter())
    assert rendition is not None
    approver = Recipient(id="1", email="budi@kantor.example", token="")
    letter = message_from_bytes(fill_stencil(rendition.content, approver, "0" * 32), policy=default)
    assert isinstance(letter, EmailMessage)
    assert letter["To"] == "budi@kantor.example"
    assert letter["Reply-To"] == "berhenti@kantor.example"
    assert letter["Subject"].endswith(f"… [approval {TOKEN}]")
    assert letter["Subject"] == composed["Subject"]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert not [name for name in letter if name.lower().startswith(("list-", "precedence"))]
    assert letter.get_content_type() == "multipart/alternative"
    for subtype in ("plain", "html"):
        body = part(letter, subtype)
        assert f"[approval {TOKEN}]" in body
        assert ("setuju" in body, "tolak: alasannya" in body) == (True, True)
    [picture] = [each for each in letter.walk() if each["Content-ID"]]
    assert f"cid:{picture['Content-ID'].strip('<>')}" in part(letter, "html")
    assert picture.get_content() == PNG
    assert max(map(len, letter.as_bytes().splitlines())) <= 998


def test_a_letter_has_a_bounded_size_and_says_what_is_missing(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_letter, "MOST_CHARACTERS", 2_000)
    monkeypatch.setattr(request_letter, "MOST_HTML", 4_000)
    monkeypatch.setattr(request_letter, "MOST_RENDITIONS", 40_000)
    monkeypatch.setattr(request_letter, "MOST_PICTURE", 10)
    write(room, body="Kata yang panjang. " * 3_000)
    room.only("feed", "harian")
    with shown(room) as seen:
        letter = seen.letter()
    assert "Dipotong di sini" in part(letter, "plain")
    assert "[Gambar terlalu besar untuk surat ini: foto.png (Balai desa)]" in part(letter, "html")
    assert len(letter.as_bytes()) < 40_000


def test_without_words_of_the_office_s_language_the_letter_is_english(room: Newsroom) -> None:
    room.language = "en"
    room.configure()
    room.only("telegram")
    room.write()
    with shown(room) as seen:
        letter = part(seen.letter(), "plain")
    assert "Ani asks you to approve this article for Kantor." in letter
    assert "    approve\n    reject: the reason\n" in letter
    assert "Goes out: as soon as it is approved" in letter
    assert "The checks found nothing." in letter
