"""Albums, documents, pins and replies: how they are said, what they become, how they are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support import posts
from support.telegram_media import AUDIT, FILES, PAPER, TWO, having, picture, published, sending
from syndicate import Article, ArticleError, Media, Receipt, Refused
from syndicate.loopback.botapi import BotApi, LostReply
from syndicate.model.article import PDF
from syndicate.testing import HELLO, corrected, item, withdrawn
from syndicate_telegram import Telegram


def hosted(letter: str, **given: Any) -> Media:
    return picture(letter, url=f"https://example.org/media/{letter}.png", **given)


def paper(name: str = "formulir.pdf", **given: Any) -> Media:
    return Media(file=name, media_type=PDF, sha256="9" * 64, size=len(PAPER), **given)


LONG = "".join(f"<p>{'Lorem ipsum dolor sit amet. ' * 20}</p>" for _ in range(4))


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001000000001, "Audit": AUDIT}) as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with posts.channel(api.url, web=api.url) as opened:
        yield opened


# albums


def test_several_pictures_are_an_album_with_one_caption(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(TWO))
    assert [post.photo and post.photo.content for post in api.posts] == [
        FILES["a" * 64], FILES["b" * 64],
    ]  # fmt: skip
    assert (api.posts[0].text[:12], api.posts[1].text) == ("Hello, world", "")
    assert {post.album for post in api.posts} == {1}
    assert receipt.reference.startswith("photo:1,2:")
    assert receipt.url == "https://t.me/kabar/1"


def test_an_album_holds_ten_pictures(api: BotApi, channel: Telegram) -> None:
    many = [Media(url=f"https://example.org/{number}.png") for number in range(12)]
    published(channel, item(having(*many)))
    assert len(api.posts) == 10


@pytest.mark.parametrize(
    ("article", "setting", "shape", "shown"),
    [
        (having(hosted("a"), hosted("b")), "above", "photo", 2),
        (having(hosted("a"), hosted("b"), html=LONG), "above", "text", 0),
        (having(hosted("a"), hosted("b"), html=LONG), "photo", "photo", 2),
        (having(picture("a"), picture("b"), html=LONG), "above", "photo", 2),
        (having(picture("a"), picture("b"), html=LONG, url=None), "above", "text", 0),
        (having(hosted("a"), hosted("b")), "none", "text", 0),
        (having(paper()), "above", "document", 1),
        (having(paper(), html=LONG), "above", "document", 1),
        (having(paper()), "none", "document", 1),
        (having(hosted("a"), paper(url="https://example.org/f.pdf")), "above", "text", 0),
        (having(hosted("a"), paper()), "above", "document", 1),
        (having(paper(url="https://e.org/f.pdf"), html=LONG, url=None), "above", "text", 0),
    ],
)
def test_what_is_attached_follows_from_the_article_and_the_setting(
    article: Article, setting: str, shape: str, shown: int
) -> None:
    post = posts.post(item(article), preview=setting)
    assert (post.given["shape"], len(post.given["attached"])) == (shape, shown)
    assert posts.broken_rules(post) == []


def test_each_picture_is_described_by_its_caption_else_by_its_description() -> None:
    one = picture("a", caption="The ferry", creator="Ann")
    two = replace(picture("b"), alt="The pier at noon")
    text = posts.post(item(having(one, two))).text
    assert "\n\nPhoto 1: The ferry (Ann)\nPhoto 2: The pier at noon\n\n" in text


def test_descriptions_give_way_before_words_of_the_text_and_captions_do_not() -> None:
    body = f"<p>{'word ' * 180}</p>"
    one = replace(picture("a", caption="The ferry"), alt="")
    two = replace(picture("b"), alt="The pier at noon " * 10)
    text = posts.post(item(having(one, two, html=body))).text
    assert text.count("word") == 180
    assert "Photo 1: The ferry" in text
    assert "pier" not in text


def test_what_the_text_says_anyway_is_not_said_again() -> None:
    body = "<p>Words.</p><figure><figcaption>The ferry</figcaption></figure>"
    post = posts.post(item(having(picture("a", caption="The ferry", creator="Ann"), html=body)))
    assert post.text.count("The ferry") == 1
    assert "\n\nPhoto: Ann\n\n" in post.text


# documents


def test_a_document_is_sent_under_its_own_name(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(having(paper("form/Formulir A.pdf", caption="Form A"))))
    [post] = api.posts
    assert post.document
    assert (post.document.name, post.document.content) == ("Formulir A.pdf", PAPER)
    assert "\n\nDocument: Form A\n\n" in post.text
    assert receipt.reference.startswith("document:1:")


def test_documents_beside_pictures_are_linked() -> None:
    form = paper(url="https://example.org/f.pdf", caption="Form A")
    post = posts.post(item(having(hosted("a"), form)))
    assert "\n\nDocument: Form A (PDF, 1 kB)\n\nRead more" in post.text
    assert post.link_to("https://example.org/f.pdf")


def test_a_document_whose_text_fits_nowhere_is_refused() -> None:
    with pytest.raises(ArticleError, match="too long for the caption of its document"):
        posts.post(item(having(paper(), html=LONG, url=None)))


# corrections


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (TWO, replace(TWO, headline="New"), "ab"),
        (TWO, replace(TWO, headline="New", html=LONG), "ab"),
        (TWO, having(picture("a"), picture("c"), headline="New"), "ac"),
        (TWO, having(picture("c"), picture("d"), headline="New"), "cd"),
        (having(hosted("a"), hosted("b")), having(hosted("b"), hosted("a"), headline="New"), "ba"),
        (having(picture("a")), having(picture("b"), headline="New"), "b"),
    ],
)
def test_an_album_s_words_and_pictures_are_corrected_in_place(
    api: BotApi, channel: Telegram, before: Article, after: Article, shown: str
) -> None:
    receipt = published(channel, item(before))
    new = sending(channel, corrected(after))
    assert channel.obstacle(receipt, new.rendition) == ""
    edited = channel.revise(new, receipt)
    assert channel.revise(new, edited) == edited
    assert api.posts[0].text.startswith("New\n\nCORRECTION")
    assert [one.photo and one.photo.content for one in api.posts] == [
        FILES[letter * 64] for letter in shown
    ]
    assert len(api.posts) == len(shown)
    assert all(len(one.edits) <= 1 for one in api.posts)


def test_a_document_is_replaced_by_another(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(having(paper())))
    other = replace(paper("baru.pdf"), sha256="a" * 64)
    edited = channel.revise(sending(channel, corrected(having(other))), receipt)
    [post] = api.posts
    assert post.document
    assert (post.document.name, post.document.content) == ("baru.pdf", FILES["a" * 64])
    assert edited.reference != receipt.reference


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (TWO, having(*map(picture, "abc")), "is 2 photos, and the article now has 3"),
        (TWO, having(picture("a")), "is 2 photos, and the article now has 1"),
        (having(picture("a")), TWO, "is a photo, and the article now has 2"),
        (having(picture("a")), HELLO, "is a photo, and attachments cannot be removed"),
        (HELLO, TWO, "is text, and a text cannot become a photo"),
        (HELLO, having(paper()), "is text, and a text cannot become a document"),
        (having(picture("a")), having(paper()), "photos cannot become documents"),
        (replace(TWO, url=None), replace(TWO, url=None, html=LONG), "its caption holds 1,024"),
    ],
)
def test_what_cannot_be_changed_is_said_before_anything_is_sent(
    api: BotApi, channel: Telegram, before: Article, after: Article, problem: str
) -> None:
    receipt = published(channel, item(before))
    new, asked = sending(channel, corrected(after)), len(api.requests)
    said = channel.obstacle(receipt, new.rendition)
    assert problem in said
    assert "withdraw --kill" in said
    assert len(api.requests) == asked
    with pytest.raises(Refused, match="post 1 in"):
        channel.revise(new, receipt)
    assert all(post.edits == [] for post in api.posts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HELLO, having(hosted("a"))),
        (HELLO, having(hosted("a"), hosted("b"))),
        (HELLO, having(paper(url="https://example.org/f.pdf"))),
        (having(hosted("a"), hosted("b")), having(hosted("a"), hosted("b"), html=LONG)),
    ],
)
def test_what_stands_in_another_shape_is_corrected_all_the_same(
    api: BotApi, channel: Telegram, before: Article, after: Article
) -> None:
    receipt, count = published(channel, item(before)), len(api.posts)
    new = sending(channel, corrected(after))
    assert channel.obstacle(receipt, new.rendition) == ""
    channel.revise(new, receipt)
    assert "CORRECTION" in api.posts[0].text
    assert len(api.posts) == count


@pytest.mark.parametrize("before", [TWO, having(paper())], ids=["album", "document"])
def test_a_withdrawal_is_said_where_the_words_were(
    api: BotApi, channel: Telegram, before: Article
) -> None:
    receipt = published(channel, item(before))
    notice = sending(channel, withdrawn(before))
    assert channel.obstacle(receipt, notice.rendition) == ""
    channel.revise(notice, receipt)
    assert [post.text[:9] for post in api.shown if post.text] == ["WITHDRAWN"]
    channel.remove(receipt)
    assert api.shown == []


# doubts


@pytest.mark.parametrize("audit", ["", str(AUDIT)], ids=["page", "forwarding"])
def test_an_album_in_doubt_is_found_with_all_its_messages(
    api: BotApi, channel: Telegram, audit: str
) -> None:
    channel.audit_chat = audit
    first = published(channel, item(HELLO))
    api.faults.append(LostReply(on="sendMediaGroup"))
    new = sending(channel, item(TWO))
    with pytest.raises(Exception, match="answer was lost"):
        channel.publish(new)
    early = datetime.now(UTC) - timedelta(minutes=3)
    found = channel.find(replace(new, started=early, neighbours=(first, None)))
    assert isinstance(found, Receipt)
    assert found.reference.startswith("photo:2,3:")
    assert [post.chat_id for post in api.shown] == [-1001000000001] * 3


def test_a_person_s_word_for_an_album_names_all_of_it(channel: Telegram) -> None:
    new = sending(channel, item(TWO)).rendition
    there = channel.receipt("https://t.me/kabar/7", "-1001000000001", new)
    assert there.reference.startswith("photo:7,8:")


def test_an_album_known_by_its_link_alone_has_its_words_corrected(
    api: BotApi, channel: Telegram
) -> None:
    published(channel, item(TWO))
    there = replace(channel.receipt("1", ""), destination=channel.identity())
    new = sending(channel, corrected(having(picture("a"), picture("c"), headline="New")))
    edited = channel.revise(new, there)
    assert channel.revise(new, edited) == edited
    assert [post.text[:3] for post in api.posts] == ["New", ""]
    assert [len(post.edits) for post in api.posts] == [1, 0]


def test_a_photo_known_by_its_link_alone_has_its_picture_corrected(
    api: BotApi, channel: Telegram
) -> None:
    published(channel, item(having(picture("a"))))
    there = replace(channel.receipt("1", ""), destination=channel.identity())
    new = sending(channel, corrected(having(hosted("b"), headline="New")))
    channel.revise(new, there)
    [post] = api.posts
    assert post.photo
    assert (post.photo.content, post.text[:3]) == (FILES["b" * 64], "New")
