"""Publish an article: one post for each channel, its pictures and documents, and what is said."""

from __future__ import annotations

import json

import pytest

from operations.test_word_for_word import contents
from support.newsroom import EVENING, NOON, Newsroom
from support.papers import FORM
from syndicate.testing import PIXEL


def test_publishing_three_times_sends_one_post(room: Newsroom) -> None:
    room.write()
    for at in ("2026-05-04T09:00:00+07:00", NOON, EVENING):
        room.publish(at=at)
    assert len(room.api.posts) == 1
    assert len(room.post.versions) == 1
    assert len(room.entries) == 1


def test_a_second_publication_asks_and_writes_nothing_at_all(room: Newsroom) -> None:
    room.write()
    room.publish()
    before = room.everything()
    answer = room.publish(at=NOON)
    assert room.everything() == before
    assert "create" not in answer.out


def test_articles_published_together_are_each_one_post(room: Newsroom) -> None:
    names = [f"{name}.md" for name in "abc"]
    for name in names:
        room.write(name, headline=f"Kabar {name}")
    room.publish(*names)
    room.publish(*names)
    assert len(room.api.posts) == len(room.entries) == 3


def test_a_picture_is_hosted_by_the_feed_and_taken_away_by_a_kill(room: Newsroom) -> None:
    (room.folder / "titik.png").write_bytes(PIXEL)
    pictures = [{"file": "titik.png", "alt": "Titik", "caption": "Sebuah titik"}]
    room.write(body="Isi.\n\n![di sini](titik.png)", associations=pictures)
    room.publish()
    [hosted] = (room.feed / "media").iterdir()
    assert hosted.read_bytes() == PIXEL
    link = f"https://kantor.example/feed/media/{hosted.name}"
    assert all(link in html for html in contents(room).values())
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.", "--kill").code == 0
    assert not hosted.exists()


def test_a_kill_takes_away_what_a_correction_has_replaced(room: Newsroom) -> None:
    (room.folder / "titik.png").write_bytes(PIXEL)
    room.write(associations=[{"file": "titik.png", "alt": "Titik"}])
    room.publish()
    (room.folder / "titik.png").write_bytes(PIXEL + b"2")
    room.publish("--note", "Gambarnya keliru.")
    assert len(list((room.feed / "media").iterdir())) == 2
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.", "--kill").code == 0
    assert list((room.feed / "media").iterdir()) == []


@pytest.mark.parametrize("picture", [(), ("titik.png",)], ids=["alone", "with a picture"])
def test_a_document_reaches_feed_and_letter_and_a_kill_takes_it_away(
    room: Newsroom, picture: tuple[str, ...]
) -> None:
    room.only("feed", "harian")
    room.subscribe("ani@kantor.example")
    (room.folder / "titik.png").write_bytes(PIXEL)
    (room.folder / "formulir.pdf").write_bytes(FORM)
    form: dict[str, object] = {"file": "formulir.pdf", "caption": "Formulir"}
    room.write(associations=[form, *({"file": name, "alt": "Titik"} for name in picture)])
    assert room.run("check", "kabar.md").code == 0
    room.publish()
    [hosted] = (room.feed / "media").glob("*.pdf")
    assert hosted.read_bytes() == FORM
    link = f"https://kantor.example/feed/media/{hosted.name}"
    shown = f'<p><a href="{link}">Formulir (PDF, 120 kB)</a></p>'
    assert all(shown in html for html in contents(room).values())
    assert room.run("digest", at=EVENING).code == 0
    [letter] = room.letters
    for subtype in ("plain", "html"):
        part = letter.get_body((subtype,))
        assert part is not None
        assert link in part.get_content()
        assert "Formulir (PDF, 120 kB)" in part.get_content()
    assert room.run("withdraw", "kabar.md", "--reason", "Salah.", "--kill").code == 0
    assert list((room.feed / "media").iterdir()) == []
    assert all(hosted.name not in html for html in contents(room).values())


def test_a_document_that_another_article_offers_outlives_a_kill(room: Newsroom) -> None:
    room.only("feed")
    (room.folder / "formulir.pdf").write_bytes(FORM)
    for name in ("kabar.md", "lain.md"):
        room.write(name, headline=name, associations=[{"file": "formulir.pdf"}])
        room.publish(name)
    for name, left in (("kabar.md", 1), ("lain.md", 0)):
        assert room.run("withdraw", name, "--reason", "Salah.", "--kill").code == 0
        assert len(list((room.feed / "media").iterdir())) == left


