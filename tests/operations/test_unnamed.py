"""What is refused has changed no file: new articles get their uris once all can be said."""

from __future__ import annotations

import re
import struct

from support.newsroom import Newsroom

TOO_LONG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 20_000, 10) + b"\x08\x02\0\0\0"


def refused(room: Newsroom, *words: str) -> str:
    """Why a command was refused; it changed nothing."""
    before = room.everything().files
    answer = room.run(*words)
    assert answer.code == 1, answer.said
    assert room.everything().files == before
    assert (room.posts, room.entries) == ([], [])
    return answer.complaint


def test_what_a_channel_refuses_leaves_all_files_as_they_were(room: Newsroom) -> None:
    (room.folder / "panjang.png").write_bytes(TOO_LONG)
    room.write("baik.md", "Kabar lain yang tidak salah apa pun.", headline="Kabar baik")
    path = room.write(associations=[{"file": "panjang.png", "alt": "x"}])
    why = refused(room, "publish", "baik.md", "kabar.md")
    line = int(re.search(r"kabar\.md:(\d+): channels\.telegram: ", why)[1])  # type: ignore[index]
    assert "panjang.png" in path.read_text(encoding="utf-8").splitlines()[line - 1]
    place, told = why.removeprefix("syndicate: ").split(": ", 1)
    assert f"{place}: channel: {told}" in room.run("check", "kabar.md").out
    assert "kabar.md" in refused(room, "adopt", "kabar.md", "--channel", "telegram", "7")


def test_what_needs_a_note_leaves_the_other_files_as_they_were(room: Newsroom) -> None:
    room.publish(room.write().name)
    room.rewrite("Isi kabar.", "Isi kabar yang lain.")
    room.write("baru.md", "Kabar lain yang tidak salah apa pun.", headline="Kabar baru")
    before = room.everything().files
    assert room.run("publish", "kabar.md", "baru.md").code == 1
    assert room.everything().files == before
    room.publish("kabar.md", "baru.md", "--minor")
    assert room.uri("baru.md")
