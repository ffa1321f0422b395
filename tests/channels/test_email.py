from __future__ import annotations

import re
import resource
import socket
import ssl
import subprocess
import sys
import traceback
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from select import select
from threading import Thread
from time import monotonic, sleep
from typing import Any, Literal, cast

import pytest
from pydantic import TypeAdapter, ValidationError

from support.papers import HOSTED_FORM
from syndicate.channel.mailing_list import Outcome
from syndicate.errors import (
    Bounced,
    Deferred,
    DeliveryError,
    InDoubt,
    Paused,
    Refused,
    Unavailable,
)
from syndicate.loopback.smtp import SMTP_EXTENSIONS, Act, SmtpFault, SmtpServer
from syndicate.model.article import Article, Dateline, Edition, InfoSource, Media
from syndicate.model.delivery import Delivery, Receipt, Recipient, Rendition
from syndicate.testing import (
    HARD,
    HELLO,
    NOON,
    ChannelTests,
    corrected,
    deliveries,
    edition,
    item,
    withdrawn,
)
from syndicate.text import plain
from syndicate.text.i18n import words_for
from syndicate_email import EmailDigest
from syndicate_email.letter.compose import MOST_HTML
from syndicate_email.letter.stencil import fill_stencil
from syndicate_email.smtp import connection, pool

CERTIFICATE = Path(__file__).with_name("loopback.pem")  # ours, for 127.0.0.1, until 2120
ANN = Recipient("1", "ann@example.org", "token-of-ann")
KEY = "0123456789abcdef" * 2

