"""The lines around the front matter, with signs that nobody sees pasted before or behind them."""

from __future__ import annotations

import pytest

from support.newsroom import Newsroom

SIGNS = {
    "zero-width": "\u200b", "mark": "\ufeff", "hard": "\u00a0", "soft": "\u00ad",
    "joiner": "\u200d",
    "apart": "\u200c", "direction": "\u200e", "thin": "\u2009", "space": " ", "two": "\ufeff\u200b",
}  # fmt: skip


def files(room: Newsroom) -> list[str]:
    names = []
    for name, sign in SIGNS.items():
        for where, fences in {
            "before": (f"{sign}---", "---"),
            "behind": (f"---{sign}", "---"),
            "both": (f"{sign}---{sign} ", f"---{sign}"),
        }.items():
            for kind, end in {"unix": "\n", "dos": "\r\n", "mac": "\r"}.items():
                if (where, kind) in {("behind", "dos"), ("before", "mac")}:
                    continue
                title = f"{name} {where} {kind}"
                lines = [
                    fences[0],
                    f"headline: {title}",
                    "edNote: TODO",
                    fences[1],
                    f"Isi {title}.",
                ]
                path = room.folder / f"{title.replace(' ', '-')}.md"
                path.write_bytes(end.join(lines).encode())
                names.append(path.name)
    return names


@pytest.mark.soak
def test_a_file_with_unseen_signs_around_its_fences_is_published_and_then_unchanged(
    room: Newsroom,
) -> None:
    names = files(room)
    before = {name: (room.folder / name).read_bytes() for name in names}
    found = room.run("check", *names)
    assert (found.code, found.err.count(".md:")) == (0, 0), found.err
    room.publish(*names)
    for name in names:
        after = (room.folder / name).read_bytes()
        lines = after.splitlines(keepends=True)
        assert lines[1].startswith(b'uri: "tag:'), name
        assert b"".join(lines[:1] + lines[2:]) == before[name]
    posts = len(room.api.shown)
    again = room.run("publish", *names, "--json")
    assert again.code == 0, again.err
    assert len(room.api.shown) == posts == len(names)
    assert [(room.folder / name).read_bytes() for name in names] != list(before.values())


def test_words_left_in_such_a_front_matter_are_found_by_their_line(room: Newsroom) -> None:
    text = "\u200b---\u00a0\nheadline: Judul\nby: ‹isi: nama›\n\u00ad---\nIsi.\n"
    (room.folder / "kabar.md").write_text(text, encoding="utf-8")
    [finding] = room.run("check", "kabar.md", "--json").found
    assert finding.startswith("kabar.md:3: ")


def test_lines_are_counted_as_editors_count_them(room: Newsroom) -> None:
    text = "---\nheadline: Judul\n---\nSatu.\u2028Dua.\u0085Tiga.\n\nTODO\n"
    (room.folder / "kabar.md").write_text(text, encoding="utf-8")
    findings = room.run("check", "kabar.md", "--json").found
    assert any(one.startswith("kabar.md:6: ") and "TODO" in one for one in findings), findings
