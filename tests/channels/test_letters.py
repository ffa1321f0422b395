"""What letters look like: sections, subjects, the office's own templates, in a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from support.letters import PICTURE, RICH, letter, make, named, page, part
from syndicate.channel import Finding
from syndicate.errors import ConfigError
from syndicate.loopback.smtp import SmtpServer
from syndicate.model.delivery import Recipient
from syndicate.testing import NOON, deliveries, edition, item
from syndicate_email import EmailDigest
from syndicate_email.colours import contrast

# sections


MIXED = [
    named("satu"), named("dua", profile="berita", subjects=("cuaca",)),
    named("tiga"), named("empat", profile="", subjects=()),
]  # fmt: skip


def outline(message: EmailMessage) -> list[str]:
    return [e.text_content().strip() for e in page(message).xpath("//h1|//h2|//h3")]


def test_articles_stand_in_sections_by_profile_in_the_order_of_the_first() -> None:
    got = letter(make(), *MIXED)
    sections = ["Rekrutmen", "satu", "tiga", "Berita", "dua", "Kabar lain", "empat"]
    assert outline(got) == ["Warta Bengkalis", *sections]
    text = part(got, "plain")
    places = [text.index(f"\n{said}\n") for said in ("== Rekrutmen ==", "satu", "tiga",
              "== Berita ==", "dua", "== Kabar lain ==", "empat")]  # fmt: skip
    assert places == sorted(places)


def test_a_list_about_subjects_has_its_own_as_sections() -> None:
    got = letter(make(sections="subject", subjects=["kpu", "cuaca"]), *MIXED)
    assert outline(got)[1:] == ["Kpu", "satu", "tiga", "Cuaca", "dua", "Kabar lain", "empat"]


def test_a_subject_is_one_section_however_it_is_spelt() -> None:
    spellings = ("K\u00e9sehatan", "Ke\u0301sehatan", "k\u00e9sehatan", "KE\u0301SEHATAN ")
    items = [named(f"h{place}", subjects=(one,)) for place, one in enumerate(spellings)]
    got = letter(make(sections="subject"), *items, named("lain", subjects=()))
    assert outline(got)[1:] == ["K\u00e9sehatan", "h0", "h1", "h2", "h3", "Kabar lain", "lain"]


@pytest.mark.parametrize(("sections", "items"), [("none", MIXED), ("profile", MIXED[:1])])
def test_one_section_has_no_heading(sections: str, items: list[Any]) -> None:
    got = letter(make(sections=sections), *items)
    assert [e.tag for e in page(got).xpath("//h2|//h3")] == ["h2"] * len(items)
    assert "==" not in part(got, "plain").replace("=" * 15, "")


def test_what_is_urgent_stands_first() -> None:
    got = letter(make(sections="none"), named("biasa"), named("genting", urgency=1))
    assert outline(got)[1:] == ["genting", "biasa"]
    assert got["Subject"] == "genting dan 1 lainnya"


# pictures


@pytest.mark.parametrize(
    ("measures", "width", "height"),
    [((1200, 800), "600", "400"), ((300, 200), "300", "200"), ((0, 0), "600", None)],
)
def test_a_picture_is_linked_named_and_sized(
    measures: tuple[int, int], width: str, height: str | None
) -> None:
    picture = replace(PICTURE, width=measures[0], height=measures[1])
    got = page(letter(make(), item(replace(RICH, media=(picture,)))))
    [image] = got.xpath("//a[@href='https://kabar.example/pps']/img")
    assert (image.get("width"), image.get("height")) == (width, height)
    assert image.get("alt") == "Antrean di TPS"


# subjects


SPAN = {"opened": NOON.replace(day=1), "closed": NOON.replace(day=3), "number": 17}
PATTERNS = {
    "{headline} {more}": "Pendaftaran PPS dibuka dan 1 lainnya (1–3 Agustus 2026)",
    "{title} #{number}: {headline}": "Warta Bengkalis #17: Pendaftaran PPS dibuka"
    " (1–3 Agustus 2026)",
    "{title}, {span}": "Warta Bengkalis, 1–3 Agustus 2026",
    "{date}: {count} kabar": "3 Agustus 2026: 2 kabar (1–3 Agustus 2026)",
}


@pytest.mark.parametrize(("pattern", "said"), PATTERNS.items())
def test_a_subject_follows_its_pattern_and_names_the_days_it_makes_up_for(
    pattern: str, said: str
) -> None:
    got = letter(make(subject=pattern), item(RICH), named("dua"), **SPAN)
    assert got["Subject"] == said


def test_a_digest_of_one_window_does_not_name_its_days() -> None:
    got = letter(make(), item(RICH), opened=NOON, closed=NOON + timedelta(days=1))
    assert got["Subject"] == "Pendaftaran PPS dibuka"


@pytest.mark.parametrize(
    "headline",
    ["Dua\r\nBcc: a@b.example", "\x00\x1bNol", "{count} {0}", "\u202ekiri", "x" * 10_000],
)
def test_nothing_in_a_headline_becomes_a_header_or_a_field(headline: str) -> None:
    got = letter(make(subject="{headline} – {title}"), item(replace(RICH, headline=headline)))
    assert "Bcc" not in got
    assert not got["Subject"].defects
    assert "\n" not in got["Subject"]
    assert len(got["Subject"]) < 200
    assert str(got["Subject"]).endswith("Warta Bengkalis")


# urgent


def test_an_urgent_letter_holds_all_of_its_article() -> None:
    article = replace(RICH, html="<p>Awal.</p><h2>Rincian</h2><p>Akhir.</p>", lead="Awal.")
    got = letter(make(subject="{title}"), item(article), urgent=True, opened=None)
    assert got["Subject"] == "Pendaftaran PPS dibuka"
    for subtype in ("plain", "html"):
        assert "Akhir." in part(got, subtype)
        assert "https://kabar.example/pps" in part(got, subtype)
    assert got["Feedback-ID"].split(":")[2] == "urgent"


# the office's own


OWN = """{% extends "default/letter.html.jinja" %}
{% block masthead %}<h1>{{ letter.title }}</h1><p>Kantor kami</p>{% endblock %}
"""


def test_an_office_replaces_a_block_a_colour_the_logo_and_words(tmp_path: Path) -> None:
    (tmp_path / "surat").mkdir()
    (tmp_path / "surat/letter.html.jinja").write_text(OWN)
    look: dict[str, Any] = {
        "colour": "#7a1f1f", "texts": {"read_more": "Lihat", "outro": "Salam."},
        "template": "surat", "logo": "https://kabar.example/logo.png",
    }  # fmt: skip
    html = part(letter(make(tmp_path, **look), item(RICH)), "html")
    assert "Kantor kami" in html
    assert ">Lihat</a>" in html
    assert "Salam." in html
    assert "color:#7a1f1f" in html
    assert "#0b4f8a" not in html
    assert "logo.png" in part(letter(make(colour="#7a1f1f", logo=look["logo"]), item(RICH)), "html")
    assert "Salam." in part(letter(make(tmp_path, **look), item(RICH)), "plain")


BROKEN = {
    "{% if %}": "letter.html.jinja:1: ",
    "a\n{{ letter.nothing }}": "letter.html.jinja:2: .*nothing",
    "{{ mailto }}\n\n{{ 1 / 0 }}": "letter.html.jinja:3: division by zero",
    "{% include 'gone.html' %}": "gone.html",
    '{% extends "letter.html.jinja" %}': "without end|recurs",
    "<p>Hello</p>": "readers cannot leave",
}


@pytest.mark.parametrize(("source", "said"), BROKEN.items())
def test_a_broken_template_is_named_with_its_line(source: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "letter.html.jinja").write_text(source)
    channel = make(tmp_path, template=".")
    with pytest.raises(ConfigError, match=rf"channels\.warta\.template: .*(?:{said})"):
        letter(channel, item(RICH))
    assert not looked(channel)["template"].ok


def looked(channel: EmailDigest) -> dict[str, Finding]:
    with SmtpServer() as server:
        there = replace(channel, smtp=make(smtp=server.url).smtp)
        publisher = edition(channel, item(RICH)).publisher
        with there:
            return {one.what: one for one in there.inspect(publisher)}


def test_a_template_that_leaves_out_what_must_be_said_is_found(tmp_path: Path) -> None:
    own = '{% extends "default/letter.html.jinja" %}{% block corrections %}{% endblock %}'
    (tmp_path / "letter.html.jinja").write_text(own)
    found = looked(make(tmp_path, template="."))["template"]
    assert not found.ok
    assert "why it was withdrawn (html)" in found.detail
    assert looked(make())["template"].ok


@pytest.mark.parametrize("block", ["corrections", "entries"])
def test_check_finds_it_too_without_a_network(tmp_path: Path, block: str) -> None:
    own = f'{{% extends "default/letter.html.jinja" %}}{{% block {block} %}}{{% endblock %}}'
    (tmp_path / "letter.html.jinja").write_text(own)
    channel = make(tmp_path, template=".")
    [flaw] = channel.review(edition(channel))
    assert "channels.warta.template: letters made with it lack" in flaw.detail
    assert not flaw.ok
    assert all(finding.ok for finding in make().review(edition(channel)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "blue"}, "like #0b4f8a"),
        ({"colour": "#ffee00"}, "too light"),
        ({"texts": {"hello": "x"}}, "no text 'hello'"),
        ({"texts": {"more": "{no}"}}, "{count}"),
        ({"texts": {"more": "{count.__class__}"}}, "{count}"),
        ({"subject": "{nothing}"}, "{headline}"),
        ({"subject": "{headline.x}"}, "{headline}"),
        ({"subject": "{headline!r}"}, "with nothing else"),
        ({"subject": "{"}, "{headline}"),
        ({"subject": " "}, "{headline}"),
        ({"template": "nowhere"}, "neither letter.html.jinja"),
        ({"logo": "logo.png"}, "https://"),
        ({"bounces": "nobody"}, "not a mail address"),
        ({"bounces": "balik+{tok}@kantor.example"}, "bounce+{token}"),
        ({"bounces": "x@{token}.example"}, "bounce"),
        ({"sections": "size"}, "profile"),
    ],
)
def test_a_wrong_look_says_how_to_write_it(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**given)
    assert said in str(caught.value)


@pytest.mark.parametrize("colour", ["#0b4f8a", "#000000", "#7a1f1f", "#006622"])
def test_a_colour_can_be_read_on_dark_pages(colour: str) -> None:
    html = part(letter(make(colour=colour), item(RICH)), "html")
    dark = html.partition(".page a { color: ")[2][:7]
    assert contrast(dark, "#16181c") >= 4.5


# the envelope


@pytest.mark.parametrize(
    ("bounces", "sender"),
    [
        ("", "humas@example.org"),
        ("kembali@example.org", "kembali+token-1@example.org"),
        ("kembali-{token}@example.org", "kembali-token-1@example.org"),
    ],
)
def test_what_comes_back_says_whose_it_was(bounces: str, sender: str) -> None:
    with SmtpServer() as server, make(smtp=server.url, bounces=bounces) as channel:
        [todo, *_] = deliveries(channel, edition(channel, item(RICH)))
        todo = replace(todo, recipient=Recipient(id="1", email="ann@example.com", token="token-1"))
        list(channel.publish_all(iter([todo])))
        assert [one.mail_from for one in server.letters] == [sender]
