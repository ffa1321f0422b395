"""No warning is said of an address that readers can open or read."""

from __future__ import annotations

import pytest

from cli.test_parts import remarks
from support.newsroom import Newsroom

# the text, and the address that Telegram's readers get of it
REACHED = {
    "[x](https://a.example/it's-here)": "https://a.example/it's-here",
    "[x](https://a.example/?id=1&region=2&section=3)": "https://a.example/?id=1&region=2&section=3",
    "[x](https://a.example/?a=1&currentsidebar=2&copy=3&lt=4)":
        "https://a.example/?a=1&currentsidebar=2&copy=3&lt=4",
    "[x](https://a.example/?a=1&amp;b=2)": "https://a.example/?a=1&b=2",
    "<https://a.example/?region=1&not=2> lagi.": "a.example/?region=1&not=2",
    "Lihat https://a.example/?reg=1&para=2 lagi.": "a.example/?reg=1&para=2",
    "[Surat](mailto:info@a.example?subject=Halo%20dunia)": "info@a.example",
    "[Surat](mailto:info@a.example?subject=Halo&body=Isi)": "info@a.example",
    "~~https://a.example/s~~": "a.example/s",
    "_https://a.example/u_.": "a.example/u",
    "***https://a.example/v***": "a.example/v",
    "[x](https://dépôt.example/é)": "https://xn--dpt-bma0d.example/%C3%A9",
    "[WA](whatsapp://send?phone=62811&text=it's&region=2)":
        "whatsapp://send?phone=62811&text=it's&region=2",
}  # fmt: skip


@pytest.mark.parametrize("url", [True, False])
def test_an_address_that_every_channel_shows_is_not_said_to_be_missing(
    room: Newsroom, url: bool
) -> None:
    names = [f"{number:02}.md" for number, _ in enumerate(REACHED)]
    for name, body in zip(names, REACHED, strict=True):
        path = room.write(name, f"Satu dua.\n\n{body} akhir kata.", headline=f"Judul {name}")
        if not url:
            path.write_text(path.read_text("utf-8").replace("url:", "edNote:"), "utf-8")
    assert remarks(room, names) == []
    room.publish(*names)
    for post, address in zip(room.api.shown, REACHED.values(), strict=True):
        links = [entity.get("url", "") for entity in post.entities]
        assert address in f"{post.text} {links}".replace('"', "'")


@pytest.mark.parametrize(
    ("channel", "settings"),
    [("harian", {}), ("telegram", {"length": "lead"}), ("telegram", {"length": 300})],
)
def test_the_links_of_a_lead_are_behind_its_link_to_the_rest(
    room: Newsroom, channel: str, settings: dict[str, object]
) -> None:
    room.change(channel, **settings)
    room.only(channel)
    room.write(body="Lihat [satu](https://b.example/1) dan https://b.example/2, [dua](/dua).")
    assert remarks(room, ["kabar.md"]) == []


def test_an_address_that_reaches_nobody_is_still_named(room: Newsroom) -> None:
    folder = room.folder / "surat"
    folder.mkdir()
    page = "{% for one in letter.entries %}{{ one.headline }} Lihat x dan kawan.{% endfor %}"
    for name in ("letter.html.jinja", "letter.txt.jinja"):
        (folder / name).write_text(page + "{{ mailto }}", encoding="utf-8")
    room.change("harian", template=str(folder))
    room.only("harian")
    path = room.write(body="Lihat [x](https://b.example/?id=1&region=2) dan kawan.")
    path.write_text(path.read_text("utf-8").replace("url:", "edNote:"), "utf-8")
    says = "kabar.md:6: harian: the address https://b.example/?id=1&region=2 would not be shown"
    assert says in room.run("check", "kabar.md").out
