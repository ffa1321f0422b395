"""Answers of a Bot API server, of any kind, to each thing that is said to it.

An input is a method's name, a line's end, and the answer's bytes as they come over the line.
"""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from threading import Event
from typing import Any

import h11

from support import posts
from syndicate import Absent, Delivery, DeliveryError, InDoubt, Receipt, Refused, Unavailable
from syndicate.loopback.botapi import LOOPBACK_TOKEN, BotApi, Rude
from syndicate.model.article import Media
from syndicate.testing import HELLO, PICTURE, PIXEL, corrected, edition, item
from syndicate_telegram import Telegram

AUDIT = -1001000000003
PATIENCE = 1.0  # seconds for an answer
LONGEST_LINE = 700  # characters of what is said to people
FILES = {letter * 64: PIXEL + letter.encode() for letter in "ab"}
PUBLISHING = ("sendMessage", "sendPhoto", "sendMediaGroup")
ASKING = ("getMe", "getChat")


def picture(letter: str) -> Media:
    return replace(PICTURE, file=f"{letter}.png", sha256=letter * 64, alt="")


TEXT = item()
PHOTO = item(replace(HELLO, media=(picture("a"),)))
ALBUM = item(replace(HELLO, media=(picture("a"), picture("b"))))


@dataclass
class Desk:
    """A server, and what stands in its chat."""

    api: BotApi
    text: Receipt
    photo: Receipt

    @classmethod
    def at(cls, api: BotApi) -> Desk:
        with posts.channel(api.url) as opened:
            text, photo = (opened.publish(sending(opened, one)) for one in (TEXT, PHOTO))
        return cls(api, text, photo)


def sending(channel: Telegram, state: Any, **given: Any) -> Delivery:
    """A post, with what it holds."""
    made = {one.address: one for one in channel.render(edition(channel, state))}["post"]
    return Delivery(
        key="0" * 32, rendition=made, files={name: FILES[name] for name in made.media}, **given
    )


Doing = Callable[[Telegram, Desk], object]
DOINGS: dict[str, Doing] = {
    "getMe": lambda channel, desk: None,
    "getChat": lambda channel, desk: None,
    "sendMessage": lambda channel, desk: channel.publish(sending(channel, TEXT)),
    "sendPhoto": lambda channel, desk: channel.publish(sending(channel, PHOTO)),
    "sendMediaGroup": lambda channel, desk: channel.publish(sending(channel, ALBUM)),
    "editMessageText": lambda channel, desk: channel.revise(
        sending(channel, corrected(HELLO)), desk.text
    ),
    "editMessageCaption": lambda channel, desk: channel.revise(
        sending(channel, replace(corrected(HELLO), article=PHOTO.article)), desk.photo
    ),
    "editMessageMedia": lambda channel, desk: channel.revise(
        sending(channel, item(replace(HELLO, media=(picture("b"),)))), desk.photo
    ),
    "deleteMessage": lambda channel, desk: channel.remove(desk.text),
    "forwardMessage": lambda channel, desk: channel.find(
        sending(channel, TEXT, neighbours=(desk.text, desk.photo))
    ),
}


def bear(content: bytes, desk: Desk) -> None:
    """Take an answer to one method; whatever it is, its end is one of ours, and is true."""
    name, _, answer = content.partition(b"\n")
    method = name.decode(errors="replace")
    if method not in DOINGS:
        return
    desk.api.faults[:] = [Rude(on=method, speak=saying(answer))]
    before = len(desk.api.posts)
    result = ended(method, desk)
    if isinstance(result, DeliveryError):
        _is_for_people(f"{result}")
    if method in ASKING and isinstance(result, DeliveryError):
        assert not isinstance(result, InDoubt), "a question leaves no doubt"
    if method in PUBLISHING:
        _is_true(result, answer, grew=len(desk.api.posts) > before)


def ended(method: str, desk: Desk) -> object:
    """How it ended; what is no error of ours comes through."""
    try:
        audit = {"audit_chat": f"{AUDIT}"} if method == "forwardMessage" else {}
        picture = "photo" if method in ("sendPhoto", "sendMediaGroup") else "above"
        settings: dict[str, Any] = {"patience": PATIENCE, "preview": picture, **audit}
        with posts.channel(desk.api.url, **settings) as opened:
            return DOINGS[method](opened, desk)
    except DeliveryError as error:
        return error


def saying(answer: bytes) -> Callable[[socket.socket, Event], None]:
    """Say this, and hang up."""

    def speak(line: socket.socket, closing: Event) -> None:
        line.sendall(answer)

    return speak


def _is_for_people(line: str) -> None:
    assert line == " ".join(line.split()), line
    assert len(line) < LONGEST_LINE, line
    assert "unexpected:" not in line, line
    assert LOOPBACK_TOKEN not in line, line


