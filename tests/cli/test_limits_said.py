"""What Telegram has no room for is said once, with file and line, and with the true reason."""

from __future__ import annotations

import pytest

from support.newsroom import Newsroom
from syndicate.testing import PIXEL

# a picture of 300 x 1 by what its head says
WIDE = PIXEL[:16] + (300).to_bytes(4, "big") + (1).to_bytes(4, "big") + PIXEL[24:]

LONG = "Kata demi kata yang panjang. " * 300


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("telegram")
    return room


def without_url(room: Newsroom, body: str) -> None:
    path = room.write(body=body)
    path.write_text(path.read_text("utf-8").replace("url:", "edNote:"), "utf-8")


def test_a_text_that_is_too_long_is_refused_once_with_file_and_line(room: Newsroom) -> None:
    without_url(room, LONG)
    says = "channels.telegram: it is 4,618 characters too long for a Telegram post"
    for command, rule in (("check", "channel: "), ("publish", "")):
        answer = room.run(command, "kabar.md")
        assert answer.code == 1
        [line] = [one for one in answer.said.splitlines() if "too long" in one]
        assert line.removeprefix("syndicate: ").startswith(f"kabar.md:6: {rule}{says}")


def test_a_correction_that_is_too_long_is_refused_once_with_file_and_line(room: Newsroom) -> None:
    without_url(room, "Isi.")
    room.publish()
    room.rewrite("Isi.", LONG)
    answer = room.run("publish", "kabar.md", "--note", "Isinya kurang.")
    assert answer.complaint.startswith("syndicate: kabar.md:7: channels.telegram: it is ")


def test_a_picture_that_telegram_does_not_take_is_refused_once_with_its_line(
    room: Newsroom,
) -> None:
    room.change("telegram", preview="photo")
    (room.folder / "pita.png").write_bytes(WIDE)
    room.write(body="Satu.\n\n![x](pita.png)\n\nDua.")
    out = room.run("check", "kabar.md").out
    says = "kabar.md:8: channel: channels.telegram: the picture pita.png (300 x 1) is too large"
    assert [line.startswith(says) for line in out.splitlines()] == [True]


def test_links_with_long_addresses_are_words_for_the_true_reason(room: Newsroom) -> None:
    links = " ".join(f"[l{number}](https://a.example/{'x' * 380}{number})" for number in range(30))
    room.write(body=f"Satu.\n\n{links}")
    out = room.run("check", "kabar.md").out
    why = "becomes plain text: all links and styles of a post, addresses included, hold 9,000 bytes"
    assert out.count(why) == 9
    assert "100 links" not in out


@pytest.mark.parametrize(
    ("body", "count"),
    [(" ".join(f"**l{n}** dan" for n in range(120)), 22),
     (" ".join(f"_l{n}_ ~~m{n}~~" for n in range(60)), 22),
     (" ".join(f"**l{n}** [m{n}](https://a.example/{n})" for n in range(60)), 22),
     (" ".join(f"**l{n}** dan" for n in range(98)), 0)],
)  # fmt: skip
def test_styles_that_a_post_has_no_room_for_are_named(
    room: Newsroom, body: str, count: int
) -> None:
    room.write(body=body)
    out = room.run("check", "kabar.md").out
    lines = [line for line in out.splitlines() if "lose" in line]
    why = "passages lose their style (bold, italic and the like): a post holds 100 links and styles"
    assert lines == ([f"kabar.md:6: telegram: {count} {why}"] if count else [])
