"""Feed files that were deleted or changed by hand are restored."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.newsroom import NOON, Newsroom
from syndicate.testing import PIXEL


def stamps(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_feed_whose_files_were_deleted_by_hand_is_restored_as_it_was(room: Newsroom) -> None:
    (room.folder / "titik.png").write_bytes(PIXEL)
    room.write(associations=[{"file": "titik.png", "alt": "Titik"}])
    room.publish()
    before = {name: content for name, (content, _) in stamps(room.feed).items()}
    for path in room.feed.glob("[!.]*"):  # the mark by which the folder is known is left
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    room.publish(at=NOON)
    assert {name: content for name, (content, _) in stamps(room.feed).items()} == before
    assert len(room.api.posts) == 1


def test_a_feed_whose_folder_was_deleted_is_restored_as_it_was_when_a_person_says_so(
    room: Newsroom,
) -> None:
    """Without its mark, nobody can tell it from a share that is not mounted."""
    (room.folder / "titik.png").write_bytes(PIXEL)
    room.write(associations=[{"file": "titik.png", "alt": "Titik"}])
    room.publish()
    before = {name: content for name, (content, _) in stamps(room.feed).items()}
    shutil.rmtree(room.feed)
    answer = room.run("publish", "kabar.md", at=NOON)
    assert (answer.code, room.feed.exists()) == (3, False)
    assert "syndicate channels move feed" in answer.said
    assert room.run("channels", "move", "feed").code == 0
    room.publish(at=NOON)
    after = {name: content for name, (content, _) in stamps(room.feed).items()}
    [old], [new] = before.keys() - after.keys(), after.keys() - before.keys()  # the marks
    assert after | {old: b""} == before | {old: b"", new: after[new]}
    assert len(room.api.posts) == 1


def test_one_file_that_was_changed_by_hand_is_restored_and_the_others_untouched(
    room: Newsroom,
) -> None:
    room.write()
    room.publish()
    before = stamps(room.feed)
    (room.feed / "rss.xml").write_text("something else")
    room.publish(at=NOON)
    after = stamps(room.feed)
    assert after["rss.xml"][0] == before["rss.xml"][0]
    assert {n: s for n, s in after.items() if n != "rss.xml"} == {
        n: s for n, s in before.items() if n != "rss.xml"
    }
