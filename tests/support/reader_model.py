"""What readers may and must have read of each article: plain Python, nothing of the program.

Every text carries marks: ``b3x2`` in the body of article 3's second version, ``n3x2`` in the note
that tells of it, ``r3x2`` in the reason of its withdrawal.
"""

from __future__ import annotations

import quopri
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from syndicate.loopback.botapi import ChatPost
from syndicate.loopback.smtp import ReceivedLetter

MARK = re.compile(r"\b([bnr])(\d+)x(\d+)\b")
SUBJECTS = (
    "Jembatan Tanjungpauh", "Vaksin anjing gratis", "Lomba perahu dayung", "Pasar murah Bintan",
    "Beasiswa siswa pesisir", "Pemadaman listrik berkala", "Panen rumput laut", "Jalur bus baru",
)  # fmt: skip
SENTENCES = (
    "Dinas memperbaiki jembatan kayu sepanjang sungai sebelum musim hujan tiba.",
    "Petugas mengunjungi kelurahan dengan kotak pendingin untuk hewan peliharaan warga.",
    "Puluhan regu mendayung dari dermaga lama sampai mercusuar di ujung teluk.",
    "Beras, minyak dan telur dijual di lapangan dengan potongan harga bagi keluarga.",
    "Pelajar dari pulau-pulau kecil mendapat biaya sekolah sampai lulus.",
    "Gardu induk dirawat sehingga beberapa kecamatan padam bergiliran malam hari.",
    "Nelayan menjemur hasil laut di pantai timur dan menimbangnya bersama koperasi.",
    "Halte ditambah di depan rumah sakit, pelabuhan dan terminal kota.",
)


class Mark(NamedTuple):
    """One mark in a text: of which article and version, and where it stands."""

    kind: str  # b: body, n: note, r: reason
    story: int
    version: int


def marks(text: str) -> set[Mark]:
    return {Mark(kind, int(story), int(version)) for kind, story, version in MARK.findall(text)}


def letter_marks(letter: ReceivedLetter) -> set[Mark]:
    return marks(quopri.decodestring(letter.content).decode(errors="replace"))


@dataclass(repr=False)
class Story:
    """An article as its readers may see it."""

    number: int
    path: Path
    uri: str = ""
    written: int = 1  # version in its file
    live: int = 0  # version that readers may see; 0: none yet
    state: str = "draft"  # draft, usable, withheld, canceled
    is_killed: bool = False
    coming: int = 0  # version that is scheduled
    due: datetime | None = None
    is_coming_held: bool = False
    published: datetime | None = None
    unsure: set[int] = field(default_factory=set)  # versions of a command that died
    reader_versions: dict[str, set[int]] = field(default_factory=dict)  # bodies each has received
    owed: dict[int, frozenset[str]] = field(default_factory=dict)  # version: who is to be told
    asked: Asked | None = None

    def __repr__(self) -> str:
        killed = ", killed" if self.is_killed else ""
        coming = f", {self.coming} comes {self.due:%d %H:%M}" if self.coming and self.due else ""
        held = " (held)" if self.is_coming_held else ""
        return f"story {self.number}, {self.state}{killed}, version {self.live}{coming}{held}"

    @property
    def needs_approval(self) -> bool:
        return self.number % 3 == 1

    def text(self, version: int) -> str:
        sentence = SENTENCES[self.number % len(SENTENCES)]
        return f"Catatan b{self.number}x{version}. {sentence} Sekian catatan itu."

    @property
    def headline(self) -> str:
        return f"{SUBJECTS[self.number % len(SUBJECTS)]} ke-{self.number}"

    def note(self, version: int) -> str:
        return f"Angka sebelumnya keliru, lihat n{self.number}x{version}."

    def reason(self) -> str:
        return f"Naskah ini dicabut r{self.number}x{self.live}."

    def may_show(self, mark: Mark) -> bool:
        """Return whether a reader may get this mark from now on, in a new letter or edit."""
        if self.unsure:
            known = {*self.unsure, self.live}
            is_older_note = mark.kind == "n" and self.state == "usable"
            return mark.version in known or (is_older_note and mark.version <= max(known))
        if mark.kind == "r":
            return True  # a notice; of a killed article as well
        if self.state != "usable":
            return False
        return mark.version == self.live if mark.kind == "b" else mark.version <= self.live

    def may_stand(self, mark: Mark) -> bool:
        """Return whether this mark may stand anywhere, as something that is not yet replaced."""
        return mark.version <= self.live or mark.version in self.unsure


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What waits for another person's approval: a version, its time, how it is published."""

    version: int
    due: datetime | None
    given: dict[str, Any]


class Violation(AssertionError):
    """A reader has seen what they should not, twice, or not what they should."""


