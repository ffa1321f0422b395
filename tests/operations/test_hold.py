"""A held article stops at once wherever it waits; what is out stays, and a release goes on."""

from __future__ import annotations

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part

ANI = "ani@pembaca.example"


def test_what_is_out_stays_and_nothing_new_goes_out(room: Newsroom) -> None:
    room.write()
    room.publish()
    before = room.post.text, room.entries
    held = room.run("hold", "kabar.md", "--note", "Angka diperiksa.")
    assert held.code == 0, held.said
    assert "stays as it is" in held.out
    assert room.run("tick", at=NOON).code == 0
    assert (room.post.text, room.entries) == before
    status = room.run("status", "--json").json
    assert status["articles"][0]["pub_status"] == "withheld"
    assert status["held"][0]["note"] == "Angka diperiksa."
    assert status["exit_code"] == 0
    room.rewrite("Isi", "Isinya")
    refused = room.run("publish", "kabar.md", "--note", "Salah angka.")
    assert refused.code == 1
    assert f"syndicate release {room.uri()}" in refused.complaint
    assert room.run("release", "kabar.md").code == 0
    room.publish("--note", "Salah angka.")
    assert "Isinya" in room.post.text


def test_a_digest_leaves_out_what_is_held_and_the_next_one_carries_it(room: Newsroom) -> None:
    room.subscribe(ANI)
    room.write()
    room.write("lain.md", headline="Kabar lain", body="Isi lain.")
    room.publish("kabar.md", "lain.md")
    held = room.run("hold", "kabar.md", at=NOON)
    assert "not in the digest of" in held.out
    room.run("digest", at=EVENING)
    assert "Kabar pertama" not in part(room.letters[-1], "plain")
    assert room.run("release", "kabar.md", at=EVENING).code == 0
    room.run("digest", at=NEXT_EVENING)
    letter = part(room.letters[-1], "plain")
    assert "Kabar pertama" in letter
    assert "Kabar lain" not in letter