PPS = Article(
    uri="tag:example.go.id,2024-05-02:pps",
    headline="Pendaftaran PPS Dibuka, Cek Syarat & Jadwalnya",
    html="<p>KPU membuka <b>pendaftaran</b>.</p><p>Baris kedua.</p>",
    lead="KPU membuka pendaftaran.",
    language="id",
    dateline=Dateline("BENGKALIS"),
    info_sources=(InfoSource("KPU Bengkalis", "originator"), InfoSource("Saksi", "subject")),
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


def digest(folder: Path = Path(), **given: object) -> EmailDigest:
    """A list as the configuration gives it."""
    return TypeAdapter(EmailDigest).validate_python(settings(**given), context={"folder": folder})


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


def decoded(raw: bytes, header: str) -> str:
    """As most readers' programs do it; Python's new parser puts blanks into encoded names."""
    return str(make_header(decode_header(message_from_bytes(raw)[header]))).replace("\r\n", "")


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    return cast("str", found.get_content()).replace("\r\n", "\n")


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


# --- the letter ---


def everything(channel: EmailDigest) -> tuple[list[Any], dict[str, Any]]:
    items = [item(PPS), corrected(KPU, "Tahunnya keliru."), withdrawn()]
    earlier = (corrected(HELLO, "Jamnya keliru."), withdrawn(HELLO, "Tidak benar."))
    return items, {"corrections": earlier}


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
    ([], (withdrawn(),), "test", "Corrections and withdrawals: Hello, world"),
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


class Outline(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


def test_the_page_is_built_for_everybody() -> None:
    channel = digest(language="id")
    items, given = everything(channel)
    outline = Outline(part(letter(channel, *items, **given), "html"))
    assert outline.all("html") == [{"lang": "id"}]
    assert len(outline.all("h1")) == 1
    assert (len(outline.all("h2")), len(outline.all("h3"))) == (4, 2)
    assert all(table["role"] == "presentation" for table in outline.all("table"))
    assert [(img["src"], img["alt"]) for img in outline.all("img")] == [
        ("https://example.go.id/media/pps.png", 'Poster "PPS"')
    ]
    assert not {"script", "link", "svg", "form"} & {tag for tag, _ in outline.tags}


def test_both_parts_say_the_same() -> None:
    channel = digest(language="id")
    items, given = everything(channel)
    got = letter(channel, *items, **given)
    text, html = part(got, "plain"), part(got, "html")
    in_text = dict.fromkeys(re.findall(r"(?:https?|mailto):[^\s>]+", text))
    hrefs = [str(a["href"]) for a in Outline(html).all("a")]
    assert list(dict.fromkeys(hrefs)) == list(in_text)
    spoken = re.findall(r"\w{3,}", re.sub(r"<?(?:https?|mailto):\S+", "", text))
    heard = re.findall(r"\w{3,}", plain(html.partition("<body")[2].partition(">")[2]))
    missing = set(spoken) - set(heard)
    assert missing == set()
    assert "&amp;amp;" not in html
    assert "&amp;lt;" not in html


def test_a_withdrawn_article_is_a_notice_without_its_text() -> None:
    got = letter(digest(), withdrawn(), corrections=(withdrawn(KPU),))
    for body in (part(got, "plain"), part(got, "html")):
        assert body.count("It was not so.") == 2
        assert "It begins." not in body
        assert "tautan" not in body
        assert words_for("en")["withdrawn"] in body


def test_of_an_earlier_article_only_what_is_new_is_put_right() -> None:
    old, new = corrected(HELLO, "An old note."), corrected(HELLO, "A new note.")
    [first] = old.corrections
    both = replace(new, corrections=(replace(first, at=NOON - timedelta(days=9)), *new.corrections))
    text = part(letter(digest(), item(PPS), corrections=(both,)), "plain")
    assert "A new note." in text
    assert "An old note." not in text


def test_a_long_digest_is_shortened_and_loses_no_headline() -> None:
    many = [
        item(replace(PPS, headline=f"Nomor {n}.", lead="Ката " * 500, url=f"https://x.example/{n}"))
        for n in range(120)
    ]
    got = letter(digest(), *many, item(replace(KPU, headline="Tanpa halaman")))
    text, html = part(got, "plain"), part(got, "html")
    assert 0.9 * MOST_HTML < len(html.encode()) <= MOST_HTML
    for n in range(120):
        assert f"Nomor {n}." in text
        assert f"Nomor {n}." in html
        assert f"https://x.example/{n}\n" in text
        assert f'"https://x.example/{n}"' in html
    assert "Satu tautan" in text  # it can be read nowhere else


def test_of_more_than_35_articles_the_others_are_headlines() -> None:
    many = [
        item(replace(PPS, headline=f"Nomor {n}.", lead=f"Isi {n}.", url=f"https://x.example/{n}"))
        for n in range(40)
    ]
    for kind in ("plain", "html"):
        said = part(letter(digest(language="id"), *many), kind)
        assert "5 lainnya di situs" in said
        assert "Isi 34." in said
        assert "Isi 35." not in said
        assert all(f"Nomor {n}." in said for n in range(40))
        assert "lainnya di situs" not in part(letter(digest(language="id"), *many[:35]), kind)


def test_a_hosted_picture_of_the_text_is_shown_once() -> None:
    picture = Media(
        url="https://x.example/abc.png", sha256="abc", media_type="image/png", alt="Titik"
    )
    html = part(letter(digest(), item(replace(KPU, media=(picture,)))), "html")
    assert [img["src"] for img in Outline(html).all("img")] == [picture.url]


FORM_SAID = "Formulir pendaftaran (PDF, 120 kB)"
POSTER = Media(url="https://x.example/a.png", alt="Poster")


@pytest.mark.parametrize("beside", [(), (POSTER,)], ids=["alone", "with a picture"])
@pytest.mark.parametrize("article", [PPS, KPU], ids=["with a page", "without a page"])
def test_a_document_is_a_link_in_both_parts_and_never_a_picture(
    article: Article, beside: tuple[Media, ...]
) -> None:
    got = letter(digest(), item(replace(article, media=(HOSTED_FORM, *beside))))
    text, html = part(got, "plain"), part(got, "html")
    outline = Outline(html)
    assert f"\n{FORM_SAID}: {HOSTED_FORM.url}\n" in text
    assert f"{FORM_SAID}</a>" in html
    assert [a["href"] for a in outline.all("a")].count(HOSTED_FORM.url) == 1
    assert [img["src"] for img in outline.all("img")] == [picture.url for picture in beside]


def test_documents_stand_below_the_lead_each_in_its_line() -> None:
    decree = Media(url="https://x.example/sk.pdf", media_type="application/pdf", caption="SK <1>")
    got = letter(digest(language="id"), item(replace(PPS, media=(HOSTED_FORM, decree))))
    assert (
        f"BENGKALIS– KPU membuka pendaftaran.\n{FORM_SAID}: {HOSTED_FORM.url}\n"
        f"SK <1> (PDF): {decree.url}\nBaca selengkapnya: "
    ) in part(got, "plain")
    html = part(got, "html")
    places = [
        html.index(said) for said in (">Baca", "SK &lt;1&gt; (PDF)", FORM_SAID, "KPU membuka")
    ]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("url", [None, "ftp://x.example/a.pdf"])
def test_a_document_without_a_public_address_is_not_linked(url: str | None) -> None:
    got = letter(digest(), item(replace(PPS, media=(replace(HOSTED_FORM, url=url),))))
    assert all("PDF" not in part(got, subtype) for subtype in ("plain", "html"))


def test_a_withdrawn_article_has_no_document() -> None:
    gone = withdrawn(replace(PPS, media=(HOSTED_FORM,)))
    got = letter(digest(), gone, corrections=(gone,))
    assert all("PDF" not in part(got, subtype) for subtype in ("plain", "html"))


def test_a_preview_is_the_subject_and_the_text() -> None:
    channel = digest()
    [rendition] = channel.render(edition(channel, item()))
    shown = channel.as_text(rendition)
    assert shown.startswith("Hello, world\n\nWarta Bengkalis\n")
    assert "token" not in shown.replace("TOKEN", "")


# --- the settings ---


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"unsubscribe": "", "mailbox": ""}, "set unsubscribe .* or mailbox"),
        ({"unsubscribe": "http://example.org/{token}"}, r"https://…/\{token\}"),
        ({"unsubscribe": "https://example.org/leave"}, r"https://…/\{token\}"),
        ({"unsubscribe": "https://example.org/{token}>, <x"}, r"https://…/\{token\}"),
        ({"mailbox": "nobody"}, "not a mail address"),
        ({"sender": "Humas"}, "not a mail address"),
        ({"sender": "Humas <humas@example.org>\r\nBcc: <x@example.org>"}, "not a mail address"),
        ({"schedule": "hourly"}, "daily 17:00"),
        ({"smtp": "hunter2"}, "write smtp://user:password@host:587"),
        ({"smtp": "smtp://user:hunter2@"}, "write smtp://"),
        ({"smtp": "smtp://hunter2@example.org"}, "write smtp://"),
        ({"smtp": "smtp://user:hunter2@host:port"}, "write smtp://"),
        ({"smtp": "maildir:"}, "write smtp://"),
    ],
)
def test_a_wrong_setting_says_how_to_write_it(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        digest(**given)
    [error] = caught.value.errors()
    assert re.search(said, error["msg"])
    assert "hunter2" not in error["msg"]


def test_the_sender_may_be_written_as_people_write_it() -> None:
    table = {
        "humas@example.org": ("", "humas@example.org"),
        "Kantor, Humas <humas@example.org>": ("Kantor, Humas", "humas@example.org"),
        '"Kantor: Humas" <humas@example.org>': ("Kantor: Humas", "humas@example.org"),
        "Büro <büro.x@example.org>": None,
        "Büro <x@bücher.example>": ("Büro", "x@xn--bcher-kva.example"),
    }
    for text, expected in table.items():
        if expected is None:
            with pytest.raises(ValidationError, match="only ASCII"):
                digest(sender=text)
            continue
        got = letter(digest(sender=text), item())
        [address] = got["From"].addresses
        assert (address.display_name, address.addr_spec) == expected
        assert got["Message-ID"].endswith(f"@{address.domain}>")


def test_subjects_and_profiles_choose_the_articles() -> None:
    greeting = item(replace(HELLO, profile="news"))
    assert digest().takes(greeting)
    assert digest(subjects=["greetings", "sport"]).takes(greeting)
    assert not digest(subjects=["sport"]).takes(greeting)
    assert digest(profiles=["news"], subjects=["greetings"]).takes(greeting)
    assert not digest(profiles=["advisory"], subjects=["greetings"]).takes(greeting)


def test_the_list_is_the_destination_whatever_the_relay() -> None:
    assert digest().identity() == digest(smtp="smtp://127.0.0.1").identity() == "warta"


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = {"smtplib", "jinja2", "email_validator"}
    code = f"import sys, syndicate_email; print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


# --- the wire ---


def three(channel: EmailDigest) -> list[Delivery]:
    """The letter to Ann, Bob and Cee."""
    ann, bob = deliveries(channel, edition(channel, item()))
    cee = replace(bob, key=KEY, recipient=Recipient("3", "cee@example.com", "token-of-cee"))
    return [ann, bob, cee]


def many(channel: EmailDigest, count: int) -> list[Delivery]:
    """The same letter to as many readers."""
    first, *_ = deliveries(channel, edition(channel, item()))
    people = [Recipient(f"{n}", f"reader{n}@example.com", f"token-{n}") for n in range(count)]
    return [replace(first, key=f"{who.id:0>32}", recipient=who) for who in people]


def carried(
    channel: EmailDigest, todo: Iterable[Delivery]
) -> tuple[list[Outcome], DeliveryError | None]:
    """How each letter ended, and what ended the run."""
    outcomes: list[Outcome] = []
    try:
        outcomes += channel.publish_all(iter(todo))  # as far as it gets
    except DeliveryError as error:
        return outcomes, error
    return outcomes, None


def by_recipient(outcomes: Iterable[Outcome]) -> dict[str, Receipt | DeliveryError]:
    """How each one's letter ended, by the name before the @."""
    found = {}
    for outcome in outcomes:
        assert outcome.delivery.recipient
        found[outcome.delivery.recipient.email.partition("@")[0]] = outcome.result
    return dict(sorted(found.items()))


def kinds(outcomes: list[Outcome]) -> list[type]:
    return [type(outcome.result) for outcome in outcomes]


def received(server: SmtpServer) -> list[str]:
    return [letter.recipient.partition("@")[0] for letter in server.letters]


MEANINGS = [
    (SmtpFault(at="mail", do="defer", nth=2, code=421), Receipt, True),  # on a new connection
    (SmtpFault(at="mail", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="rcpt", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="rcpt", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=450), Deferred, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=452), Deferred, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=421), Receipt, True),
    (SmtpFault(at="rcpt", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="rcpt", do="hang up", recipient="bob@example.net"), Deferred, False),
    (SmtpFault(at="data", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="data", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="data", do="defer", nth=2), Deferred, False),
    (SmtpFault(at="data", do="defer", nth=2, code=421), Receipt, True),
    (SmtpFault(at="data", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="dot", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="dot", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="dot", do="defer", nth=2), Deferred, False),
    (SmtpFault(at="dot", do="defer", nth=2, code=421), Deferred, False),
    (SmtpFault(at="dot", do="hang up", nth=2), InDoubt, False),
    (SmtpFault(at="dot", do="hang up", nth=2, keep=True), InDoubt, True),
    (SmtpFault(at="dot", do="refuse", nth=2, code=199), InDoubt, False),
    (SmtpFault(at="sent", do="hang up", nth=2), Receipt, True),
]
ONE_BY_ONE = ("8BITMIME",)  # a relay that cannot do PIPELINING


