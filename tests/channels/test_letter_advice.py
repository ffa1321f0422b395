"""What might be better in a list's letters, and how they look in a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support import chromium
from support.letters import PICTURE, RICH, letter, make, named, part
from syndicate.channel import Finding
from syndicate.model.article import Article, Edition
from syndicate.testing import HELLO, corrected, edition, item, withdrawn
from syndicate_email import EmailDigest
from syndicate_email.letter.plain_text import html_to_text


def reviewed(channel: EmailDigest, *items: Any, **given: Any) -> dict[str, Finding]:
    said: Edition = replace(edition(channel, *items), **given)
    [rendition] = channel.render(said)
    return {one.what: one for one in channel.review(said, rendition)}


def test_a_good_letter_has_only_its_size_to_tell() -> None:
    found = reviewed(make(), item(RICH))
    assert list(found) == ["size"]
    assert "kB a letter" in found["size"].detail


def test_what_could_be_better_is_told() -> None:
    bare: Article = replace(RICH, media=(replace(PICTURE, alt="", caption=""),), url=None)
    local = replace(RICH, media=(replace(PICTURE, url=None),))
    channel = make(unsubscribe="")
    many = [named(f"n{n}") for n in range(40)]
    publisher = replace(edition(channel, item(RICH)).publisher, address="")
    found = reviewed(channel, item(bare), item(local), *many, publisher=publisher)
    assert {"size", "length", "picture", "page", "leaving", "address"} == set(found)
    assert "42 articles" in found["length"].detail


def test_a_letter_that_was_shortened_for_its_size_is_told() -> None:
    def many(letters: int) -> dict[str, Finding]:
        head, lead = "n" * letters, "kata " * 300
        return reviewed(make(), *(named(f"{n}{head}", lead=lead) for n in range(34)))

    assert "length" not in many(10)
    assert "34 articles" in many(800)["length"].detail


# in a browser


LONG = replace(RICH, headline="W" * 200, lead="kata " * 300, media=())
ARABIC = replace(RICH, headline="\u0623\u062e\u0628\u0627\u0631", language="ar", url=None)


@pytest.mark.skipif(chromium.browser() is None, reason="this machine has no Chromium")
@pytest.mark.parametrize("width", [320, 600, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_a_letter(width: int, dark: bool) -> None:
    table = replace(
        RICH, url=None, html="<h2>Jadwal</h2><p>Isi <a href='https://a.example'>b</a></p>"
    )
    everything = [item(RICH), item(LONG), item(ARABIC), item(table), named("x", profile="berita")]
    put_right = (corrected(HELLO, "Jamnya keliru."), withdrawn(HELLO))
    channel = make(logo="https://kabar.example/logo.png", texts={"intro": "Salam."})
    got = letter(channel, *everything, withdrawn(RICH), corrections=put_right)
    found = chromium.axe(part(got, "html").encode(), width, dark=dark)
    assert found["violations"] == []
    assert found["width"] == width
    assert not found["scrolls"]
    assert found["passes"] > 10


def test_words_for_a_profile_of_the_office_s_own() -> None:
    channel = make(texts={"profile_siaran": "Siaran pers"})
    other = replace(RICH, uri=f"{RICH.uri}-2", profile="siaran")
    assert ">Siaran pers</h2>" in part(letter(channel, item(RICH), item(other)), "html")


def test_a_language_without_words_of_ours_is_not_claimed() -> None:
    made = letter(make(language="de"), item(RICH))
    assert made["Content-Language"] == "en"
    assert '<html lang="en">' in part(made, "html")


def test_what_turns_words_around_is_taken_out() -> None:
    made = letter(
        make(subject="{headline} {title}"), item(replace(RICH, headline="\u202eab\u2066c"))
    )
    assert str(made["Subject"]).startswith("abc ")
    for kind in ("plain", "html"):
        assert not set("\u202e\u2066") & set(part(made, kind))


def test_an_urgent_letter_is_whole_as_far_as_mail_systems_show_it() -> None:
    """What has no page is whole all the same: there is nothing to link to."""
    for count, url, whole in ((300, RICH.url, True), (500, RICH.url, False), (500, None, True)):
        html = "".join(f"<p>Kalimat {n}. {'kata ' * 50}</p>" for n in range(count))
        made = letter(make(), item(replace(RICH, html=html, url=url)), urgent=True)
        for kind in ("plain", "html"):
            assert (f"Kalimat {count - 1}." in part(made, kind)) is whole
            assert str(url or RICH.headline) in part(made, kind)


def test_a_letter_that_is_too_long_to_be_shown_whole_is_told_of() -> None:
    long = replace(RICH, url=None, html="".join(f"<p>{'kata ' * 50}</p>" for n in range(500)))
    channel = make()
    about = edition(channel, item(long))
    [rendition] = channel.render(about)
    [size] = [one for one in channel.review(about, rendition) if one.what == "size" and not one.ok]
    assert "cut off the end" in size.detail


def test_numbers_and_bullets_stay_in_the_text() -> None:
    html = (
        '<ol start="3"><li>tiga</li><li>empat<ul><li>titik</li></ul></li><li>lima</li></ol>'
        '<p><a href="https://a.example/">https://a.example/</a></p>'
    )
    said = html_to_text(html).split("\n\n")
    assert said == ["3. tiga", "4. empat", "• titik", "5. lima", "https://a.example/"]
