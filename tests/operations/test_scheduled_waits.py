"""A scheduled revision that waits says why, and for whom, wherever a person meets it."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, NOON, Newsroom
from syndicate.ledger.reports.places import Place, places
from syndicate.office import Office

AFTER_TEN = "2026-05-04T10:04:00+07:00"
LATE = "2026-05-04T16:01:00+07:00"
ELSEWHERE = "a machine that has telegram (this one lacks channels.telegram)"


@pytest.fixture
def lacking(room: Newsroom) -> Newsroom:
    """An office whose revision is scheduled for a channel that has left the configuration."""
    room.write("lain.md", headline="Hasil rapat kerja")
    room.publish("lain.md")
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00", "--channel", "telegram")
    room.only("feed", "harian")
    return room


def test_a_channel_for_which_something_is_scheduled_is_not_retired(lacking: Newsroom) -> None:
    answer = lacking.run("channels", "retire", "telegram")
    assert answer.code == 2
    assert "kabar.md is scheduled for it" in answer.complaint
    assert f"hold {lacking.uri()} --call-off" in answer.complaint
    assert lacking.run("hold", lacking.uri(), "--call-off").code == 0
    assert lacking.run("channels", "retire", "telegram").code == 0


@pytest.mark.parametrize("at", [AFTER_TEN, LATE])
def test_a_missing_channel_is_the_reason_however_late_it_is(lacking: Newsroom, at: str) -> None:
    said = lacking.run("tick", at=at).said
    assert f"waits for {ELSEWHERE} (for other channels: syndicate publish " in said
    assert f"; for none: syndicate hold {lacking.uri()} --call-off)" in said


def test_a_release_promises_nothing_that_this_machine_cannot_send(lacking: Newsroom) -> None:
    lacking.run("hold", "kabar.md")
    said = lacking.run("release", "kabar.md", at=NOON).out
    assert f"goes out with the next tick, from {ELSEWHERE}" in said


def test_the_commands_that_answer_name_the_article(room: Newsroom) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    said = room.run("tick", at=LATE).said
    commands = f"(syndicate release {room.uri()}, syndicate publish kabar.md,"
    commands = f"{commands} syndicate publish kabar.md --at TIME, or syndicate hold {room.uri()})"
    assert commands in said


@pytest.mark.parametrize("how", [("hold", "held"), ("release", "released"), ("off", "unscheduled")])
def test_a_document_names_what_is_held_released_or_called_off(
    room: Newsroom, how: tuple[str, str]
) -> None:
    command, kind = how
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    if command == "release":
        room.run("hold", "kabar.md")
    words = ("hold", "kabar.md", "--call-off") if command == "off" else (command, "kabar.md")
    [article] = room.run(*words, "--json").json["articles"]
    assert (article["kind"], article["at"]) == (kind, "2026-05-04T10:00:00+07:00")
    assert (article["uri"], article["version"]) == (room.uri(), 1)


def test_a_link_to_what_is_scheduled_says_when_and_how_it_comes_back(room: Newsroom) -> None:
    room.only("feed")
    room.change("feed", pages=True)
    room.write("nanti.md", "Teks yang lain sama sekali.", headline="Hasil rapat")
    room.write(body="Lihat [hasil rapat](nanti.md).")
    room.run("publish", "nanti.md", "--at", "10.00")
    said = room.run("publish", "kabar.md").err
    assert "nanti.md goes out on 4 May 2026 10:00 WIB: only the text of the link" in said
    assert "(after that, syndicate publish kabar.md --refresh links it)" in said
    room.run("tick", at=AFTER_TEN)
    assert room.run("publish", "kabar.md", "--refresh", at=AFTER_TEN).code == 0
    [entry] = [entry for entry in room.entries if entry["title"] == "Kabar pertama"]
    assert 'href="https://kantor.example/nanti"' in entry["content_html"]


def test_whoever_asks_to_tell_readers_hears_why_nobody_is_told(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    assert "there is nothing to tell" in room.publish("--notify-readers").out
    room.run("tick", at=EVENING)
    room.rewrite("Isi kabar", "Isi yang benar")
    room.publish("--note", "Isinya keliru.", "--notify-readers", at=EVENING)
    again = room.publish("--notify-readers", at=EVENING)
    assert "its readers are told of version 2 already (`syndicate status kabar.md`" in again.out


def test_a_reason_that_says_nothing_withdraws_nothing(room: Newsroom) -> None:
    room.write()
    room.publish()
    for reason in ("y", "ya", "ok", "  "):
        answer = room.run("withdraw", "kabar.md", "--reason", reason, "--yes")
        assert (answer.code, "write a sentence" in answer.complaint) == (2, True)


def test_an_empty_list_is_no_renamed_chat(lacking: Newsroom) -> None:
    said = lacking.run("tick", at=EVENING).said
    assert "harian: the list has no subscribers" in said
    assert "rename telegram harian" not in said


def test_a_tick_says_once_what_another_tick_was_at_too(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: _parts in tick: another process has claimed what this one then finds done."""
    room.only("feed")
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")

    def as_if_open(office: Office, channel: str) -> list[Place]:
        with office.ledger.reading() as db:
            return [place for place in places(db) if place.channel == channel]

    monkeypatch.setattr("syndicate.operations.tick._open", as_if_open)
    said = room.run("tick", at=AFTER_TEN).out
    assert said.count("feed  feed.json  ") == 1


def test_the_history_tells_two_holds_apart(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    room.rewrite("Isi kabar", "Isi yang benar")
    room.run("publish", "kabar.md", "--at", "10.00", "--note", "Isinya keliru.")
    room.run("hold", "kabar.md", "--note", "Tunggu.")
    room.run("release", "kabar.md")
    acts = room.run("history", "kabar.md", "--json").json["history"]
    notes = [(act["what"], act["detail"]) for act in acts if act["what"] in ("held", "released")]
    assert notes == [
        ("held", "Monday 4 May 2026 10:00 WIB: Tunggu."),
        ("held", "Tunggu."),
        ("released", "Monday 4 May 2026 10:00 WIB"),
        ("released", ""),
    ]


def test_the_history_knows_what_stands_after_a_clock_was_ahead(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    for text, at in (("Isi dua", "2126-05-04T09:00:00+07:00"), ("Isi tiga", NOON)):
        room.rewrite("Isi", text)
        assert room.run("publish", "kabar.md", "--minor", at=at).code == 0
        [stood] = [
            s for s in room.run("history", "kabar.md", "--json").json["stood"] if s["stands"]
        ]
        document = room.run("status", "--json").json
        assert stood["version"] == document["articles"][0]["version"]
