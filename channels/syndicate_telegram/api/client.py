"""A client of the Bot API for one bot, whose token is kept out of messages, logs and tracebacks."""

from __future__ import annotations

import logging
import math
import os
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from syndicate import DeliveryError, Refused, Unavailable
from syndicate.network.asking import loop, within_limits
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS, Limits, Overdue
from syndicate.network.http import LOOPBACK, making
from syndicate.system import logs, stop
from syndicate_telegram.api.errors import (
    Endpoint,
    Malformed,
    answer_lost,
    is_unsent,
    retry_after_seconds,
    translate,
)

if TYPE_CHECKING:
    import asyncio

    from telegram import Bot

T = TypeVar("T")
log = logging.getLogger(__name__)

TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
RECONNECT_PAUSES = (0.3, 1.0)  # seconds before each new try at a connection
# httpx logs whole URLs, the token among them; the others print tracebacks that hold it
LIBRARY_LOGGERS = ("telegram", "httpx", "httpcore")

ANSWER_BYTES = 1024 * 1024  # an album's ten messages, each with all its text and entities, thrice
UPLOAD_BYTES = 64 * 1024  # a larger request is an upload
EFFECT_SECONDS = 600.0  # for all the calls of one post, edit or removal: less than a claim lives


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Timeouts, in seconds."""

    pauses: float = 30  # that Telegram asks for, all of one call together
    connect: float = 10
    answer: float = LONGEST_EXCHANGE_SECONDS  # all of it, from the call on

    @property
    def upload(self) -> float:
        """Return the timeout of the answer to a picture or a document."""
        return min(2 * self.answer, LONGEST_EXCHANGE_SECONDS)


class BotClient:
    """A client for one bot; ``with`` opens the connection and checks the token."""

    def __init__(self, token: SecretStr, endpoint: Endpoint, timing: Timing) -> None:
        self._token, self._endpoint, self._timing = token, endpoint, timing
        self._runner: asyncio.Runner | None = None
        self._bot: Bot | None = None
        self._is_sent = False  # whether anything of the newest request has left
        self._timeout: asyncio.Timeout | None = None  # of the newest call
        self._began, self._timeout_seconds = 0.0, timing.answer  # by the loop's clock
        self._effect_deadline = math.inf

    def __enter__(self) -> Self:
        if not TOKEN_FORM.fullmatch(self._token.get_secret_value()):
            raise Refused(
                f"channels.{self._endpoint.channel}.token: it is not like 123456:ABC…: copy it"
                " again from @BotFather"
            )
        _prepare_library()
        import asyncio

        self._runner = asyncio.Runner(loop_factory=loop)
        try:
            with making(f"channels.{self._endpoint.channel}.api"):
                self._bot = self._make_bot()
            self.call(lambda bot: bot.initialize())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        runner, bot, self._runner, self._bot = self._runner, self._bot, None, None
        if runner is None:
            return
        try:
            if bot is not None:
                runner.run(_awaited(bot.shutdown()))
        finally:
            runner.close()

    def begin_effect(self) -> None:
        """Begin an effect, whose calls have one deadline together."""
        self._effect_deadline = time.monotonic() + EFFECT_SECONDS

    def call_once(self, method: Callable[[Bot], Awaitable[T]]) -> T:
        """Call a method that must not be repeated: a lost answer is InDoubt."""
        return self._call(method, repeatable=False)

    def call(self, method: Callable[[Bot], Awaitable[T]]) -> T:
        """Call a method that may be repeated: a lost answer is Unavailable."""
        return self._call(method, repeatable=True)

    def call_for_true(self, method: Callable[[Bot], Awaitable[bool]]) -> None:
        """Call a method that may be repeated and returns True; Unavailable for anything else."""
        if self.call(method) is not True:
            raise self._scrubbed(self._answer_lost(Malformed(), repeatable=True))

    def _call(self, method: Callable[[Bot], Awaitable[T]], *, repeatable: bool) -> T:
        runner, bot = self._runner, self._bot
        assert runner is not None
        assert bot is not None
        waited, pauses = 0.0, iter(RECONNECT_PAUSES)
        while True:
            self._is_sent = False
            self._refuse_after_deadline()
            try:
                with stop.waiting():
                    return runner.run(self._within_timeout(method(bot)))
            except DeliveryError:  # while the request was prepared: nothing was sent
                raise
            except Exception as error:
                log.debug("a call failed: %s: %s", type(error).__name__, self._hidden(str(error)))
                failure, pause = self._failure(error, waited, pauses, repeatable=repeatable)
                waited += pause or 0
            if pause is None:
                # outside of the except: no traceback may lead to an error that holds the token
                raise self._scrubbed(failure)
            if not stop.rest(pause):
                raise self._scrubbed(failure)

    def _refuse_after_deadline(self) -> None:
        if time.monotonic() + self._timing.upload > self._effect_deadline:
            raise Unavailable(
                f"channels.{self._endpoint.channel}.api: {self._endpoint.api} takes too"
                " long over one post: the rest waits for the next run"
            )

    def _failure(
        self, error: Exception, waited: float, pauses: Iterator[float], *, repeatable: bool
    ) -> tuple[DeliveryError, float | None]:
        """Translate an error; with the seconds until the next try, where there is one."""
        from telegram.error import TelegramError

        unsent = not self._is_sent
        if isinstance(error, OverflowError):  # of a pause that python-telegram-bot cannot count
            endless = f"Telegram asks for a pause without end at {self._endpoint.chat}"
            return Unavailable(endless, math.inf), None
        if isinstance(error, TimeoutError):
            is_explained = unsent or isinstance(error, stop.Stopped)
            cause = error if is_explained else Overdue(self._timeout_seconds)
            return self._answer_lost(cause, repeatable=repeatable, unsent=unsent), None
        if not isinstance(error, TelegramError):
            if unsent:
                raise error  # a defect of ours
            trace = "".join(traceback.format_exception(error))
            log.error("unexpected answer of the Bot API\n%s", self._hidden(trace))
            return self._answer_lost(Malformed(), repeatable=repeatable), None
        wait, unsent = retry_after_seconds(error), unsent or is_unsent(error)
        failure = translate(error, self._endpoint, repeatable=repeatable, unsent=unsent)
        if wait is None:
            return failure, next(pauses, None) if unsent else None
        return failure, wait if waited + wait <= self._timing.pauses else None

    def _answer_lost(
        self, error: Exception, *, repeatable: bool, unsent: bool = False
    ) -> DeliveryError:
        return answer_lost(error, self._endpoint, repeatable=repeatable, unsent=unsent)

    async def _within_timeout(self, call: Awaitable[T]) -> T:
        import asyncio

        self._began = asyncio.get_running_loop().time()
        seconds = min(3 * self._timing.connect, self._timing.answer)
        async with asyncio.timeout(seconds) as self._timeout:
            return await call

    async def _trace_request(self, request: Any) -> None:
        """Follow the steps of a request: before its head is sent, only a proxy may know of it."""
        request.headers["Accept-Encoding"] = "identity"
        is_upload = int(request.headers.get("Content-Length", 0)) > UPLOAD_BYTES
        self._timeout_seconds = self._timing.upload if is_upload else self._timing.answer
        request.extensions["trace"] = self._note_step

    async def _note_step(self, step: str, details: dict[str, Any]) -> None:
        if step.endswith("send_request_headers.started"):
            self._is_sent |= details["request"].method != b"CONNECT"
            if self._is_sent and self._timeout:
                self._timeout.reschedule(self._began + self._timeout_seconds)

    async def _bound_response(self, response: Any) -> None:
        within_limits(response, Limits(seconds=self._timeout_seconds, octets=ANSWER_BYTES))

    def _scrubbed(self, failure: Exception) -> Exception:
        failure.args = tuple(self._hidden(str(arg)) for arg in failure.args)
        return failure

    def _hidden(self, text: str) -> str:
        """Return a text without the token."""
        # any case: python-telegram-bot writes Telegram's answers with one capital letter
        token = re.escape(self._token.get_secret_value())
        return re.sub(token, "…", text, flags=re.IGNORECASE)

    def _make_bot(self) -> Bot:
        from telegram import Bot

        transport = self._make_transport()
        return Bot(
            self._token.get_secret_value(),
            base_url=f"{self._endpoint.api.rstrip('/')}/bot",
            request=transport,
            get_updates_request=transport,  # never used: one TLS context less to load
        )

    def _make_transport(self) -> Any:
        from telegram.request import HTTPXRequest

        is_local = urlsplit(self._endpoint.api).hostname in LOOPBACK
        return HTTPXRequest(
            connection_pool_size=1,
            connect_timeout=self._timing.connect,
            # the whole call has a timeout: no part of it needs one
            read_timeout=None,
            write_timeout=None,
            pool_timeout=None,
            media_write_timeout=None,
            # no proxy leads to this machine, and no authority vouches for it
            httpx_kwargs={
                "trust_env": not is_local,
                "verify": not is_local,
                "event_hooks": {
                    "request": [self._trace_request],
                    "response": [self._bound_response],
                },
            },
        )


async def _awaited(call: Awaitable[T]) -> T:
    return await call


def _prepare_library() -> None:
    """Let python-telegram-bot warn of nothing, and log nothing where no log scrubs its records."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else RetryAfter warns when it is made
    if not logs.is_scrubbed():
        for name in LIBRARY_LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
