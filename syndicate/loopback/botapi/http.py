"""Bot API over HTTP: requests read, answers and faults written, the public page served."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import struct
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syndicate.loopback.botapi.calls import ApiCall, Calls
from syndicate.loopback.botapi.content import Files, Params
from syndicate.loopback.botapi.faults import (
    ApiError,
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
from syndicate.loopback.http_faults import said_by


class ApiServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *given: Any) -> None:
        self._lines: set[socket.socket] = set()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._lines.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End what callers keep open."""
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller may hang up whenever it likes."""


class Handler(BaseHTTPRequestHandler):
    api: Calls
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.api.pages.append(self.path)
        asked = urlsplit(self.path)
        before = int(dict(parse_qsl(asked.query)).get("before", 2**31))
        page = self.api.page(asked.path.removeprefix("/s/"), before)
        if page is None:
            self._reply(302, b"", "text/html", {"Location": "/"})
        else:
            self._reply(200, page.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        token, _, method = self.path.removeprefix("/bot").partition("/")
        fault = self.api.take_fault(method)
        if isinstance(fault, Reset):
            return self._reset()
        params, files = _read_body(self.headers.get("Content-Type", ""), self._body())
        if isinstance(fault, Rude):
            self.close_connection = True
            return said_by(fault.speak, self.connection, self.api.closing)
        if _is_done(fault):
            status, answer = self._done(token, method, params, files)
        else:
            logged = ApiCall(method=method, params=params, files=files)
            self.api.requests.append(logged)
        match fault:
            case LostReply():
                self.close_connection = True
            case HalfReply():
                self.close_connection = True
                self._reply(status, b'{"ok": true, "res', "application/json", size=1000)
            case Http500():
                self._reply(fault.status, b"<html><h1>Server Error</h1></html>", "text/html")
            case Garbage200():
                self._reply(200, b"<html>Welcome to the hotel's network</html>", "text/html")
            case Flood():
                seconds = fault.retry_after
                error = ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
                self._reply_json(*_failure(error))
            case No():
                self._reply_json(*_failure(ApiError(fault.code, fault.description)))
            case Slow():
                self.api.closing.wait(fault.seconds)
                self._reply_json(status, answer)
            case _:
                self._reply_json(status, answer)
        return None

    def _done(
        self, token: str, method: str, params: Params, files: Files
    ) -> tuple[int, dict[str, Any]]:
        try:
            return 200, {"ok": True, "result": self.api.answer(token, method, params, files)}
        except ApiError as error:
            return _failure(error)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reply_json(self, status: int, answer: dict[str, Any]) -> None:
        wait = answer.get("parameters", {}).get("retry_after")
        extra = {"Retry-After": str(wait)} if wait else {}
        self._reply(status, json.dumps(answer).encode(), "application/json", extra)

    def _reply(
        self,
        status: int,
        body: bytes,
        media_type: str,
        extra: Mapping[str, str] | None = None,
        size: int = 0,
    ) -> None:
        """``size`` is what is promised, where that is not what is sent."""
        self.send_response(status, HTTPStatus(status).phrase)
        length = str(size or len(body))
        headers = {"Content-Type": media_type, "Content-Length": length} | dict(extra or {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """The requests are in ``api.requests``."""


def _is_done(fault: ApiFault | None) -> bool:
    if isinstance(fault, Flood | No):
        return False
    return fault.done if isinstance(fault, Http500 | Garbage200) else True


def _failure(error: ApiError) -> tuple[int, dict[str, Any]]:
    answer = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after:
        answer["parameters"] = {"retry_after": error.retry_after}
    return error.code, answer


def _read_body(content_type: str, body: bytes) -> tuple[Params, Files]:
    """The fields and the files of a form."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}
    params, files = {}, {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name, head
        if named := re.search(rb'filename="([^"]*)"', head):
            files[name[1].decode()] = named[1].decode(), content.removesuffix(b"\r\n")
        else:
            params[name[1].decode()] = content.removesuffix(b"\r\n").decode()
    return params, files