@pytest.mark.parametrize(
    "extensions", [SMTP_EXTENSIONS, ONE_BY_ONE], ids=["pipelined", "one by one"]
)
@pytest.mark.parametrize(("fault", "meaning", "arrived"), MEANINGS)
def test_each_answer_has_its_meaning_and_the_next_letter_goes(
    fault: SmtpFault, meaning: type, arrived: bool, extensions: tuple[str, ...]
) -> None:
    with (
        SmtpServer(faults=[fault], extensions=extensions) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [Receipt, meaning, Receipt]
        assert sorted(received(server)) == (["ann", "bob", "cee"] if arrived else ["ann", "cee"])
        said = str(outcomes["bob"])
        if isinstance(outcomes["bob"], DeliveryError):
            assert said.startswith("channels.warta.smtp: ")
            assert "\n" not in said
            assert "bob@example.net" not in said
        if isinstance(outcomes["bob"], Bounced | Deferred) and fault.do != "hang up":
            assert outcomes["bob"].code.split()[0] in said
        if fault.code and meaning is not Receipt:
            assert str(fault.code) in said


@pytest.mark.parametrize(("fault", "meaning", "arrived"), MEANINGS)
def test_one_letter_alone_means_the_same(fault: SmtpFault, meaning: type, arrived: bool) -> None:
    with SmtpServer(faults=[fault]) as server, digest(smtp=server.url) as channel:
        ann, bob, cee = three(channel)
        channel.publish(ann)
        try:
            result: object = channel.publish(bob)
        except DeliveryError as error:
            result = error
        if fault.do == "hang up" and meaning is Deferred:
            meaning = Unavailable  # of one letter alone nothing tells whether others are taken
        assert type(result) is meaning
        channel.publish(cee)
        assert received(server) == (["ann", "bob", "cee"] if arrived else ["ann", "cee"])


@pytest.mark.parametrize(
    "extensions", [SMTP_EXTENSIONS, ONE_BY_ONE], ids=["pipelined", "one by one"]
)
@pytest.mark.parametrize(("do", "meaning"), [("refuse", Paused), ("defer", Unavailable)])
def test_a_relay_that_will_not_take_the_sender_ends_the_run_and_no_subscription(
    do: Literal["refuse", "defer"], meaning: type, extensions: tuple[str, ...]
) -> None:
    faults = [SmtpFault(at="mail", do=do, nth=nth) for nth in (2, 3)]
    with (
        SmtpServer(faults=faults, extensions=extensions) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes, error = carried(channel, three(channel))
        assert kinds(outcomes) == [Receipt, Unavailable]
        assert type(error) is meaning
        assert received(server) == ["ann"]
        again, error = carried(channel, three(channel))
        assert kinds(again) == [Unavailable]
        assert type(error) is meaning


def test_a_refused_recipient_whose_letter_is_asked_for_gets_none() -> None:
    """RFC 2920 3.1: DATA may be answered by 354 although nobody is left."""
    faults = [SmtpFault(at="rcpt", do="refuse", recipient="bob@example.net")]
    with (
        SmtpServer(faults=faults, always_data=True) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [Receipt, Deferred, Receipt]
        assert received(server) == ["ann", "cee"]


def test_many_letters_go_over_several_connections_and_none_twice() -> None:
    faults = [SmtpFault(at="sent", do="hang up", nth=nth) for nth in range(7, 300, 7)]
    faults += [SmtpFault(at="mail", do="hang up", nth=nth) for nth in range(11, 300, 11)]
    with SmtpServer(faults=faults) as server, digest(smtp=server.url, connections=4) as channel:
        todo = many(channel, 300)
        assert kinds(list(channel.publish_all(iter(todo)))) == [Receipt] * 300
        assert len(server.letters) == 300
        assert sorted(received(server)) == sorted(f"reader{n}" for n in range(300))
        assert server.most_clients > 1


def test_a_connection_has_no_more_letters_than_it_may() -> None:
    with (
        SmtpServer() as server,
        digest(smtp=server.url, connections=1, messages=4) as channel,
    ):
        assert kinds(list(channel.publish_all(iter(many(channel, 10))))) == [Receipt] * 10
        assert server.commands.count("EHLO") == 3
        assert len(server.letters) == 10


def test_an_answer_that_came_counts_although_sending_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flush, broken = connection.Connection.flush, [OSError("connection reset")]

    def breaks(line: connection.Connection) -> bool:
        awaited = [one for _, one, _ in line.talk.awaited if one]
        if broken and any(0 < (one.ends_at or 0) <= line.talk.sent_bytes for one in awaited):
            assert select([line.sock], [], [], 10)[0]
            raise broken.pop()
        return flush(line)

    monkeypatch.setattr(connection.Connection, "flush", breaks)
    slow = SmtpFault(at="dot", do="wait", seconds=0.2, nth=1)
    with SmtpServer(faults=[slow]) as server, digest(smtp=server.url, connections=1) as channel:
        assert kinds(list(channel.publish_all(stepwise(three(channel))))) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]
    assert not broken


def stepwise(todo: Sequence[Delivery]) -> Iterator[Delivery | None]:
    """One after the other, so that none goes with the end of the one before."""
    for delivery in todo:
        yield delivery
        yield None


def test_what_may_not_be_started_yet_is_asked_for_again() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        ann, bob, cee = three(channel)
        held: list[Delivery | None] = [ann, None, bob, None, None, cee]
        assert kinds(list(channel.publish_all(iter(held)))) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]


def test_a_letter_cut_off_in_the_middle_was_not_sent_and_goes_again() -> None:
    lead = "All work and no play makes Jack a dull boy. " * 400_000  # more than buffers hold
    with SmtpServer(faults=[SmtpFault(at="body", do="hang up", nth=1)]) as server:
        with digest(smtp=server.url, connections=1) as channel:
            ann, bob, _ = three(channel)
            head, _, body = ann.rendition.content.partition(b"\n")
            long = head + b"\n" + body + lead.encode().replace(b". ", b".\r\n")
            cut = replace(ann, rendition=Rendition("", ann.rendition.media_type, long))
            assert kinds(list(channel.publish_all(iter([cut, bob])))) == [Receipt, Receipt]
        assert sorted(received(server)) == ["ann", "bob"]


def long(delivery: Delivery) -> Delivery:
    """The same with more words than a line's buffers hold."""
    words = "All work and no play makes Jack a dull boy. " * 400_000
    head, _, body = delivery.rendition.content.partition(b"\n")
    content = head + b"\n" + body + words.encode().replace(b". ", b".\r\n")
    rendition = Rendition("", delivery.rendition.media_type, content)
    return replace(delivery, rendition=rendition)


def test_a_relay_that_stops_reading_in_the_middle_has_not_taken_the_letter() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="stop reading")]) as server:
        with digest(smtp=server.url, connections=1, patience=1) as channel:
            began = monotonic()
            outcomes, error = carried(channel, [long(one) for one in three(channel)])
            assert monotonic() - began < 2 + 5
        assert kinds(outcomes) == [Unavailable] * len(outcomes)
        assert "took no whole letter within 2 s" in str(error)
        assert received(server) == []


