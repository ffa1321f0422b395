"""Between its scheduling and its minute much may happen to a revision, and to what it answers."""

from __future__ import annotations

from typing import Any

import pytest

from support.newsroom import Newsroom
from syndicate.operations.sequence import Change, run_decision
from syndicate.testing import PIXEL

TEN = "2026-05-04T10:00:00+07:00"
AFTER_TEN = "2026-05-04T10:04:00+07:00"
ELEVEN = "2026-05-04T11:00:00+07:00"


def shown(room: Newsroom) -> list[str]:
    return [post.text.partition("\n")[0] for post in room.api.shown]


def coming(room: Newsroom, at: str) -> Any:
    [found] = room.run("status", "--json", at=at).json["coming"]
    return found


def test_a_publish_of_the_whole_folder_leaves_alone_what_a_colleague_holds(room: Newsroom) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    assert room.run("hold", room.uri(), "--note", "JANGAN terbit").code == 0
    room.write("lain.md", headline="Kabar kedua")
    answer = room.run("publish", "kabar.md", "lain.md")
    assert answer.code == 1
    assert "is held (JANGAN terbit): release it first (syndicate release" in answer.said
    assert shown(room) == []
    assert coming(room, TEN)["state"] == "held"
    assert room.run("release", room.uri()).code == 0
    assert room.run("publish", "kabar.md").code == 0
    assert shown(room) == ["Kabar pertama"]


def test_a_reply_to_what_was_killed_meanwhile_waits_and_asks(room: Newsroom) -> None:
    room.write()
    room.publish()
    uri = room.uri()
    room.write("jawab.md", headline="Jawaban", repliesTo=uri)
    room.run("publish", "jawab.md", "--at", "10.00")
    room.run("withdraw", uri, "--kill", "--reason", "Keliru.", "--yes")
    answer = room.run("tick", at=AFTER_TEN)
    assert answer.code == 3
    assert "was removed everywhere" in answer.said
    assert "does not go out like this" in answer.said
    assert not any("Jawaban" in text for text in shown(room))


