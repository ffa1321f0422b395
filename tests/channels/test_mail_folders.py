"""A Maildir and an mbox file as inboxes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from support.mailboxes import SETTING, at, contents, failing
from syndicate import Visit
from syndicate.errors import Refused, Unavailable
from syndicate_email.inbox.box import MESSAGE_BYTES
from syndicate_email.inbox.fetch import Inbox


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (tmp_path / "post" / part).mkdir(parents=True)
    return tmp_path / "post"


def put(folder: Path, name: str, content: bytes = b"Subject: x\r\n\r\n", age: int = 0) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (2_000_000_000 - age, 2_000_000_000 - age))
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_unread_in_a_maildir_comes_oldest_first_and_is_read_then(maildir: Path) -> None:
    put(maildir, "new/b", b"young")
    put(maildir, "new/c", b"old", age=20)
    put(maildir, "cur/a:2,", b"middle, by name", age=10)
    put(maildir, "new/d", b"middle, \xff by name", age=10)
    put(maildir, "cur/e:2,FR", b"answered, not read", age=5)
    put(maildir, "cur/f", b"without flags", age=4)
    for other in ("cur/g:2,S", "cur/h:2,FS", "cur/i:2,T", "new/.hidden", "tmp/half", "x"):
        put(maildir, other)
    (maildir / "new/folder").mkdir()
    assert contents(at(maildir)) == [
        b"old", b"middle, by name", b"middle, \xff by name", b"answered, not read",
        b"without flags", b"young",
    ]  # fmt: skip
    assert names(maildir) == [
        "cur/a:2,S", "cur/b:2,S", "cur/c:2,S", "cur/d:2,S", "cur/e:2,FRS", "cur/f:2,S",
        "cur/g:2,S", "cur/h:2,FS", "cur/i:2,T", "new/.hidden", "tmp/half", "x",
    ]  # fmt: skip
    assert contents(at(maildir)) == []


def test_a_message_of_a_maildir_is_left_or_broken_off_where_it_is(maildir: Path) -> None:
    for name in "abc":
        put(maildir, f"new/{name}", name.encode())
    messages = at(maildir).messages()
    next(messages).leave()
    next(messages)
    next(messages)
    messages.close()
    assert names(maildir) == ["cur/b:2,S", "new/a", "new/c"]
    assert contents(at(maildir)) == [b"a", b"c"]


def test_a_message_that_another_program_has_moved_comes_next_time(maildir: Path) -> None:
    put(maildir, "new/a", b"a")
    moved = put(maildir, "new/b", b"b")
    gone = put(maildir, "new/c", b"c")
    messages = at(maildir).messages()
    next(messages)
    moved.rename(maildir / "cur/b:2,")
    gone.unlink()
    assert list(messages) == []
    assert contents(at(maildir)) == [b"b"]


def test_a_message_that_is_moved_while_it_is_read_is_marked_there(maildir: Path) -> None:
    put(maildir, "new/a[1]", b"a")
    put(maildir, "cur/b:2,", b"b")
    put(maildir, "cur/c:2,", b"c")
    for message in at(maildir).messages():
        if message.content == b"a":
            (maildir / "new/a[1]").rename(maildir / "cur/a[1]:2,R")
        elif message.content == b"b":
            (maildir / "cur/b:2,").rename(maildir / "cur/b:2,F")
        else:
            (maildir / "cur/c:2,").unlink()
    assert names(maildir) == ["cur/a[1]:2,RS", "cur/b:2,FS"]


def test_a_message_that_cannot_be_read_is_named(maildir: Path) -> None:
    (maildir / "new/loop").symlink_to("loop")
    error = failing(at(maildir))
    assert isinstance(error, Unavailable)
    assert f"cannot read or mark {maildir / 'new/loop'} (" in str(error)


def test_a_message_that_cannot_be_marked_is_named(maildir: Path) -> None:
    put(maildir, "new/a")
    (maildir / "cur/a:2,S").mkdir()  # in its way
    error = failing(at(maildir))
    assert isinstance(error, Unavailable)
    assert str(maildir / "new/a") in str(error)


def test_only_the_first_mebibyte_of_a_file_is_read(maildir: Path) -> None:
    path = put(maildir, "new/a", b"x" * (MESSAGE_BYTES + 1))
    assert [len(content) for content in contents(at(path))] == [MESSAGE_BYTES]
    assert [len(content) for content in contents(at(maildir))] == [MESSAGE_BYTES]


@pytest.mark.parametrize("name", ["nothing", ".", "half"])
def test_a_path_that_is_neither_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "half/new").mkdir(parents=True)
    path = tmp_path / name
    error = failing(at(path))
    assert isinstance(error, Refused)
    assert str(error) == f"{SETTING}: there is no file or Maildir at {path}"


# --- a file ---

MBOX = b"""\
From ann@example.org Thu Jan  1 00:00:00 2026
Subject: one

