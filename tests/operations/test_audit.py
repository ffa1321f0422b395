"""An audit compares what stands at destinations with the ledger, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.newsroom import REAL, Newsroom
from support.papers import pdf
from syndicate.loopback.botapi.posts import ChatPost
from syndicate.model.delivery import Receipt, Rendition
from syndicate_telegram.doubts.public_page import parse_messages

LONG_AGO = "2026-01-01 00:00:00.000000"


def audited(room: Newsroom, *words: str) -> Any:
    """What an audit finds; neither a file nor the ledger is changed by it."""
    before, letters = room.everything(), len(room.smtp.commands)
    answer = room.run("audit", "--json", *words, at=REAL)
    after = room.everything()
    assert (after.files, after.ledger) == (before.files, before.ledger)
    assert len(room.smtp.commands) == letters
    assert answer.code == answer.json["exit_code"], answer.said
    return answer.json


def shown(found: Any) -> list[tuple[str, str]]:
    return [(each["what"], each["address"]) for each in found["findings"]]


def let_time_pass(room: Newsroom) -> None:
    """Everything was published long ago: a public page shows it by now."""
    room.change_ledger(f"UPDATE attempts SET started_at = '{LONG_AGO}', ended_at = '{LONG_AGO}'")


def edit(post: ChatPost, text: str) -> None:
    """Change a post by hand."""
    post.versions.append(replace(post.now, text=text))


def test_a_feed_s_folder_is_compared_file_by_file(room: Newsroom) -> None:
    room.only("feed")
    room.change("feed", pages=True)
    (room.folder / "surat.pdf").write_bytes(pdf())
    path = room.write(associations=[{"file": "surat.pdf", "caption": "Surat"}])
    path.write_text(path.read_text().replace("url: ", "by: "))
    room.publish(at=REAL)
    found = audited(room)
    assert (shown(found), found["exit_code"]) == ([], 0)
    assert found["compared"]["feed"] == len(list(room.feed.rglob("*.*"))) - 1  # but for its mark

    [page], [media] = (list((room.feed / name).iterdir()) for name in ("articles", "media"))
    (room.feed / "rss.xml").write_text("diubah")
    page.unlink()
    media.write_bytes(b"lain")
    (room.feed / "archive").mkdir()
    (room.feed / "archive/7.xml").write_bytes((room.feed / "atom.xml").read_bytes())
    (room.feed / "archive/8.xml").write_text("somebody else's")
    found = audited(room)
    addresses = [f"articles/{page.name}", f"media/{media.name}", "rss.xml", "archive/7.xml"]
    whats = ["gone", "edited", "edited", "untracked"]
    assert sorted(shown(found)) == sorted(zip(whats, addresses, strict=True))
    assert found["exit_code"] == 3
    by_what = {each["what"]: each for each in found["findings"]}
    assert by_what["gone"]["about"] == room.uri()
    assert by_what["gone"]["url"] == f"https://kantor.example/feed/articles/{page.name}"
    assert by_what["gone"]["advice"] == f"syndicate publish {path} --refresh"

    room.publish("--refresh", at=REAL)
    (room.feed / "archive/7.xml").unlink()
    found = audited(room)
    assert (shown(found), found["exit_code"]) == ([], 0)


def test_a_folder_that_is_not_the_ledger_s_is_not_compared(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish(at=REAL)
    for path in room.feed.iterdir():
        path.unlink()  # a share that is not mounted
    found = audited(room)
    assert (found["findings"], found["exit_code"]) == ([], 3)
    assert "is a disk or share not mounted" in found["problems"][0].lower()


@pytest.fixture
def posted(room: Newsroom) -> Newsroom:
    """Three posts of a public channel whose page is on this machine."""
    room.only("telegram")
    room.change("telegram", web=room.api.url)
    for name in ("satu", "dua", "tiga"):
        room.write(f"{name}.md", f"Isi {name}.", headline=f"Kabar {name} tentang {name}")
        room.publish(f"{name}.md", at=REAL)
    return room


def test_posts_are_compared_on_the_channel_s_public_page(posted: Newsroom) -> None:
    one, two, three = posted.api.shown
    edit(one, "Diubah tangan")
    found = audited(posted)  # only now: a page may be behind
    assert (found["findings"], found["exit_code"]) == ([], 0)
    assert "the public page may be behind" in found["unread"][0]["why"]

    let_time_pass(posted)
    two.deleted = True
    posted.change_ledger(
        "UPDATE deliveries SET present = NULL, reference = NULL, url = NULL, wanted = NULL"
        f" WHERE reference = '{three.message_id}'"
    )
    found = audited(posted)
    assert shown(found) == [("gone", "2"), ("edited", "1"), ("untracked", "3")]
    gone, edited, untracked = found["findings"]
    assert edited["about"] == posted.uri("satu.md")
    assert untracked["url"] == "https://t.me/kabar/3"
    again = f"syndicate adopt {posted.folder / 'satu.md'} https://t.me/kabar/1 --channel telegram"
    assert edited["advice"] == f"{again} puts the ledger's words back"

    assert posted.run(*again.split()[1:], at=REAL).code == 0
    assert "Isi satu." in one.text
    answer = posted.run("adopt", "dua.md", gone["url"], "--channel", "telegram", at=REAL)
    assert answer.code == 3
    assert "--not-sent posts it again" in answer.out
    let_time_pass(posted)
    assert ("edited", "1") not in shown(audited(posted))


def test_a_private_chat_is_read_by_copies_in_a_chat_of_the_office(posted: Newsroom) -> None:
    posted.change("telegram", chat="-1001")
    assert posted.run("channels", "check", "telegram", at=REAL).code in (0, 3)
    found = audited(posted)
    assert (found["findings"], found["exit_code"]) == ([], 0)
    assert "channels.telegram.audit_chat" in found["unread"][0]["why"]

    posted.change("telegram", audit_chat="-1003")
    one, two, _three = posted.api.shown
    edit(one, "Diubah tangan")
    two.deleted = True
    left = [post.text for post in posted.api.shown]
    assert shown(audited(posted)) == [("gone", "2"), ("edited", "1")]
    assert [post.text for post in posted.api.shown] == left  # the copies are gone, too


def test_letters_cannot_be_read_back_and_a_new_channel_has_nothing(room: Newsroom) -> None:
    room.only("feed", "harian")
    room.write()
    room.publish("--channel", "feed", at=REAL)
    found = audited(room)
    assert found["exit_code"] == 0
    assert "letters cannot be read back" in found["unread"][0]["why"]
    assert room.run("audit", "--channel", "tiada", at=REAL).code == 2


def test_what_is_under_way_is_no_finding(posted: Newsroom) -> None:
    let_time_pass(posted)
    posted.change_ledger(
        "UPDATE deliveries SET present = NULL, reference = NULL, url = NULL, state = 'in_doubt'"
        " WHERE reference = '3'"
    )
    found = audited(posted)
    assert (found["findings"], found["exit_code"]) == ([], 0)
    assert "is in doubt: see syndicate status" in found["unread"][0]["why"]


def test_telegram_s_own_messages_are_known_as_such() -> None:
    page = (
        '<div class="tgme_widget_message service_message" data-post="kabar/7">'
        '<div class="tgme_widget_message_text">Kabar pinned a message</div>'
        '<time datetime="2026-05-04T02:00:00+00:00"></time></div>'
        '<div class="tgme_widget_message" data-post="kabar/8">'
        '<div class="tgme_widget_message_text">Isi</div>'
        '<time datetime="2026-05-04T02:01:00+00:00"></time></div>'
    )
    found = parse_messages(page)
    assert {number: message.service for number, message in found.items()} == {7: True, 8: False}


def test_a_channel_that_says_nothing_of_it_cannot_be_read() -> None:
    from support.walls import Wall
    from syndicate.channel.findings import Deviation, Published

    receipt = Receipt(reference="1", destination="wall")
    rendition = Rendition(address="post", media_type="text/plain", content=b"x")
    wall = Wall.__new__(Wall)
    [found] = wall.compare([Published(number=1, rendition=rendition, receipt=receipt)])
    assert found.what is Deviation.UNREAD
