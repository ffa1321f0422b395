"""What is true of every post, whatever the Markdown: shown on what a machine makes up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from support import posts
from support.gallery import DESK
from support.posts import Post, broken_rules, channel, content, delivery, lost, passages
from syndicate import Article, ArticleError
from syndicate.loopback.botapi import BotApi
from syndicate.sources import read
from syndicate.testing import item
from syndicate_telegram import Telegram

URL = "https://kabar.example/generated"
FRONT = f"---\nheadline: Generated\nlanguage: en\nurl: {URL}\n---\n\n"
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
FEW = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET
)
MANY = settings(FEW, max_examples=400, derandomize=False, print_blob=True)

# Markdown, from its smallest parts


SYLLABLES = (
    "kabar", "Jum’at", "café", "e\u0301te\u0301", "река", "מים", "خبر", "مَنْ", "नदी", "川", "水村",
    "강", "น้ำ", "👩🏽‍🚒", "🇮🇩", "1️⃣", "𝒮", "№7", "3,5", "𝐛𝐨𝐥𝐝",
)  # fmt: skip
SEEDS = st.integers(0, 2**32)


def phrase(seed: int, most: int = 8) -> str:
    """Some words; a number in each makes nearly every one the only one of its kind."""
    chance = Random(seed)
    count = chance.randint(1, most)
    return " ".join(f"{chance.choice(SYLLABLES)}{chance.randrange(100_000)}" for _ in range(count))


def address(seed: int) -> str:
    """A link; some are long, as many of them are too much for one post."""
    return f"https://kabar.example/{seed}{'/far' * (seed % 100 if seed % 2 else 0)}"


def links(count: int, seed: int) -> str:
    chance = Random(seed)
    seeds = [chance.getrandbits(32) for _ in range(count)]
    return "\n\n".join(f"[{phrase(one, 3)}]({address(one)})" for one in seeds)


PLAIN = SEEDS.map(phrase)
CODE = SEEDS.map(lambda seed: f"`{phrase(seed, 3)}`")
ADDRESSES = SEEDS.map(address)


def _styled(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    marks = st.sampled_from(["*{}*", "**{}**", "***{}***", "~~{}~~", "_{}_"])
    return st.one_of(
        st.builds(str.format, marks, inner),
        st.builds("[{}]({})".format, inner, ADDRESSES),
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.builds("{}  \n{}".format, inner, inner),
    )


# ~~~ at a line's start opens a block of code, which nothing closes
FENCE = re.compile(r"^~~~", re.MULTILINE)
INLINE = st.recursive(st.one_of(PLAIN, CODE), _styled, max_leaves=6).filter(
    lambda said: not FENCE.search(said)
)
SENTENCES = INLINE.map(lambda said: f"Said {said} rightly.")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join)
HEADINGS = st.builds("{} {}".format, st.sampled_from(["#", "##", "######"]), PLAIN)
LINES = st.lists(PLAIN, min_size=1, max_size=4).map("\n".join)
FENCES = st.builds("```{}\n{}\n```".format, st.sampled_from(["", "python", "c++"]), LINES)


def table(columns: int, rows: int, seed: int) -> str:
    chance = Random(seed)
    lines = [[_cell(chance) for _ in range(columns)] for _ in range(rows + 1)]
    lines.insert(1, ["---"] * columns)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(chance: Random) -> str:
    said = phrase(chance.getrandbits(32), 2)
    return chance.choice(CELLS).format(said, address(chance.getrandbits(32)))


CELLS = ("{0}", "{0}", "**{0}**", "`{0}`", "[{0}]({1})")
TABLES = st.builds(table, st.integers(1, 12), st.integers(1, 5), SEEDS)


def _indented(block: str, lead: str) -> str:
    """A block as an item's content: its first line after the marker, the others below it."""
    return lead + block.replace("\n", "\n" + " " * len(lead))


@st.composite
def lists(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, min_size=1, max_size=4))
    first = draw(st.one_of(st.none(), st.integers(0, 99)))
    marks = ["- " if first is None else f"{first + number}. " for number in range(len(items))]
    gap = draw(st.sampled_from(["\n", "\n\n"]))
    return gap.join(_indented(one, mark) for one, mark in zip(items, marks, strict=True))