def test_one_that_does_so_once_gets_the_letter_over_another_connection() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="stop reading", nth=1)]) as server:
        with digest(smtp=server.url, connections=2, patience=1) as channel:
            ann, bob, cee = three(channel)
            outcomes, _ = carried(channel, [long(ann), bob, cee])
        assert kinds(outcomes) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]


def test_a_relay_that_sips_at_a_letter_has_not_taken_it() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="sip", seconds=0.001)]) as server:
        with digest(smtp=server.url, connections=1, patience=1) as channel:
            outcomes, _ = carried(channel, [long(three(channel)[0])])
        assert kinds(outcomes) == [Unavailable]
        assert received(server) == []


@pytest.mark.parametrize(
    ("code", "meaning"), [(552, Deferred), (452, Deferred), (250, Unavailable)]
)
def test_an_answer_in_the_middle_of_a_letter_is_no_receipt(code: int, meaning: type) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        Thread(target=interrupts, args=(door, code), daemon=True).start()
        url = f"smtp://127.0.0.1:{door.getsockname()[1]}"
        with digest(smtp=url, connections=1, patience=1) as channel:
            outcomes, _ = carried(channel, [long(three(channel)[0])])
    assert kinds(outcomes) == [meaning]


def interrupts(door: socket.socket, code: int) -> None:
    """Be a relay that answers a letter when it has begun."""
    with suppress(OSError):
        while True:
            guest, _ = door.accept()
            with suppress(OSError), guest:
                guest.sendall(b"220 relay\r\n")
                for answer in ("250 relay", "250 ok", "250 ok", "354 go", f"{code} enough"):
                    guest.recv(65536)
                    guest.sendall(f"{answer}\r\n".encode())
                guest.settimeout(5)
                while guest.recv(100):
                    sleep(0.01)


