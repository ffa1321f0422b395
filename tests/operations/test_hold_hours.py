"""In a channel's hours what is not urgent waits for their end; withdrawals never do."""

from __future__ import annotations

import pytest

from support.hooks import hook
from support.newsroom import EVENING, MORNING, Newsroom
from syndicate.loopback.smtp import SmtpFault

NIGHT = "2026-05-04T23:30:00+07:00"
LATER = "2026-05-05T00:30:00+07:00"
NEXT_MORNING = "2026-05-05T06:01:00+07:00"


def test_a_post_of_the_night_waits_for_the_morning(room: Newsroom) -> None:
    room.only("feed", "telegram")
    room.change("telegram", hold_hours="22:00-06:00")
    room.write()
    with hook() as desk:
        room.tables["desk"] = {"webhook": desk.url}
        room.configure()
        assert room.run("publish", "kabar.md", at=NIGHT).code == 3
        for at in (NIGHT, LATER):
            assert room.run("tick", at=at).code == 3
            assert (len(room.entries), room.posts) == (1, [])
            status = room.run("status", "--json", at=at).json
            assert status["alerts"] == []
            [line] = status["open"]
            assert line["state"] == "waiting"
            assert line["why"] == ("held until 5 May 2026 06:00 WIB (channels.telegram.hold_hours)")
        assert room.run("tick", at=NEXT_MORNING).code == 0
        assert len(room.posts) == 1
        assert desk.bodies == []  # it was meant so


def test_a_post_that_is_withdrawn_while_it_waits_is_no_edited_post(room: Newsroom) -> None:
    room.only("telegram")
    room.change("telegram", hold_hours="22:00-06:00")
    room.write()
    room.run("publish", "kabar.md", at=NIGHT)
    taken_back = room.run("withdraw", "kabar.md", "--reason", "Batal.", "--yes", at=NIGHT)
    assert "1 post" not in taken_back.out
    assert room.run("tick", at=NEXT_MORNING).code == 0
    status = room.run("status", "kabar.md", at=NEXT_MORNING)
    assert "held until" not in status.out
    assert room.posts == []


def test_what_is_urgent_and_what_takes_back_do_not_wait(room: Newsroom) -> None:
    room.only("telegram")
    room.change("telegram", hold_hours="22:00-06:00")
    room.write()
    room.write("banjir.md", headline="Banjir", urgency=1)
    room.publish()
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    room.run("publish", "kabar.md", "--note", "keliru", at=NIGHT)
    room.publish("banjir.md", at=NIGHT)
    kabar, banjir = room.posts
    assert "yang lain" not in kabar
    assert "Banjir" in banjir
    room.rewrite("Isi kabar.", "Air surut.", "banjir.md")
    room.publish("banjir.md", "--note", "sudah surut", at=NIGHT)
    assert "Air surut." in room.posts[1]
    gone = room.run("withdraw", "kabar.md", "--reason", "tidak benar", "--yes", at=NIGHT)
    assert gone.code == 0
    assert "tidak benar" in room.posts[0]
    assert room.run("tick", at=NEXT_MORNING).code == 0
    assert "yang lain" not in room.posts[0]


@pytest.mark.parametrize("urgency", [1, 5])
def test_a_digest_that_is_left_over_waits_and_urgent_letters_do_not(
    room: Newsroom, urgency: int
) -> None:
    room.only("harian")
    room.change("harian", hold_hours="22:00-06:00", immediate=True)
    room.subscribe("ani@example.org")
    room.write()
    room.publish(at=MORNING)
    room.smtp.faults.append(SmtpFault(at="connect", do="defer"))
    assert room.run("tick", at=EVENING).code == 3
    room.smtp.faults.clear()
    room.let_pauses_end()
    assert room.run("tick", at=NIGHT).code == 3
    assert room.letters == []
    [digest] = room.run("status", "--json", at=NIGHT).json["digests"]
    assert digest["why"].startswith("held until 5 May 2026 06:00")
    room.write("banjir.md", headline="Banjir", urgency=urgency)
    room.publish("banjir.md", at=NIGHT)
    assert len(room.letters) == (1 if urgency == 1 else 0)
    assert room.run("tick", at=NEXT_MORNING).code == 0
    assert len(room.letters) == (2 if urgency == 1 else 1)
    assert room.rows("SELECT why FROM runs WHERE why != ''") == []
