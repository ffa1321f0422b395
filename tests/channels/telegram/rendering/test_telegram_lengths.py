"""Length of a Telegram post: how texts and captions are shortened, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from support.telegram_channel import HOSTED, LONG, PARAGRAPH, SENTENCE, bodies, marked, post_fields
from syndicate import ArticleError, Correction, Dateline, InfoSource, Media
from syndicate.testing import HELLO, NOON, PICTURE, item
from syndicate.text import utf16_length
from syndicate_telegram.rendering.entities import api_entities
from syndicate_telegram.rendering.rich_text import RichText
from syndicate_telegram.rendering.shortening import shorten_to_sentence, shorten_to_word
from syndicate_telegram.settings import Length


def test_a_long_text_ends_with_a_whole_paragraph_and_a_link() -> None:
    text = post_fields(item(replace(HELLO, html=PARAGRAPH * 20)))["text"]
    assert bodies(text) == [(SENTENCE * 10).strip()] * 7
    assert text.split("\n\n")[-2] == "Read more"


def test_no_heading_is_left_alone_at_the_end() -> None:
    html = PARAGRAPH * 7 + "<h2>Next</h2>" + PARAGRAPH
    assert "Next" not in post_fields(item(replace(HELLO, html=html)))["text"]


def test_a_first_paragraph_too_long_ends_with_a_sentence() -> None:
    text = post_fields(item(replace(HELLO, html=f"<p>{SENTENCE * 100}</p>")))["text"]
    [body] = bodies(text)
    assert body.endswith("adipiscing elit.")
    assert len(text) > 4096 - len(SENTENCE) - 1


def test_a_first_heading_stays_with_the_paragraph_that_is_cut() -> None:
    text = post_fields(item(replace(HELLO, html=f"<h2>Top</h2><p>{SENTENCE * 100}</p>")))["text"]
    assert bodies(text)[0] == "Top"
    assert bodies(text)[1].startswith("Lorem")


def test_what_is_too_long_and_has_no_url_is_refused_with_advice() -> None:
    endless = replace(HELLO, html=PARAGRAPH * 20, url=None)
    with pytest.raises(ArticleError) as caught:
        post_fields(item(endless))
    message = str(caught.value)
    assert "add a `url`, or shorten it" in message
    assert "7,3" in message
    assert "\n" not in message


def test_what_fits_and_has_no_url_has_no_link() -> None:
    assert "Read more" not in post_fields(item(replace(HELLO, url=None)))["text"]


def test_hashtags_give_way_before_words_do() -> None:
    tagged = replace(HELLO, html=f"<p>{'x' * 4080}</p>", url=None)
    text = post_fields(item(tagged))["text"]
    assert text.endswith("x")
    assert text.count("x") == 4080


def test_older_corrections_give_way_to_the_first_paragraph() -> None:
    lines = tuple(
        Correction(version=n, at=NOON, note=f"{n}: " + "wrong " * 50) for n in range(2, 32)
    )
    text = post_fields(item(replace(HELLO, html=PARAGRAPH * 20), corrections=lines))["text"]
    assert "): 31: wrong" in text
    assert "): 2: wrong" not in text
    assert SENTENCE in text
    assert text.count("CORRECTION") > 5


@pytest.mark.parametrize("media", [(), (HOSTED,), (PICTURE,)], ids=["text", "card", "photo"])
@pytest.mark.parametrize("words", [10, 60, 200, 2000])
def test_an_excess_of_everything_still_fits_and_still_leads_to_the_rest(
    words: int, media: tuple[Media, ...]
) -> None:
    many = "word " * words
    source = InfoSource(name=many, role="originator", uri="https://e.org")
    excess = replace(
        HELLO,
        headline=many,
        html=f"<h2>{many}</h2><ul><li>{many}</li></ul><p>{many}</p>",
        info_sources=(source,) * 9,
        subjects=tuple(f"subject {n}" for n in range(words)),
        dateline=Dateline(many),
        media=media,
    )
    lines = tuple(Correction(version=n, at=NOON, note=f"{n} {many}") for n in range(2, 12))
    post = post_fields(item(excess, corrections=lines))
    assert "CORRECTION (14 August 2026 19:00 WIB): 11 word" in post["text"]
    assert "Read more" in post["text"]
    assert "word word" in post["text"].partition("): 11")[2].partition("\n\n")[2]


def test_no_headline_is_cut_where_nobody_could_read_on() -> None:
    pictured = replace(HELLO, headline="word " * 80, url=None, media=(PICTURE,))
    assert post_fields(item(pictured))["text"].count("word") == 80
    endless = replace(HELLO, headline="word " * 900, url=None)
    with pytest.raises(ArticleError, match="shorten it"):
        post_fields(item(endless))


def test_limits_are_counted_in_utf16() -> None:
    text = post_fields(item(replace(HELLO, html="<p>👍</p>" * 3000)))["text"]
    assert 4000 < utf16_length(text) <= 4096
    assert len(text) < 3500


@pytest.mark.parametrize(
    ("text", "units", "result"),
    [
        ("Short.", 10, "Short."),
        ("One two three.", 9, "One two…"),
        ("One two, three.", 9, "One two…"),
        ("Here it ends. And goes on and on.", 20, "Here it ends."),
        ("Adi, the Plt. Kepala, said so.", 20, "Adi, the Plt…"),
        ("Early. " + "word " * 20, 60, "Early. word word word word word word word word word word…"),
        ("你好。世界很大很大。", 6, "你好。"),
        ("你好世界很大", 4, "你好世…"),
        ("👩🏽‍🚒👩🏽‍🚒", 10, "👩🏽‍🚒…"),
        ("👩🏽‍🚒", 5, "…"),
        ("🇮🇩🇺🇳🇮🇩", 8, "🇮🇩…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_a_text_is_shortened_where_a_reader_would(text: str, units: int, result: str) -> None:
    assert shorten_to_sentence(RichText(text), units).text == result
    assert utf16_length(result) <= units


def test_a_style_ends_where_the_text_is_cut() -> None:
    cut = shorten_to_word(RichText("Hello wide world").styled("bold"), 12)
    assert marked(cut.text, api_entities(cut)) == "<b>Hello wide</b>…"


@pytest.mark.parametrize(
    ("media", "setting", "shown"),
    [
        (HOSTED, "above", {"card": HOSTED.url, "above": True}),
        (HOSTED, "below", {"card": HOSTED.url, "above": False}),
        (HOSTED, "photo", {"attached": [PICTURE.sha256]}),
        (HOSTED, "none", {}),
        (PICTURE, "above", {"attached": [PICTURE.sha256]}),
        (PICTURE, "none", {}),
        (Media(url="https://e.org/a.png"), "above", {"card": "https://e.org/a.png"}),
        (Media(url="https://e.org/a.png"), "photo", {"attached": ["https://e.org/a.png"]}),
    ],
)
def test_the_first_picture_is_shown_as_the_setting_says(
    media: Media, setting: str, shown: Mapping[str, object]
) -> None:
    post = post_fields(item(replace(HELLO, media=(media,))), preview=setting)
    nothing: dict[str, object] = {"card": "", "attached": []}
    assert {**post, **nothing, **shown} == post


def test_a_caption_too_long_goes_on_behind_the_url() -> None:
    post = post_fields(item(replace(LONG, media=(PICTURE,))))
    assert post["attached"] == [PICTURE.sha256]
    assert len(bodies(post["text"])) == 1


def test_a_caption_too_long_without_a_url_is_a_text_without_its_picture() -> None:
    post = post_fields(item(replace(LONG, media=(replace(PICTURE, creator="Ann"),), url=None)))
    assert (post["attached"], post["card"]) == ([], "")
    assert post["text"].count("elit.") == 30
    assert "Ann" not in post["text"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"size": 10_000_001}, "dot.png is larger than Telegram's 10 MB"),
        ({"width": 9000, "height": 1200}, r"dot.png \(9000 x 1200\) is too large or too narrow"),
        ({"width": 2100, "height": 100}, "too large or too narrow"),
        ({"media_type": "image/svg+xml"}, "does not accept the picture"),
    ],
)
def test_a_file_that_telegram_does_not_take_is_refused_before_anything_is_sent(
    change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ArticleError, match=complaint):
        post_fields(item(replace(HELLO, media=(replace(PICTURE, **change),))))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("full", "Hello, world\n\nIt begins. It goes on.\n\nIt ends."),
        ("lead", "Hello, world\n\nIt begins. It goes on."),
        (200, "Hello, world\n\nIt begins. It goes on.\n\nIt ends."),
    ],
)
def test_a_post_is_as_long_as_the_office_likes(length: Length, text: str) -> None:
    html = "<p>It begins. It goes on.</p><p>It ends.</p>"
    article = replace(HELLO, html=html, lead="It begins. It goes on.", media=())
    post = post_fields(item(article), length=length)
    assert post["text"].startswith(f"{text}\n\nRead more")


def test_a_number_of_characters_ends_with_a_paragraph_and_the_link() -> None:
    article = replace(HELLO, html=f"<p>{SENTENCE}</p>" * 20, media=())
    text = post_fields(item(article), length=300)["text"]
    assert text.count(SENTENCE.strip()) == 5
    assert "Read more" in text


@pytest.mark.parametrize("length", ["lead", 200])
def test_no_word_is_left_out_where_no_link_leads_to_it(length: Length) -> None:
    article = replace(HELLO, html=f"<p>{SENTENCE}</p>" * 20, url=None, media=())
    assert post_fields(item(article), length=length)["text"].count(SENTENCE.strip()) == 20
