"""A Bot API server on 127.0.0.1 that answers as Telegram does, for what we send and no more.

    with BotApi(chats={"@kabar": -1001000000001}) as api:
        channel = Telegram(name="tg", token=SecretStr(LOOPBACK_TOKEN), chat="@kabar", api=api.url)

What it holds is in ``api.posts``, what it was asked in ``api.requests``; what goes wrong next is
queued in ``api.faults``. The texts of its errors are those of Telegram's own server. Beside the
Bot API it has the page of each public channel, as t.me has: ``/s/kabar``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Self

from syndicate.loopback.botapi.calls import ApiCall, Calls
from syndicate.loopback.botapi.faults import (
    ApiFault,
    Flood,
    Garbage200,
    HalfReply,
    Http500,
    LostReply,
    No,
    Reset,
    Rude,
    Slow,
)
from syndicate.loopback.botapi.http import ApiServer, Handler
from syndicate.loopback.botapi.posts import ChatPost, Photo, SentFile, Version

LOOPBACK_TOKEN = "123456:LOOPBACK-TOKEN"  # noqa: S105  (opens nothing but this server)
CHATS = {"@kabar": -1001000000001, "@kabar_uji": -1001000000002}


class BotApi(Calls):
    """The server: starts with ``with``, on a free port of 127.0.0.1."""

    def __init__(
        self,
        *,
        tokens: Sequence[str] = (LOOPBACK_TOKEN,),
        chats: Mapping[str, int] = CHATS,
        port: int = 0,
    ) -> None:
        """``chats`` maps ``@name`` of a public channel, or a private one's title, to its number."""
        super().__init__(tokens=tokens, chats=chats)
        self._port = port

    @property
    def url(self) -> str:
        """For the adapter's setting ``api``."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._server = ApiServer(("127.0.0.1", self._port), type("_", (Handler,), {"api": self}))
        self._port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()


__all__ = [
    "CHATS",
    "LOOPBACK_TOKEN",
    "ApiCall",
    "ApiFault",
    "BotApi",
    "ChatPost",
    "Flood",
    "Garbage200",
    "HalfReply",
    "Http500",
    "LostReply",
    "No",
    "Photo",
    "Reset",
    "Rude",
    "SentFile",
    "Slow",
    "Version",
]
