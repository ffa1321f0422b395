"""The line to the Bot API: one bot, called and waited for, its token kept out of everything."""

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
from syndicate.network.asking import bounded, loop
from syndicate.network.exchange import LONGEST_EXCHANGE_SECONDS, Limits, Overdue
from syndicate.network.http import LOOPBACK, making
from syndicate.system import logs, stop
from syndicate_telegram.api.errors import (
    Malformed,
    Place,
    flood_wait,
    in_our_terms,
    is_unsent,
    lost,
)

if TYPE_CHECKING:
    import asyncio

    from telegram import Bot

T = TypeVar("T")
log = logging.getLogger(__name__)

TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
PAUSES = (0.3, 1.0)  # seconds before each new try at a connection
# httpx logs whole URLs, the token among them; the others print tracebacks that hold it
TALKATIVE = ("telegram", "httpx", "httpcore")

ANSWER_BYTES = 1024 * 1024  # an album's ten messages, each with all its text and entities, thrice
LARGE = 64 * 1024  # bytes of a request from which on it is an upload
EFFECT = 600.0  # seconds for all the calls of one post, change or removal: less than a claim lives


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Timeouts, in seconds."""

    pauses: float = 30  # for all of one call that Telegram asks for
    connect: float = 10
    answer: float = LONGEST_EXCHANGE_SECONDS  # for the whole of it, from the call on

    @property
    def upload(self) -> float:
        """For the answer to a picture or a document."""
        return min(2 * self.answer, LONGEST_EXCHANGE_SECONDS)


class Wire:
    """An open line; ``with`` opens it and asks who the bot is."""

    def __init__(self, token: SecretStr, place: Place, timing: Timing) -> None:
        self._token, self._place, self._timing = token, place, timing
        self._runner: asyncio.Runner | None = None
        self._bot: Bot | None = None
        self._has_left = False  # whether anything of the newest request has been sent
        self._end: asyncio.Timeout | None = None  # of the newest call
        self._began, self._end_after = 0.0, timing.answer  # by the loop's clock; seconds
        self._over = math.inf  # when the effect is that is under way

    def __enter__(self) -> Self:
        if not TOKEN_FORM.fullmatch(self._token.get_secret_value()):
            raise Refused(
                f"channels.{self._place.name}.token: it is not like 123456:ABC…: copy it anew from"
                " @BotFather"
            )
        _prepare_library()
        import asyncio

        self._runner = asyncio.Runner(loop_factory=loop)
        try:
            with making(f"channels.{self._place.name}.api"):
                self._bot = self._make_bot()
            self.ask(lambda bot: bot.initialize())
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

    def begin(self) -> None:
        """From here on it is one effect: its calls have an end together."""
        self._over = time.monotonic() + EFFECT

    def say(self, call: Callable[[Bot], Awaitable[T]]) -> T:
        """Call what must not happen twice: a lost answer is InDoubt, and nothing is repeated."""
        return self._call(call, harmless=False)

    def ask(self, call: Callable[[Bot], Awaitable[T]]) -> T:
        """Call what may happen twice: a lost answer is Unavailable."""
        return self._call(call, harmless=True)

    def do(self, call: Callable[[Bot], Awaitable[bool]]) -> None:
        """The same of what is answered by True alone; Unavailable for anything else."""
        if self.ask(call) is not True:
            raise self._scrubbed(lost(Malformed(), self._place, harmless=True, unsent=False))

    def _call(self, call: Callable[[Bot], Awaitable[T]], *, harmless: bool) -> T:
        runner, bot = self._runner, self._bot
        assert runner is not None
        assert bot is not None
        waited, pauses = 0.0, iter(PAUSES)
        while True:
            self._has_left = False
            if time.monotonic() + self._timing.upload > self._over:
                raise Unavailable(
                    f"channels.{self._place.name}.api: {self._place.api} takes too long over one"
                    " post: the rest is left to the next run"
                )
            try:
                with stop.waiting():
                    return runner.run(self._done(call(bot)))
            except DeliveryError:  # made ready in the call: nothing was asked
                raise
            except Exception as error:
                log.debug("a call failed: %s: %s", type(error).__name__, self._hidden(str(error)))
                failure, pause = self._meaning(error, waited, pauses, harmless=harmless)
                waited += pause or 0
            if pause is None:
                # outside of the except: no traceback may lead to an error that holds the token
                raise self._scrubbed(failure)
            if not stop.rest(pause):
                raise self._scrubbed(failure)

    def _meaning(
        self, error: Exception, waited: float, pauses: Iterator[float], *, harmless: bool
    ) -> tuple[DeliveryError, float | None]:
        """Translate an error; with the seconds until the next try, where there is one."""
        from telegram.error import TelegramError

        unsent = not self._has_left
        if isinstance(error, OverflowError):  # of a pause that python-telegram-bot cannot count
            endless = f"Telegram asks for a pause without end at {self._place.chat}"
            return Unavailable(endless, math.inf), None
        if isinstance(error, TimeoutError):
            is_known = unsent or isinstance(error, stop.Stopped)
            known = error if is_known else Overdue(self._end_after)
            return lost(known, self._place, harmless=harmless, unsent=unsent), None
        if not isinstance(error, TelegramError):
            if unsent:
                raise error  # of our own making
            trace = "".join(traceback.format_exception(error))
            log.error("an answer that nobody expects\n%s", self._hidden(trace))
            return lost(Malformed(), self._place, harmless=harmless, unsent=False), None
        wait, unsent = flood_wait(error), unsent or is_unsent(error)
        failure = in_our_terms(error, self._place, harmless=harmless, unsent=unsent)
        if wait is None:
            return failure, next(pauses, None) if unsent else None
        return failure, wait if waited + wait <= self._timing.pauses else None

    async def _done(self, call: Awaitable[T]) -> T:
        import asyncio

        self._began = asyncio.get_running_loop().time()
        async with asyncio.timeout(min(3 * self._timing.connect, self._timing.answer)) as self._end:
            return await call

    async def _watch(self, request: Any) -> None:
        """Have every step of a request told: up to the head, a proxy may be all that was asked."""
        request.headers["Accept-Encoding"] = "identity"
        is_upload = int(request.headers.get("Content-Length", 0)) > LARGE
        self._end_after = self._timing.upload if is_upload else self._timing.answer
        request.extensions["trace"] = self._note

    async def _note(self, step: str, about: dict[str, Any]) -> None:
        if step.endswith("send_request_headers.started"):
            self._has_left |= about["request"].method != b"CONNECT"
            if self._has_left and self._end:
                self._end.reschedule(self._began + self._end_after)

    async def _bound(self, response: Any) -> None:
        bounded(response, Limits(seconds=self._end_after, octets=ANSWER_BYTES))

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

        line = self._request()
        return Bot(
            self._token.get_secret_value(),
            base_url=f"{self._place.api.rstrip('/')}/bot",
            request=line,
            get_updates_request=line,  # never used: one TLS context less to load
        )

    def _request(self) -> Any:
        from telegram.request import HTTPXRequest

        near = urlsplit(self._place.api).hostname in LOOPBACK
        return HTTPXRequest(
            connection_pool_size=1,
            connect_timeout=self._timing.connect,
            # the whole call has an end: no part of it needs one
            read_timeout=None,
            write_timeout=None,
            pool_timeout=None,
            media_write_timeout=None,
            # no proxy leads to this machine, and no authority vouches for it
            httpx_kwargs={
                "trust_env": not near,
                "verify": not near,
                "event_hooks": {"request": [self._watch], "response": [self._bound]},
            },
        )


async def _awaited(call: Awaitable[T]) -> T:
    return await call


def _prepare_library() -> None:
    """Let python-telegram-bot warn of nothing, and log nothing where no log scrubs its records."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else RetryAfter warns when it is made
    if not logs.is_scrubbed():
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