def test_a_short_letter_cut_off_is_never_taken_for_sent() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="hang up", nth=1)]) as server:
        with digest(smtp=server.url) as channel:
            ann, *others = by_recipient(channel.publish_all(iter(three(channel)))).values()
        assert isinstance(ann, Receipt | InDoubt)  # as far as it can know
        assert [type(one) for one in others] == [Receipt, Receipt]
        assert sorted(received(server))[-2:] == ["bob", "cee"]
        assert ("ann" in received(server)) == isinstance(ann, Receipt)


def test_no_answer_in_time_is_a_doubt() -> None:
    slow = SmtpFault(at="dot", do="wait", seconds=3, nth=1)
    with SmtpServer(faults=[slow]) as server, digest(smtp=server.url, patience=1) as channel:
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [InDoubt, Receipt, Receipt]


def test_nothing_is_started_without_a_connection() -> None:
    faults = [SmtpFault(at="dot", do="hang up"), SmtpFault(at="connect", do="hang up", nth=2)]
    pulled: list[str] = []

    def pulling(todo: list[Delivery]) -> Iterator[Delivery]:
        for delivery in todo:
            pulled.append(delivery.key)
            yield delivery

    with SmtpServer(faults=faults) as server, digest(smtp=server.url) as channel:
        outcomes, error = carried(channel, pulling(many(channel, 9)))
        assert "cannot reach the relay" in str(error)
        assert kinds(outcomes) == [InDoubt, Unavailable]  # the second one's letter had only begun
        assert len(pulled) == 2
        assert received(server) == []


