"""`check` names at once whatever is wrong with a file, as far as it can be found apart."""

from __future__ import annotations

from support.newsroom import Newsroom

FRONT = """---
headline: Judul
profile: beriat
date: besok
urgency: 12
expires: 2016/03/10
url: contoh
associations:
  - {file: tidak.png}
  - {file: juga-tidak.pdf}
channels: [tidak-ada]
---

TODO: isi.

![foto](hilang.png) dan ![surat](lenyap.png).
"""
LINES = [3, 4, 5, 6, 7, 9, 10, 14, 16, 16]


def test_everything_that_is_wrong_with_a_file_is_named_at_once(room: Newsroom) -> None:
    (room.folder / "kabar.md").write_text(FRONT, encoding="utf-8")
    found = room.run("check", "kabar.md", "--json").found
    assert [int(one.split(":")[1]) for one in found] == LINES
    answer = room.run("publish", "kabar.md")
    assert answer.code == 1
    assert [one for one in found if one not in answer.err] == []


def test_what_needs_an_article_that_can_be_read_is_named_at_once_too(room: Newsroom) -> None:
    room.write(
        date="2026-06-01", profile="beriat", channels=["tidak-ada"], embargoedUntil="2026-05-05",
        expires="2026-05-04T23:00:00+07:00", body="Isi.\n\nTODO",
    )  # fmt: skip
    found = room.run("check", "kabar.md", "--json").found
    for key in ("date", "beriat", "tidak-ada", "expires on", "TODO", "in the future"):
        assert any(key in one for one in found), key
    assert len(found) == 5
