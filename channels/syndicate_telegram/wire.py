"""The line to the Bot API: one bot, called and waited for, its token kept out of everything."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from syndicate import DeliveryError, Refused
from syndicate.http import LOOPBACK, making
from syndicate_telegram.errors import Place, flood_wait, in_our_terms, is_unsent, unreached

if TYPE_CHECKING:
    import asyncio

    from telegram import Bot

T = TypeVar("T")

TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
PAUSES = (0.3, 1.0)  # seconds before each new try at a connection
# httpx logs whole URLs, the token among them; the others print tracebacks that hold it
TALKATIVE = ("telegram", "httpx", "httpcore")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long is waited, in seconds."""

    patience: float  # for all the pauses of one call that Telegram asks for
    connect: float = 10
    answer: float = 30
    upload: float = 60


class Wire:
    """An open line; ``with`` opens it and asks who the bot is."""

    def __init__(self, token: SecretStr, place: Place, timing: Timing) -> None:
        self._token, self._place, self._timing = token, place, timing
        self._runner: asyncio.Runner | None = None
        self._bot: Bot | None = None
        self._has_left = False  # whether anything of the newest request has been sent
        self._way: asyncio.Timeout | None = None  # how long until it is

    def __enter__(self) -> Self:
        if not TOKEN_FORM.fullmatch(self._token.get_secret_value()):
            raise Refused(
                f"channels.{self._place.name}.token: it is not like 123456:ABC…: copy it anew from"
                " @BotFather"
            )
        _quieten()
        import asyncio

        self._runner = asyncio.Runner()
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

    def say(self, call: Callable[[Bot], Awaitable[T]]) -> T:
        """Call what must not happen twice: a lost answer is InDoubt, and nothing is repeated."""
        return self._call(call, harmless=False)

    def ask(self, call: Callable[[Bot], Awaitable[T]]) -> T:
        """Call what may happen twice: a lost answer is Unavailable."""
        return self._call(call, harmless=True)

    def _call(self, call: Callable[[Bot], Awaitable[T]], *, harmless: bool) -> T:
        from telegram.error import TelegramError

        runner, bot = self._runner, self._bot
        assert runner is not None
        assert bot is not None
        waited, pauses = 0.0, iter(PAUSES)
        while True:
            self._has_left = False
            try:
                return runner.run(self._done(call(bot)))
            except TimeoutError as error:  # on the way there, which httpx waits for without end
                failure: DeliveryError = unreached(error, self._place)
                pause = None
            except TelegramError as error:
                wait, unsent = flood_wait(error), is_unsent(error) or not self._has_left
                if wait is None and unsent:
                    pause = next(pauses, None)
                elif wait is not None and waited + wait <= self._timing.patience:
                    pause = wait
                else:
                    pause = None
                waited += pause or 0
                failure = in_our_terms(error, self._place, harmless=harmless, unsent=unsent)
            if pause is None:
                # outside of the except: no traceback may lead to an error that holds the token
                raise self._scrubbed(failure)
            time.sleep(pause)

    async def _done(self, call: Awaitable[T]) -> T:
        import asyncio

        async with asyncio.timeout(3 * self._timing.connect) as self._way:
            return await call

    async def _watch(self, request: Any) -> None:
        """Have every step of a request told: up to the head, a proxy may be all that was asked."""
        request.extensions["trace"] = self._note

    async def _note(self, step: str, about: dict[str, Any]) -> None:
        if step.endswith("send_request_headers.started"):
            self._has_left |= about["request"].method != b"CONNECT"
            if self._has_left and self._way:
                self._way.reschedule(None)

    def _scrubbed(self, failure: Exception) -> Exception:
        # any case: python-telegram-bot writes Telegram's answers with one capital letter
        token = re.compile(re.escape(self._token.get_secret_value()), re.IGNORECASE)
        failure.args = tuple(token.sub("…", str(arg)) for arg in failure.args)
        return failure

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
            read_timeout=self._timing.answer,
            write_timeout=self._timing.answer,
            pool_timeout=self._timing.connect,
            media_write_timeout=self._timing.upload,
            # no proxy leads to this machine, and no authority vouches for it
            httpx_kwargs={
                "trust_env": not near,
                "verify": not near,
                "event_hooks": {"request": [self._watch]},
            },
        )


async def _awaited(call: Awaitable[T]) -> T:
    return await call


def _quieten() -> None:
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else RetryAfter warns when it is made
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