>From the start
>>From further on
> From is no word here
From here on it is the same line of text, as no blank one stands above

From MAILER-DAEMON Thu Jan  1 00:00:01 2026
Subject: tw\xf6

\xff\x80

"""
CASES = {
    "one message": (b"Subject: one\r\n\r\n\xff", [b"Subject: one\r\n\r\n\xff"]),
    "no message": (b"", []),
    "a blank line": (b"\r\n", []),
    "quoted": (b"Subject: one\n\n>From me\n", [b"Subject: one\n\n>From me\n"]),
    "an mbox": (
        MBOX.replace(b"From here", b"here"),
        [
            b"Subject: one\n\nFrom the start\n>From further on\n> From is no word here\n"
            b"here on it is the same line of text, as no blank one stands above\n",
            b"Subject: tw\xf6\n\n\xff\x80\n",
        ],
    ),
    "an mbox of CRLF": (
        b"From a Thu\r\nA: 1\r\n\r\n>From us\r\n\r\nFrom b Thu\r\nB: 2\r\n\r\nend\r\n",
        [b"A: 1\r\n\r\nFrom us\r\n\r\n", b"B: 2\r\n\r\nend\r\n"],
    ),
    "an mbox of an empty message": (b"From a Thu\n", [b""]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_holds_these_messages_and_stays_as_it_is(name: str, tmp_path: Path) -> None:
    written, messages = CASES[name]
    path = put(tmp_path, "mail", written)
    path.chmod(0o400)
    assert contents(at(path)) == messages
    assert contents(at(path)) == messages
    assert path.read_bytes() == written
    assert path.stat().st_mtime == 2_000_000_000
    assert names(tmp_path) == ["mail"]


def test_stopping_early_leaves_no_file_open(tmp_path: Path) -> None:
    messages = at(put(tmp_path, "mail", MBOX)).messages()
    next(messages).leave()
    messages.close()


def test_starting_up_loads_no_mail_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import syndicate_email.inbox.fetch;"
        "print({'imaplib', 'mailbox'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_another_reader_was_quicker_with_ends_no_reading(tmp_path: Path) -> None:
    """Two ticks read one Maildir: of what one has listed, the other one has dealt with most."""

    class Overtaken(Visit):
        def found(self, lying: Iterable[str], *, is_whole: bool) -> None:
            super().found(lying, is_whole=is_whole)
            for path in sorted((tmp_path / "new").iterdir())[:220]:
                path.rename(tmp_path / "cur" / f"{path.name}:2,S")

    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in range(250):
        path = tmp_path / "new" / f"{number:03}.kantor"
        path.write_bytes(b"Subject: Halo\r\n\r\nHalo\r\n")
        os.utime(path, (number, number))
    visit = Overtaken(60)
    read = list(Inbox(tmp_path, "channels.news.inbox").messages(visit))
    assert (len(read), visit.waiting, visit.notes) == (30, 0, [])
