"""Two small pictures that are not the same, and a site that shows one of them."""

from __future__ import annotations

from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=="
)
OTHER_PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAsTlBdwAAAABJRU5ErkJggg=="
)


class Gallery(ThreadingHTTPServer):
    """Another site, whose picture at /foto.png may change."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Showing)
        self.picture = PNG

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Showing(BaseHTTPRequestHandler):
    server: Gallery

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(self.server.picture)

    def do_HEAD(self) -> None:
        self.send_response(200 if self.server.picture else 404)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", f"{len(self.server.picture)}")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