def _is_true(result: object, answer: bytes, *, grew: bool) -> None:
    """Sent is only what the server says to have; not sent only what it says to have refused."""
    status, said = understood(answer)
    if isinstance(result, Receipt):
        assert grew or (isinstance(said, dict) and said.get("ok") is not False and "result" in said)
    elif isinstance(result, Refused | Unavailable):
        refused = isinstance(said, dict) and said.get("ok") is not True
        assert 400 <= status < 500 or refused, f"{result} after {status} {said!r}"
    else:
        assert isinstance(result, InDoubt | Absent)


def understood(answer: bytes) -> tuple[int, Any]:
    """The status and the JSON of an answer; 0 and None where they cannot be made out."""
    ours = h11.Connection(h11.CLIENT)
    ours.send(h11.Request(method="POST", target="/", headers=[("Host", "x")]))
    ours.send(h11.EndOfMessage())
    status, packing, body = 0, b"", b""
    with suppress(h11.RemoteProtocolError):
        for data in (answer, b""):
            ours.receive_data(data)
            while isinstance(
                event := ours.next_event(), h11.InformationalResponse | h11.Response | h11.Data
            ):
                if isinstance(event, h11.Data):
                    body += bytes(event.data)
                elif isinstance(event, h11.Response):
                    status = event.status_code
                    packing = dict(event.headers).get(b"content-encoding", b"")
    with suppress(zlib.error):
        body = zlib.decompress(body, 47) if packing else body
    try:
        return status, json.loads(body)
    except (ValueError, RecursionError):
        return status, None


# answers by chance

CHAT = {"id": -1001000000001, "type": "channel", "title": "Kabar", "username": "kabar"}
USER = {"id": 123456, "is_bot": True, "first_name": "Bot", "username": "loopback_bot"}
MESSAGE = {
    "message_id": 7, "date": 1_700_000_000, "chat": CHAT, "text": "Halo",
    "entities": [{"type": "bold", "offset": 0, "length": 4}],
    "photo": [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}],
}  # fmt: skip
RESULTS: tuple[Any, ...] = (MESSAGE, [MESSAGE, MESSAGE], True, CHAT, USER, {})
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 2**200, 1.5, 1e308, "", "7", "x" * 5_000, [], {}, [[]],
    [None], {"id": 1}, "\ud800", "\0\x1b[2J\n", "true", float("inf"), float("nan"),
)  # fmt: skip
ERRORS = (
    "Bad Request: chat not found", "Too Many Requests: retry after 5", "Unauthorized", "Forbidden",
    "Bad Request: message is not modified", "Bad Request: can't parse entities", "", "\n\0 x" * 50,
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 413, 429,
            500, 502, 503, 504, 99, 600, 999)  # fmt: skip
HEADERS = (
    b"Content-Type: application/json", b"Content-Type: text/html", b"Content-Encoding: gzip",
    b"Content-Encoding: br", b"Content-Length: 5", b"Content-Length: 99999999999999999999",
    b"Content-Length: -1", b"Transfer-Encoding: chunked", b"Retry-After: 1e9", b"Location: /",
    b"X: " + b"y" * 90_000, b"Connection: keep-alive", b"no header at all", b"Set-Cookie: a=b",
)  # fmt: skip


def made(number: int) -> bytes:
    """An answer that a number stands for."""
    chance = Random(number)
    method = chance.choice(list(DOINGS))
    status = chance.choice(STATUSES)
    body = _body(chance)
    lines = [f"HTTP/1.1 {status} Some words".encode()]
    lines += chance.sample(HEADERS, chance.choice((0, 0, 1, 1, 2, 4)))
    if chance.random() < 0.6:
        lines.append(b"Content-Length: %d" % len(body))
    answer = b"\r\n".join(lines) + b"\r\n\r\n" + body
    if chance.random() < 0.1:
        answer = answer[: chance.randrange(len(answer))]
    return method.encode() + b"\n" + answer


def _body(chance: Random) -> bytes:
    result = _tampered(chance.choice(RESULTS), chance)
    said: Any = {"ok": True, "result": result}
    if chance.random() < 0.3:
        said = {"ok": False, "error_code": chance.choice(STATUSES),
                "description": chance.choice(ERRORS)}  # fmt: skip
        said["parameters"] = {
            chance.choice(("retry_after", "migrate_to_chat_id")): chance.choice((1, *ODD))
        }
    if chance.random() < 0.4:
        said = _tampered(said, chance)
    body = json.dumps(said).encode()
    match chance.randrange(8):
        case 0:
            return body[: chance.randrange(len(body) + 1)]
        case 1:
            return chance.randbytes(chance.choice((0, 1, 30, 3_000)))
        case 2:
            return zlib.compress(body * chance.choice((1, 50)))
        case 3:
            return b"[" * chance.choice((1, 100_000))
    return body


def _tampered(value: Any, chance: Random) -> Any:
    """The same with something else in one or several of its places."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    if isinstance(value, dict):
        found = {key: _tampered(one, chance) for key, one in value.items()}
        if found and chance.random() < 0.2:
            del found[chance.choice(list(found))]
        return found
    if isinstance(value, list):
        return [_tampered(one, chance) for one in value] * chance.choice((1, 1, 1, 0, 3))
    return value