def test_a_relay_that_has_gone_is_unavailable_however_often_it_is_asked() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        server.__exit__()
        for delivery in three(channel):
            with pytest.raises(Unavailable, match="cannot reach the relay"):
                channel.publish(delivery)


def test_a_login_refused_in_mid_run_refuses_no_recipient() -> None:
    again = [SmtpFault(at="auth", do="refuse", nth=nth) for nth in (2, 3)]  # PLAIN, then LOGIN
    faults = [SmtpFault(at="dot", do="hang up"), *again]
    with secured(faults=faults) as server, digest(smtp=relay_of(server)) as channel:
        ann, bob, _ = three(channel)
        with pytest.raises(InDoubt):
            channel.publish(ann)
        with pytest.raises(Unavailable, match="password"):
            channel.publish(bob)


def test_a_relay_that_takes_one_letter_at_a_time_gets_them_all() -> None:
    with SmtpServer(faults=[SmtpFault(at="sent", do="hang up")]) as server:
        with digest(smtp=server.url) as channel:
            assert kinds(list(channel.publish_all(iter(three(channel))))) == [Receipt] * 3
        assert received(server) == ["ann", "bob", "cee"]


def test_letters_leave_over_one_connection_byte_for_byte() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        dots = item(replace(KPU, html="<p>.</p><p>..</p><pre>.\n.\r\n</pre>"))
        todo = deliveries(channel, edition(channel, dots))
        receipts = [outcome.result for outcome in channel.publish_all(iter(todo))]
        assert server.commands.count("EHLO") == 1
    for delivery, receipt, got in zip(todo, receipts, server.letters, strict=True):
        assert delivery.recipient
        assert got.mail_from == "humas@example.org"
        assert got.content == fill_stencil(
            delivery.rendition.content, delivery.recipient, delivery.key
        )
        assert receipt == Receipt(f"<{delivery.key}@example.org>")
        assert parsed(got.content)["Message-ID"] == f"<{delivery.key}@example.org>"


