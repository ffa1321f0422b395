"""Albums, documents, pins and replies: how they are said, what they become, how they are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from support import posts
from support.serving import served
from syndicate import (
    ABSENT,
    Article,
    ArticleError,
    Delivery,
    Edition,
    Item,
    Media,
    Receipt,
    Refused,
    Rendition,
)
from syndicate.loopback.botapi import BotApi, LostReply, No
from syndicate.model.article import PDF
from syndicate.network.public import sites
from syndicate.testing import HELLO, PICTURE, PIXEL, corrected, edition, item, withdrawn
from syndicate_telegram import Telegram

FILES = {letter * 64: PIXEL + letter.encode() for letter in "abcdef"}
PAPER = b"%PDF-1.4 form"
AUDIT = -1001000000003


def picture(letter: str, **given: Any) -> Media:
    return replace(PICTURE, file=f"{letter}.png", sha256=letter * 64, alt="", **given)


def hosted(letter: str, **given: Any) -> Media:
    return picture(letter, url=f"https://example.org/media/{letter}.png", **given)


def paper(name: str = "formulir.pdf", **given: Any) -> Media:
    return Media(file=name, media_type=PDF, sha256="9" * 64, size=len(PAPER), **given)


def having(*media: Media, **given: Any) -> Article:
    return replace(HELLO, media=media, **given)


LONG = "".join(f"<p>{'Lorem ipsum dolor sit amet. ' * 20}</p>" for _ in range(4))
TWO = having(picture("a"), picture("b"))


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001000000001, "Audit": AUDIT}) as server:
        yield server


@pytest.fixture
def channel(api: BotApi) -> Iterator[Telegram]:
    with posts.channel(api.url, web=api.url) as opened:
        yield opened


def sending(channel: Telegram, state: Item, address: str = "post") -> Delivery:
    made = {one.address: one for one in channel.render(edition(channel, state))}
    files = FILES | {"9" * 64: PAPER}
    return Delivery("0" * 32, made[address], {n: files[n] for n in made[address].media})


def published(channel: Telegram, state: Item) -> Receipt:
    return replace(channel.publish(sending(channel, state)), destination=channel.identity())


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


# pins and replies


def urgent(channel: Telegram, state: Item) -> list[Rendition]:
    return list(channel.render(edition(channel, state)))


@pytest.mark.parametrize(
    ("urgency", "pin", "change", "addresses"),
    [
        (1, True, {}, ["post", "pin"]),
        (2, True, {}, ["post", "pin"]),
        (3, True, {}, ["post"]),
        (0, True, {}, ["post"]),
        (1, False, {}, ["post"]),
        (1, True, {"expired": True}, ["post"]),
    ],
)
def test_what_is_urgent_is_pinned_while_it_is_news(
    channel: Telegram, urgency: int, pin: bool, change: dict[str, Any], addresses: list[str]
) -> None:
    channel.pin = pin
    state = replace(item(replace(HELLO, urgency=urgency)), **change)
    assert [one.address for one in urgent(channel, state)] == addresses


def pinned(channel: Telegram, article: Article = HELLO) -> tuple[Delivery, Receipt]:
    channel.pin = True
    state = item(replace(article, urgency=1))
    there = published(channel, state)
    delivery = replace(sending(channel, state, "pin"), followed=there)
    return delivery, replace(channel.publish(delivery), destination=channel.identity())


@pytest.mark.parametrize("article", [HELLO, TWO], ids=["text", "album"])
def test_a_pin_is_put_and_taken_away(api: BotApi, channel: Telegram, article: Article) -> None:
    delivery, receipt = pinned(channel, article)
    assert api.pinned == [1]
    assert receipt.reference == "pin:1"
    assert channel.publish(delivery).reference == "pin:1"
    channel.remove(receipt)
    channel.remove(receipt)
    assert api.pinned == []
    assert api.shown[0].text.startswith("Hello")


def test_a_pin_in_doubt_is_looked_for(api: BotApi, channel: Telegram) -> None:
    delivery, receipt = pinned(channel)
    assert channel.find(delivery) == replace(receipt, destination="")
    api.pinned.clear()
    assert channel.find(delivery) is ABSENT


def test_a_person_s_word_for_a_pin_never_names_the_post(channel: Telegram) -> None:
    channel.pin = True
    pin = sending(channel, item(replace(HELLO, urgency=1)), "pin").rendition
    assert channel.receipt("17", "-1001000000001", pin).reference == "pin:17"


def test_a_bot_that_may_not_pin_says_what_to_do(api: BotApi, channel: Telegram) -> None:
    text = "Bad Request: not enough rights to manage pinned messages in the chat"
    api.faults.append(No(on="pinChatMessage", description=text))
    with pytest.raises(Refused, match=r"channels\.tg\.pin: make the bot .* who may pin"):
        pinned(channel)


def test_a_correction_is_told_under_its_post(api: BotApi, channel: Telegram) -> None:
    channel.reply_on_correction = True
    there = published(channel, item(HELLO))
    state = corrected(HELLO)
    [address] = [one.address for one in urgent(channel, state)][1:]
    channel.publish(replace(sending(channel, state, address), followed=there))
    assert api.posts[1].reply_to == 1
    assert api.posts[1].text == "CORRECTION (14 August 2026 20:00 WIB): The year was wrong."


def test_a_reply_to_what_is_gone_is_refused_with_advice(api: BotApi, channel: Telegram) -> None:
    channel.reply_on_correction = True
    there = published(channel, item(HELLO))
    api.posts[0].deleted = True
    state = corrected(HELLO)
    [address] = [one.address for one in urgent(channel, state)][1:]
    with pytest.raises(Refused, match="no longer in @kabar: --give-up"):
        channel.publish(replace(sending(channel, state, address), followed=there))


def test_every_correction_keeps_its_own_reply(channel: Telegram) -> None:
    channel.reply_on_correction = True
    once = corrected(HELLO)
    more = replace(once.corrections[0], version=3, note="And the day.")
    twice = replace(once, version=3, corrections=(*once.corrections, more))
    told: Edition = edition(channel, twice)
    assert [(one.address, one.tells, one.follows) for one in channel.render(told)][1:] == [
        ("correction-2", 2, "post"), ("correction-3", 3, "post"),
    ]  # fmt: skip


# animations


def gif(letter: str, **given: Any) -> Media:
    return replace(picture(letter), file=f"{letter}.gif", media_type="image/gif", **given)


def test_a_gif_that_moves_is_sent_as_an_animation(api: BotApi, channel: Telegram) -> None:
    receipt = published(channel, item(having(gif("a", moves=True))))
    [post] = api.posts
    assert post.now.is_animation
    assert post.text.startswith("Hello, world")
    changed = item(having(gif("b", moves=True)))
    receipt = channel.revise(sending(channel, changed), receipt)
    assert post.now.is_animation
    assert post.photo is not None
    assert post.photo.content == FILES["b" * 64]
    channel.revise(sending(channel, item(having(picture("c")))), receipt)
    assert not post.now.is_animation


def test_a_gif_that_does_not_move_is_a_photo(api: BotApi, channel: Telegram) -> None:
    published(channel, item(having(gif("a"))))
    assert not api.posts[0].now.is_animation


@pytest.mark.parametrize(
    "media",
    [
        (gif("a", moves=True), picture("b")),
        (replace(picture("a"), file="a.webp", media_type="image/webp", moves=True),),
    ],
)
def test_a_picture_that_is_shown_still_is_named(
    channel: Telegram, media: tuple[Media, ...]
) -> None:
    [remark] = channel.remarks(edition(channel, item(having(*media))))
    assert (
        remark == f"{media[0].file} is shown still: a post animates only a GIF that is alone in it"
    )


# pictures that Telegram cannot fetch


class Site(BaseHTTPRequestHandler):
    """Another site, which lets us have its pictures."""

    def do_GET(self) -> None:
        is_there = "there" in self.path
        self.send_response(200 if is_there else 403)
        self.send_header("Content-Type", "application/pdf" if "pdf" in self.path else "image/png")
        self.end_headers()
        if is_there:
            self.wfile.write(PAPER if "pdf" in self.path else PIXEL)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with (
        served(ThreadingHTTPServer(("127.0.0.1", 0), Site)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        url = f"http://127.0.0.1:{server.server_port}"
        patch.setattr(Telegram, "office_sites", sites([url]))
        yield url


def remote(url: str) -> Media:
    return replace(PICTURE, file="", sha256="", url=url, alt="")


REFUSALS = [
    "Bad Request: failed to get HTTP URL content",
    "Bad Request: wrong file identifier/HTTP URL specified",
    "Bad Request: wrong type of the web page content",
    "Bad Request: WEBPAGE_CURL_FAILED",
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_telegram_cannot_fetch_is_uploaded_by_us(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        receipt = published(channel, item(having(remote(f"{site}/there.png"))))
        [post] = api.posts
        assert post.photo is not None
        assert post.photo.content == PIXEL
        assert receipt.remark == ""
        api.faults.append(No(on="editMessageMedia", description=answer))
        channel.revise(sending(channel, item(having(remote(f"{site}/there/two.png")))), receipt)
        assert post.photo.content == PIXEL


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_nobody_can_fetch_is_left_out_and_the_text_goes_out(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        receipt = published(channel, item(having(remote(f"{site}/gone.png"))))
    [post] = api.posts
    assert post.photo is None
    assert post.text.startswith("Hello, world")
    assert receipt.remark == (
        f"{site}/gone.png left out: neither Telegram nor we can fetch it; is its address public?"
    )


def test_an_album_loses_only_what_nobody_can_fetch(api: BotApi, site: str) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendMediaGroup", description=REFUSALS[3]))
        three = (remote(f"{site}/there.png"), remote(f"{site}/gone.png"), picture("a"))
        receipt = published(channel, item(having(*three)))
    assert [post.photo and post.photo.content for post in api.posts] == [PIXEL, FILES["a" * 64]]
    assert "gone.png left out" in receipt.remark


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_picture_that_nobody_could_fetch_is_put_there_when_it_can_be_had(
    api: BotApi, site: str, answer: str
) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=answer))
        article = having(remote(f"{site}/gone.png"))
        receipt = published(channel, item(article))
        assert receipt.lacks == receipt.remark
        [post] = api.posts
        for wanted in (item(article), corrected(article)):
            api.faults.append(No(on="editMessageMedia", description=answer))
            receipt = channel.revise(sending(channel, wanted), receipt)
            assert "gone.png left out" in receipt.lacks
            assert post.photo is None
        assert "The year was wrong." in post.text
        receipt = channel.revise(sending(channel, corrected(article)), receipt)
        assert receipt.lacks == ""
        assert post.photo
        assert "The year was wrong." in post.text
        receipt = channel.revise(sending(channel, item(article)), receipt)
        assert post.photo
        assert "The year was wrong." not in post.text


def test_a_text_that_can_be_given_no_picture_is_left_as_it_is(api: BotApi, site: str) -> None:
    with posts.channel(api.url, web=api.url, preview="photo") as channel:
        api.faults.append(No(on="sendPhoto", description=REFUSALS[0]))
        article = having(remote(f"{site}/gone.png"))
        receipt = published(channel, item(article))
        no = "Bad Request: there is no media in the message to edit"
        api.faults.append(No(on="editMessageMedia", description=no))
        receipt = channel.revise(sending(channel, corrected(article)), receipt)
        assert receipt.lacks == ""
        [post] = api.posts
        assert "The year was wrong." in post.text
