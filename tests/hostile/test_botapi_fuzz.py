"""Whatever a Bot API server answers: its end is one of ours, and nothing is booked that was not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.hostile.botapi_talks import AUDIT, DOINGS, Desk, bear, made, understood
from support.hostile.fuzzing import altered, corpus, fuzz, seeds
from syndicate.loopback.botapi import CHATS, BotApi
from syndicate.system import stop

NUMBERS = st.integers(0, 2**64 - 1)
WORDS = [
    b'"ok":', b"true", b"false", b"null", b'"result":', b'"message_id":', b"{", b"[", b"\r\n",
    b"Content-Length: ", b"HTTP/1.1 ", *(name.encode() + b"\n" for name in DOINGS),
]  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch, BotApi(chats={**CHATS, "Audit": AUDIT}) as api:
        patch.setattr(stop, "rest", lambda _seconds: True)  # a pause that is asked for
        yield Desk.at(api)


@pytest.mark.parametrize("content", corpus("botapi"))
def test_an_answer_of_the_corpus_is_borne(content: bytes, desk: Desk) -> None:
    bear(content, desk)


@given(NUMBERS.map(made))
@settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_an_answer_of_any_build_is_borne(desk: Desk, content: bytes) -> None:
    bear(content, desk)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, {}),
        (b"HTTP/1.1 200 OK\r\n\r\n[1", 200, None),
        (b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n7\r\n0\r\n\r\n", 404, 7),
        (b"hello", 0, None),
    ],
)
def test_the_judge_reads_answers_itself(answer: bytes, status: int, said: object) -> None:
    assert understood(answer) == (status, said)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_any_answer_of_a_bot_api_is_borne(desk: Desk) -> None:
    inputs = st.one_of(NUMBERS.map(made), altered(seeds("botapi"), WORDS))
    fuzz("botapi", inputs, lambda content: bear(content, desk))
