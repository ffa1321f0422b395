"""Doubts are settled by the printed command alone: no post or letter goes out twice."""

from __future__ import annotations

import re

import pytest

from support.doubts import lose_the_answer, resolve_command
from support.newsroom import EVENING, Answer, Newsroom
from syndicate.loopback.botapi import Garbage200, Http500, LostReply
from syndicate.loopback.smtp import SmtpFault


@pytest.mark.parametrize("fault", [LostReply(), Http500(done=True), Garbage200()], ids=type)
def test_a_lost_answer_is_in_doubt_and_nothing_repeats_it(room: Newsroom, fault: LostReply) -> None:
    room.write()
    room.api.faults.append(fault)
    answer = room.run("publish", "kabar.md")
    assert answer.code == 4
    assert len(room.entries) == 1
    for words in (["publish", "kabar.md"], ["tick"], ["status"], ["publish", "kabar.md"]):
        again = room.run(*words)
        assert again.code == 4
        assert resolve_command(again, "--not-sent") == resolve_command(answer, "--not-sent")
    assert len(room.api.posts) == 1


@pytest.mark.parametrize("reference", ["https://t.me/kabar/1", "1"])
def test_the_printed_command_settles_what_was_sent(room: Newsroom, reference: str) -> None:
    answer = lose_the_answer(room)
    settled = room.run(*resolve_command(answer, f"--sent {reference}"))
    assert settled.code == 0, settled.said
    assert room.run("status").code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert "Isi yang benar." in room.post.text
    assert len(room.api.posts) == 1


def test_the_printed_command_sends_what_was_not_sent(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Http500(done=False))
    answer = room.run("publish", "kabar.md")
    assert answer.code == 4
    assert room.posts == []
    settled = room.run(*resolve_command(answer, "--not-sent"))
    assert settled.code == 0, settled.said
    assert len(room.api.posts) == 1
    room.publish()
    assert len(room.api.posts) == 1


def test_the_same_command_stands_in_the_json_document(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(LostReply())
    document = room.run("publish", "kabar.md", "--json").json
    [doubt] = [line for line in document["lines"] if line["state"] == "in doubt"]
    assert document["exit_code"] == 4
    assert doubt["resolve"].startswith("syndicate resolve ")
    number = doubt["resolve"].split()[2]
    settled = room.run("resolve", number, "--sent", "1", "--json")
    assert settled.json["exit_code"] == settled.code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["resolve", "999", "--not-sent"], 2),
        (["resolve", "1"], 2),
        (["resolve", "1", "--not-sent", "--sent", "1"], 2),
        (["resolve", "x", "--not-sent"], 2),
        (["resolve", "1", "--give-up", "--not-sent"], 2),
        (["resolve", "5", "--give-up"], 2),  # a post in doubt
        (["resolve", "5", "--sent", "https://t.me/lain/1"], 1),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else None,
)
def test_a_wrong_resolve_is_refused_and_changes_nothing(
    room: Newsroom, words: list[str], code: int
) -> None:
    lose_the_answer(room)
    before = room.remembered()
    assert room.run(*words).code == code
    assert room.remembered() == before


def test_what_is_settled_cannot_be_resolved_again(room: Newsroom) -> None:
    answer = lose_the_answer(room)
    words = resolve_command(answer, "--sent 1")
    assert room.run(*words).code == 0
    assert room.run(*words).code == 2
    assert len(room.api.posts) == 1


def test_a_correction_waits_for_the_doubt_and_then_edits(room: Newsroom) -> None:
    answer = lose_the_answer(room)
    room.rewrite("Isi kabar.", "Isi yang benar.")
    assert room.run("publish", "kabar.md", "--note", "Isinya salah.").code == 4
    assert "Isi kabar." in room.post.text
    assert room.run(*resolve_command(answer, "--sent 1")).code == 0
    assert "Isi yang benar." in room.post.text
    assert len(room.api.posts) == 1


def test_withdrawn_while_in_doubt_is_not_said_again(room: Newsroom) -> None:
    answer = lose_the_answer(room)
    room.api.posts.clear()  # it never arrived
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.").code == 4
    assert room.run(*resolve_command(answer, "--not-sent")).code == 0
    assert room.api.posts == []
    assert room.run("status").code == 0


def test_withdrawn_while_in_doubt_becomes_a_notice_once_it_is_found(room: Newsroom) -> None:
    answer = lose_the_answer(room)
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.").code == 4
    assert room.run(*resolve_command(answer, "--sent 1")).code == 0
    assert "Salah." in room.post.text
    assert "Isi kabar." not in room.post.text


