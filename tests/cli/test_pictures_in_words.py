"""Pictures inside a text, where readers get words alone; and items whose text is in paragraphs."""

from __future__ import annotations

from zlib import crc32

import pytest

from support.everywhere import everywhere_at_once
from support.newsroom import EVENING, Newsroom, part
from syndicate.testing import PIXEL
from syndicate_email.letter.plain_text import html_to_text

LINES = {
    '<p><a href="https://x.example/"><img src="https://a.example/s.png" alt="Daftar"></a> ya</p>': [
        "Daftar <https://x.example/> ya"
    ],
    '<p><a href="https://x.example/d"><img src="https://a.example/tombol%20a.png"></a></p>': [
        "tombol a.png <https://x.example/d>"
    ],
    '<p><img src="https://a.example/s.png" alt="Foto &amp; peta" title="Rapat"></p>': [
        "Foto & peta – Rapat <https://a.example/s.png>"
    ],
    '<p>Lihat <img src="https://a.example/s.png" title="Rapat"> ini</p>': [
        "Lihat Rapat <https://a.example/s.png> ini"
    ],
    '<p><img src="https://a.example/s.png" alt=""></p>': ["<https://a.example/s.png>"],
    '<table><tr><td>a</td><td><img src="https://a.example/q.png" alt="Q"></td></tr></table>': [
        "a; Q <https://a.example/q.png>"
    ],
    "<ol>\n<li>\n<p>satu</p>\n<p>lagi</p>\n</li>\n<li><p>dua</p></li>\n</ol>": [
        "1. satu", "lagi", "2. dua"
    ],
    "<ul><li><blockquote><p>kutipan</p></blockquote></li></ul>": ["• kutipan"],
    '<ol><li id="fn1"><div><p>Ibid.</p></div></li></ol>': ["1. Ibid."],
    "<ol><li><h3>Judul</h3>isi</li></ol>": ["1. Judul", "isi"],
}  # fmt: skip


@pytest.mark.parametrize("html", LINES, ids=ascii)
def test_a_text_part_says_pictures_and_keeps_markers_beside_their_items(html: str) -> None:
    assert html_to_text(html, "id").split("\n\n") == LINES[html]


TYPED = {
    "[![Daftar](https://b.example/s.png)](https://contoh.go.id/daftar)": ["Daftar"],
    '![Grafik](https://b.example/p.png "Keterangan gambar")': ["Grafik", "Keterangan gambar"],
    '![](https://b.example/p.png "Hanya keterangan")': ["Hanya keterangan"],
    "![Hanya gambar](https://b.example/p.png)": ["Hanya gambar"],
    "1. satu\n\n   lagi\n\n2. dua": ["1. satu", "2. dua"],
}


def test_pictures_and_items_reach_the_readers_of_words(room: Newsroom) -> None:
    room.subscribe("ani@example.org")
    bodies = [f"Pembuka.\n\n{body}" for body in TYPED]
    for wanted, seen in zip(TYPED.values(), everywhere_at_once(room, bodies), strict=True):
        for words in wanted:
            assert words in seen["text"], seen["text"]
            assert words in seen["telegram"], seen["telegram"]


def test_a_picture_that_nobody_hosts_is_said_in_a_letter(room: Newsroom) -> None:
    room.only("telegram", "harian")
    room.subscribe("ani@example.org")
    (room.folder / "a.png").write_bytes(PIXEL)
    path = room.write(body='Satu.\n\n![Rapat](a.png "Di balai desa")')
    path.write_text(path.read_text("utf-8").replace("url:", "edNote:"), "utf-8")
    room.publish()
    assert room.run("digest", at=EVENING).code == 0
    for kind in ("plain", "html"):
        assert "[Rapat – Di balai desa]" in part(room.letters[0], kind)


def animated(pictures: int) -> bytes:
    """A PNG that says in its head of how many pictures it is."""
    control = b"acTL" + pictures.to_bytes(4, "big") + bytes(4)
    chunk = (8).to_bytes(4, "big") + control + crc32(control).to_bytes(4, "big")
    return PIXEL[:33] + chunk + PIXEL[33:]


def test_an_animated_png_is_said_to_be_shown_still(room: Newsroom) -> None:
    room.only("telegram")
    room.change("telegram", preview="photo")
    (room.folder / "gerak.png").write_bytes(animated(2))
    (room.folder / "diam.png").write_bytes(animated(1))
    room.write("gerak.md", "Satu.", associations=[{"file": "gerak.png", "alt": "G"}])
    still = [{"file": "diam.png", "alt": "D"}]
    room.write("diam.md", "Dua.", headline="Lain", associations=still)
    out = room.run("check", "gerak.md", "diam.md").out
    assert "gerak.md:4: telegram: gerak.png is shown still" in out
    assert "diam.md" not in out
