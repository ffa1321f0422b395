"""The demo: the whole job in one folder, and a page that needs nothing else."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from syndicate.demo import demo
from syndicate.demo.post_html import bubble, changed
from syndicate.demo.scenario import NOTE, READERS, REASON
from syndicate.errors import UsageError

LOADS = {"src", "srcset", "poster", "data", "action", "background"}
TEXTS = ("public/feed/rss.xml", "public/feed/atom.xml", "public/feed/feed.json", "posts/1.json",
         "posts/2.json")  # fmt: skip


class Page(HTMLParser):
    """What is in a page: elements with their attributes, and the words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def frames(self) -> list[Page]:
        return [Page(frame["srcdoc"]) for frame in self.all("iframe")]

    @property
    def loads(self) -> list[str]:
        """Everything a browser would fetch to show it."""
        fetched = [a for tag, a in self.elements if tag == "link"]
        return [attributes.get("href", "") for attributes in fetched] + [
            value
            for tag, attributes in self.elements
            for name, value in attributes.items()
            if name in LOADS
        ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "new"
    list(demo(folder))
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def versions(folder: Path, number: int) -> list[dict[str, str]]:
    said: list[dict[str, str]] = json.loads((folder / f"posts/{number}.json").read_bytes())[
        "versions"
    ]
    return said


def test_it_says_what_to_look_at(tmp_path: Path) -> None:
    said = list(demo(tmp_path / "new"))
    named = [Path(line.split("  ")[0]) for line in said if line.startswith(str(tmp_path))]
    assert tmp_path / "new" / "index.html" in named
    assert all(path.exists() for path in named)
    assert len(said) < 8


def test_everything_is_left_in_the_folder(folder: Path) -> None:
    there = {path.name for path in folder.iterdir()}
    assert there >= {"config.toml", "articles", "public", "posts", "letters", "syndicate.db"}
    assert len(list((folder / "public/feed/media").iterdir())) == 1


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_xml_feeds_hold_both_articles_one_as_a_notice(folder: Path, name: str) -> None:
    feed = feedparser.parse((folder / "public/feed" / name).read_bytes())
    assert not feed.bozo
    withdrawn, corrected = feed.entries
    assert withdrawn.title.startswith("DITARIK")
    assert REASON in withdrawn.content[-1].value
    assert NOTE in corrected.content[-1].value


def test_the_json_feed_says_the_same(folder: Path) -> None:
    withdrawn, corrected = json.loads((folder / "public/feed/feed.json").read_bytes())["items"]
    assert REASON in withdrawn["content_html"]
    assert NOTE in corrected["content_html"]
    assert corrected["date_modified"] == "2026-08-14T17:20:00+07:00"


def test_the_first_post_was_edited_once_with_the_note(folder: Path) -> None:
    before, after = versions(folder, 1)
    assert NOTE not in before["text"]
    assert NOTE in after["text"]
    assert (before["at"], after["at"]) == ("2026-08-14T16:30:00+07:00", "2026-08-14T17:20:00+07:00")


def test_in_place_of_the_second_post_stands_the_reason(folder: Path) -> None:
    before, after = versions(folder, 2)
    assert REASON in after["text"]
    assert "kartu pelajar" in before["text"]
    assert "kartu pelajar" not in after["text"]


def test_every_reader_got_both_letters(folder: Path) -> None:
    letters = [message_from_bytes(path.read_bytes(), policy=default)
               for path in sorted((folder / "letters").iterdir())]  # fmt: skip
    assert sorted(letter["To"] for letter in letters) == sorted(READERS * 2)
    for letter in letters:
        html, text = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html
        assert text
        corrected = letter["Date"].datetime.day == 15
        for part in (html, text):
            said = re.sub(r"\s+", " ", part.get_content())
            assert (NOTE in said, REASON in said) == (corrected, corrected)


def test_two_demos_differ_in_nothing_but_what_is_secret(folder: Path, tmp_path: Path) -> None:
    list(demo(tmp_path / "second"))
    for name in TEXTS:
        assert (tmp_path / "second" / name).read_bytes() == (folder / name).read_bytes()


def test_the_page_and_its_frames_load_nothing(page: Page) -> None:
    for one in (page, *page.frames):
        assert {urlsplit(address).scheme for address in one.loads} <= {"data"}
        assert not one.all("script")
        assert not one.all("link")
    assert any("data:image/png" in address for address in page.loads)
    assert all("sandbox" in frame for frame in page.all("iframe"))


def test_nothing_in_the_pages_style_is_fetched(folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"url\(\W*(\w+):", text)) == {"data"}
    assert "@import" not in text


