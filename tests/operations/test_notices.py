"""Before a change leaves, the plan says who is told; and readers get it as real letters."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, NEXT_EVENING, Newsroom, part
from support.terminal import at_a_terminal
from syndicate.loopback.smtp import SmtpFault

ANI, BUDI = "ani@pembaca.example", "budi@pembaca.example"
NIGHT = "2026-05-04T20:00:00+07:00"
NOTE = "Isinya keliru."
LATER = "2026-05-11T09:00:00+07:00"


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


def test_who_is_on_two_lists_is_counted_on_the_one_whose_digest_comes_first(
    room: Newsroom,
) -> None:
    room.channels["pekanan"] = {
        **room.channels["harian"], "title": "Kabar pekanan", "schedule": "weekly Sun 16:00",
    }  # fmt: skip
    room.only("harian", "pekanan")
    room.subscribe(ANI)
    room.subscribe(ANI, BUDI, to="pekanan")
    room.write()
    room.publish()
    for at in (EVENING, "2026-05-10T16:01:00+07:00"):
        assert room.run("tick", at=at).code == 0
    assert sorted(room.readers) == [ANI, ANI, BUDI]
    room.rewrite("Isi kabar.", "Isi betul.")
    words = ("publish", "kabar.md", "--note", NOTE, "--dry-run")
    assert audience(room.run(*words, at=LATER).out) == [
        "harian: 1 reader, in the digest of 11 May 2026 17:00 WIB",
        "pekanan: 1 reader, in the digest of 17 May 2026 16:00 WIB",
    ]
    room.run("subscribers", "remove", "--list", "pekanan", BUDI, "--yes")
    assert audience(room.run(*words, at=LATER).out) == [
        "not told: 1 reader who left every list since",
        "harian: 1 reader, in the digest of 11 May 2026 17:00 WIB",
    ]


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


def test_status_of_an_article_tells_which_letters_about_it_have_not_left(read: Newsroom) -> None:
    """Guards: letter_states; open_letters."""
    read.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=3)]
    read.run("publish", "kabar.md", "--note", NOTE, "--notify-readers", at=NIGHT)
    for states, code, state in (
        ("1 deferred, 1 sent", 3, "waiting"), ("1 in doubt, 1 sent", 4, "in doubt"),
    ):  # fmt: skip
        status = read.run("status", "kabar.md", at=NIGHT)
        assert status.code == code == read.run("status", at=NIGHT).code
        assert f"version 2 was told at once: 2 letters ({states})" in status.out
        [article] = read.run("status", "kabar.md", "--json", at=NIGHT).json["articles"]
        [place] = [each for each in article["places"] if each["about"].startswith("notice")]
        assert place["state"] == state
        read.change_ledger("UPDATE letters SET state = 'in_doubt' WHERE state = 'due'")


def test_who_is_told_by_another_machine_s_list_is_counted_once_and_there(room: Newsroom) -> None:
    room.channels["mingguan"] = room.channels["harian"] | {
        "title": "Mingguan", "schedule": "weekly fri 16:00",
    }  # fmt: skip
    room.configure()
    room.subscribe(ANI, BUDI)
    room.subscribe(ANI, to="mingguan")
    room.write()
    room.publish()
    room.run("digest", "harian", at=EVENING)
    harian = room.channels.pop("harian")
    room.configure()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    plan = ("publish", "kabar.md", "--note", NOTE, "--notify-readers", "--json")
    for words in ((*plan, "--dry-run"), plan):
        reached = room.run(*words, at=NIGHT).json["audience"]
        assert [(each["by"], each["count"]) for each in reached if each["count"] and (
            each["by"] not in ("post", "feed", "digest")
        )] == [("elsewhere", 2)]  # fmt: skip
    room.channels["harian"] = harian
    room.configure()
    room.run("tick", at=NIGHT)
    assert sorted(room.readers[2:]) == [ANI, BUDI]


def test_a_withdrawal_overtakes_a_letter_on_its_way_and_says_so(read: Newsroom) -> None:
    read.smtp.faults = [SmtpFault(at="rcpt", do="defer", nth=3)]
    read.run("publish", "kabar.md", "--note", NOTE, "--notify-readers", at=NIGHT)
    read.let_pauses_end()
    withdrawn = read.run("withdraw", "kabar.md", "--reason", "Batal.", "--yes", at=NIGHT)
    assert "harian: 1 reader, by a letter at once" in audience(withdrawn.out)
    assert "what has not been sent yet says that it is withdrawn" in withdrawn.out
    read.run("digest", at=NEXT_EVENING)
    told = [letter["To"] for letter in read.letters if "Batal." in part(letter, "plain")]
    assert sorted(told) == [ANI, BUDI]
    assert len(read.letters) == 5  # two digests, a correction, and two that say it is withdrawn
