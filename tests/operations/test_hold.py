"""A held article stops at once wherever it waits; what is out stays, and a release goes on."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

from support.newsroom import EVENING, NEXT_EVENING, NOON, Newsroom, part

ANI = "ani@pembaca.example"
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=="
)


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


def test_no_picture_of_what_is_held_or_scheduled_is_put_up(room: Newsroom) -> None:
    """Guard: _is_held_picture."""
    room.only("feed")
    room.change("feed", pages=True)
    (room.folder / "foto.png").write_bytes(PNG)
    (room.folder / "public").write_text("no folder")  # nothing can be put up
    room.write(body="Isi.\n\n![Foto](foto.png)", url=None)
    room.write("lain.md", headline="Kabar lain", body="Isi lain.")
    assert room.run("publish", "kabar.md", "lain.md").code == 3
    assert room.run("hold", "kabar.md").code in (0, 3)
    (room.folder / "public").unlink()
    assert room.run("tick", at=NOON).code == 0
    assert [entry["title"] for entry in room.entries] == ["Kabar lain"]
    assert not pictures(room)
    assert room.run("release", "kabar.md", at=NOON).code == 0
    assert len(pictures(room)) == 1
    room.write("nanti.md", headline="Kabar nanti", body="Isi.\n\n![Foto](nanti.png)", url=None)
    (room.folder / "nanti.png").write_bytes(PNG + b"\n")
    assert room.run("publish", "nanti.md", "--at", "2026-05-05 08:00", at=NOON).code == 0
    assert room.run("tick", at=NOON).code == 0
    assert len(pictures(room)) == 1
    assert room.run("tick", at="2026-05-05T08:01:00+07:00").code == 0
    assert len(pictures(room)) == 2


def pictures(room: Newsroom) -> list[str]:
    return [path.name for path in room.feed.rglob("*") if path.is_file() and is_png(path)]


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG")


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
