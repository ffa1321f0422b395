"""Any bytes as an article: they end in time, as an article on every channel or a known error."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from support.hostile.fuzzing import altered, corpus, fuzz, seeds, within
from syndicate import testing
from syndicate.channel import Channel
from syndicate.config.loader import checked
from syndicate.config.registry import make_channels
from syndicate.errors import ArticleError, each_of
from syndicate.model.article import Publisher
from syndicate.planning.proofread import proofread
from syndicate.sources import placeholders, profile_in, read, uri_line

OFFICE = Publisher(name="Kantor", url="https://kantor.example", timezone="Asia/Jakarta")
SECONDS = 2.0
WORDS = [
    b"---\n", b"\n\n", b"\n", b"    ", b"- ", b"1. ", b"> ", b"# ", b"|", b"|---|", b"```\n", b"`",
    b"**", b"*", b"__", b"~~", b"==", b"[", b"](", b")", b"![", b"[[", b"[^1]", b"[^1]: ", b"]: ",
    b"<", b">", b"</", b"<div>", b"<p>", b"<b>", b"</b>", b"<table>", b"<tr><td>", b"<!--", b"-->",
    b"<script>", b"<a href='", b'<img src="', b"<svg>", b"<o:p>", b"&amp;", b"&#0;", b"&", b"\\",
    b"https://", b"www.", b"mailto:", b"data:", b"{{", b"}}", b"{%", b":::", b"$", b"^", b"\t",
    b"headline: ", b"subjects: [", b"associations:\n- file: ", b"overrides:\n  ", b": ", b"!!",
    b"&a ", b"*a", b"'", b'"', b"|\n", b">\n", b"#", b"? ", b"TODO", "\u00a0".encode(),
    "\u200b".encode(), "\u202e".encode(), "\u0301".encode(), b"\xff", b"\0", b"\r",
    "‹isi:".encode(),
]  # fmt: skip


@cache
def office() -> tuple[Path, tuple[Channel, ...]]:
    """A folder for the article, with a picture in it, and a channel of each kind."""
    folder = Path(mkdtemp(prefix="syndicate-fuzz-"))
    (folder / "dot.png").write_bytes(testing.PIXEL)
    settings = checked(folder / "config.toml", {
        "publisher": {"name": "Kantor", "url": "https://kantor.example"},
        "channels": {
            "feed": {"kind": "feed", "title": "K", "url": "https://kantor.example/feed",
                     "directory": "public"},
            "telegram": {"kind": "telegram", "token": "123456:" + "x" * 35, "chat": "@kabar"},
            "harian": {"kind": "email", "title": "K", "schedule": "daily 17:00",
                       "sender": "a@kantor.example", "smtp": "smtp://127.0.0.1:2525",
                       "mailbox": "b@kantor.example"},
        },
    })  # fmt: skip
    return folder, tuple(make_channels(settings))


def bear(content: bytes) -> None:
    """Read an article and say it on every channel, within its time."""
    folder, channels = office()
    path = folder / "kabar.md"
    path.write_bytes(content)
    with within(SECONDS):
        try:
            draft = read(path, OFFICE)
            list(placeholders(draft.source))
            profile_in(draft.source)
            uri_line(draft.source)
        except ArticleError as error:
            for one in each_of(error):
                assert re.match(rf"{re.escape(str(path))}:(?:\d+:)? [^\n]+\Z", str(one)), str(one)
            return
        article = replace(draft.article, uri=draft.article.uri or testing.HELLO.uri)
        for channel in channels:
            with suppress(ArticleError):
                list(proofread(channel, testing.item(article), draft, OFFICE))


@pytest.mark.parametrize("content", corpus("articles"))
def test_an_article_of_the_corpus_is_borne(content: bytes) -> None:
    bear(content)


def test_a_sample_of_articles_is_borne() -> None:
    bear(seeds("articles")[0])  # with all that is read once
    assert fuzz("articles", altered(seeds("articles"), WORDS), bear, seconds=2) > 5


@pytest.mark.soak
def test_any_article_is_borne() -> None:
    fuzz("articles", altered(seeds("articles"), WORDS), bear)