@dataclass
class Readers:
    """Everybody who reads: of the chat, of the feed's folder, of letters."""

    posts: list[ChatPost]
    letters: list[ReceivedLetter]
    folder: Path
    stories: dict[int, Story] = field(default_factory=dict)
    joined: dict[str, datetime] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    seen_letters: int = 0
    seen_versions: Counter[int] = field(default_factory=Counter)
    ids: set[bytes] = field(default_factory=set)

    def look(self) -> None:
        """Compare what is new with what may be; Violation where it may not."""
        self._letters()
        self._posts()
        self._files()

    def _letters(self) -> None:
        new = self.letters[self.seen_letters :]
        self.seen_letters += len(new)
        for letter in new:
            if letter.recipient in self.left:
                raise Violation(f"{letter.recipient} has left, and got a letter")
            identity = _message_id(letter)
            if identity in self.ids:
                raise Violation(f"{identity!r} came twice")
            self.ids.add(identity)
            for mark in letter_marks(letter) if letter.recipient in self.joined else ():
                self._letter_mark(letter.recipient, mark)

    def _letter_mark(self, reader: str, mark: Mark) -> None:
        story = self.stories[mark.story]
        if not story.may_show(mark):
            raise Violation(f"{mark} in a letter to {reader}, of what is {story}")
        if mark.kind == "b":
            got = story.reader_versions.setdefault(reader, set())
            if mark.version in got and not story.unsure:
                raise Violation(f"{reader} got {mark} twice")
            got.add(mark.version)
        for version in story.owed if mark.kind == "n" else ():
            if version <= mark.version:
                story.owed[version] -= {reader}

    def _posts(self) -> None:
        for post in self.posts:
            known, count = self.seen_versions[post.message_id], len(post.versions)
            self.seen_versions[post.message_id] = count
            for version in post.versions[known:]:
                for mark in marks(version.text):
                    if not self.stories[mark.story].may_show(mark):
                        story = self.stories[mark.story]
                        raise Violation(f"{mark} in a post, of what is {story}")
        for story in self.stories.values():
            if len(self.posts_of(story)) > 1:
                raise Violation(f"{story} stands twice in the chat")

    def posts_of(self, story: Story) -> list[ChatPost]:
        """The posts of an article that stand in the chat: its text, or the notice in its place."""
        return [
            post
            for post in self.posts
            if not post.deleted
            and not post.reply_to
            and any(m.story == story.number and m.kind in "br" for m in marks(post.text))
        ]

    def message_ids(self) -> set[str]:
        return {_message_id(letter).decode() for letter in self.letters}

    def files(self) -> Iterator[tuple[Path, set[Mark]]]:
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path, marks(path.read_text(encoding="utf-8", errors="replace"))

    def _files(self) -> None:
        for path, found in self.files():
            for mark in found:
                if not self.stories[mark.story].may_stand(mark):
                    raise Violation(f"{mark} in {path.name} before its time")

    # at rest

    def agree(self, entries: Sequence[str], windows: Sequence[datetime]) -> None:
        """Compare feed, chat and letters with what they must show when nothing is due.

        ``entries``: the feed's items, each as its text; ``windows``: when digests were closed.
        """
        files = [mark for _, found in self.files() for mark in found]
        for story in self.stories.values():
            items = [text for text in entries if any(m.story == story.number for m in marks(text))]
            posts = [post.text for post in self.posts_of(story)]
            if story.state == "usable":
                self._shows(story, "feed", items, f"b{story.number}x{story.live}")
                self._shows(story, "chat", posts, f"b{story.number}x{story.live}")
                self._have_read(story, windows)
            elif story.state == "canceled":
                self._is_gone(story, items, posts)
            elif story.state == "draft" and (items or posts):
                raise Violation(f"{story} is nowhere to be seen, and is")
            if story.is_killed and any(m.story == story.number and m.kind in "bn" for m in files):
                raise Violation(f"{story} was killed, and its words are in the feed's folder")
            if story.state == "usable" and any(story.owed.values()):
                raise Violation(f"{story}: {story.owed} were not told")

    def _shows(self, story: Story, where: str, texts: Sequence[str], mark: str) -> None:
        if len(texts) != 1 or not re.search(rf"\b{mark}\b", texts[0]):
            raise Violation(f"{where}: {story} is not there once, as {mark}: {texts}")

    def _is_gone(self, story: Story, items: Sequence[str], posts: Sequence[str]) -> None:
        words = {mark for text in (*items, *posts) for mark in marks(text)}
        if any(mark.story == story.number and mark.kind in "bn" for mark in words):
            raise Violation(f"{story} is withdrawn, and its words stand: {items} {posts}")

    def _have_read(self, story: Story, windows: Sequence[datetime]) -> None:
        assert story.published
        window = next((end for end in windows if end > story.published), None)
        if window is None:
            return
        for reader, joined in self.joined.items():
            must = joined < story.published and reader not in self.left
            if must and not story.reader_versions.get(reader):
                raise Violation(f"{reader} has not read {story} in the digest of {window}")


def _message_id(letter: ReceivedLetter) -> bytes:
    found = re.search(rb"(?im)^Message-ID:\s*(\S+)", letter.content)
    assert found
    return found[1]
