"""Errors of a Telegram channel: how sure each leaves us, what it names, what it hides."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from support.telegram_channel import delivery, hasty_telegram, published
from syndicate import DeliveryError, InDoubt, Refused, Unavailable
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
from syndicate.testing import HELLO, corrected, item
from syndicate_telegram import Telegram


@pytest.mark.parametrize(
    ("fault", "error", "posts"),
    [
        (Flood(retry_after=2), Unavailable, 0),
        (LostReply(), InDoubt, 1),
        (Reset(), InDoubt, 0),
        (Http500(), InDoubt, 0),
        (Http500(done=True, status=502), InDoubt, 1),
        (Garbage200(), InDoubt, 1),
        (Slow(seconds=2), InDoubt, 1),
        (No(code=403, description="Forbidden: bot was kicked from the channel chat"), Refused, 0),
        (No(description="Bad Request: need administrator rights in the channel chat"), Refused, 0),
        (No(description="Bad Request: something new"), Refused, 0),
        (No(code=500, description="Internal Server Error"), InDoubt, 0),
        (No(code=401, description="Unauthorized"), Refused, 0),
    ],
)
def test_an_error_tells_how_sure_it_leaves_us_and_nothing_is_sent_twice(
    api: BotApi, channel: Telegram, fault: ApiFault, error: type[DeliveryError], posts: int
) -> None:
    api.faults.append(fault)
    with pytest.raises(error) as caught:
        published(channel, item())
    assert type(caught.value) in (error, *error.__subclasses__())
    assert "\n" not in str(caught.value)
    assert len(api.posts) == posts
    assert [r.method for r in api.requests].count("sendMessage") <= 1
    if isinstance(fault, Flood):
        assert isinstance(caught.value, Unavailable)
        assert caught.value.retry_after == 2


def test_a_refusal_names_the_setting(api: BotApi, channel: Telegram) -> None:
    api.faults.append(No(description="Bad Request: not enough rights to send text messages"))
    with pytest.raises(Refused, match=r"^channels\.tg\.chat: make the bot an administrator of @k"):
        published(channel, item())


@pytest.mark.parametrize("fault", [LostReply(), Reset(), Http500(done=True), Garbage200()])
def test_a_lost_answer_to_an_edit_is_no_doubt(
    api: BotApi, channel: Telegram, fault: ApiFault
) -> None:
    receipt = published(channel, item())
    fixed = delivery(channel, corrected(HELLO))
    api.faults.append(fault)
    with pytest.raises(Unavailable):
        channel.revise(fixed, receipt)
    assert channel.revise(fixed, receipt) == receipt
    api.faults.append(fault)
    with pytest.raises(Unavailable):
        channel.remove(receipt)
    channel.remove(receipt)
    assert api.shown == []


def test_a_short_pause_is_waited_for(api: BotApi, channel: Telegram) -> None:
    api.faults.append(Flood(retry_after=1))
    assert published(channel, item()).reference == "1"
    assert len(api.posts) == 1


def test_many_short_pauses_are_a_long_one(api: BotApi, channel: Telegram) -> None:
    api.faults += [Flood(retry_after=1), Flood(retry_after=1)]
    with pytest.raises(Unavailable) as caught:
        published(channel, item())
    assert caught.value.retry_after == 1
    assert api.posts == []


def test_an_unreachable_server_is_unavailable_and_named() -> None:
    with pytest.raises(Unavailable, match=r"channels\.tg\.api: http://127\.0\.0\.1:9 cannot be"):
        hasty_telegram("http://127.0.0.1:9").__enter__()


def test_a_connection_that_fails_before_anything_is_sent_is_tried_again(
    api: BotApi, channel: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(api.url.rpartition(":")[2])
    api.__exit__()
    servers: list[BotApi] = []

    def come_back(seconds: float) -> None:
        if not servers:
            servers.append(BotApi(port=port).__enter__())

    monkeypatch.setattr("syndicate.system.stop.sleep", come_back)
    try:
        published(channel, item())
        assert len(servers[0].posts) == 1
    finally:
        servers[0].__exit__()
        api.__enter__()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"token": SecretStr("999:WRONG")}, r"^channels\.tg\.token: Telegram does not know it"),
        ({"token": SecretStr("nonsense")}, r"^channels\.tg\.token: it is not like 123456:ABC"),
        ({"chat": "@nobody"}, r"^channels\.tg\.chat: Telegram knows no chat @nobody"),
    ],
)
def test_a_wrong_setting_is_refused_at_opening(
    api: BotApi, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Refused, match=complaint):
        hasty_telegram(api.url, **given).__enter__()


def test_a_server_that_answers_nonsense_at_opening_is_unavailable(api: BotApi) -> None:
    for fault in (Http500(on="getMe"), Garbage200(on="getChat")):
        api.faults.append(fault)
        with pytest.raises(Unavailable, match=r"^channels\.tg\.api: no usable answer from http"):
            hasty_telegram(api.url).__enter__()
        assert api.faults == []


FAULTS: list[ApiFault] = [
    Flood(retry_after=9),
    LostReply(),
    Reset(),
    Http500(),
    Garbage200(),
    No(code=401, description=f"Unauthorized: {LOOPBACK_TOKEN}"),
    No(code=400, description=f"Bad Request: {LOOPBACK_TOKEN} is odd"),
    No(code=500, description=f"Internal Server Error at {LOOPBACK_TOKEN}"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("method", ["getMe", "getChat", "sendMessage"])
def test_the_token_is_nowhere(
    api: BotApi,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    method: str,
    fault: ApiFault,
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = hasty_telegram(api.url)
    api.faults.append(replace(fault, on=method))
    with pytest.raises(DeliveryError) as caught, channel:
        published(channel, item())
    chain = traceback.TracebackException.from_exception(caught.value)
    seen = [repr(channel), repr(caught.value), *chain.format(), caplog.text, *capfd.readouterr()]
    assert caught.value.__context__ is None
    assert not [text for text in seen if "loopback-token" in text.lower()]
