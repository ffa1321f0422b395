"""One feed and several machines: who sees its folder writes it, whoever does not leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.machine import Machine
from syndicate.testing import PIXEL


def titles(folder: Path) -> str:
    return (folder / "feed.json").read_text()


def test_a_machine_without_the_share_leaves_all_of_it_to_one_that_has_it(
    satu: Machine, dua: Machine
) -> None:
    satu.change("feed", pages=True)
    dua.change("feed", pages=True, directory="share")  # mounted nowhere yet
    satu.write(url=None)
    satu.publish()
    (dua.folder / "share").mkdir()
    gone = dua.run("withdraw", satu.uri(), "--reason", "Keliru.", "--yes")
    assert gone.code == 3
    assert "syndicate channels move feed" in gone.said
    assert not list((dua.folder / "share").iterdir())
    done = satu.run("tick")
    assert done.code == 0, done.said
    feed = Path(str(satu.channels["feed"]["directory"]))
    assert "Keliru." in titles(feed)
    [page] = (feed / "articles").iterdir()
    assert "Keliru." in page.read_text()
    assert not list((dua.folder / "share").iterdir())


@pytest.mark.soak
def test_a_machine_without_channels_leaves_them_to_one_that_has_them(
    satu: Machine, dua: Machine
) -> None:
    satu.write()
    satu.publish()
    dua.only("harian")
    (dua.folder / "foto.png").write_bytes(PIXEL)
    foto = [{"file": "foto.png", "alt": "Sebuah foto"}]
    dua.write("dua.md", headline="Kabar kedua", associations=foto)
    left = dua.run("publish", "dua.md")
    assert (left.code, "channels retire telegram" in left.out) == (3, True)
    assert "feed: 1 thing waits" in dua.run("tick").said
    done = satu.run("tick")
    assert done.code == 0, done.said
    feed = Path(str(satu.channels["feed"]["directory"]))
    assert "Kabar kedua" in titles(feed)
    [hosted] = (feed / "media").iterdir()
    assert hosted.read_bytes() == PIXEL
    assert "Kabar kedua" in satu.posts[-1]
    assert dua.run("tick").code == 0
    (satu.folder / "dua.md").write_bytes((dua.folder / "dua.md").read_bytes())  # its text alone
    same = satu.run("publish", "dua.md")
    assert same.code == 0, same.said
    assert satu.run("withdraw", "dua.md", "--reason", "Keliru.", "--yes").code == 0