def _holding(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3).map("\n\n".join)
    return st.one_of(several.map(lambda said: "> " + said.replace("\n", "\n> ")), lists(several))


LEAVES = st.one_of(PARAGRAPHS, PARAGRAPHS, HEADINGS, FENCES, TABLES, st.just("---"))
BLOCKS = st.recursive(LEAVES, _holding, max_leaves=8)
ARTICLES = st.lists(BLOCKS, min_size=1, max_size=6).map("\n\n<!-- -->\n\n".join)
LINKED = st.builds(links, st.integers(20, 120), SEEDS)
LONG = st.lists(PARAGRAPHS, min_size=15, max_size=60).map("\n\n".join)
# what people mistype: marks that open nothing, brackets, odd white space
SOUP = st.text(
    st.sampled_from("ab1 \n\n*_~`[]()>#-+.:|\\&;=\t\u202e\u2028\ufeff€é\u0301😀"),
    min_size=1,
    max_size=300,
)
MARKDOWN = st.one_of(ARTICLES, ARTICLES, LONG, LINKED, SOUP)


REFUSED = re.compile(
    r"there is no text|readers would see it|a link leads to|is not a web address|quotation marks"
    r"|is missing|a picture (?:names no file|has the address)|opens a block of code"
)

# the tests


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="properties-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture(scope="module")
def opened(api: BotApi) -> Iterator[Telegram]:
    with channel(api.url) as telegram:
        yield telegram


def article(markdown: str, folder: Path) -> Article:
    """What our reader makes of it; mistyped links, and what has no word at all, are no article."""
    path = folder / "generated.md"
    path.write_text(f"{FRONT}{markdown}\n", encoding="utf-8")
    try:
        return read(path, DESK).article
    except ArticleError as error:
        if not REFUSED.search(str(error)):
            raise
    assume(False)
    raise AssertionError


def composed(markdown: str, folder: Path) -> Post:
    return posts.read(content(item(article(markdown, folder))))


def rules_are_kept(said: Post) -> None:
    assert broken_rules(said) == []


def telegram_changes_nothing(said: Post) -> None:
    tdlib = pytest.importorskip("tdlib", exc_type=ImportError)
    assert tdlib.changed(said) == []


def no_word_is_lost(markdown: str, said: Post) -> None:
    assert lost(said, passages(markdown), URL) == ""


def it_is_kept_as_sent(api: BotApi, opened: Telegram, said: Post, of: Article) -> None:
    opened.publish(delivery(opened, item(of)))
    kept = api.posts[-1]
    assert (kept.text, kept.entities) == (said.text, said.entities)


def it_is_the_same_twice(markdown: str, folder: Path) -> None:
    one, two = (content(item(article(markdown, folder))) for _ in range(2))
    assert one == two


@FEW
@given(MARKDOWN)
def test_a_post_keeps_telegram_s_rules(folder: Path, markdown: str) -> None:
    rules_are_kept(composed(markdown, folder))


@FEW
@given(MARKDOWN)
def test_telegram_s_own_library_changes_nothing_of_a_post(folder: Path, markdown: str) -> None:
    telegram_changes_nothing(composed(markdown, folder))


@FEW
@given(MARKDOWN)
def test_a_post_says_every_word_or_ends_where_it_may(folder: Path, markdown: str) -> None:
    no_word_is_lost(markdown, composed(markdown, folder))


@FEW
@given(MARKDOWN)
def test_a_post_is_accepted_and_kept_as_it_was_sent(
    api: BotApi, opened: Telegram, folder: Path, markdown: str
) -> None:
    it_is_kept_as_sent(api, opened, composed(markdown, folder), article(markdown, folder))


@FEW
@given(MARKDOWN)
def test_the_same_article_gives_the_same_bytes(folder: Path, markdown: str) -> None:
    it_is_the_same_twice(markdown, folder)


@pytest.mark.soak
@MANY
@given(MARKDOWN)
def test_all_of_it_is_true_of_hundreds_of_articles(
    api: BotApi, opened: Telegram, folder: Path, markdown: str
) -> None:
    said = composed(markdown, folder)
    rules_are_kept(said)
    telegram_changes_nothing(said)
    no_word_is_lost(markdown, said)
    it_is_kept_as_sent(api, opened, said, article(markdown, folder))
    it_is_the_same_twice(markdown, folder)
