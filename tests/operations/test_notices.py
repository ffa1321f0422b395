"""Before a change leaves, the plan says who is told; and readers get it as real letters."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, NEXT_EVENING, Newsroom, part
from support.terminal import at_a_terminal

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"
NIGHT = "2026-05-04T20:00:00+07:00"
NOTE = "Isinya keliru."


@pytest.fixture
def read(room: Newsroom) -> Newsroom:
    """An office whose article stands everywhere, and was in a digest to two readers."""
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    return room


def audience(out: str) -> list[str]:
    """The block that says who is told."""
    _, _, block = out.partition("who is told:\n")
    lines = block.splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("  ")), len(lines))
    return [line.strip() for line in lines[:end]]


POSTS = ["feed: the feed shows it as changed or new", "telegram: 1 post edited"]
DIGEST = "harian: 2 readers, in the digest of 5 May 2026 17:00 WIB"
LETTERS = "harian: 2 readers, by a letter at once"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("publish", "kabar.md", "--note", NOTE), [*POSTS, DIGEST]),
        (("publish", "kabar.md", "--note", NOTE, "--notify-readers"), [*POSTS, LETTERS]),
        (("publish", "kabar.md", "--minor"), []),
        (("withdraw", "kabar.md", "--reason", NOTE), [*POSTS, DIGEST]),
        (("withdraw", "kabar.md", "--reason", NOTE, "--notify-readers"), [*POSTS, LETTERS]),
    ],
)
def test_plan_and_report_say_who_is_told(
    read: Newsroom, words: tuple[str, ...], told: list[str]
) -> None:
    plan = read.run(*words, "--dry-run", at=NIGHT)
    assert audience(plan.out) == told, plan.said
    report = read.run(*words, at=NIGHT)
    assert audience(report.out) == told, report.said


def test_the_question_of_a_withdrawal_says_who_is_told(read: Newsroom) -> None:
    said = at_a_terminal(read, "withdraw", "kabar.md", "--reason", NOTE, type="n\n")
    before, asked, _ = said.partition("Withdraw “")
    assert asked
    assert all(line in before for line in (*POSTS, "harian: 2 readers, in the digest of"))
    assert read.run("status", "--json").json["articles"][0]["pub_status"] == "usable"


def test_what_was_told_at_once_is_in_no_later_digest(read: Newsroom) -> None:
    read.publish("--note", NOTE, "--notify-readers", at=NIGHT)
    assert sorted(read.readers[2:]) == [ANI, BUDI]
    assert NOTE in part(read.letters[-1], "plain")
    read.write("lain.md", headline="Kabar lain")
    read.publish("lain.md", at=NIGHT)
    assert read.run("digest", at=NEXT_EVENING).code == 0
    assert "Kabar lain" in part(read.letters[-1], "plain")
    assert NOTE not in part(read.letters[-1], "plain")
    assert "version 2 was told at once: 2 letters" in read.run("status", "kabar.md").out
    acts = read.rows("SELECT what, version, note FROM acts ORDER BY id")
    assert ("notified", 2, "2 readers") in acts


@pytest.mark.parametrize("urgency", [1, 2, 3])
def test_what_is_urgent_is_told_at_once_by_a_list_that_waits_for_its_digest(
    room: Newsroom, urgency: int
) -> None:
    room.subscribe(ANI, BUDI)
    room.write(urgency=urgency)
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    withdrawn = room.run("withdraw", "kabar.md", "--reason", NOTE, "--kill", at=NIGHT)
    assert withdrawn.code == 0, withdrawn.said
    late = room.letters[2:]
    assert len(late) == (2 if urgency < 3 else 0)
    assert all(NOTE in part(letter, kind) for letter in late for kind in ("plain", "html"))
    assert not any("Isi kabar" in str(letter) for letter in late)


def test_nobody_is_told_of_a_silent_fix(read: Newsroom) -> None:
    before = read.effects
    both = read.run("publish", "kabar.md", "--minor", "--notify-readers", at=NIGHT)
    assert (both.code, read.effects) == (2, before)
    read.publish("--minor", at=NIGHT)
    assert len(read.letters) == 2
