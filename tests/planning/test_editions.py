"""What each scope has to say, as tables: digests, pictures and a channel's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.papers import HOSTED_FORM
from support.walls import Wall
from syndicate.model import edition_keys
from syndicate.model.article import Article, Correction, Edition, Item, Media
from syndicate.planning import editions
from syndicate.testing import HELLO, NOON, OFFICE, PICTURE, corrected, item, withdrawn

OPENED, CLOSED = NOON, NOON + timedelta(days=1)
HERE = Wall(name="wall", folder=Path("wall"))


def named(slug: str) -> Article:
    return replace(HELLO, uri=f"tag:example.org,2026-08-14:{slug}", headline=slug)


NEW, OTHER = item(named("new")), item(named("other"))
FIXED, BACK = corrected(named("fixed")), withdrawn(named("back"))


def digest(new: list[Item], changed: list[Item]) -> Edition:
    return editions.digest(new, changed, OFFICE, opened=OPENED, closed=CLOSED)


@pytest.mark.parametrize(
    ("new", "changed", "items", "corrections"),
    [
        ([], [], [], []),
        ([NEW, OTHER], [], ["new", "other"], []),  # in the order they came
        ([OTHER, NEW], [], ["other", "new"], []),
        ([FIXED], [], ["fixed"], []),  # corrected before it was ever carried: its newest text
        ([BACK], [], [], []),  # withdrawn before it was ever carried: nothing to say
        ([NEW, BACK], [], ["new"], []),
        ([], [FIXED, BACK], [], ["fixed", "back"]),
        ([NEW], [FIXED], ["new"], ["fixed"]),
        ([FIXED, NEW], [FIXED], ["new"], ["fixed"]),  # said once, as a correction
        ([BACK], [BACK], [], ["back"]),  # carried earlier: readers are told
    ],
)
def test_a_digest(
    new: list[Item], changed: list[Item], items: list[str], corrections: list[str]
) -> None:
    made = digest(new, changed)
    assert [one.article.headline for one in made.items] == items
    assert [one.article.headline for one in made.corrections] == corrections
    assert (made.opened, made.closed) == (OPENED, CLOSED)


def test_a_digest_is_named_by_its_windows_end() -> None:
    assert digest([NEW], []).key == "2026-08-15T12:00:00+00:00"
    again = editions.digest([NEW], [], OFFICE, opened=OPENED, closed=CLOSED, key="as before")
    assert again.key == "as before"


def test_an_articles_edition_is_named_by_its_uri() -> None:
    made = editions.article(NEW, OFFICE)
    assert (made.key, made.items, made.publisher) == (NEW.article.uri, (NEW,), OFFICE)


def test_a_collections_editions_are_named_by_what_they_hold() -> None:
    whole, page = editions.collection(OFFICE, pages=3), editions.archived(2, OFFICE)
    about = editions.about(" Kota  Kita ", OFFICE)
    assert [one.key for one in (whole, page, about)] == [
        "collection", "archive/2", "subject/kota kita"
    ]  # fmt: skip
    assert (whole.pages, page.page, about.subject) == (3, 2, " Kota  Kita ")


def test_what_points_to_something_comes_after_it() -> None:
    keys = ["media/a", "page/b", "archive/1", "subject/c", "collection", "announcements"]
    ranks = [edition_keys.rank(key, removes=False) for key in keys]
    assert ranks == sorted(set(ranks))
    assert ranks[-2] < edition_keys.rank("media/a", removes=True) < ranks[-1]
    assert edition_keys.rank("announcements", removes=True) == ranks[-1]


# a channel's own words


@pytest.mark.parametrize(
    ("overrides", "headline", "lead"),
    [
        ({}, "Hello, world", "It begins."),
        ({"other": {"headline": "Not here"}}, "Hello, world", "It begins."),
        ({"wall": {"headline": "Short"}}, "Short", "It begins."),
        ({"wall": {"description": "In a word."}}, "Hello, world", "In a word."),
    ],
)
def test_a_channels_own_words(
    overrides: dict[str, dict[str, str]], headline: str, lead: str
) -> None:
    given = item(replace(HELLO, overrides=overrides))
    made = editions.for_channel(given, HERE, None).article
    assert (made.headline, made.lead) == (headline, lead)


def test_a_channels_own_words_leave_corrections_and_times_alone() -> None:
    correction = Correction(version=2, at=NOON, note="The year.")
    given = replace(corrected(HELLO), corrections=(correction,))
    made = editions.for_channel(given, HERE, None)
    assert replace(made, article=given.article) == given


# pictures

REMOTE = Media(url="https://pictures.example/a.png", alt="elsewhere")
SRC = f"media:{PICTURE.sha256}.png"


def hosted(media: Media) -> str:
    return f"https://feed.example/media/{media.name}?a=1&b=2"


PUBLIC = f"https://feed.example/media/{PICTURE.sha256}.png?a=1&amp;b=2"


@pytest.mark.parametrize(
    ("html", "placed"),
    [
        (f'<img src="{SRC}">', f'<img src="{PUBLIC}">'),
        (f'<p><img alt="A dot" src="{SRC}" width="1"></p>',
         f'<p><img alt="A dot" src="{PUBLIC}" width="1"></p>'),
        (f'<img src="{SRC}"> <img src="{SRC}">', f'<img src="{PUBLIC}"> <img src="{PUBLIC}">'),
        (f'<img src="media:{"0" * 64}.png">', f'<img src="media:{"0" * 64}.png">'),  # not ours
        (f'<a href="{SRC}">a file</a>', f'<a href="{PUBLIC}">a file</a>'),
        (f'<a href="media:{"0" * 64}.pdf">not <b>ours</b></a>', "not <b>ours</b>"),
        (f"<p>{SRC}</p>", f"<p>{SRC}</p>"),
        ('<img src="https://pictures.example/a.png">',) * 2,
    ],
)  # fmt: skip
def test_local_pictures_are_where_the_host_has_them(html: str, placed: str) -> None:
    given = item(replace(HELLO, html=html, media=(PICTURE, REMOTE)))
    made = editions.for_channel(given, HERE, hosted).article
    assert made.html == placed
    assert [media.url for media in made.media] == [hosted(PICTURE), REMOTE.url]


def test_pictures_stay_local_where_nobody_hosts_them() -> None:
    given = item(replace(HELLO, html=f'<img src="{SRC}">', media=(PICTURE,)))
    assert editions.for_channel(given, HERE, None) == given


def test_an_article_without_local_pictures_stays_as_it_is() -> None:
    given = item(replace(HELLO, media=(REMOTE,)))
    assert editions.for_channel(given, HERE, hosted) == given


def test_documents_are_hosted_as_pictures_are() -> None:
    form = replace(HOSTED_FORM, url=None)
    given = item(replace(HELLO, media=(form, PICTURE)))
    made = editions.for_channel(given, HERE, hosted).article
    assert [media.url for media in made.documents] == [hosted(form)]
    assert editions.local_media([given]) == {form.sha256: form, PICTURE.sha256: PICTURE}


def test_only_the_pictures_of_articles_that_stand_are_hosted() -> None:
    other = replace(PICTURE, sha256="1" * 64)
    standing = item(replace(HELLO, media=(PICTURE, REMOTE)))
    gone = withdrawn(replace(HELLO, media=(other,)))
    assert editions.local_media([standing, gone]) == {PICTURE.sha256: PICTURE}
    assert editions.local_media([gone]) == {}
