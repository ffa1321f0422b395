"""The plan and the answer say what coming digests tell of: neither less nor more."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom

TUESDAY = "2026-05-05T08:00:00+07:00"
IN_IT = "in the digest of 5 May 2026 17:00 WIB"


@pytest.fixture
def grown(room: Newsroom) -> Newsroom:
    """An office that added a list after its first article."""
    added = room.channels["harian"]
    room.only("feed", "telegram")
    room.write("lama.md", "Isi lama.", headline="Kabar lama")
    room.publish("lama.md")
    room.channels["harian"] = added
    room.configure()
    room.subscribe("ani@pembaca.example", at=NOON)
    room.write("baru.md", "Isi baru yang lain.", headline="Kabar baru")
    room.publish("baru.md", at=NOON)
    assert room.run("digest", at=EVENING).code == 0
    return room


def lists_line(room: Newsroom, *words: str, at: str = TUESDAY) -> list[tuple[str, str]]:
    """What the plan says of the list, which is what the answer says of it then."""
    plan, answer = (
        room.run("publish", "lama.md", *words, *dry, "--json", at=at) for dry in (["--dry-run"], [])
    )
    found = []
    for one in (plan, answer):
        assert one.code == 0, one.said
        mine = [line for line in one.json["lines"] if line["channel"] == "harian"]
        found.append([(line["action"], line["why"]) for line in mine])
    assert found[0] == found[1]
    return found[1]


def subjects(room: Newsroom) -> list[str]:
    """Of the letters of the next evening."""
    before = len(room.letters)
    assert room.run("digest", at=NEXT_EVENING).code == 0
    return [str(letter["subject"]) for letter in room.letters[before:]]


@pytest.mark.parametrize(
    "words", [["--backfill"], ["--channel", "harian"], ["--channel", "harian", "--backfill"]],
    ids=" ".join,
)  # fmt: skip
def test_an_old_article_that_a_list_gets_is_said(grown: Newsroom, words: list[str]) -> None:
    assert lists_line(grown, *words) == [("digest", IN_IT)]
    assert subjects(grown) == ["Kabar lama"]


def test_so_is_one_whose_front_matter_names_the_list(grown: Newsroom) -> None:
    grown.rewrite("headline:", "channels: [feed, telegram, harian]\nheadline:", "lama.md")
    assert lists_line(grown) == [("digest", IN_IT)]
    assert subjects(grown) == ["Kabar lama"]


def test_so_is_a_silent_fix_that_brings_it_there(grown: Newsroom) -> None:
    grown.rewrite("Isi lama", "Isi yang lama", "lama.md")
    assert lists_line(grown, "--minor", "--backfill") == [("digest", IN_IT)]
    assert subjects(grown) == ["Kabar lama"]


def test_a_correction_of_what_no_digest_holds_is_not(grown: Newsroom) -> None:
    grown.rewrite("Isi lama", "Isi yang benar", "lama.md")
    said = lists_line(grown, "--note", "Keliru.")
    assert [action for action, _ in said] == ["nothing"]
    assert subjects(grown) == []


def test_what_is_in_it_already_is_said_to_be_where_the_list_is_named(grown: Newsroom) -> None:
    assert lists_line(grown, "--channel", "harian") == [("digest", IN_IT)]
    assert lists_line(grown, "--channel", "harian") == [("nothing", IN_IT)]
    assert lists_line(grown, "--backfill") == []
    assert subjects(grown) == ["Kabar lama"]


def test_what_was_in_a_digest_is_not_said_to_come_again(grown: Newsroom) -> None:
    grown.publish("lama.md", "--backfill", at=TUESDAY)
    assert subjects(grown) == ["Kabar lama"]
    for words in (["--backfill"], ["--channel", "harian"]):
        assert lists_line(grown, *words, at="2026-05-06T08:00:00+07:00") == []


def test_a_list_that_does_not_take_an_article_is_not_said_to_tell_of_it(grown: Newsroom) -> None:
    grown.change("harian", profiles=["rekrutmen"])
    assert lists_line(grown, "--backfill") == []
    grown.write("lain.md", "Isi lain sama sekali.", headline="Lain", profile="berita")
    for words in ([], ["--channel", "telegram"]):
        plan = grown.run("publish", "lain.md", *words, "--dry-run", at=TUESDAY)
        assert plan.code == 0, plan.said
        assert "harian" not in plan.out
    assert subjects(grown) == []


def test_what_is_corrected_with_its_adopted_post_is_said_to_come(grown: Newsroom) -> None:
    grown.rewrite("Isi baru", "Isi benar", "baru.md")
    post = next(post for post in grown.api.shown if "Kabar baru" in post.text)
    where = f"https://t.me/kabar/{post.message_id}"
    words = ["adopt", "baru.md", "--channel", "telegram", where, "--note", "Keliru.", "--json"]
    answer = grown.run(*words, at=TUESDAY)
    assert answer.code == 0, answer.said
    mine = [line for line in answer.json["lines"] if line["channel"] == "harian"]
    assert [(line["action"], line["why"]) for line in mine] == [("digest", IN_IT)]
    assert len(subjects(grown)) == 1
