"""Readers follow one article: believed by a token, else confirmed; told once, until they leave."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest

from support.newsroom import EVENING, MORNING, NEXT_EVENING, NOON, Newsroom, part
from support.postman import ANI, BUDI, CICI, Postman, readers, token_of
from syndicate.loopback.smtp import SmtpFault

YEAR_LATER = "2027-05-06T09:00:00+07:00"


@pytest.fixture
def kabar(postman: Postman) -> Postman:
    """A postman, and an article that is published."""
    postman.room.write(body="Mulai pukul sembilan.")
    postman.room.publish()
    return postman


def to(room: Newsroom, address: str, subject: str = "") -> list[str]:
    """The subject and text of the letters to an address."""
    found = [
        f"{one['Subject']}\n{part(one, 'plain')}" for one in room.letters if one["To"] == address
    ]
    return [letter for letter in found if letter.startswith(subject)]


def commands(letter: str, word: str) -> list[str]:
    """The subjects of the letters that its links open."""
    found = re.findall(rf"\?subject=({word}%20\S+)", letter)
    return list(dict.fromkeys(map(unquote, found)))


def follow(postman: Postman, sender: str = CICI, at: str = MORNING) -> None:
    """Let somebody follow it whom no list knows."""
    room = postman.room
    postman.bring(f"Ikuti {room.uri()}", sender=sender)
    assert "1 asked to confirm that they follow an article" in room.run("tick", at=at).out
    [question] = to(room, sender)
    [answer] = commands(question, "confirm")
    postman.bring(answer, sender=sender)
    assert "1 follow an article" in room.run("tick", at=at).out


def correct(room: Newsroom, old: str = "sembilan", new: str = "sepuluh", at: str = NOON) -> None:
    room.rewrite(old, new)
    room.publish("--note", "Jamnya keliru.", at=at)


def test_a_page_s_link_is_confirmed_by_letter_and_brings_corrections_alone(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    assert readers(room) == [ANI, BUDI]  # on no list
    correct(room)
    [letter] = to(room, CICI, "RALAT: Kabar pertama")
    assert "Yang keliru: Jamnya keliru." in letter
    room.write("lain.md", headline="Kabar lain")
    room.publish("lain.md", at=NOON)
    room.run("tick", at=EVENING)
    assert len(to(room, CICI)) == 2  # with the question


def test_a_digest_s_link_is_believed_and_named_by_its_token(kabar: Postman) -> None:
    room = kabar.room
    room.run("tick", at=EVENING)
    [digest] = to(room, ANI)
    [link] = commands(digest, "follow")
    assert link == f"follow {token_of(room, 1)} {room.uri()}"
    kabar.bring(link, sender="anybody@elsewhere.example")
    assert "1 follow an article" in room.run("tick", at=EVENING).out
    assert room.run("subscribers", "export", "--person", ANI).json["follows"][0]["article"] == (
        room.uri()
    )
    correct(room, at=NEXT_EVENING)
    assert len(to(room, ANI, "RALAT")) == 1
    assert to(room, BUDI, "RALAT") == []


def test_after_a_kill_a_follower_s_letter_holds_no_word_of_it(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    room.run("withdraw", "kabar.md", "--reason", "Data pribadi.", "--kill", "--yes", at=NOON)
    [letter] = to(room, CICI, "DITARIK")
    assert "Artikel ini telah ditarik. Alasan: Data pribadi." in letter
    assert not [word for word in ("Kabar pertama", "sembilan") if word in letter]


def test_a_letter_about_a_held_article_waits_for_its_release(kabar: Postman) -> None:
    """Guard: held in Followers."""
    room = kabar.room
    follow(kabar)
    room.smtp.faults = [SmtpFault(at="rcpt", do="defer")]
    room.rewrite("sembilan", "sepuluh")
    room.run("publish", "kabar.md", "--note", "Jamnya keliru.", at=NOON)
    room.smtp.faults = []
    assert room.run("hold", "kabar.md", at=NOON).code == 0
    room.run("tick", at=NOON)
    assert to(room, CICI, "RALAT") == []
    held = [line for line in status(room)["open"] if line["channel"] == "followers"]
    assert [(line["state"], line["why"]) for line in held] == [("held", "its article is held")]
    assert room.run("release", "kabar.md", at=NOON).code == 0
    assert [line["resolve"] for line in status(room)["open"]] == ["syndicate tick"]
    room.run("tick", at=NOON)
    assert len(to(room, CICI, "RALAT")) == 1, room.rows("SELECT * FROM follow_letters")


def status(room: Newsroom) -> dict[str, Any]:
    return dict(room.run("status", "--json", at=NOON).json)


ANSWERS = {"--sent": (["x"], 1), "--not-sent": ([], 2), "--give-up": ([], 2)}  # letters in all


def test_a_letter_in_doubt_stands_in_status_until_a_person_says(kabar: Postman) -> None:
    """Guards: follower_status; resolve_follower."""
    room = kabar.room
    follow(kabar)
    correct(room)
    for answer, (words, letters) in ANSWERS.items():
        room.change_ledger("UPDATE follow_letters SET state = 'in_doubt'")
        [line] = status(room)["open"]
        assert (line["state"], line["address"]) == ("in doubt", "c…@pembaca.example")
        assert line["resolve"].startswith("syndicate resolve follow/1 --sent REF")
        assert room.run("status", at=NOON).code == 4
        assert room.run("resolve", "follow/1", answer, *words, at=NOON).code == 0
        assert status(room)["open"] == []
        assert len(to(room, CICI, "RALAT")) == letters


def test_a_follower_reads_why_an_article_is_reinstated(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    room.run("withdraw", "kabar.md", "--reason", "Belum disetujui.", "--yes", at=NOON)
    room.run("reinstate", "kabar.md", "--note", "Kini disetujui.", "--yes", at=NOON)
    [letter] = to(room, CICI, "DITAYANGKAN KEMBALI: Kabar pertama")
    assert "Kini disetujui." in letter


HERE = {"put back": [], "retired": ["channels", "retire", "harian"]}


@pytest.mark.parametrize("way", HERE)
def test_without_their_list_followers_are_told_by_another_machine_or_list(
    kabar: Postman, way: str
) -> None:
    room = kabar.room
    follow(kabar)
    harian = room.channels.pop("harian")
    room.configure()
    if HERE[way]:
        assert room.run(*HERE[way]).code == 0
    room.rewrite("sembilan", "sepuluh")
    answer = room.run("publish", "kabar.md", "--note", "Jamnya keliru.", at=NOON)
    assert "a machine that has it" in answer.out or HERE[way]
    for _ in range(2):
        room.run("tick", at=NOON)
    assert to(room, CICI, "RALAT") == []
    assert (
        [line["state"] for line in status(room)["open"]]
        == ["waiting"] * len(status(room)["open"])
        != []
    )
    name = "baru" if HERE[way] else "harian"
    room.channels[name] = harian
    room.configure()
    room.run("tick", at=NOON)
    [letter] = to(room, CICI, "RALAT")
    assert commands(letter, "unsubscribe")
    assert status(room)["open"] == []


def test_who_left_the_list_before_its_letter_is_told_as_a_follower(kabar: Postman) -> None:
    room = kabar.room
    room.run("tick", at=EVENING)
    kabar.bring(commands(to(room, ANI)[0], "follow")[0], sender=ANI)
    room.run("tick", at=EVENING)
    room.smtp.faults = [SmtpFault(at="rcpt", do="defer")]
    room.rewrite("sembilan", "sepuluh")
    room.run("publish", "kabar.md", "--note", "Jamnya keliru.", "--notify-readers", at=NEXT_EVENING)
    room.smtp.faults = []
    room.run("subscribers", "remove", "--list", "harian", ANI, "--yes", at=NEXT_EVENING)
    room.let_pauses_end()
    room.run("tick", at=NEXT_EVENING)
    assert len(to(room, ANI, "RALAT")) == 1
    assert room.rows("SELECT state FROM follow_letters") == [("sent",)]


def test_who_follows_no_more_gets_nothing_more(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    correct(room)
    [one] = [letter for letter in room.letters if str(letter["Subject"]).startswith("RALAT")]
    assert one["List-Unsubscribe"]
    [link] = commands(to(room, CICI, "RALAT")[0], "unsubscribe")
    assert link.split()[1] in str(one["List-Unsubscribe"])
    kabar.bring(link, sender="anybody@elsewhere.example")
    assert "1 follow an article no more" in room.run("tick", at=NOON).out
    correct(room, "sepuluh", "sebelas")
    assert len(to(room, CICI, "RALAT")) == 1
    assert readers(room) == [ANI, BUDI]


def test_a_web_page_ends_it_by_the_same_command(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    correct(room)
    [link] = commands(to(room, CICI, "RALAT")[0], "unsubscribe")
    token = link.split()[1]
    assert room.run("unsubscribe", token, "--json").json["list"] == room.uri()
    assert room.run("unsubscribe", token, "--json").json["list"] == ""
    correct(room, "sepuluh", "sebelas")
    assert len(to(room, CICI, "RALAT")) == 1


def test_a_page_links_to_the_mailbox_while_its_article_stands(room: Newsroom) -> None:
    room.change("feed", pages=True, follow="berhenti@kantor.example")
    room.write(url="")
    room.rewrite('url: ""\n', "")
    room.publish()
    [page] = (room.feed / "articles").glob("*.html")
    [link] = re.findall(
        r'href="mailto:berhenti@kantor.example\?subject=(follow%20[^"]+)"', page.read_text()
    )
    assert unquote(link) == f"follow {room.uri()}"
    room.run("withdraw", "kabar.md", "--reason", "Belum disetujui.", "--yes")
    assert "subject=follow" not in page.read_text()


def test_following_ends_after_a_year(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    room.run("tick", at=YEAR_LATER)
    assert room.rows("SELECT count(*) FROM follows") == [(0,)]


def test_a_reminder_says_when_it_ends_once(postman: Postman) -> None:
    room = postman.room
    room.write(body="Mulai pukul sembilan.", expires="2026-05-06T16:00:00+07:00", remind=["1d"])
    room.publish()
    follow(postman)
    for _ in range(2):
        room.run("tick", at=NEXT_EVENING)
    [letter] = to(room, CICI, "PENGINGAT: Kabar pertama")
    assert "Berakhir 6 Mei 2026 16.00 WIB." in letter


def test_following_ends_when_the_article_expires(postman: Postman) -> None:
    room = postman.room
    room.write(body="Mulai pukul sembilan.", expires="2026-05-05T09:00:00+07:00")
    room.publish()
    follow(postman)
    room.run("tick", at=NEXT_EVENING)
    assert room.rows("SELECT count(*) FROM follows") == [(0,)]


def test_who_is_forgotten_follows_nothing(kabar: Postman) -> None:
    room = kabar.room
    follow(kabar)
    assert room.run("subscribers", "forget", CICI, "--yes").code == 0
    correct(room)
    assert to(room, CICI, "RALAT") == []
    kabar.bring(f"follow {room.uri()}", sender=CICI)
    assert "the address is not written to" in room.run("tick", at=NOON).out


def test_who_moves_goes_on_following(kabar: Postman) -> None:
    room = kabar.room
    kabar.bring(f"follow {token_of(room, 1)} {room.uri()}")
    kabar.bring(f"move {token_of(room, 1)} {BUDI}")
    room.run("tick")
    [question] = to(room, BUDI)
    kabar.bring(commands(question, "confirm")[0], sender=BUDI)
    room.run("tick")
    correct(room)
    assert (len(to(room, ANI, "RALAT")), len(to(room, BUDI, "RALAT"))) == (0, 1)


def test_nothing_that_is_not_published_can_be_followed(kabar: Postman) -> None:
    kabar.bring("follow tag:kantor.example,2026:tidak-ada", sender=CICI)
    assert "1 cannot follow: no such article" in kabar.room.run("tick").out
    assert kabar.room.letters == []


def test_nobody_fills_a_mailbox_with_questions(kabar: Postman) -> None:
    room = kabar.room
    for number in range(4):
        kabar.bring(f"follow {room.uri()}", sender=f"cici+{number}@pembaca.example")
    assert "2 not answered: daily limit" in room.run("tick").out
    assert len(room.letters) == 2


def test_who_is_told_by_a_digest_of_the_same_run_gets_no_second_letter(kabar: Postman) -> None:
    room = kabar.room
    kabar.bring(f"follow {token_of(room, 1)} {room.uri()}")
    room.run("tick")
    room.change_ledger(
        "INSERT INTO follow_letters (follow_id, about, at, state)"
        " SELECT id, '1', at, 'due' FROM follows"
    )
    room.run("tick", at=EVENING)
    assert len(to(room, ANI)) == 1
    assert room.rows("SELECT state, why FROM follow_letters") == [("off", "a list has told them")]


@pytest.mark.parametrize("left_out", [False, True])
def test_a_digest_tells_a_follower_only_where_their_letter_holds_the_article(
    kabar: Postman, left_out: bool
) -> None:
    """Guard: lacks in Followers."""
    room = kabar.room
    kabar.bring(f"follow {token_of(room, 1)} {room.uri()}")
    room.run("tick", at=EVENING)
    if left_out:
        room.change_ledger(
            "INSERT INTO omissions (edition_id, stencil, uri, held)"
            f" SELECT edition_id, stencil, '{room.uri()}', 1 FROM letters WHERE subscriber_id = 1"
        )
    room.change_ledger(
        "INSERT INTO follow_letters (follow_id, about, at, state)"
        " SELECT id, '1', at, 'due' FROM follows"
    )
    room.run("tick", at=EVENING)
    assert room.rows("SELECT state FROM follow_letters") == [("sent" if left_out else "off",)]


def test_who_is_told_at_once_by_the_list_gets_no_second_letter(kabar: Postman) -> None:
    room = kabar.room
    kabar.bring(f"follow {token_of(room, 1)} {room.uri()}")
    room.run("tick", at=EVENING)
    room.rewrite("sembilan", "sepuluh")
    room.publish("--note", "Jamnya keliru.", "--notify-readers", at=NEXT_EVENING)
    assert (len(to(room, ANI)), len(to(room, BUDI))) == (2, 2)  # the digest, and one notice each


def test_who_was_told_as_a_follower_is_not_told_again_by_the_next_digest(kabar: Postman) -> None:
    room = kabar.room
    room.run("tick", at=EVENING)
    [link] = commands(to(room, ANI)[0], "follow")
    kabar.bring(link)
    room.run("tick", at=EVENING)
    correct(room, at=EVENING)
    room.run("tick", at=EVENING)
    assert len(to(room, ANI, "RALAT: Kabar pertama")) == 1
    room.run("tick", at=NEXT_EVENING)
    assert len(to(room, ANI, "RALAT: Kabar pertama")) == 1
    assert len(to(room, BUDI, "RALAT: Kabar pertama")) == 1
    room.run("withdraw", "kabar.md", "--reason", "Batal.", "--yes", at=NEXT_EVENING)
    room.run("tick", at="2026-05-06T17:00:00+07:00")
    assert [len(to(room, who, "DITARIK: Kabar pertama")) for who in (ANI, BUDI)] == [1, 1]


def test_who_stops_following_before_the_letter_goes_is_told_by_the_digest(kabar: Postman) -> None:
    room = kabar.room
    room.run("tick", at=EVENING)
    [link] = commands(to(room, ANI)[0], "follow")
    kabar.bring(link)
    room.run("tick", at=EVENING)
    correct(room, at=EVENING)
    [stop] = commands(to(room, ANI, "RALAT")[0], "unsubscribe")
    room.smtp.faults = [SmtpFault(at="rcpt", do="defer", recipient=ANI)]
    room.rewrite("sepuluh", "sebelas")
    assert room.run("publish", "kabar.md", "--note", "Jamnya keliru.", at=EVENING).code == 3
    room.write("lain.md", headline="Lain", body="Hal lain sama sekali.")
    room.run("publish", "lain.md", at=EVENING)
    room.run("tick", at=NEXT_EVENING)
    room.run("unsubscribe", stop.split()[1], at=NEXT_EVENING)
    room.smtp.faults = []
    room.change_ledger("UPDATE letters SET not_before = NULL")
    room.run("tick", at=NEXT_EVENING)
    [digest] = to(room, ANI, "Lain")
    assert "Jamnya keliru." in digest
