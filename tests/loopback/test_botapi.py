from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from syndicate.loopback.botapi import (
    LOOPBACK_TOKEN,
    ApiFault,
    BotApi,
    Flood,
    Garbage200,
    Http500,
    LostReply,
    No,
    Reset,
    Slow,
)
from syndicate.testing import PIXEL

BOLD = [{"type": "bold", "offset": 0, "length": 2}]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(chats={"@kabar": -1001, "Ruang dalam": -1002}) as server:
        yield server


def call(api: BotApi, method: str, token: str = LOOPBACK_TOKEN, **params: Any) -> dict[str, Any]:
    files = {name: value for name, value in params.items() if isinstance(value, bytes)}
    data = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in params.items()
        if not isinstance(value, bytes)
    }
    url = f"{api.url}/bot{token}/{method}"
    answer = httpx.post(url, data=data, files=files or None, trust_env=False)
    said: dict[str, Any] = answer.json()
    assert answer.status_code == said.get("error_code", 200)
    return said


def sent(api: BotApi, text: str = "Halo", **params: Any) -> int:
    number: int = call(api, "sendMessage", chat_id="@kabar", text=text, **params)["result"][
        "message_id"
    ]
    return number


def why(answer: dict[str, Any]) -> str:
    assert not answer["ok"]
    said: str = answer["description"]
    return said


@pytest.mark.parametrize(
    ("token", "description"), [("9:zzz", "Unauthorized"), ("nonsense", "Not Found")]
)
def test_a_wrong_token_is_told_apart_from_a_malformed_one(
    api: BotApi, token: str, description: str
) -> None:
    assert why(call(api, "getMe", token)) == description


def test_an_unknown_method_is_not_found(api: BotApi) -> None:
    assert why(call(api, "getUpdates")) == "Not Found: method not found"


@pytest.mark.parametrize("chat", ["@kabar", "@KABAR", "-1001"])
def test_a_chat_is_known_by_its_name_and_its_number(api: BotApi, chat: str) -> None:
    told = call(api, "getChat", chat_id=chat)["result"]
    assert (told["id"], told["username"], told["type"]) == (-1001, "kabar", "channel")


def test_a_private_chat_is_known_by_its_number_alone(api: BotApi) -> None:
    assert "username" not in call(api, "getChat", chat_id="-1002")["result"]
    assert why(call(api, "getChat", chat_id="Ruang dalam")) == "Bad Request: chat not found"


def test_the_bot_is_an_administrator(api: BotApi) -> None:
    me = call(api, "getMe")["result"]["id"]
    told = call(api, "getChatMember", chat_id="@kabar", user_id=me)["result"]
    assert (told["status"], told["can_post_messages"]) == ("administrator", True)
    assert "not found" in why(call(api, "getChatMember", chat_id="@kabar", user_id=5))


def test_a_message_is_kept_as_it_was_sent(api: BotApi) -> None:
    card = {"url": "https://example.org/a.png", "show_above_text": True}
    given: dict[str, Any] = {"entities": BOLD, "link_preview_options": card}
    number = sent(api, "Halo dunia", **given, disable_notification=True)
    post = api.post(number)
    assert (post.text, list(post.entities), post.chat_id) == ("Halo dunia", BOLD, -1001)
    assert post.link_preview_options == card
    assert (post.silent, post.protect, post.photo, post.edits) == (True, False, None, [])


def test_a_text_is_trimmed_and_its_entities_move_along(api: BotApi) -> None:
    number = sent(api, "\n  Halo  ", entities=[{"type": "bold", "offset": 3, "length": 6}])
    post = api.post(number)
    assert post.text == "Halo"
    assert list(post.entities) == [{"type": "bold", "offset": 0, "length": 4}]


