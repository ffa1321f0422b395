"""What may have happened is never said again blindly: doubts, pauses, and being stopped."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from support.newsroom import EVENING, NOON, Answer, Newsroom
from syndicate.loopback.botapi import Flood, Garbage200, Http500, LostReply, Slow
from syndicate.loopback.smtp import SmtpFault


def lose_the_answer(room: Newsroom) -> Answer:
    """Publish an article whose post is sent, and nobody hears of it."""
    room.write()
    room.api.faults.append(LostReply())
    return room.run("publish", "kabar.md")


def resolve_command(answer: Answer, choice: str) -> list[str]:
    """The words of the command that was printed, with one of its two choices."""
    [found] = set(
        re.findall(r"syndicate (resolve [\d/]+) --sent REF   or   --not-sent", answer.out)
    )
    return [*shlex.split(found), *shlex.split(choice)]


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
    """The line of the letter that needs somebody."""
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


# pauses


def test_a_short_pause_is_waited_for(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Flood(retry_after=1))
    began = time.monotonic()
    room.publish()
    assert time.monotonic() - began >= 1
    assert len(room.api.posts) == 1


def test_a_long_pause_is_kept_and_a_later_tick_finishes(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Flood(retry_after=3600))
    began = time.monotonic()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "3600" in answer.out
    assert re.search(r"it is tried again from \d+ \w+ \d{4} \d\d:\d\d WIB", answer.out)
    assert time.monotonic() - began < 10
    asked = len(room.api.requests)
    assert room.run("tick").code == 3
    assert room.run("publish", "kabar.md").code == 3
    assert len(room.api.requests) == asked  # nobody knocks before the time
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert len(room.api.posts) == 1


# being stopped


def when(condition: Callable[[], bool], patience: float = 20.0) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_between_two_effects(
    room: Newsroom, number: signal.Signals
) -> None:
    for name in ("a", "b", "c"):
        room.write(f"{name}.md", headline=f"Kabar {name}")
    room.api.faults.append(Slow(seconds=0.7))
    child = room.start("publish", "a.md", "b.md", "c.md")
    when(lambda: bool(room.api.posts))
    os.kill(child.pid, number)
    answer = child.answer()
    assert answer.code == 3
    assert "Traceback" not in answer.err
    assert len(room.api.posts) == 1
    assert room.run("status").code == 3
    room.publish("a.md", "b.md", "c.md")
    assert sorted(room.posts) == sorted(set(room.posts))
    assert len(room.api.posts) == 3


def test_a_second_signal_ends_it_at_once_and_says_what_to_do(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=20))
    child = room.start("publish", "kabar.md")
    when(lambda: bool(room.api.posts))
    for _ in range(2):
        os.kill(child.pid, signal.SIGINT)
        time.sleep(0.3)
    answer = child.answer()
    assert answer.code == 4
    assert "syndicate status" in answer.err
    assert room.run("status").code == 4
    assert len(room.api.posts) == 1


def test_a_killed_command_leaves_a_doubt_that_status_names_at_once(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=20))
    child = room.start("publish", "kabar.md")
    when(lambda: bool(room.api.posts))
    os.kill(child.pid, signal.SIGKILL)
    assert child.answer().code == -signal.SIGKILL
    shown = room.run("status")
    assert shown.code == 4
    assert room.run(*resolve_command(shown, "--sent 1")).code == 0
    room.publish()
    assert len(room.api.posts) == 1


def test_what_is_under_way_in_a_living_process_is_left_to_it(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=1))
    child = room.start("publish", "kabar.md")
    when(lambda: bool(room.api.posts))
    assert "under way" in room.run("publish", "kabar.md", at=NOON).out
    assert child.answer().code == 0
    room.publish()
    assert len(room.api.posts) == 1


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


# what settles itself


def let_time_pass(room: Newsroom) -> None:
    """Make everything that was tried until now ten minutes older."""
    with closing(sqlite3.connect(room.ledger)) as db, db:
        for moment in ("started_at", "ended_at"):
            db.execute(f"UPDATE attempts SET {moment} = datetime({moment}, '-10 minutes')")


def look_by(room: Newsroom, way: str) -> None:
    """Let posts be looked for by forwarding them, or on the public page."""
    forwarded = {"audit_chat": "@pindah", "web": "http://127.0.0.1:9"}
    own = forwarded if way == "forwarded" else {"web": room.api.url}
    room.change("telegram", **own)


looking = pytest.mark.parametrize("way", ["forwarded", "page"])


@looking
def test_a_post_that_arrived_is_found_and_then_corrected_in_its_place(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    assert lose_the_answer(room).code == 4
    let_time_pass(room)
    assert room.run("tick").code == 0
    assert room.run("status").code == 0
    room.rewrite("Isi kabar.", "Isi yang benar.")
    room.publish("--note", "Isinya salah.")
    assert len(room.api.shown) == 2
    assert "Isi yang benar." in room.posts[1]


def test_the_very_first_post_is_found_on_the_page(room: Newsroom) -> None:
    look_by(room, "page")
    lose_the_answer(room)
    assert room.run("publish", "kabar.md").code == 4  # the page is some time behind
    let_time_pass(room)
    room.publish()
    assert len(room.posts) == 1


@looking
def test_a_post_that_never_came_is_sent_once_a_later_one_proves_it(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    room.write()
    room.api.faults.append(Http500(done=False))
    assert room.run("publish", "kabar.md").code == 4
    let_time_pass(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "only a later post proves that it is lost: look whether the post is in" in shown.out
    assert resolve_command(room.run("status"), "--not-sent") == resolve_command(shown, "--not-sent")
    room.write("siang.md", headline="Kabar siang")
    room.publish("siang.md")
    looked = len(room.api.requests) + len(room.api.pages)
    assert room.run("tick").code == 4  # an old doubt is not looked for every minute
    assert len(room.api.requests) + len(room.api.pages) == looked
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert [text.partition("\n")[0] for text in room.posts] == [
        "Kabar pagi",
        "Kabar siang",
        "Kabar pertama",
    ]


@looking
def test_the_same_words_of_another_article_are_not_taken_for_the_post(
    room: Newsroom, way: str
) -> None:
    look_by(room, way)
    room.write("pagi.md", headline="Kabar pagi")
    room.publish("pagi.md")
    room.write()
    room.api.faults.append(Http500(done=False))
    assert room.run("publish", "kabar.md").code == 4
    room.write("kembar.md")
    room.publish("kembar.md", "--new")
    let_time_pass(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "https://t.me/kabar/2 has the same text but belongs to another article" in shown.out
    assert len(room.posts) == 2


def test_a_private_channel_says_what_would_look_for_its_posts(room: Newsroom) -> None:
    room.change("telegram", chat="-1001")
    lose_the_answer(room)
    shown = room.run("tick")
    assert shown.code == 4
    assert "channels.telegram.audit_chat, a chat of the office" in shown.out
    resolve_command(shown, "--not-sent")


def test_a_long_pause_holds_for_other_articles_and_other_processes(room: Newsroom) -> None:
    room.write()
    room.write("lain.md", headline="Kabar lain")
    room.api.faults.append(Flood(retry_after=3600))
    assert room.run("publish", "kabar.md").code == 3
    room.api.faults.clear()
    asked = len([one for one in room.api.requests if one.method.startswith("send")])
    answer = room.child("publish", "lain.md")
    assert answer.code == 3
    assert "sending is possible again in" in answer.said
    assert len([one for one in room.api.requests if one.method.startswith("send")]) == asked
    assert room.posts == []


def test_posts_keep_their_distance(room: Newsroom) -> None:
    room.change("telegram", pace=0.5)
    room.write()
    room.write("lain.md", headline="Kabar lain")
    began = time.monotonic()
    room.publish("kabar.md", "lain.md")
    assert time.monotonic() - began >= 0.5
    assert len(room.posts) == 2
