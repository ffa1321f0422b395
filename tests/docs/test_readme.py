"""README.md: its first hour is lived through, and what it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

from docs.conftest import CHAT, CHATS, Desk
from support.pages import BLOCK, PAGES, ROOT, page, sections, shell_lines, words
from syndicate.version import VERSION

README = page("README.md")
HOUR = sections(README)["The first hour"]
RELAY = "smtp://127.0.0.1:25"


def unlike(shown: Iterable[list[str]]) -> list[list[str]]:
    """Without those in which nothing is shown or nothing is new."""
    return [posts for posts, _ in groupby(shown) if posts]


def test_the_first_hour_is_lived_through(desk: Desk) -> None:
    article = desk.folder / "first-article.md"
    shown: list[list[str]] = []  # the posts, after each command
    for line in shell_lines(HOUR):
        first, *given = words(line)
        if first != "syndicate":
            continue
        if "--note" in given:
            article.write_text(article.read_text().replace("satu berkas", "satu naskah"))
        code, said = desk.run(*(word.replace(RELAY, desk.smtp.url) for word in given))
        assert code == 0, said
        if given[0] == "init":
            desk.lead_here()
        shown.append([post.text for post in desk.api.shown if post.chat_id == CHATS[CHAT]])

    first_words, corrected, withdrawn = [post for [post] in unlike(shown)]
    assert "satu berkas" in first_words
    assert "satu naskah" in corrected
    assert "The opening hours were wrong." in corrected
    assert "It was only a trial." in withdrawn
    assert "It was only a trial." in (desk.folder / "public/feed/feed.json").read_text()
    assert [letter.recipient for letter in desk.smtp.letters] == ["me@example.org"]
    assert list(desk.folder.glob("ledger-*.db"))


def test_the_token_may_come_from_a_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    [setting] = re.findall(r'`(token = "file:.+?")`', README)
    desk.configure()
    (desk.folder / "telegram-token").write_text("123456:LOOPBACK-TOKEN\n")
    monkeypatch.delenv("TELEGRAM_TOKEN")
    config = desk.folder / "config.toml"
    assert 'token = "${TELEGRAM_TOKEN}"' in config.read_text()
    config.write_text(config.read_text().replace('token = "${TELEGRAM_TOKEN}"', setting))
    assert desk.run("publish", desk.article().name)[0] == 0
    assert len(desk.api.shown) == 1


def test_the_first_screen_holds_the_two_commands_and_the_picture() -> None:
    first = README.partition("\n## ")[0]
    assert len(first.splitlines()) < 25
    assert [line for line in shell_lines(first) if line.startswith("make")] == [
        "make demo", "make test",
    ]  # fmt: skip
    assert "](docs/demo.png)" in first


def test_every_target_of_make_that_a_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    for path in PAGES:
        named = re.findall(r"(?:^|`)make ([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(named) <= targets, path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_its_heading(path: Path) -> None:
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))  # links in blocks are examples
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        if heading:
            heads = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(anchor, heads), target


def anchor(heading: str) -> str:
    """Return a heading's address within its page, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_page_can_be_found_from_the_readme() -> None:
    top = [path for path in PAGES if path.parent == ROOT / "docs"]
    assert top
    assert [path.name for path in top if f"(docs/{path.name})" not in README] == []


def test_the_exit_codes_are_told_alike() -> None:
    def codes(text: str) -> list[str]:
        return re.findall(r"^\| (\d) \|", text, re.MULTILINE)

    assert codes(README) == codes(page("docs/commands.md")) == ["0", "1", "2", "3", "4"]


def test_the_changelog_tells_of_the_version_that_is_built() -> None:
    heads = re.findall(r"^## (.+)$", page("CHANGELOG.md"), re.MULTILINE)
    released = [head for head in heads if head != "[Unreleased]"]
    assert heads in (released, ["[Unreleased]", *released])  # what is to come stands above
    assert released[0].startswith(f"[{VERSION}] - ")


def test_the_example_s_chat_is_the_page_s() -> None:
    assert f"--telegram {CHAT}" in README