def test_a_plan_names_the_document_that_a_correction_brings(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    room.publish()
    (room.folder / "formulir.pdf").write_bytes(FORM)
    room.write(associations=[{"file": "formulir.pdf"}], uri=room.uri())
    before = room.everything()
    answer = room.publish("--dry-run", "--note", "Formulirnya belum ada.", at=NOON)
    assert "formulir.pdf (PDF, 120 kB)" in answer.out
    assert room.everything() == before


def test_an_article_for_some_channels_is_on_no_other(room: Newsroom) -> None:
    room.write(channels=["feed"])
    room.publish()
    assert len(room.entries) == 1
    assert room.posts == []


def test_only_the_named_channel_is_published_to(room: Newsroom) -> None:
    room.write()
    room.publish("--channel", "telegram")
    assert len(room.posts) == 1
    assert room.entries == []
    room.publish()
    assert len(room.entries) == len(room.api.posts) == 1


def test_a_channel_has_its_own_words(room: Newsroom) -> None:
    room.write(overrides={"telegram": {"headline": "Judul pendek"}})
    room.publish()
    assert room.post.text.startswith("Judul pendek")
    assert room.entries[0]["title"] == "Kabar pertama"


def test_a_post_whose_form_alone_is_new_is_renewed_only_when_asked(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.language = "en"
    room.configure()
    answer = room.publish()
    assert "--refresh" in answer.out
    assert "Baca selengkapnya" in room.post.text
    room.publish("--refresh")
    assert "Read more" in room.post.text
    assert "CORRECTION" not in room.post.text
    [entry] = room.entries
    assert entry.get("date_modified", entry["date_published"]) == entry["date_published"]


def test_a_rehearsal_goes_to_the_test_chat_and_leaves_no_trace(room: Newsroom) -> None:
    room.change("telegram", test_chat="@kabar_uji")
    path = room.write()
    before = path.read_bytes()
    answer = room.run("publish", "--test", "kabar.md")
    assert answer.code == 0, answer.said
    assert [post.chat_id for post in room.api.posts] == [-1002]
    assert room.entries == []
    assert room.remembered() == []
    assert path.read_bytes() == before


def test_a_rehearsal_with_no_stage_is_said(room: Newsroom) -> None:
    room.write()
    answer = room.run("publish", "--test", "kabar.md")
    assert answer.code == 3
    assert "channels.telegram.test_chat: not set" in answer.out
    assert answer.err.splitlines()[-1] == "nothing was sent: no channel has a test destination"


def test_a_channel_taken_out_of_an_article_keeps_it_and_that_is_said(room: Newsroom) -> None:
    room.write(channels=["feed", "telegram"])
    room.publish()
    room.rewrite('["feed", "telegram"]', '["feed"]')
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.publish("--minor")
    assert "no longer meant for telegram" in answer.out
    assert "Isi yang benar." in room.post.text


def test_what_was_said_is_what_the_document_says(room: Newsroom) -> None:
    room.write()
    document = room.run("publish", "kabar.md", "--json").json
    [article] = document["articles"]
    assert article["uri"] == room.uri()
    urls = {line["url"] for line in document["lines"] if line["url"]}
    assert "https://t.me/kabar/1" in urls
    assert "https://kantor.example/feed/atom.xml" in urls
    assert json.loads((room.feed / "feed.json").read_text())["items"][0]["id"] == room.uri()


def test_of_a_list_that_is_not_named_it_is_said_that_no_digest_tells_of_it(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    for words in (("--dry-run",), ()):
        answer = room.publish("--channel", "feed", *words)
        assert (
            "harian  nothing  not in the next digest: publish it without --channel, or with harian"
            in (answer.out)
        )
    assert "1 new" not in room.run("digest", "--dry-run", at=EVENING).out
    assert "harian" not in room.publish("--channel", "feed").out
    room.run("publish", "kabar.md", "--channel", "harian")
    assert "1 new" in room.run("digest", "--dry-run", at=EVENING).out


def test_of_a_list_that_is_not_named_it_is_said_when_its_digest_tells_of_it(room: Newsroom) -> None:
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    answer = room.publish("--channel", "feed", "--note", "Isinya salah.")
    assert "harian  digest  in the digest of 4 May 2026 17:00 WIB" in answer.out
    assert room.run("digest", at=EVENING).code == 0
    assert "Isi yang benar." in room.letters[0].as_string()
    room.rewrite("Isi yang benar.", "Isi terakhir.")
    answer = room.run(
        "publish",
        "kabar.md",
        "--channel",
        "feed",
        "--note",
        "Salah lagi.",
        at="2026-05-05T09:00:00+07:00",
    )
    assert "harian  digest  in the digest of 5 May 2026 17:00 WIB" in answer.out


def test_where_no_list_would_have_it_no_digest_is_spoken_of(room: Newsroom) -> None:
    room.write(channels=["feed", "telegram"])
    assert "harian" not in room.publish("--channel", "feed").out
    room.only("feed", "telegram")
    room.write("lain.md", headline="Kabar lain")
    assert "digest" not in room.run("publish", "lain.md", "--channel", "feed").out


NO_NOTES = ["y", "Y", "yes", "n", "no", "ya", "Tidak.", "x", "?", "y!", " ya "]


def test_a_note_that_says_nothing_to_readers_is_refused(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    for note in NO_NOTES:
        for words in ((), ("--dry-run",)):
            answer = room.run("publish", "kabar.md", "--note", note, *words)
            assert answer.code == 2, note
            assert "write a sentence for readers" in answer.complaint
    answer = room.run("adopt", "kabar.md", "1", "--channel", "telegram", "--note", "ya")
    assert "write a sentence for readers" in answer.complaint
    assert "RALAT" not in room.post.text
    assert room.publish("--note", "Salah").code == 0
    assert "RALAT" in room.post.text


def test_where_a_changed_article_stands_as_it_was_is_said(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.rewrite("Isi kabar.", "Isi yang benar.")
    as_it_was = "telegram  nothing  stays as it was: publish it without --channel, or with telegram"
    for words in (("--dry-run",), ()):
        answer = room.publish("--channel", "feed", "--minor", *words)
        assert as_it_was in answer.out
        assert "Isi kabar." in room.post.text
    assert "as it was" not in room.publish().out
    assert "Isi yang benar." in room.post.text