@pytest.mark.parametrize(
    ("entity", "complaint"),
    [
        ((3, 9), "ends after the end of the text at UTF-16 offset 12"),
        ((1, 2), "begins in a middle of a UTF-16 symbol"),
        ((0, 1), "ends in a middle of a UTF-16 symbol"),
    ],
)
def test_an_entity_must_fit_its_text(api: BotApi, entity: tuple[int, int], complaint: str) -> None:
    given = [{"type": "bold", "offset": entity[0], "length": entity[1]}]
    answer = call(api, "sendMessage", chat_id="@kabar", text="🇮🇩 Halo", entities=given)
    assert complaint in why(answer)


def test_entities_beyond_a_hundred_are_dropped(api: BotApi) -> None:
    many = [{"type": "bold", "offset": n, "length": 1} for n in range(120)]
    assert len(api.post(sent(api, "x" * 120, entities=many)).entities) == 100


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMessage", {"text": " \n"}, "message text is empty"),
        ("sendMessage", {"text": "👍" * 2048 + "!"}, "message is too long"),
        ("sendMessage", {"text": "x", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"text": "x", "entities": "{"}, "can't parse entities"),
        ("sendPhoto", {"photo": PIXEL, "caption": "x" * 1025}, "message caption is too long"),
        ("sendPhoto", {"photo": b"<svg/>"}, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", {"photo": b""}, "file must be non-empty"),
        ("sendPhoto", {}, "there is no photo in the request"),
        ("editMessageText", {"message_id": 1, "text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        ("editMessageText", {"message_id": 1, "text": ""}, "message text is empty"),
        ("editMessageText", {"message_id": 1, "text": "Halo"}, "message is not modified: "),
        ("editMessageText", {"message_id": 2, "text": "x"}, "there is no text in the message to"),
        ("editMessageText", {"message_id": 7, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageCaption", {"message_id": 1, "caption": "x"}, "there is no caption in the"),
        (
            "editMessageCaption",
            {"message_id": 2, "caption": "x" * 1025},
            "MEDIA_CAPTION_TOO_LONG",
        ),
        ("editMessageCaption", {"message_id": 2, "caption": "dot"}, "message is not modified: "),
        ("editMessageMedia", {"message_id": 2, "media": "?"}, "can't parse InputMedia"),
        ("deleteMessage", {"message_id": 7}, "message to delete not found"),
    ],
)
def test_it_says_no_in_telegrams_words(
    api: BotApi, method: str, params: dict[str, Any], complaint: str
) -> None:
    sent(api)
    assert call(api, "sendPhoto", chat_id="@kabar", photo=PIXEL, caption="dot")["ok"]
    answer = call(api, method, chat_id="@kabar", **params)
    assert why(answer).startswith(f"Bad Request: {complaint}")


def test_limits_are_counted_in_utf16_units_after_parsing(api: BotApi) -> None:
    assert api.post(sent(api, "👍" * 2048)).text == "👍" * 2048
    given: dict[str, Any] = {"photo": PIXEL, "caption": "👍" * 512}
    assert call(api, "sendPhoto", chat_id="@kabar", **given)["ok"]


def test_a_photo_comes_as_bytes_or_as_an_address(api: BotApi) -> None:
    tricky = PIXEL + b"\r\n--x\r\n\r\n"
    one = call(api, "sendPhoto", chat_id="@kabar", photo=tricky, caption="dot")["result"]
    url = "https://example.org/a.png"
    two = call(api, "sendPhoto", chat_id="@kabar", photo=url)["result"]
    first, second = api.post(one["message_id"]), api.post(two["message_id"])
    assert first.photo
    assert first.photo.content == tricky
    assert (first.text, first.caption, one["caption"]) == ("dot", "dot", "dot")
    assert second.photo
    assert (second.photo.url, second.caption) == (url, "")


def test_edits_are_kept_with_their_times(api: BotApi) -> None:
    number = sent(api)
    edit: dict[str, Any] = {"chat_id": "@kabar", "message_id": number}
    assert call(api, "editMessageText", **edit, text="Halo!", entities=BOLD)["ok"]
    post = api.post(number)
    assert [version.text for version in post.versions] == ["Halo", "Halo!"]
    assert post.edits[0].at >= post.sent
    assert (post.text, list(post.entities)) == ("Halo!", BOLD)


def test_a_photo_is_exchanged(api: BotApi) -> None:
    made = call(api, "sendPhoto", chat_id="@kabar", photo=PIXEL, caption="dot")["result"]
    media = {"type": "photo", "media": "attach://other", "caption": "another"}
    edit: dict[str, Any] = {"chat_id": "@kabar", "message_id": made["message_id"]}
    assert call(api, "editMessageMedia", **edit, media=media, other=PIXEL + b"2")["ok"]
    post = api.post(made["message_id"])
    assert post.photo
    assert (post.photo.content, post.caption) == (PIXEL + b"2", "another")


def test_what_is_older_than_48_hours_is_not_deleted(api: BotApi) -> None:
    old, new = sent(api), sent(api)
    api.age(old, hours=48.1)
    api.age(new, hours=47.9)
    answer = call(api, "deleteMessage", chat_id="@kabar", message_id=old)
    assert why(answer) == "Bad Request: message can't be deleted for everyone"
    assert call(api, "deleteMessage", chat_id="@kabar", message_id=new)["ok"]
    assert [post.message_id for post in api.shown] == [old]
    assert api.post(new).deleted


def test_a_message_is_only_found_in_its_own_chat(api: BotApi) -> None:
    edit: dict[str, Any] = {"chat_id": "-1002", "message_id": sent(api)}
    assert "not found" in why(call(api, "editMessageText", **edit, text="x"))


def test_too_many_requests_are_put_off(api: BotApi) -> None:
    api.faults.append(Flood(retry_after=7))
    url = f"{api.url}/bot{LOOPBACK_TOKEN}/sendMessage"
    given = {"chat_id": "@kabar", "text": "Halo"}
    answer = httpx.post(url, data=given, trust_env=False)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["parameters"] == {"retry_after": 7}
    assert api.posts == []
    assert sent(api)


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (LostReply(), True),
        (Reset(), False),
        (Http500(), False),
        (Http500(done=True, status=502), True),
        (Garbage200(), True),
        (Garbage200(done=False), False),
        (Slow(seconds=1), True),
    ],
)
def test_a_fault_strikes_once_and_leaves_no_usable_answer(
    api: BotApi, fault: ApiFault, done: bool
) -> None:
    api.faults.append(fault)
    url = f"{api.url}/bot{LOOPBACK_TOKEN}/sendMessage"
    given = {"chat_id": "@kabar", "text": "Halo"}
    with pytest.raises((httpx.TransportError, ValueError)):
        httpx.post(url, data=given, timeout=0.3, trust_env=False).json()
    assert len(api.posts) == done
    assert call(api, "sendMessage", **given)["ok"]


def test_a_fault_waits_for_what_it_was_meant_for(api: BotApi) -> None:
    api.faults += [No(on="deleteMessage", code=403, description="Forbidden: no"), Flood()]
    assert call(api, "getMe")["ok"]
    assert "retry after 1" in why(call(api, "sendMessage", chat_id="@kabar", text="x"))
    assert "Forbidden: no" in why(call(api, "deleteMessage", chat_id="@kabar", message_id=1))
    assert api.faults == []


def test_everything_it_was_asked_is_logged(api: BotApi) -> None:
    api.faults.append(Flood())
    call(api, "sendMessage", chat_id="@kabar", text="one")
    call(api, "sendMessage", chat_id="@kabar", text="two")
    assert [(r.method, r.params["text"]) for r in api.requests] == [
        ("sendMessage", "one"),
        ("sendMessage", "two"),
    ]


def test_many_may_write_at_once(api: BotApi) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: sent(api, str(n)), range(24)))
    assert sorted(numbers) == list(range(1, 25))
    assert sorted(int(post.text) for post in api.posts) == list(range(24))
