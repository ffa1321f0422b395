"""An address that no program opens reaches the readers of every channel as it was typed."""

from __future__ import annotations

import pytest

from support.everywhere import everywhere_at_once
from support.newsroom import Newsroom

ADDRESSES = (
    "https://a.example:70000/x", "https://a.example:abc/x", "https://999.1.1.1/x", "https://xn--a/x",
    "https:///x",
)  # fmt: skip
WAYS = (
    "[kata]({})", "![kata]({})", "<p><a href='{}'>kata</a></p>", "<img src='{}' alt='kata'>",
    "[![kata]({})](https://b.example/y)", "Ini kata: {}",
)  # fmt: skip
MENDED = {
    r"[kata](https:\\contoh.example\x)": "contoh.example/x",
    "[kata](https:/contoh.example/y)": "contoh.example/y",
    "<p><a href='https:///contoh.example/z'>kata</a></p>": "contoh.example/z",
}


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """An office with a feed that gives pages, a Telegram channel and a list with one reader."""
    room.subscribe("ani@example.org")
    return room


def test_words_and_address_are_said_in_every_channel_and_named_by_line(room: Newsroom) -> None:
    cases = {way.format(address): address for address in ADDRESSES for way in WAYS}
    cases |= MENDED
    bodies = [f"Berita {number}.\n\n{body}" for number, body in enumerate(cases)]
    every = everywhere_at_once(room, bodies)
    for (body, address), channels in zip(cases.items(), every, strict=True):
        for channel, seen in channels.items():
            bare = seen if address.startswith("https:") else seen.replace("https://", "")
            assert address in bare, f"{body}: {channel}: {seen}"
            assert "kata" in seen, f"{body}: {channel}: {seen}"
            assert f'href="{address}' not in seen, f"{body}: {channel}: {seen}"


def test_check_and_the_plan_name_every_such_address_by_line(room: Newsroom) -> None:
    lines = [way.format(address) for address in ADDRESSES for way in WAYS]
    first = 1 + room.write(body="Satu.").read_text("utf-8").split("\n").index("Satu.")
    room.write(body="Satu.\n\n" + "\n\n".join(lines))
    places = [f"kabar.md:{first + 2 + 2 * number}: " for number, _ in enumerate(lines)]
    for answer in (room.run("check", "kabar.md"), room.run("publish", "--dry-run", "kabar.md")):
        seen = answer.out + answer.err
        assert [place for place in places if place not in seen] == []
        assert "Traceback" not in seen