def test_small_packets_do_not_wait() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        assert isinstance(channel._outgoing.transport, pool.ConnectionPool)
        [line] = channel._outgoing.transport.connections
        sock = line.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- opening it ---


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


@pytest.mark.parametrize("do", ["say nothing", "drip", "flood", "twice"])
def test_asking_whether_the_sender_may_write_has_an_end(do: Act) -> None:
    fault = SmtpFault(at="mail", do=do, seconds=0.4 * (do == "drip"))
    with SmtpServer(faults=[fault]) as server, digest(smtp=server.url, patience=1) as channel:
        began = monotonic()
        with pytest.raises(Unavailable, match="cannot reach the relay"):
            channel._outgoing.transport.accepts("humas@example.org")
        assert monotonic() - began < 1 + 5


def test_a_password_goes_through_starttls() -> None:
    with secured() as server:
        with digest(smtp=relay_of(server)) as channel:
            assert kinds(list(channel.publish_all(iter(three(channel))))) == [Receipt] * 3
        assert server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_tls_from_the_first_byte_works_as_well() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with secured(tls=context) as server, digest(smtp=relay_of(server)) as channel:
        assert server.url.startswith("smtps://")
        channel.publish(three(channel)[0])
        assert "STARTTLS" not in server.commands
        assert len(server.letters) == 1


def test_on_this_machine_letters_without_a_password_need_no_tls() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with SmtpServer(starttls=context) as server, digest(smtp=server.url) as channel:
        channel.publish(three(channel)[0])
        assert "STARTTLS" not in server.commands


def opening(channel: EmailDigest) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.__enter__()
    said = str(caught.value)
    assert said.startswith("channels.warta.smtp: ")
    assert "\n" not in said
    for shown in (*traceback.format_exception(caught.value), repr(channel)):
        assert "hunter2" not in shown
        assert "p@ss" not in shown
    return caught.value


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (SmtpFault(at="connect", do="refuse"), Paused),
        (SmtpFault(at="connect", do="defer"), Unavailable),
        (SmtpFault(at="connect", do="hang up"), Unavailable),
        (SmtpFault(at="ehlo", do="refuse"), Paused),
        (SmtpFault(at="ehlo", do="defer", code=421), Unavailable),
        (SmtpFault(at="ehlo", do="hang up"), Unavailable),
        (SmtpFault(at="auth", do="refuse"), Paused),
        (SmtpFault(at="auth", do="defer"), Unavailable),
        (SmtpFault(at="auth", do="hang up"), Unavailable),
    ],
)
def test_opening_fails_in_these_ways(fault: SmtpFault, meaning: type) -> None:
    with secured(faults=[fault]) as server:
        assert type(opening(digest(smtp=relay_of(server)))) is meaning


