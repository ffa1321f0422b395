"""Faults of an HTTP server: what it does over a connection in the place of an answer.

Each of ``RUDE`` is given the connection, which has asked something, and an event that tells when
the server is closed. Nothing here ends by itself unless it says so.
"""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from threading import Event
from typing import Any

Speaks = Callable[[socket.socket, Event], None]

ANSWER_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDLESS = ANSWER_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
POURED_BYTES = 64 * 1024
PIECE_CHUNK = b"%x\r\n%s\r\n" % (POURED_BYTES, b" " * POURED_BYTES)
DRIP_SECONDS = 0.1  # seconds between one byte and the next
SILENCE_SECONDS = 120  # seconds that silence lasts: longer than anybody may wait


def _silence(line: socket.socket, closing: Event) -> None:
    closing.wait(SILENCE_SECONDS)


def _hang_up_after(*pieces: bytes) -> Speaks:
    """Say this, and hang up."""

    def speak(line: socket.socket, closing: Event) -> None:
        line.sendall(b"".join(pieces))

    return speak


def _held(*pieces: bytes) -> Speaks:
    """Say this, and nothing more."""

    def speak(line: socket.socket, closing: Event) -> None:
        line.sendall(b"".join(pieces))
        closing.wait(SILENCE_SECONDS)

    return speak


def _drip(begin: bytes, piece: bytes) -> Speaks:
    """Say a little now and then, without end."""

    def speak(line: socket.socket, closing: Event) -> None:
        line.sendall(begin)
        while not closing.wait(DRIP_SECONDS):
            line.sendall(piece)

    return speak


def _pour(begin: bytes, piece: bytes) -> Speaks:
    """Say it as fast as it is taken, without end."""

    def speak(line: socket.socket, closing: Event) -> None:
        line.sendall(begin)
        while not closing.is_set():
            line.sendall(piece)

    return speak


def _bomb(packing: bytes) -> Speaks:
    def speak(line: socket.socket, closing: Event) -> None:
        packed = _packed()
        head = b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (packing, len(packed))
        line.sendall(ANSWER_HEAD + head + packed)

    return speak


@cache
def _packed() -> bytes:
    """128 MiB of spaces in 128 KiB."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(b" " * 2**20) for _ in range(128)]
    return b"".join([*pieces, packer.flush()])


def json_answer(body: bytes, status: bytes = b"200 OK") -> Speaks:
    """Say this as a whole answer in JSON."""
    head = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return _hang_up_after(b"HTTP/1.1 ", status, b"\r\n", head, body)


def _json(value: Any, status: bytes = b"200 OK") -> Speaks:
    return json_answer(json.dumps(value).encode(), status)


def _flood(wait: Any) -> Speaks:
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after x"}
    return _json(body | {"parameters": {"retry_after": wait}}, b"429 Too Many Requests")


def _moved(where: bytes) -> Speaks:
    return _hang_up_after(
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: ", where, b"\r\nContent-Length: 0\r\n\r\n"
    )


SLOW: Mapping[str, Speaks] = {  # what ends when the time is up
    "silence": _silence,
    "a byte of a head now and then": _drip(b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    "a head's lines now and then": _drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a byte of a body now and then": _drip(ENDLESS, b"1\r\n \r\n"),
    "100 Continue without end": _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a promise that is not kept": _held(ANSWER_HEAD, b"Content-Length: 900\r\n\r\n{"),
    "half a chunk's length": _held(ENDLESS, b"ff"),
}
ENDLESS_ANSWERS: Mapping[str, Speaks] = {
    "a head without end": _pour(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n"),
    "a line without end": _pour(b"HTTP/1.1 200 OK\r\nX: ", b"y" * POURED_BYTES),
    "a body without end": _pour(ENDLESS, PIECE_CHUNK),
    "a gibibyte": _pour(ANSWER_HEAD + b"Content-Length: 1073741824\r\n\r\n", b" " * POURED_BYTES),
    "a gzip bomb": _bomb(b"gzip"),
    "a bomb called deflate": _bomb(b"deflate"),
    "a terabyte announced": _held(ANSWER_HEAD, b"Content-Length: 1099511627776\r\n\r\n{"),
    "a length of thirty digits": _held(ANSWER_HEAD, b"Content-Length: ", b"9" * 30, b"\r\n\r\n{"),
}
BROKEN_ANSWERS: Mapping[str, Speaks] = {
    "a hang-up": _hang_up_after(),
    "half an answer": _hang_up_after(ANSWER_HEAD, b'Content-Length: 1000\r\n\r\n{"ok": true, "res'),
    "another protocol": _hang_up_after(b"220 mail.example ESMTP\r\n"),
    "NULs": _hang_up_after(bytes(64)),
    "a status that is none": _hang_up_after(b"HTTP/1.1 99999 What\r\nContent-Length: 0\r\n\r\n"),
    "a length below nothing": _hang_up_after(ANSWER_HEAD, b"Content-Length: -1\r\n\r\n{}"),
    "a chunk that is none": _hang_up_after(ENDLESS, b"zz\r\n{}\r\n"),
    "packed as nobody asked": _hang_up_after(
        ANSWER_HEAD, b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\n\x8b\x01\x80"
    ),
    "half packed": _hang_up_after(
        ANSWER_HEAD, b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x09"
    ),
    "moved to itself": _moved(b"?again"),
    "moved to a file": _moved(b"file:///etc/passwd"),
    "moved to nowhere": _moved(b"http://["),
}
MALFORMED: Mapping[str, Speaks] = {  # of the Bot API
    "no JSON": json_answer(b"<html>Welcome</html>"),
    "JSON that breaks off": json_answer(b'{"ok": true, "result": {"message_id": 5, "da'),
    "no UTF-8": json_answer(b'\xff\xfe{"ok": true}'),
    "half a million brackets": json_answer(b"[" * 500_000),
    "a list": json_answer(b"[]"),
    "nothing": json_answer(b""),
    "null": json_answer(b"null"),
    "no result": _json({"ok": True}),
    "a number for a result": _json({"ok": True, "result": 5}),
    "an empty result": _json({"ok": True, "result": {}}),
    "no date": _json({"ok": True, "result": {"message_id": 5, "chat": {"id": -1, "type": "x"}}}),
    "wrong kinds": _json({"ok": True, "result": {"message_id": "x", "date": "?", "chat": []}}),
    "dates beyond time": _json(
        {"ok": True, "result": {"message_id": 5, "date": 10**18, "chat": {"id": -1, "type": "x"}}}
    ),
    "no and no word more": _json({"ok": False}, b"400 Bad Request"),
    "no in half a sign": json_answer(
        b'{"ok": false, "error_code": 400, "description": "Bad \\ud800 \\u0000 x"}',
        b"400 Bad Request",
    ),
    "a name of half a sign": _json(
        {
            "ok": True,
            "result": {
                "message_id": 5,
                "date": 1,
                "chat": {
                    "id": -1001,
                    "type": "channel",
                    "title": "\ud800",
                    "username": "ka\ud800bar",
                },
            },
        }
    ),
    "a wait of ages": _flood(99999999999),
    "a wait of nothing": _flood(-5),
    "a wait that is none": _flood("soon"),
}
RUDE: Mapping[str, Speaks] = {**SLOW, **ENDLESS_ANSWERS, **BROKEN_ANSWERS}


def said_by(speak: Speaks, line: socket.socket, closing: Event) -> None:
    """Misbehave, until the other side has had enough."""
    with suppress(OSError):
        speak(line, closing)
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
