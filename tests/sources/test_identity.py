"""The uri of an article: minted, dated, written into its file."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from syndicate.errors import ArticleError
from syndicate.model.article import Publisher
from syndicate.sources import insert_uri, mint_uri, read, uri_date, uri_in

OFFICE = Publisher(name="Dinas", url="https://Kominfo.Contoh.example:8443/id", email="a@b.example")
URI = "tag:kominfo.contoh.example,2026-08-14:hello-k3x9q"
LINE = f'uri: "{URI}"'.encode()
TODAY = date(2026, 8, 14)


@pytest.mark.parametrize(
    ("headline", "url", "uri"),
    [
        ("Hello", OFFICE.url, URI),
        ("你好", OFFICE.url, URI.replace("hello", "article")),
        ("Hello", "https://münchen.example", URI.replace("kominfo.contoh", "xn--mnchen-3ya")),
        ("Hello", "https://[::1]/", URI.replace("kominfo.contoh", "a@b")),
        ("Hello", "http://127.0.0.1:80", "tag:127.0.0.1,2026-08-14:hello-k3x9q"),
    ],
)
def test_a_uri_names_the_office_the_day_and_the_headline(headline: str, url: str, uri: str) -> None:
    minted = mint_uri(headline, replace(OFFICE, url=url), TODAY, "k3x9q")
    assert minted == uri
    assert uri_date(minted) == TODAY


def test_a_uri_of_a_long_headline_stays_short() -> None:
    assert len(mint_uri("kata " * 100, OFFICE, TODAY, "k3x9q")) < 100


def test_an_office_without_a_name_on_the_net_is_told_so() -> None:
    with pytest.raises(ArticleError, match=r"^publisher\.url: "):
        mint_uri("Hello", Publisher(name="Dinas", url="dinas"), TODAY, "k3x9q")


@pytest.mark.parametrize(
    ("uri", "day"),
    [
        ("tag:a.example,2022-03-18:x", date(2022, 3, 18)),
        ("tag:a.example,2022-03:x", date(2022, 3, 1)),
        ("tag:a.example,2022:x", date(2022, 1, 1)),
        ("tag:desk@a.example,2022-03-18:", date(2022, 3, 18)),
        ("TAG:A.example,2022-03-18:x", date(2022, 3, 18)),
        ("tag:a.example,2022-02-30:x", None),
        ("tag:a.example,2022-3-1:x", None),
        ("tag:a.example:x", None),
        ("https://a.example/2022-03-18", None),
        ("", None),
    ],
)
def test_the_date_of_a_tag_uri_is_read(uri: str, day: date | None) -> None:
    assert uri_date(uri) == day


BYTES = [
    b"---\nheadline: H\n---\nText.\n",
    b"---\r\nheadline: H\r\n---\r\nText.\nmixed\r\n",
    b"---\rheadline: H\r---\rText.",
    b"\xef\xbb\xbf---  \r\n# note\r\nheadline:   H  \r\n---\r\n\r\nText \xe2\x80\x93.",
    b"---\nheadline: H\ndescription: |\n  a\n  b\n...\nText.\n---\n\n\n",
]


@pytest.mark.parametrize("before", BYTES)
def test_the_uri_becomes_the_second_line_and_every_other_byte_stays(
    before: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(before)
    insert_uri(path, URI)
    after = path.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\r" if b"\r" in before else b"\n"
    assert after.split(end)[1] == LINE
    assert after.replace(LINE + end, b"", 1) == before
    assert read(path, OFFICE).article.uri == URI


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "article.md", tmp_path / "link.md"
    path.write_bytes(BYTES[0])
    path.chmod(0o640)
    link.symlink_to("article.md")
    insert_uri(link, URI)
    assert link.is_symlink()
    assert LINE in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["article.md", "link.md"]


@pytest.mark.parametrize(
    "before",
    [
        b"Text.",
        b"---\n{headline: H}\n---\nText.\n",
        b"---\nheadline: H\n",
        b"---\nheadline: \xe9\n---\nText.\n",
    ],
)
def test_a_file_with_no_room_for_the_uri_is_refused_and_untouched(
    before: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(before)
    with pytest.raises(ArticleError) as refused:
        insert_uri(path, URI)
    assert str(refused.value).startswith(f"{path}:")
    assert len(str(refused.value).splitlines()) == 1
    assert path.read_bytes() == before


def test_a_file_that_another_process_named_first_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(before := b'---\nuri: "tag:a.example,2022:x"\nheadline: H\n---\nText.\n')
    insert_uri(path, URI)
    assert path.read_bytes() == before


def test_what_a_killed_process_left_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text("---\nheadline: H\n---\nText.\n")
    for name in (".article.md.x.syndicate-part", ".article.md.swp", ".other.md.x.syndicate-part"):
        (tmp_path / name).touch()
    insert_uri(path, URI)
    left = sorted(entry.name for entry in tmp_path.iterdir())
    assert left == [".article.md.swp", ".other.md.x.syndicate-part", "article.md"]


def test_six_processes_give_a_file_one_name(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text("---\nheadline: H\n---\nText.\n")
    children = []
    for number in range(6):
        if not (child := os.fork()):
            insert_uri(path, f"{URI}-{number}")
            os._exit(0)
        children.append(child)
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    assert path.read_text().count("uri:") == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"gone\.md:1: cannot be written: No such file"):
        insert_uri(tmp_path / "gone.md", URI)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("read_only", ["article.md", "."])
def test_a_read_only_file_or_folder_is_refused(read_only: str, tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(BYTES[0])
    (tmp_path / read_only).chmod(0o555)
    with pytest.raises(ArticleError, match=r"cannot be written: .*make it writable"):
        insert_uri(path, URI)
    (tmp_path / read_only).chmod(0o755)
    assert path.read_bytes() == BYTES[0]


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(BYTES[0])
    with _no_file_longer_than(10), pytest.raises(ArticleError, match="cannot be written"):
        insert_uri(path, URI)
    assert path.read_bytes() == BYTES[0]
    assert os.listdir(tmp_path) == ["article.md"]


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "line", [f"uri: {URI}", f'uri: "{URI}"', f"uri:  '{URI}'  ", f'uri : "{URI}"']
)
def test_a_uri_is_found_where_the_rest_cannot_be_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n{line}\nsubjects: [a, b\n---\n\nText with\nuri: tag:other\n")
    assert uri_in(path) == URI