def test_a_kill_by_another_machine_between_check_and_record_stops_a_reply(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: _decision in due_revisions."""
    room.write()
    room.publish()
    uri = room.uri()
    room.write("jawab.md", headline="Jawaban", repliesTo=uri)
    room.run("publish", "jawab.md", "--at", "10.00")

    def after_a_kill(*given: Any, **named: Any) -> Change:
        answer = room.run("withdraw", uri, "--kill", "--reason", "Keliru.", "--yes", at=AFTER_TEN)
        assert answer.code == 0, answer.said
        return run_decision(*given, **named)

    monkeypatch.setattr("syndicate.operations.due_revisions.run_decision", after_a_kill)
    answer = room.run("tick", at=AFTER_TEN)
    assert (answer.code, "was removed everywhere" in answer.said) == (3, True)
    assert not any("Jawaban" in text for text in shown(room))


def test_what_has_expired_meanwhile_waits_and_asks(room: Newsroom) -> None:
    room.write(expires="2026-05-04 10:30")
    room.run("publish", "kabar.md", "--at", "10.00")
    answer = room.run("tick", at=ELEVEN)
    assert answer.code == 3
    assert "expired on" in answer.said
    assert shown(room) == []


def test_what_is_scheduled_can_be_answered_at_its_time_or_later(room: Newsroom) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    room.write("jawab.md", headline="Jawaban", repliesTo=room.uri())
    for words in ((), ("--at", "09.30")):
        answer = room.run("publish", "jawab.md", *words)
        assert answer.code == 1
        assert "is scheduled for 4 May 2026 10:00 WIB (publish the answer no earlier" in answer.said
    assert room.run("publish", "jawab.md", "--at", "10.00").code == 0
    assert room.run("tick", at=AFTER_TEN).code == 0
    assert shown(room) == ["Kabar pertama", "Jawaban"]


def test_an_answer_does_not_overtake_the_embargo_of_what_it_answers(room: Newsroom) -> None:
    room.write(embargoedUntil=TEN, uri="tag:kantor.example,2026-05-04:a")
    room.write("jawab.md", headline="Jawaban", repliesTo="tag:kantor.example,2026-05-04:a")
    answer = room.run("publish", "kabar.md", "jawab.md", "--new")
    assert answer.code == 1
    assert "jawab.md:4: tag:kantor.example,2026-05-04:a has not gone out yet" in answer.said
    assert shown(room) == []


@pytest.mark.parametrize("first", ["kabar.md", "jawab.md"])
def test_a_reply_never_goes_out_before_what_it_answers(room: Newsroom, first: str) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    room.write("jawab.md", headline="Jawaban", repliesTo=room.uri())
    room.run("publish", "kabar.md", "jawab.md", "--at", "10.00")
    if first == "kabar.md":  # both at once
        assert room.run("tick", at=AFTER_TEN).code == 0
        assert shown(room) == ["Kabar pertama", "Jawaban"]
    else:
        room.run("publish", "kabar.md", "--at", "12.00")
        answer = room.run("tick", at=AFTER_TEN)
        assert answer.code == 3
        assert "has not gone out yet" in answer.said
        assert shown(room) == []


def test_another_time_keeps_the_channels_and_who_is_told(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang lain")
    words = ("--note", "Isinya salah.", "--notify-readers", "--channel", "telegram")
    room.run("publish", "kabar.md", *words, "--at", "10.00")
    before = coming(room, TEN)
    room.run("publish", "kabar.md", "--at", "11.00")
    after = coming(room, TEN)
    assert after["at"] != before["at"]
    assert (after["channels"], after["note"]) == (["telegram"], "Isinya salah.")
    [(notify,)] = room.rows("SELECT notify_readers FROM drafts")
    assert notify == 1


def test_another_time_for_several_tells_nobody_whom_only_one_of_them_was_to_tell(
    room: Newsroom,
) -> None:
    for name in ("kabar.md", "lain.md"):
        room.write(name, headline=f"Kabar {name}")
        room.publish(name)
        room.rewrite("Isi kabar", f"Isi yang benar dari {name}", name)
    room.run("publish", "kabar.md", "--at", "10.00", "--note", "Isinya salah.", "--notify-readers")
    room.run("publish", "lain.md", "--at", "10.00", "--note", "Ini juga salah.")
    answer = room.run("publish", "kabar.md", "lain.md", "--at", "11.00")
    assert (answer.code, "were not scheduled for the same channels" in answer.said) == (1, True)
    assert room.run("publish", "lain.md", "--at", "11.00").code == 0
    assert room.run("publish", "kabar.md", "--at", "11.00").code == 0
    rows = room.rows("SELECT path LIKE '%kabar.md', notify_readers FROM drafts ORDER BY path")
    assert rows == [(1, 1), (0, 0)]


def test_who_is_told_may_be_changed_of_what_is_scheduled(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang lain")
    embargo = "embargoedUntil: 2026-05-04 10:00\nurl:"
    room.rewrite("url:", embargo)
    room.run("publish", "kabar.md", "--note", "Isinya salah.")
    room.run("publish", "kabar.md", "--note", "Isinya salah.", "--notify-readers")
    [(notify,)] = room.rows("SELECT notify_readers FROM drafts")
    assert notify == 1


def test_what_no_tick_has_taken_is_late_long_before_it_asks(room: Newsroom) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00", "--channel", "telegram")
    assert room.run("status", at=TEN).code == 0
    answer = room.run("status", at=ELEVEN)
    assert answer.code == 3
    assert "Kabar pertama was to go out 1 hour ago" in answer.said
    assert room.run("status", "--check", at=ELEVEN).code == 2
    room.only("feed", "harian")
    assert "waits for a machine that has telegram" in coming(room, ELEVEN)["why"]


@pytest.mark.parametrize("later", [False, True])
def test_readers_can_be_told_that_a_deadline_is_another(room: Newsroom, later: bool) -> None:
    room.write(expires="2026-05-12")
    room.publish()
    room.rewrite("2026-05-12", "2026-05-20")
    words = ("--at", "10.00") if later else ()
    answer = room.run("publish", "kabar.md", "--note", "Batas diperpanjang.", *words)
    assert answer.code == 0, answer.said
    if later:
        assert room.run("tick", at=AFTER_TEN).code == 0
    assert "Batas diperpanjang." in room.post.text
    assert room.run("publish", "kabar.md", at=ELEVEN).code == 0
    assert room.post.text.count("Batas diperpanjang.") == 1


def test_the_plan_of_what_is_scheduled_says_who_will_be_told(room: Newsroom) -> None:
    room.tables["partners.radio"] = {"email": "redaksi@radio.example"}
    room.configure()
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang lain")
    words = ("publish", "kabar.md", "--note", "Isinya salah.", "--at", "10.00", "--json")
    for extra in (("--dry-run",), ()):
        report = room.run(*words, *extra).json
        assert {reach["channel"] for reach in report["audience"]} >= {"telegram", "partners"}


def test_a_picture_that_was_deleted_meanwhile_is_told(room: Newsroom) -> None:
    (room.folder / "foto.png").write_bytes(PIXEL)
    room.write(associations=[{"file": "foto.png", "alt": "Kantor"}])
    room.run("publish", "kabar.md", "--at", "10.00")
    assert coming(room, TEN)["file"] == ""
    (room.folder / "foto.png").unlink()
    assert coming(room, TEN)["file"] == "changed"


def test_what_has_expired_is_not_reinstated_without_a_word(room: Newsroom) -> None:
    room.write(expires="2026-05-04 10:30")
    room.publish()
    room.run("withdraw", "kabar.md", "--reason", "Keliru sekali.", "--yes", at=TEN)
    answer = room.run("reinstate", "kabar.md", "--note", "Ternyata benar.", at=ELEVEN)
    assert answer.code == 1
    assert "expired on" in answer.said
    room.rewrite("10:30", "18:30")
    assert room.run("reinstate", "kabar.md", "--note", "Ternyata benar.", at=ELEVEN).code == 0
