"""What lies where a file should be: a pipe, a device, a folder. Each is one line, and no wait."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.hostile.fuzzing import within
from support.newsroom import Newsroom, newsroom
from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import read
from syndicate.sources.files.local_files import (
    MOST_PICTURE_BYTES,
    file_fingerprint,
    read_local_file,
)
from syndicate.testing import PIXEL

OFFICE = Publisher(name="Kantor", url="https://kantor.example", timezone="Asia/Jakarta")
ARTICLE = "---\nheadline: Kabar\n---\n\nIsi kabar.\n"


def bound_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


ODD: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": bound_socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "nothing": lambda path: path.symlink_to("gone"),
    "itself": lambda path: path.symlink_to(path.name),
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as room:
        yield room


def is_one_line(said: str, *words: str) -> bool:
    [line] = [one for one in said.splitlines() if not one.startswith("rehearsal:")]
    return all(word in line for word in words) and "Traceback" not in said


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_no_article(what: str, tmp_path: Path) -> None:
    path = tmp_path / "kabar.md"
    ODD[what](path)
    with within(1), pytest.raises(ArticleError) as raised:
        read(path, OFFICE)
    assert is_one_line(str(raised.value), f"{path}: ")


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_no_picture(what: str, tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    ODD[what](path)
    with within(1), pytest.raises(ValueError, match=r"dot\.png "):
        read_local_file("dot.png", tmp_path)
    assert file_fingerprint("dot.png", tmp_path) == ""
    (tmp_path / "kabar.md").write_text(ARTICLE + "\n![x](dot.png)\n", encoding="utf-8")
    with within(1), pytest.raises(ArticleError) as raised:
        read(tmp_path / "kabar.md", OFFICE)
    assert is_one_line(str(raised.value), "kabar.md:7: ", "dot.png")


def test_a_command_says_it_of_every_such_article_at_once(room: Newsroom) -> None:
    for number, make in enumerate(ODD.values()):
        make(room.folder / f"{number}.md")
    names = [f"{number}.md" for number in range(len(ODD))]
    for words in (("check",), ("publish", "--dry-run"), ("publish",)):
        with within(3):
            answer = room.run(words[0], *names, *words[1:])
        assert answer.code == 1
        said = [line.removeprefix("syndicate: ") for line in answer.said.splitlines()]
        assert [line[0] for line in said if ".md: " in line] == [*"0123456"]


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_no_configuration(what: str, room: Newsroom) -> None:
    room.write()
    (room.folder / "lain.toml").unlink(missing_ok=True)
    ODD[what](room.folder / "lain.toml")
    with within(2):
        answer = room.run("-c", "lain.toml", "check", "kabar.md")
    assert answer.code == 1
    assert is_one_line(answer.err, "lain.toml: ")


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_no_table_of_people(what: str, room: Newsroom) -> None:
    ODD[what](room.folder / "orang.csv")
    with within(2):
        answer = room.run("subscribers", "import", "--list", "harian", "orang.csv")
    assert answer.code != 0
    assert is_one_line(answer.err, "orang.csv: ")


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_holds_no_secret(what: str, room: Newsroom) -> None:
    room.write()
    ODD[what](room.folder / "rahasia")
    room.change("telegram", token="file:rahasia")
    with within(2):
        answer = room.run("publish", "kabar.md", "--channel", "telegram")
    assert answer.code in (1, 3)
    assert "channels.telegram.token: " in answer.err
    assert "rahasia cannot be read" in answer.err


@pytest.mark.parametrize("what", [one for one in ODD if one not in ("nothing", "itself")])
def test_what_is_no_file_is_no_template(what: str, room: Newsroom) -> None:
    room.write()
    (room.folder / "surat").mkdir()
    (room.folder / "surat" / "letter.txt.jinja").write_text(
        "{% extends 'default/letter.txt.jinja' %}"
    )
    ODD[what](room.folder / "surat" / "letter.html.jinja")
    room.change("harian", template="surat")
    with within(2):
        answer = room.run("check", "kabar.md")
    assert answer.code == 1
    assert is_one_line(answer.err, "channels.harian.template", "letter.html.jinja is not a file")


def test_a_file_without_permission_is_one_line(room: Newsroom) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    room.write().chmod(0)
    answer = room.run("check", "kabar.md")
    assert answer.code == 1
    assert is_one_line(answer.said, "kabar.md: cannot be read: permission denied")


def test_a_picture_that_grows_while_it_is_read_is_read_no_further(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(PIXEL)
    with path.open("ab") as file:
        file.truncate(MOST_PICTURE_BYTES * 50)
    with within(1), pytest.raises(ValueError, match=r"has 500\.0 MB, more than 10 MB"):
        read_local_file("dot.png", tmp_path)


def test_an_article_of_gigabytes_is_read_no_further_than_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "kabar.md"
    path.write_text(ARTICLE, encoding="utf-8")
    os.truncate(path, 50_000_000_000)
    with (
        within(1),
        pytest.raises(ArticleError, match="the article exceeds 200 kB"),
    ):
        read(path, OFFICE)


def test_a_configuration_of_gigabytes_is_one_line(room: Newsroom) -> None:
    os.truncate(room.folder / "config.toml", 50_000_000_000)
    answer = room.run("status")
    assert answer.code == 1
    assert is_one_line(answer.err, "config.toml: more than 1 MB (shorten it)")


def linked_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.p")
    path.symlink_to(f"{path}.p")


OUTPUTS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": bound_socket,
    "a pipe behind a link": linked_pipe,
}


@pytest.mark.parametrize("what", OUTPUTS)
def test_what_is_no_file_is_not_written_to_and_not_waited_for(what: str, room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    OUTPUTS[what](room.folder / "keluar")
    for words in (
        ("subscribers", "export", "keluar"),
        ("subscribers", "export", "--person", "ani@pembaca.example", "keluar"),
        ("ledger", "backup", "keluar"),
        ("new", "Kabar baru", "-o", "keluar"),
        ("init", "keluar", "--name", "Kantor", "--url", "https://kantor.example"),
        ("demo", "keluar"),
    ):
        if what == "a folder" and words[0] in ("init", "demo"):
            continue  # there it belongs
        answer = room.program(*words, patience=20)
        assert answer.code in (1, 2), (words, answer.said)
        assert is_one_line(answer.err, "keluar"), (words, answer.said)


def test_a_pipe_that_somebody_reads_gets_what_is_exported(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    os.mkfifo(room.folder / "keluar")
    reader = os.open(room.folder / "keluar", os.O_RDONLY | os.O_NONBLOCK)
    try:
        answer = room.program("subscribers", "export", "keluar", patience=20)
        assert answer.code == 0, answer.said
        assert b"ani@pembaca.example" in os.read(reader, 65536)
    finally:
        os.close(reader)
