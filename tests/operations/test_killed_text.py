"""After a kill nothing that leaves the office holds the article's text: marked words are sought."""

from __future__ import annotations

from base64 import b64decode
from email.message import EmailMessage

import pytest

from support.newsroom import EVENING, NEXT_EVENING, Newsroom

TEXT, NOTE = "kuncibiru", "kuncimerah"  # in its text; in the note of a correction
HEADLINE = "kuncihijau"
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=="
)
ANI, RADIO = "ani@pembaca.example", "redaksi@radio.example"
REASON = "Menyebut nama anak."
KILL = ("withdraw", "kabar.md", "--reason", REASON, "--kill")


def letter_text(letter: EmailMessage) -> str:
    parts = [each for each in letter.walk() if each.get_content_maintype() == "text"]
    return "".join(each.get_content() for each in parts)


def published_files(room: Newsroom) -> dict[str, bytes]:
    return {
        str(path.relative_to(room.feed)): path.read_bytes()
        for path in room.feed.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def known(room: Newsroom) -> Newsroom:
    """An office whose article was read everywhere, with a picture, and was corrected since."""
    room.change("feed", pages=True, items=1)
    room.change("telegram", reply_on_correction=True)
    room.tables = {"partners.radio": {"email": RADIO}}
    room.configure()
    room.subscribe(ANI)
    (room.folder / "foto.png").write_bytes(PNG)
    room.write(
        body=f"Alamatnya {TEXT}.\n\n![{TEXT}](foto.png)",
        url=None,
        description=f"Ringkas {TEXT}.",
        dateline={"text": f"{TEXT}–"},
        associations=[{"file": "foto.png", "alt": TEXT, "caption": TEXT, "creator": TEXT}],
        infoSources=[{"name": TEXT, "role": "originator"}],
        overrides={"telegram": {"description": TEXT}},
    )
    room.publish()
    room.write("lain.md", headline="Kabar lain", body="Isi lain.")
    room.publish("lain.md")
    room.run("digest", at=EVENING)
    room.rewrite("Alamatnya", "Tempatnya")
    room.rewrite("Kabar pertama", f"Kabar pertama {HEADLINE}")
    room.publish("--note", f"Bukan {NOTE}.", at=EVENING)
    assert TEXT in room.posts[0]
    assert any(NOTE in post and TEXT not in post for post in room.posts)
    assert any(TEXT.encode() in content for content in published_files(room).values())
    assert any(NOTE.encode() in content for content in published_files(room).values())
    return room


@pytest.mark.parametrize("hours", [0, 49], ids=["removed", "too old to be removed"])
def test_nothing_that_leaves_the_office_holds_it(known: Newsroom, hours: int) -> None:
    """Guards: shows_text in withdraw; _shown_corrections of the page."""
    room = known
    letters = len(room.letters)
    if hours:
        for post in room.api.shown:
            room.api.age(post.message_id, hours=hours)
    said = [room.run(*KILL, "--dry-run", at=EVENING), room.run(*KILL, "--yes", at=EVENING)]
    said += [
        room.run(*words, at=EVENING)
        for words in (
            ("tick",), (*KILL, "--yes", "--dry-run"), ("status", "--json"), ("status", "kabar.md"),
            ("publish", "kabar.md", "--dry-run"), ("publish", "lain.md", "--refresh"),
            ("digest", "--dry-run"), ("digest", "--to", "saya@kantor.example"),
        )
    ]  # fmt: skip
    said.append(room.run("digest", at=NEXT_EVENING))
    assert len(room.letters) == letters + 3
    words = [answer.said for answer in said] + outside(room, letters)
    assert marked(words, TEXT, NOTE) == []
    assert marked(outside(room, letters), HEADLINE) == []
    assert PNG not in published_files(room).values()
    assert any(REASON in text for text in words)


def outside(room: Newsroom, letters: int) -> list[str]:
    """All that readers see, the letters after the first ones, and what the office may pass on."""
    words = room.posts + [
        f"{letter['Subject']}\n{letter_text(letter)}" for letter in room.letters[letters:]
    ]
    words += [content.decode(errors="replace") for content in published_files(room).values()]
    (room.folder / "history.html").unlink(missing_ok=True)
    pages = ("--html", "history.html"), ("--json",), ("--diff", "1..2"), ("--diff", "2..3")
    words += [room.run("history", "kabar.md", *page, at=EVENING).said for page in pages]
    return [*words, (room.folder / "history.html").read_text(encoding="utf-8")]


def marked(words: list[str], *markers: str) -> list[str]:
    return [text for text in words if any(marker in text for marker in markers)]


def test_nothing_of_it_comes_back_with_a_new_text(known: Newsroom) -> None:
    """Guards: killed_through in partners; _told of articles; without_text."""
    room = known
    room.write("balas.md", headline="Kabar balasan", repliesTo=room.uri())
    room.publish("balas.md", at=EVENING)
    letters = len(room.letters)
    assert room.run(*KILL, "--yes", at=EVENING).code == 0
    assert marked(outside(room, letters), TEXT, NOTE, HEADLINE) == []
    room.write(uri=room.uri(), headline="Kabar pertama lagi", body="Tempatnya di balai.", url=None)
    again = room.run("reinstate", "kabar.md", "--note", "Sudah diperiksa.", at=EVENING)
    assert again.code == 0, again.said
    room.run("digest", at=NEXT_EVENING)
    assert marked(outside(room, letters), TEXT, NOTE, HEADLINE) == []
    assert [letter["Subject"] for letter in room.letters[letters:] if letter["To"] == RADIO] == [
        "DITARIK: artikel tanggal 4 Mei 2026 09.00 WIB", "DITAYANGKAN KEMBALI: Kabar pertama lagi"
    ]  # fmt: skip
    assert any("di balai" in post for post in room.posts)


def test_letters_that_had_not_left_go_without_it(known: Newsroom) -> None:
    """Guard: recompose."""
    room = known
    room.write("baru.md", headline="Kabar baru", body=f"Isi {TEXT}.")
    room.publish("baru.md", at=EVENING)
    letters = len(room.letters)
    room.change("harian", smtp="smtp://127.0.0.1:9")
    room.run("digest", at=NEXT_EVENING)
    for name in ("baru.md", "kabar.md"):
        room.run("withdraw", name, "--reason", REASON, "--kill", "--yes", at=NEXT_EVENING)
    room.change("harian", smtp=room.smtp.url)
    room.let_pauses_end()
    room.run("tick", at=NEXT_EVENING)
    texts = [letter_text(letter) for letter in room.letters[letters:]]
    assert texts
    assert [text for text in texts if TEXT in text or NOTE in text] == []


def test_a_second_withdrawal_leaves_the_reason_of_the_kill_in_the_history(room: Newsroom) -> None:
    room.write(body=f"Alamatnya {TEXT}.")
    room.publish()
    room.rewrite("Alamatnya", "Tempatnya")
    room.publish("--note", f"Bukan {NOTE}.")
    assert room.run(*KILL).code == 0
    assert room.run("withdraw", "kabar.md", "--reason", "Alasan lain.", "--yes").code == 0
    shown = room.run("history", "kabar.md").out
    assert REASON in shown
    assert "Alasan lain." in shown
    assert NOTE not in shown


def test_what_was_killed_may_come_back_with_a_wholly_different_text(room: Newsroom) -> None:
    room.write(body="Nama korban dan alamatnya.")
    room.publish()
    room.run("withdraw", "kabar.md", "--kill", "--reason", "Data pribadi.", "--yes")
    uri = room.uri()
    room.write(headline="Bantuan sudah sampai", body="Semua keluarga telah menerima.", uri=uri)
    answer = room.run("reinstate", "kabar.md", "--note", "Tanpa data pribadi.")
    assert answer.code == 0, answer.said
    assert room.post.text.startswith("Bantuan sudah sampai")