def test_a_wrong_password_is_refused_without_showing_it() -> None:
    with secured() as server:
        error = opening(digest(smtp=relay_of(server, "hunter2")))
    assert isinstance(error, Paused)
    assert "refused the login: 535 5.7.8 not you (check user and password;" in str(error)


def test_a_password_is_never_sent_in_the_clear() -> None:
    with SmtpServer(user="desk", password="hunter2") as server:
        error = opening(digest(smtp=relay_of(server, "hunter2")))
        assert isinstance(error, Refused)
        assert "STARTTLS" in str(error)
        assert "AUTH" not in server.commands


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with secured(certified=False) as server:
        error = opening(digest(smtp=relay_of(server)))
        assert isinstance(error, Refused)
        assert "certificate" in str(error)
        assert "AUTH" not in server.commands


def test_a_relay_that_is_not_there_is_unavailable() -> None:
    with SmtpServer() as server:
        url = server.url
    for relay in (url, url.replace("://", "://desk:hunter2@"), url.replace("smtp:", "smtps:")):
        error = opening(digest(smtp=relay))
        assert isinstance(error, Unavailable)
        assert "cannot reach the relay 127.0.0.1" in str(error)


# --- the folder ---


def test_a_letter_is_put_into_the_folder_once(tmp_path: Path) -> None:
    with digest(tmp_path) as channel:
        [ann, *_] = deliveries(channel, edition(channel, item()))
        first = channel.publish(ann)
        assert channel.publish(ann) == first
        [file] = (tmp_path / "post/new").iterdir()
        assert parsed(file.read_bytes())["To"] == "ann@example.org"
        file.rename(tmp_path / "post/cur" / f"{file.name}:2,S")  # read by somebody
        assert channel.publish(ann) == first
    assert [f.name for f in (tmp_path / "post").rglob("*.eml*")] == [f"{ann.key}.eml:2,S"]


def test_a_folder_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "post").write_text("a file")
    assert isinstance(opening(digest(tmp_path)), Unavailable)


def test_a_full_disk_ends_the_run_and_leaves_no_half_of_a_letter(tmp_path: Path) -> None:
    with digest(tmp_path) as channel:
        [ann, bob] = deliveries(channel, edition(channel, item()))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            outcomes = channel.publish_all(iter([ann, bob]))
            assert isinstance(next(outcomes).result, Unavailable)
            with pytest.raises(Unavailable, match="too large"):  # else the rest fails without end
                next(outcomes)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list((tmp_path / "post").rglob("*.eml")) == []
        assert kinds(list(channel.publish_all(iter([ann, bob])))) == [Receipt, Receipt]


def test_the_stencil_is_the_same_for_the_same_edition() -> None:
    def said() -> Edition:
        return edition(digest(), item(PPS), corrected(KPU))

    assert list(digest().render(said())) == list(digest().render(said()))


@pytest.mark.parametrize("length", [8, 15, 22])
def test_a_relay_that_repeats_a_part_of_a_login_gives_none_of_it_away(length: int) -> None:
    part = b64encode(b"\0desk\0p@ss/w:rd%").decode()[:length]
    fault = SmtpFault(at="auth", do="refuse", code=535, text=f"5.7.8 what is AUTH PLAIN {part}")
    with (
        secured(faults=[fault]) as server,
        pytest.raises(Unavailable) as caught,
        digest(smtp=relay_of(server)),
    ):
        pass
    assert "what is AUTH PLAIN …" in str(caught.value)
    assert part.casefold() not in str(caught.value).casefold()


@pytest.mark.parametrize(
    ("code", "said", "advice"),
    [
        (535, "5.7.139 Authentication unsuccessful, basic authentication is disabled", "app pass"),
        (534, "5.7.9 Application-specific password required", "app password"),
        (421, "4.7.0 too many logins, come back later", ""),
    ],
)
def test_what_a_login_was_refused_with_first_is_what_is_told(
    code: int, said: str, advice: str
) -> None:
    """A relay may hang up afterwards, or refuse the second way with less."""
    faults = [SmtpFault(at="auth", do="refuse", code=code, text=said, nth=1)]
    with (
        secured(faults=[*faults, SmtpFault(at="auth", do="hang up")]) as server,
        pytest.raises(Unavailable) as caught,
        digest(smtp=relay_of(server)),
    ):
        pass
    assert f"{code} {said}" in str(caught.value)
    assert advice in str(caught.value)
