"""A ledger that is older than what was sent is recognised, and nothing is sent with it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom
from support.postman import ANI, BUDI, CICI, Postman, token_of
from syndicate.ledger.database import generations
from syndicate.loopback.smtp import ReceivedLetter

OLDER = "this ledger is older than what was sent"
SENDS = (
    ("publish", "kabar.md"), ("publish", "lain.md"), ("digest",), ("tick",),
    ("withdraw", "kabar.md", "--reason", "Dicabut.", "--yes"), ("resolve", "1", "--not-sent"),
    ("adopt", "kabar.md", "--channel", "telegram", "1"), ("subscribers", "bounce", "masuk.eml"),
)  # fmt: skip


def mark(room: Newsroom) -> Path:
    return generations.beside(room.ledger)


def put_back(room: Newsroom, copy: str = "cadangan.db") -> None:
    """What an administrator does: away with what is there, and the copy in its place."""
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    shutil.copy(room.folder / copy, room.ledger)


def refuses(room: Newsroom, *words: str, at: str = NOON) -> str:
    """A command ends with 1 and one line that names the way out, and reaches nobody."""
    before = room.effects
    answer = room.run(*words, at=at)
    assert (answer.code, room.effects) == (1, before), answer.said
    assert OLDER in answer.complaint
    assert "`syndicate ledger restored`" in answer.complaint
    return answer.complaint


@pytest.fixture
def copied(room: Newsroom) -> Newsroom:
    """An office with a post, and a copy of its ledger from then."""
    room.subscribe(ANI, BUDI)
    room.write()
    room.publish()
    assert room.run("ledger", "backup", "cadangan.db").code == 0
    return room


def test_a_copy_from_before_a_post_sends_nothing(copied: Newsroom) -> None:
    copied.only("telegram", "harian")  # no folder tells
    copied.write("lain.md", headline="Kabar lain")
    copied.run("publish", "lain.md")  # the feed is another machine's, then
    (copied.folder / "masuk.eml").write_text("Subject: halo\n\nhalo\n")
    put_back(copied)
    for words in SENDS:
        said = refuses(copied, *words)
        assert mark(copied).name in said
    shown = copied.run("status", "--json")
    assert (shown.code, OLDER in shown.json["older"]) == (3, True)
    assert OLDER in copied.run("status").out
    assert OLDER in copied.run("publish", "kabar.md", "--dry-run").said
    assert len(copied.api.posts) == 2


def test_a_copy_from_before_a_digest_writes_to_nobody_twice_nor_to_who_left(
    copied: Newsroom,
) -> None:
    copied.only("telegram", "harian")
    assert copied.run("digest", at=EVENING).code == 0
    assert copied.run("unsubscribe", token_of(copied, 1), at=EVENING).code == 0
    put_back(copied)
    refuses(copied, "tick", at=NEXT_EVENING)
    refuses(copied, "digest", at=EVENING)
    assert sorted(copied.readers) == [ANI, BUDI]


def test_a_copy_from_before_somebody_left_is_one_as_well(copied: Newsroom) -> None:
    copied.only("telegram", "harian")
    for leaves in (
        ("unsubscribe", token_of(copied, 1)), ("subscribers", "remove", BUDI),
        ("subscribers", "forget", BUDI),
    ):  # fmt: skip
        assert copied.run(*leaves, at=NOON).code in (0, 3)  # a copy was moved
        put_back(copied)
        refuses(copied, "digest", at=EVENING)
        assert copied.run("ledger", "restored", at=NOON).code == 0
        copied.run("ledger", "backup", "neu.db")
        shutil.move(copied.folder / "neu.db", copied.folder / "cadangan.db")


def test_restored_goes_on_and_so_does_a_second_copy_of_the_same_night(copied: Newsroom) -> None:
    copied.write("lain.md", headline="Kabar lain")
    copied.publish("lain.md")
    for _ in range(2):
        put_back(copied)
        refuses(copied, "tick")
        assert copied.run("ledger", "restored", at=NOON).code == 0
        assert copied.run("tick", at=NOON).code == 0
        assert copied.run("status", "--json").json["older"] == ""
        copied.write("baru.md", headline="Kabar baru")
        copied.publish("baru.md", "--new", at=NEXT_EVENING)


def test_move_is_no_word_about_an_old_ledger(copied: Newsroom) -> None:
    copied.write("lain.md", headline="Kabar lain")
    copied.publish("lain.md")
    put_back(copied)
    for name in ("feed", "telegram", "harian"):
        refuses(copied, "channels", "move", name)
    copied.change("feed", directory="public/baru")
    refuses(copied, "channels", "move", "feed")  # what tells it is not that place's
    copied.change("feed", directory="public/feed")
    mark(copied).unlink()
    refuses(copied, "channels", "move", "feed")  # its entries tell it, and it has not moved
    refuses(copied, "channels", "move", "telegram")
    refuses(copied, "tick")
    copied.change("feed", directory="public/baru")
    assert copied.run("ledger", "restored", at=NOON).code == 0
    assert copied.run("channels", "move", "feed").code == 0
    copied.publish(at=NOON)


def test_a_token_that_told_it_is_not_forgotten_by_a_move(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.publish()
    assert room.run("unsubscribe", token_of(room, 7)).code == 1
    room.change("feed", directory="public/baru")
    refuses(room, "channels", "move", "feed")
    refuses(room, "tick")


def test_what_a_new_place_shows_is_known_after_a_move(copied: Newsroom) -> None:
    copied.write("lain.md", headline="Kabar lain")
    copied.publish("lain.md")
    put_back(copied)
    mark(copied).unlink()
    without_mark = shutil.ignore_patterns(".syndicate-*")
    shutil.copytree(copied.feed, copied.folder / "public/baru", ignore=without_mark)
    copied.change("feed", directory="public/baru")
    assert copied.run("channels", "move", "feed").code == 0
    assert copied.run("tick", at=NOON).code == 0
    answer = copied.run("publish", "lain.md", at=NOON)
    assert (answer.code, "--new" in answer.complaint) == (1, True)  # that article alone


def test_a_channel_that_has_not_moved_is_left_as_it_is(copied: Newsroom) -> None:
    before = mark(copied).read_bytes()
    for name in ("feed", "telegram", "harian"):
        answer = copied.run("channels", "move", name)
        assert (answer.code, f"{name}: has not moved" in answer.out) == (0, True)
    assert mark(copied).read_bytes() == before
    assert copied.run("status").code == 0


def test_a_ledger_where_nothing_was_sent_since_may_be_put_back(copied: Newsroom) -> None:
    assert copied.run("tick", at=NOON).code == 0
    put_back(copied)
    assert copied.run("tick", at=NOON).code == 0
    copied.publish(at=NOON)
    assert len(copied.posts) == 1


def test_an_emptied_ledger_is_no_new_office(copied: Newsroom) -> None:
    for path in copied.folder.glob("syndicate.db*"):
        path.unlink()
    for words in (("status",), ("check", "kabar.md"), ("publish", "kabar.md", "--dry-run")):
        answer = copied.run(*words)
        assert answer.code == 1
        assert "is missing, although something was sent with it" in answer.complaint
    refuses(copied, "publish", "kabar.md")
    assert copied.run("ledger", "restored", at=NOON).code == 0
    answer = copied.run("publish", "kabar.md", at=NOON)
    assert "it is older than the ledger" in answer.complaint


def test_an_entry_of_ours_in_the_feed_tells_where_nothing_lies_beside(copied: Newsroom) -> None:
    copied.write("lain.md", headline="Kabar lain")
    copied.publish("lain.md")
    put_back(copied)
    mark(copied).unlink()
    assert copied.uri("lain.md") in refuses(copied, "publish", "kabar.md")
    (copied.feed / "feed.json").unlink()
    assert copied.uri("lain.md") in refuses(copied, "tick")
    assert copied.run("ledger", "restored", at=NOON).code == 0
    copied.publish(at=NOON)
    assert copied.run("tick", at=NOON).code == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"items": [7, {"id": 7}]}', b"\xff\xfe"])
def test_a_folder_that_tells_nothing_is_no_evidence(copied: Newsroom, content: bytes) -> None:
    for name in ("feed.json", "rss.xml"):
        (copied.feed / name).write_bytes(content)
    assert copied.run("tick", at=NOON).code == 0


def test_what_partners_and_people_wrote_is_no_evidence(copied: Newsroom) -> None:
    feed = json.loads((copied.feed / "feed.json").read_text())
    foreign = feed["items"][0] | {"id": "tag:mitra.example,2026-05-04:kabar-mitra"}
    feed["items"].append(foreign)
    (copied.feed / "feed.json").write_text(json.dumps(feed))
    assert copied.run("tick", at=NOON).code == 0
    mine = feed["items"][0] | {"id": "tag:kantor.example,2026-05-04:dari-program-lain"}
    hand_made = {"version": feed["version"], "items": [mine]}  # by another program
    (copied.feed / "feed.json").write_text(json.dumps(hand_made))
    (copied.feed / "rss.xml").unlink()
    assert copied.run("tick", at=NOON).code == 0


def test_a_token_of_a_reader_whom_it_does_not_know_tells_it(room: Newsroom) -> None:
    room.subscribe(ANI)
    postman = Postman(room)
    assert room.run("ledger", "backup", "cadangan.db").code == 0
    room.subscribe(CICI)
    room.write()
    room.publish()
    token = token_of(room, 2)
    put_back(room)
    mark(room).unlink()
    shutil.rmtree(room.feed)
    postman.bring(f"unsubscribe {token}", sender=CICI)
    sent = len(room.letters)
    answer = room.run("tick", at=EVENING)
    assert answer.code in (1, 4)
    assert "the token of an unknown reader" in answer.complaint
    assert (len(room.letters), postman.unread) == (sent, 1)
    refuses(room, "publish", "kabar.md")  # and every later command knows
    assert room.run("ledger", "restored", "--digests", "sent", at=EVENING).code == 0


def test_unsubscribe_with_such_a_token_tells_it_too(room: Newsroom) -> None:
    room.subscribe(ANI, BUDI)
    answer = room.run("unsubscribe", token_of(room, 7))
    assert answer.code == 1
    assert "the token of an unknown reader" in answer.complaint
    refuses(room, "tick")
    assert room.run("unsubscribe", token_of(room, 1)).code == 0  # nobody is kept on a list
    assert room.run("subscribers", "remove", BUDI).code == 0


def test_the_mark_is_private_and_grows_with_what_is_sent_alone(room: Newsroom) -> None:
    room.write()
    assert room.run("publish", "kabar.md", "--dry-run").code == 0
    assert not mark(room).exists()
    room.publish()
    assert mark(room).stat().st_mode & 0o777 == 0o600
    before = mark(room).read_text()
    room.publish()
    assert room.run("tick", at=NOON).code == 0
    assert mark(room).read_text() == before
    room.write("lain.md", headline="Kabar lain")
    room.publish("lain.md")
    assert mark(room).read_text() != before


NO_MARK = "it holds no mark"


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (os.mkfifo, "it is a pipe, not a file"),
        (lambda path: path.write_bytes(b""), NO_MARK),
        (lambda path: path.write_bytes(b"9" * 100_000), NO_MARK),
        (lambda path: path.write_bytes(b"-5\n"), NO_MARK),
        (lambda path: path.write_bytes(b"\0" * 9000), NO_MARK),
        (lambda path: path.write_bytes(b"999999999999 nonsense\n"), NO_MARK),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device, not a file"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (Path.mkdir, "it is a folder"),
    ],
)
def test_a_mark_that_says_nothing_is_told_and_kept_until_a_person_decides(
    copied: Newsroom, put: Callable[[Path], object], what: str
) -> None:
    mark(copied).unlink()
    put(mark(copied))
    before = os.lstat(mark(copied))
    copied.write("lain.md", headline="Kabar lain")
    told = f"{mark(copied)}: {what}: an older copy of the ledger would not be recognised"
    for words in (("tick",), ("publish", "lain.md"), ("status",), ("subscribers", "list")):
        answer = copied.run(*words, at=NOON)
        assert (answer.code, told in answer.err) == (0, True), answer.said
    after = os.lstat(mark(copied))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    if put is Path.mkdir:
        mark(copied).rmdir()
        copied.write("baru.md", headline="Kabar baru")
        copied.publish("baru.md", at=NOON)
    else:
        assert copied.run("ledger", "restored", at=NOON).code == 0
    assert generations.read(mark(copied)) is not None
    assert "would not be recognised" not in copied.run("status").said


def test_a_harmed_mark_beside_a_ledger_that_never_sent_anything_is_a_lost_ledgers(
    copied: Newsroom,
) -> None:
    mark(copied).write_bytes(b"\0" * 100)
    for path in copied.folder.glob("syndicate.db*"):
        path.unlink()
    before = copied.effects
    answer = copied.run("publish", "kabar.md")
    assert (answer.code, copied.effects) == (1, before), answer.said
    assert f"{mark(copied)} is damaged, and this ledger has never sent" in answer.err
    assert "`syndicate ledger restored`" in answer.err
    assert copied.run("ledger", "restored", at=NOON).code == 0
    assert generations.read(mark(copied)) is not None


def test_who_joins_a_list_of_an_old_ledger_is_taken_and_the_office_told(copied: Newsroom) -> None:
    copied.write("lain.md", headline="Kabar lain")
    copied.publish("lain.md")
    put_back(copied)
    (copied.folder / "orang.csv").write_text(f"email\n{CICI}\n")
    for words in (("add", "baru@pembaca.example"), ("import", "orang.csv"), ("remove", CICI)):
        answer = copied.run("subscribers", *words)
        assert (answer.code, OLDER in answer.err) == (0, True), answer.said


def test_a_mark_that_cannot_be_written_is_told_and_stops_nothing(room: Newsroom) -> None:
    room.write()
    mark(room).mkdir()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 0
    assert "an older copy of the ledger would not be recognised" in answer.said
    assert len(room.posts) == 1


def test_a_copy_from_the_middle_of_a_digest_is_one_as_well(
    copied: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.only("telegram", "harian")
    kept = copied.smtp.keep

    def keep(letter: ReceivedLetter) -> None:
        if not copied.smtp.letters:
            with closing(sqlite3.connect(copied.ledger)) as db:
                db.execute("VACUUM INTO ?", (str(copied.folder / "tengah.db"),))
            (copied.folder / "tengah.db").chmod(0o600)
        kept(letter)

    monkeypatch.setattr(copied.smtp, "keep", keep)
    assert copied.run("digest", at=EVENING).code == 0
    put_back(copied, "tengah.db")
    refuses(copied, "digest", at=EVENING)
