"""The examples of the CommonMark specification as bodies of articles.

They come with markdown-it-py's source distribution, which pip downloads; none of them is kept here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from support.gallery import DESK
from support.posts import broken_rules, channel, delivery, lost, passages, post
from syndicate import Article, ArticleError
from syndicate.loopback.botapi import BotApi
from syndicate.sources import read
from syndicate.testing import item

pytestmark = pytest.mark.soak

URL = "https://kabar.example/example"
FRONT = f"---\nheadline: Example\nlanguage: en\nurl: {URL}\n---\n"
EXAMPLES = "tests/test_cmark_spec/commonmark.json"
# _foo bar _ is emphasis, as its writer meant it: the signs are not said, and count as letters
MEANT = {371, 383}
# what our reader says of an article that it refuses, and rightly
REASONS = {
    "it names a picture that is not there": r"the picture .* is missing",
    "it has no word": r"there is no text below the front matter",
    "its raw HTML hides the text after it": r"has no end and hides the text after it",
    "its raw HTML swallows or moves words": r"HTML tags above swallow or move|reach no reader",
    "it names no site": r"is not a web address",
    "it names a file that is not there": r"the file .* is missing",
    "readers would see its signs": r"readers would see it",
    "it has words behind a fence": r"opens a block of code",
    "it has quotation marks in an address": r"has quotation marks (in|around) it",
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("specification")
    archive = _downloaded(f"markdown-it-py=={version('markdown-it-py')}", folder)
    with tarfile.open(archive) as opened:
        [name] = [one for one in opened.getnames() if one.endswith(EXAMPLES)]
        member = opened.extractfile(name)
        assert member is not None
        return [dict(one) for one in json.loads(member.read())]


def _downloaded(requirement: str, folder: Path) -> Path:
    given = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), requirement]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", *given]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{requirement} could not be downloaded: {str(error.stderr)[-200:]}")
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


def test_every_example_is_a_post_without_a_lost_word_or_refused_for_a_good_reason(
    examples: list[dict[str, Any]], api: BotApi, tmp_path: Path
) -> None:
    refused: dict[str, list[int]] = defaultdict(list)
    wrong: dict[int, str] = {}
    with channel(api.url) as opened:
        for one in examples:
            try:
                article = _article(one["markdown"], tmp_path)
            except ArticleError as error:
                refused[_reason(str(error))].append(one["example"])
                continue
            if said := _faults(article):
                wrong[one["example"]] = said
                if one["example"] not in MEANT:
                    continue
            opened.publish(delivery(opened, item(article)))
    for reason, numbers in refused.items():
        print(f"{len(numbers)} refused, as {reason}: {numbers}")
    assert len(examples) == 652
    assert wrong.keys() == MEANT
    assert set(refused) <= REASONS.keys()
    assert len(api.posts) == 652 - sum(map(len, refused.values())) > 580


def _article(markdown: str, folder: Path) -> Article:
    path = folder / "example.md"
    path.write_text(FRONT + markdown, encoding="utf-8")
    return read(path, DESK).article


def _reason(said: str) -> str:
    return next((name for name, words in REASONS.items() if re.search(words, said)), said)


def _faults(article: Article) -> str:
    """What is wrong with the post for an article; "" if nothing is."""
    try:
        said = post(item(article))
    except ArticleError as error:
        return f"no post: {error}"
    if word := lost(said, passages(article.markdown), URL):
        return f"{word!r} is lost: {said.text!r}"
    return "; ".join(broken_rules(said))
