"""docs/when-in-doubt.md: what it shows and promises, done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from docs.conftest import CHAT, Desk
from support.pages import blocks, commands, page
from syndicate.loopback.botapi import LostReply, Reset
from syndicate.loopback.smtp import SmtpFault

PAGE = page("docs/when-in-doubt.md")
THERE, NOT_THERE, LOOK = commands(PAGE)
TODAY = "2099-01-01T09:00:00+07:00"
TOMORROW = "2099-01-01T18:00:00+07:00"


def said_like(shown: str) -> re.Pattern[str]:
    """A line of the page as a pattern: dots stand for anything, a number for any number."""
    pattern = re.escape(shown.strip()).replace("…", ".+").replace(r"\ \ ", r"\s+")
    return re.compile(re.sub(r"resolve\\ [\d/]+", r"resolve\\ [\\d/]+", pattern))


def number(output: str) -> str:
    """The delivery that is in doubt, as the output shows it."""
    found: set[str] = set(re.findall(r"syndicate resolve ([\d/]+) --sent", output))
    [only] = found
    return only


def settle(desk: Desk, shown: Sequence[str], output: str, post: int = 0) -> int:
    """The page's command, with the number and the post of here."""
    link = f"https://t.me/{CHAT[1:]}/{post}"
    here = [number(output) if w == "4" else re.sub(r"https://\S+", link, w) for w in shown]
    return desk.run(*here)[0]


@pytest.fixture
def doubtful(desk: Desk) -> tuple[Desk, str]:
    """An article whose post is there, although the answer was lost; what was said of it."""
    desk.configure()
    desk.article()
    desk.api.faults.append(LostReply())
    code, said = desk.run("publish", "article.md")
    assert code == 4
    return desk, said


def test_the_line_shown_is_the_line_said(doubtful: tuple[Desk, str]) -> None:
    desk, said = doubtful
    [shown] = blocks(PAGE, "text")
    assert said_like(shown).search(said)
    code, said = desk.run(*LOOK)
    assert code == 4
    assert said_like(shown).search(said)


def test_nothing_is_sent_again_before_somebody_looked(doubtful: tuple[Desk, str]) -> None:
    desk, _ = doubtful
    assert desk.run("publish", "article.md")[0] == 4
    assert desk.run("tick")[0] == 4
    assert len(desk.api.shown) == 1


def test_what_is_there_is_known_and_corrected_later(doubtful: tuple[Desk, str]) -> None:
    desk, said = doubtful
    [post] = desk.api.shown
    assert settle(desk, THERE, said, post.message_id) == 0
    assert desk.run(*LOOK)[0] == 0
    desk.change()
    assert desk.run("publish", "article.md", "--note", "The pump has a name.")[0] == 0
    assert "The pump has a name." in post.text
    assert desk.api.shown == [post]


def test_what_is_not_there_is_sent_at_once(doubtful: tuple[Desk, str]) -> None:
    desk, said = doubtful
    desk.api.shown[0].deleted = True  # as if it had never come
    assert settle(desk, NOT_THERE, said) == 0
    assert len(desk.api.shown) == 1
    assert desk.run(*LOOK)[0] == 0


@pytest.mark.parametrize("there", [True, False])
def test_withdrawn_while_in_doubt(doubtful: tuple[Desk, str], there: bool) -> None:
    desk, said = doubtful
    [post] = desk.api.shown
    assert desk.run("withdraw", "article.md", "--reason", "It was not so.")[0] == 4
    assert "It was not so." not in post.text
    if there:
        assert settle(desk, THERE, said, post.message_id) == 0
        assert "It was not so." in post.text
    else:
        post.deleted = True
        assert settle(desk, NOT_THERE, said) == 0
        assert desk.api.shown == []
    assert desk.run(*LOOK)[0] == 0


@pytest.mark.parametrize("fault", [LostReply(), Reset()])
def test_a_correction_whose_answer_is_lost_settles_itself(desk: Desk, fault: LostReply) -> None:
    desk.configure()
    desk.article()
    assert desk.run("publish", "article.md", "--channel", "telegram")[0] == 0
    desk.change()
    desk.api.faults.append(fault)
    assert desk.run("publish", "article.md", "--note", "A name.")[0] in (0, 3)
    assert desk.run("publish", "article.md")[0] in (0, 3)
    [post] = desk.api.shown
    assert "A name." in post.text


def test_of_a_digest_only_the_letter_under_way_is_in_doubt(desk: Desk) -> None:
    desk = replace(desk, now=TODAY)
    desk.configure()
    desk.article()
    people = [f"reader{n}@example.org" for n in range(9)]
    assert desk.run("subscribers", "add", *people)[0] == 0
    assert desk.run("publish", "article.md")[0] == 0
    desk.smtp.faults.append(SmtpFault(at="dot", do="hang up", nth=4))
    code, said = desk.run("digest", now=TOMORROW)
    assert code == 4
    assert "r…@example.org" in said
    assert len(desk.smtp.letters) == 8
    assert desk.run("resolve", number(said), "--not-sent", now=TOMORROW)[0] == 0
    assert sorted(letter.recipient for letter in desk.smtp.letters) == people