def test_the_page_shows_the_edit_the_notice_and_the_letters(page: Page) -> None:
    assert page.words.count(NOTE) >= 3
    assert page.words.count(REASON) >= 3
    assert len(page.all("mark")) >= 4  # the legend, the note, and the hours before and after
    first, second = reversed(page.frames)
    assert "Ralat dan penarikan" not in first.words
    assert "Ralat dan penarikan" in second.words
    assert NOTE in second.words


def test_the_page_can_be_read_by_everybody(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert "header" in [tag for tag, _ in page.elements]
    assert all(picture["alt"] for picture in page.all("img"))
    assert all(frame["title"] for frame in page.all("iframe"))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_its_links_to_files_lead_somewhere(page: Page, folder: Path) -> None:
    files = [a["href"] for a in page.all("a") if not re.match(r"[a-z]+:|#", a["href"])]
    assert len(files) > 6
    assert all((folder / name).is_file() for name in files)
    names = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    inside = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert set(inside) <= names


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    list(demo(tmp_path))
    (tmp_path / "posts" / "9.json").write_text("{}")
    list(demo(tmp_path))
    assert sorted(path.name for path in (tmp_path / "posts").iterdir()) == ["1.json", "2.json"]


@pytest.mark.parametrize("earlier", [True, False])
def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, earlier: bool) -> None:
    if earlier:
        list(demo(tmp_path))
    (tmp_path / "thesis.txt").write_text("ten years")
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    with pytest.raises(UsageError, match=r"thesis\.txt is no part of a demo"):
        list(demo(tmp_path))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_configuration_without_our_marker_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[publisher]")
    with pytest.raises(UsageError, match=r"config\.toml is no part of a demo"):
        list(demo(tmp_path))
    assert (tmp_path / "config.toml").read_text() == "[publisher]"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(UsageError, match="cannot be used"):
        list(demo(tmp_path / "demo"))


BOLD, LINK = {"type": "bold", "offset": 0, "length": 4}, "https://a.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("a < b", [], "a &lt; b"),
        ("bold no", [BOLD], "<strong>bold</strong> no"),
        ("😀ab c", [BOLD], "<strong>😀ab</strong> c"),
        ("see it", [{"type": "text_link", "offset": 4, "length": 2, "url": LINK}],
         'see <a href="https://a.example/?a=1&amp;b=2">it</a>'),
        ("bold", [BOLD, {"type": "italic", "offset": 1, "length": 2}],
         "<strong>b</strong><strong><em>ol</em></strong><strong>d</strong>"),
        ("go #now", [], 'go <span class="tag">#now</span>'),
        ("any", [{"type": "custom_emoji", "offset": 0, "length": 3}], "any"),
        ("", [], ""),
    ],
)  # fmt: skip
def test_entities_become_html(text: str, entities: list[dict[str, object]], html: str) -> None:
    assert bubble(text, entities) == html


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        ("open until 8 pm", "open until 9 pm", ["8"], ["9"]),
        ("one two", "one and a two", [], ["and a"]),
        ("😀 one two three", "😀 one four three", ["two"], ["four"]),
        ("all is new", "nothing stayed here", [], []),
        ("the same", "the same", [], []),
    ],
)
def test_what_an_edit_changed_is_found(
    before: str, after: str, went: list[str], came: list[str]
) -> None:
    def cut(text: str, spans: list[dict[str, int]]) -> list[str]:
        raw = text.encode("utf-16-le")
        parts = (raw[2 * s["offset"] : 2 * (s["offset"] + s["length"])] for s in spans)
        return [part.decode("utf-16-le") for part in parts]

    gone, new = changed(before, after)
    assert (cut(before, gone), cut(after, new)) == (went, came)
