"""The HTML part of a letter: what it links, shows and says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from support.email_channel import KPU, PPS, digest, everything, letter, part
from support.papers import HOSTED_FORM
from syndicate.model.article import Article, Media
from syndicate.testing import HELLO, NOON, corrected, edition, item, withdrawn
from syndicate.text import plain
from syndicate.text.i18n import words_for
from syndicate_email.letter.compose import MOST_HTML


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