def test_a_letter_whose_answer_was_lost_is_in_doubt_and_the_others_are_sent(
    room: Newsroom,
) -> None:
    people = [f"{name}@pembaca.example" for name in ("ani", "budi", "citra")]
    room.subscribe(*people)
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="dot", do="hang up", keep=True, recipient=people[1]))
    answer = room.run("digest", at=EVENING)
    room.smtp.faults.clear()
    assert answer.code == 4
    room.run("digest", at=EVENING)
    assert sorted(room.readers) == people
    assert room.run(*resolve_command(answer, "--sent x"), at=EVENING).code == 0
    assert room.run("status", at=EVENING).code == 0
    assert sorted(room.readers) == people


def letter_of(answer: Answer, address: str) -> dict[str, str]:
    """Return the line of the letter that needs somebody."""
    [line] = [one for one in answer.json["lines"] if one["action"] == "letter"]
    assert line["address"] == f"{address[0]}…@{address.partition('@')[2]}"
    return dict(line)


@pytest.mark.parametrize(("choice", "got"), [("--give-up", 0), ("--not-sent", 1)])
def test_a_refused_letter_is_reported_and_can_be_sent_again(
    room: Newsroom, choice: str, got: int
) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user"))
    answer = room.run("digest", "--json", at=EVENING)
    room.smtp.faults.clear()
    line = letter_of(answer, "ani@pembaca.example")
    assert line["state"] == "refused"
    assert choice in line["resolve"]
    assert "1 refused" in room.run("status", at=EVENING).out
    assert line["resolve"] in room.run("digest", "--status", at=EVENING).out
    assert room.run("resolve", line["resolve"].split()[2], choice, at=EVENING).code == 0
    assert room.run("status", at=EVENING).code == 0
    assert len(room.letters) == got


def test_a_doubtful_letter_is_named_as_the_relays_log_names_it(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="dot", do="hang up", keep=True))
    line = letter_of(room.run("digest", "--json", at=EVENING), "ani@pembaca.example")
    [letter] = room.letters
    key = letter["Message-ID"].strip("<>").partition("@")[0]
    assert f"(its Message-ID begins with {key})" in line["why"]
    assert room.run("resolve", line["resolve"].split()[2], "--give-up", at=EVENING).code == 0
    assert room.run("status", at=EVENING).code == 0
    assert len(room.letters) == 1


def test_a_post_that_somebody_deleted_is_posted_anew_when_told(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.post.deleted = True
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.run("publish", "kabar.md", "--note", "Salah.", "--json")
    assert answer.code == 3
    [line] = [one for one in answer.json["lines"] if one["state"] == "refused"]
    assert "--not-sent" in line["why"]
    number = line["resolve"].split()[2]
    assert room.run("resolve", number, "--not-sent").code == 0
    assert "Isi yang benar." in room.post.text


def test_a_deferred_letter_waits_and_a_later_tick_sends_it(room: Newsroom) -> None:
    people = [f"{name}@pembaca.example" for name in ("ani", "budi")]
    room.subscribe(*people)
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="defer", recipient=people[0]))
    answer = room.run("digest", at=EVENING)
    assert (answer.code, room.readers) == (3, [people[1]])
    room.smtp.faults.clear()
    room.let_pauses_end()
    assert room.run("tick", at=EVENING).code == 0
    assert sorted(room.readers) == people


def test_what_was_given_up_stays_so(room: Newsroom) -> None:
    """Guard: is_given_up in plan.step."""
    room.write()
    room.publish()
    room.post.deleted = True
    withdraw = ("withdraw", "kabar.md", "--reason", "Salah.")
    refused = room.run(*withdraw)
    assert refused.code == 3
    [number] = re.findall(r"syndicate resolve (\d+) --not-sent   or   --give-up", refused.out)
    assert room.run("resolve", number, "--give-up").code == 0
    shown = room.run("status")
    assert shown.code == 0
    assert "given up" in shown.out
    assert room.run(*withdraw).code == 0


def test_a_refused_letter_that_came_after_all_is_done(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.smtp.faults.append(SmtpFault(at="rcpt", do="refuse", text="5.1.1 no such user"))
    line = letter_of(room.run("digest", "--json", at=EVENING), "ani@pembaca.example")
    assert room.run("resolve", line["resolve"].split()[2], "--sent", "x", at=EVENING).code == 0
    assert "1 sent" in room.run("status", at=EVENING).out
    assert room.letters == []


def test_a_post_in_doubt_can_be_adopted(room: Newsroom) -> None:
    lose_the_answer(room)
    assert room.run("adopt", "kabar.md", "--channel", "telegram", "1").code == 0
    assert room.run("status").code == 0
    assert len(room.posts) == 1
