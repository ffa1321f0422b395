"""The folder of a feed: what is written and removed there, and what a full disk does to it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import EACCES, EDQUOT, EFBIG, EIO, ENOSPC, EROFS
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from support.feeds import FORMATS, URL, make_feed, rendered
from syndicate.errors import DeliveryError, Refused, Unavailable
from syndicate.model.article import InfoSource
from syndicate.model.delivery import Delivery, Receipt, Rendition
from syndicate.testing import (
    HELLO,
    PICTURE,
    PIXEL,
    corrected,
    deliveries,
    edition,
    item,
    publish,
    withdrawn,
)
from syndicate_feed import Feed, files


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return make_feed(tmp_path / "feed")


def test_what_stands_already_is_not_touched(feed: Feed) -> None:
    todo = [*deliveries(feed, edition(feed, item())), picture_delivery(feed)]
    publish(feed, todo)
    before = states(feed.directory)
    time.sleep(0.02)
    publish(feed, todo)
    assert states(feed.directory) == before
    publish(feed, deliveries(feed, edition(feed, corrected(HELLO))))
    assert states(feed.directory) != before


def test_files_and_folders_can_be_read_by_a_web_server(feed: Feed) -> None:
    with umask(0o077):
        feed.publish(picture_delivery(feed))
    assert mode(feed.directory) == mode(feed.directory / "media") == 0o755
    assert mode(feed.directory / "media" / PICTURE.name) == 0o644


def test_a_mode_somebody_chose_is_kept(feed: Feed) -> None:
    publish(feed, deliveries(feed, edition(feed, item())))
    (feed.directory / "rss.xml").chmod(0o640)
    publish(feed, deliveries(feed, edition(feed, corrected(HELLO))))
    assert mode(feed.directory / "rss.xml") == 0o640


def test_a_picture_is_put_where_its_address_says(feed: Feed) -> None:
    receipt = feed.publish(picture_delivery(feed))
    assert receipt == Receipt(reference=f"media/{PICTURE.name}", url=f"{URL}/media/{PICTURE.name}")
    assert (feed.directory / "media" / PICTURE.name).read_bytes() == PIXEL


def test_a_picture_stands_as_long_as_its_bytes_are_its_own(feed: Feed) -> None:
    rendition = feed.host(PICTURE)
    receipt = Receipt(reference=rendition.address)
    assert not feed.holds(rendition, receipt)
    feed.publish(picture_delivery(feed))
    assert feed.holds(rendition, receipt)
    (feed.directory / rendition.address).write_bytes(PIXEL[:-1] + b"?")
    assert not feed.holds(rendition, receipt)


def test_a_file_that_is_gone_or_changed_no_longer_stands(feed: Feed) -> None:
    delivery, *_ = deliveries(feed, edition(feed, item()))
    receipt = feed.publish(delivery)
    (feed.directory / "rss.xml").write_bytes(b"x" * len(delivery.rendition.content))
    assert not feed.holds(delivery.rendition, receipt)
    feed.remove(receipt)
    assert not feed.holds(delivery.rendition, receipt)


ESCAPES = ("../secret", "/etc/hostname", "media/../../secret", "", ".", "media", "theirs.html")


@pytest.mark.parametrize("reference", ESCAPES)
def test_nothing_but_our_own_files_is_ever_touched(feed: Feed, reference: str) -> None:
    (feed.directory / "media").mkdir(parents=True)
    secret = feed.directory.parent / "secret"
    for stranger in (secret, feed.directory / "theirs.html"):
        stranger.write_text("theirs")
    rendition = Rendition(address=reference, media_type="text/plain", content=b"theirs")
    with pytest.raises(Refused, match=r"channels\.feed\.directory"):
        feed.remove(Receipt(reference=reference))
    with pytest.raises(Refused, match=r"channels\.feed\.directory"):
        feed.publish(Delivery(key="0" * 32, rendition=rendition))
    assert not feed.holds(rendition, Receipt(reference=reference))
    assert secret.read_text() == (feed.directory / "theirs.html").read_text() == "theirs"


def test_removing_from_a_folder_that_is_gone_is_fine(feed: Feed) -> None:
    feed.remove(Receipt(reference="rss.xml"))
    assert not feed.directory.exists()


def test_the_folder_is_the_identity(tmp_path: Path) -> None:
    feed = make_feed(tmp_path / "a" / ".." / "b")
    assert feed.target() == feed.identity() == str(tmp_path.resolve() / "b")


# When the disk says no


def test_opening_refuses_a_file_in_the_folders_place(feed: Feed) -> None:
    feed.directory.write_text("theirs")
    with pytest.raises(Refused, match=rf"channels\.feed\.directory: {feed.directory} is not a fo"):
        feed.__enter__()
    with pytest.raises(Refused, match=rf"channels\.feed\.directory: {feed.directory} is not a fo"):
        publish(feed, deliveries(feed, edition(feed, item())))
    assert feed.directory.read_text() == "theirs"


def test_opening_allows_a_folder_that_is_yet_to_be_made(tmp_path: Path) -> None:
    with make_feed(tmp_path / "a" / "b") as feed:
        publish(feed, deliveries(feed, edition(feed, item())))
    assert sorted(path.name for path in feed.directory.iterdir()) == sorted(
        (*FORMATS, "index.html")
    )


def test_a_file_above_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "www").write_text("theirs")
    feed = make_feed(tmp_path / "www" / "news" / "feed")
    with feed, pytest.raises(Refused, match=f"{tmp_path / 'www'} is not a folder; move"):
        publish(feed, deliveries(feed, edition(feed, item())))


def test_a_link_to_nowhere_is_named(feed: Feed) -> None:
    feed.directory.symlink_to("nowhere")
    with pytest.raises(Refused, match=f"{feed.directory} is not a folder"):
        publish(feed, deliveries(feed, edition(feed, item())))


def test_a_folder_in_a_files_place_is_refused_and_nothing_is_left_over(feed: Feed) -> None:
    (feed.directory / "rss.xml" / "theirs").mkdir(parents=True)
    delivery, *_ = deliveries(feed, edition(feed, item()))
    with pytest.raises(Refused, match=r"rss\.xml is a folder where a file belongs; move it away"):
        feed.publish(delivery)
    with pytest.raises(Refused, match=r"rss\.xml is a folder where a file belongs; move it away"):
        feed.remove(Receipt(reference="rss.xml"))
    assert os.listdir(feed.directory) == ["rss.xml"]


def test_a_folder_we_may_not_write_in_is_refused(feed: Feed) -> None:
    feed.directory.mkdir(mode=0o555)
    delivery, *_ = deliveries(feed, edition(feed, item()))
    with (
        nobody(),
        pytest.raises(Refused, match=r"channels\.feed\.directory: no permission to write"),
    ):
        feed.publish(delivery)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(feed: Feed) -> None:
    before, *_ = deliveries(feed, edition(feed, item()))
    after, *_ = deliveries(feed, edition(feed, corrected(HELLO)))
    receipt = feed.publish(before)
    with full_disk(), pytest.raises(Unavailable, match=r"channels\.feed\.directory: .* make room"):
        feed.revise(after, receipt)
    assert os.listdir(feed.directory) == ["rss.xml"]
    assert feed.holds(before.rendition, receipt)
    assert feed.holds(after.rendition, feed.revise(after, receipt))


ERRORS: dict[int, tuple[type[DeliveryError], str]] = {
    ENOSPC: (Unavailable, "the disk is full at /www; make room and run again"),
    EDQUOT: (Unavailable, "the disk is full at /www; make room and run again"),
    EFBIG: (Unavailable, "the disk is full at /www; make room and run again"),
    EACCES: (Refused, "no permission to write /www/rss.xml; give it to this user"),
    EROFS: (Refused, "/www is read-only; choose a folder that can be written"),
    EIO: (Unavailable, "/www/rss.xml cannot be written (Input/output error); run again"),
}


@pytest.mark.parametrize("number", ERRORS)
def test_every_error_is_one_line_that_says_what_to_do(number: int) -> None:
    kind, words = ERRORS[number]
    error = OSError(number, os.strerror(number))
    explained = files.explanation("channels.feed.directory", Path("/www/rss.xml"), error)
    assert type(explained) is kind
    assert str(explained) == f"channels.feed.directory: {words}"


def test_what_a_dead_writer_left_is_cleared_away_and_nothing_else(feed: Feed) -> None:
    delivery, *_ = deliveries(feed, edition(feed, item()))
    feed.directory.mkdir()
    strangers = {".rss.xml.swp", ".syndicate", "syndicate-rss.xml.x.tmp"}
    for name in (*strangers, ".syndicate-rss.xml.k1.tmp"):
        (feed.directory / name).write_text("")
    feed.publish(delivery)
    assert set(os.listdir(feed.directory)) == {"rss.xml", *strangers}


WRITER = """
import os, sys
from pathlib import Path
from syndicate_feed import files
os.fsync = lambda handle: (print("writing", flush=True), sys.stdin.read())
files.write_file(Path(sys.argv[1]), b"new" * 1000)
"""


def test_a_kill_in_mid_write_leaves_the_old_file_and_the_next_write_tidies_up(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rss.xml"
    path.write_bytes(b"old")
    with writer(path) as killed:
        assert len(os.listdir(tmp_path)) == 2
        kill(killed)
    assert path.read_bytes() == b"old"
    files.write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["rss.xml"]


def test_what_a_living_writer_has_begun_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "rss.xml"
    with writer(path) as killed, writer(path) as living:
        assert len(os.listdir(tmp_path)) == 2
        kill(killed)
        files.write_file(tmp_path / "atom.xml", b"beside a living writer")
        assert len(os.listdir(tmp_path)) == 2  # without what the dead one left
        living.communicate()
    assert path.read_bytes() == b"new" * 1000


# The settings


def test_settings_are_read_and_a_relative_folder_is_beside_the_configuration(
    tmp_path: Path,
) -> None:
    given = {"name": "feed", "title": "News", "url": f"{URL}/", "directory": "public"}
    feed = TypeAdapter(Feed).validate_python(given, context={"folder": tmp_path})
    assert (feed.url, feed.directory, feed.items) == (URL, tmp_path / "public", 50)


@pytest.mark.parametrize("wrong", [{"items": 0}, {"title": ""}, {"url": "example.org"}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    given = {"name": "feed", "title": "News", "url": URL, "directory": "public"} | wrong
    with pytest.raises(ValidationError):
        TypeAdapter(Feed).validate_python(given)


def test_the_channel_is_imported_without_anything_heavy() -> None:
    code = "import sys, syndicate_feed; print({'feedgen', 'lxml', 'dateutil'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"set()\n"


# Helpers


def picture_delivery(feed: Feed) -> Delivery:
    assert sha256(PIXEL).hexdigest() == PICTURE.sha256
    return Delivery(key="1" * 32, rendition=feed.host(PICTURE), files={PICTURE.sha256: PIXEL})


def states(folder: Path) -> dict[Path, tuple[int, int, bytes]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {p: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


@contextmanager
def nobody() -> Iterator[None]:
    """Without the powers of root, whom no mode keeps out."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def full_disk(room: int = 100) -> Iterator[None]:
    """No file may grow beyond ``room`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def writer(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has written a temporary file and not renamed it yet."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_partner_s_article_names_its_source() -> None:
    linked = InfoSource(name="KPU Contoh", role="originator", uri="https://kpu.example/")
    named = InfoSource(name="Bawaslu Contoh", role="originator")
    for sources, rss, atom in (
        ((linked, named), '<source url="https://kpu.example/">KPU Contoh</source>', linked.uri),
        ((named,), "<dc:source>Bawaslu Contoh</dc:source>", named.name),
    ):
        state = item(replace(HELLO, info_sources=sources))
        made = {n: r.content.decode() for n, r in rendered(make_feed(), state).items()}
        assert made["rss.xml"].count("source>") == 1 + rss.startswith("<dc")
        assert rss in made["rss.xml"]
        assert made["atom.xml"].count(f"<dc:source>{atom}</dc:source>") == 1


def test_what_was_killed_has_a_tombstone_beside_its_notice() -> None:
    gone = withdrawn(HELLO, "It was not so.")
    assert gone.withdrawal
    killed = replace(gone, withdrawal=replace(gone.withdrawal, kill=True))
    for state, stones in ((gone, 0), (killed, 1)):
        made = {n: r.content.decode() for n, r in rendered(make_feed(), state).items()}
        assert made["atom.xml"].count("<at:deleted-entry ") == stones
        assert all("It was not so." in one for one in made.values())
    assert f'<at:deleted-entry ref="{HELLO.uri}" when="' in made["atom.xml"]
    assert "<at:comment>It was not so.</at:comment>" in made["atom.xml"]
