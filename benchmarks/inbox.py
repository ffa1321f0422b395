"""How long a tick takes with ten thousand hostile letters in the inbox, and what it holds.

Each letter is a megabyte that costs a reader of mail most (tests/support/hostile/letters.py); the
last one is a reader's, who leaves before the digest that is due.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.hostile.inbox import Outcome, hostile, maildir, office, ticked, wish
from support.imap import LoopbackImap, Mail
from support.newsroom import Newsroom, newsroom


def in_a_maildir(room: Newsroom, letters: int, last: bytes) -> Outcome:
    room.change("harian", inbox="maildir:masuk")
    maildir(room.folder / "masuk", letters, last)
    return ticked(room)


def on_a_server(room: Newsroom, letters: int, last: bytes) -> Outcome:
    mails = {uid: Mail(letter) for uid, letter in enumerate(hostile(letters), 1)}
    with LoopbackImap(mails | {letters + 1: Mail(last)}) as imap:
        room.change("harian", inbox=imap.url.replace("://", "://desk:secret@"))
        return ticked(room)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--letters", type=int, default=10_000)
    letters = given.parse_args().letters
    for name, tick in (("Maildir", in_a_maildir), ("IMAP", on_a_server)):
        with TemporaryDirectory() as folder, newsroom(Path(folder) / "kantor") as room:
            outcome = tick(room, letters, wish(office(room)))
        print(
            f"{name:8} {letters:6} letters: {outcome.seconds:5.1f} s,"
            f" {outcome.held / 1024:4.0f} MiB, exit {outcome.code}"
        )


if __name__ == "__main__":
    main()
