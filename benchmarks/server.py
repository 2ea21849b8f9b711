"""A web server like a real host: under a sub-path, text compressed, what it sends counted."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".ttf", ".wasm")
MISSING = b"<!doctype html><title>404</title>There is no such page."


class Sent(NamedTuple):
    """One answer: its path below the site's root, its status, its body's bytes before and after."""

    path: str
    status: int
    plain: int
    wire: int


class Site(NamedTuple):
    """A running server: its address, ending in a slash, and the answers it has given so far."""

    address: str
    sent: list[Sent]


@cache
def packed(path: Path, modified: int) -> bytes:
    """The file, compressed once, so that no visit waits for it; ``modified`` tells versions."""
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps its connections open, as real hosts do
    disable_nagle_algorithm = True  # a body after its headers would wait 40 ms for the browser

    def __init__(self, *args: Any, root: Path, prefix: str, sent: list[Sent]) -> None:
        self.root, self.prefix, self.sent = root, prefix, sent
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer with the file, compressed if it is text and the browser takes it, or with 404."""
        path = unquote(urlsplit(self.path).path)
        file = self._file(path)
        plain = file.read_bytes() if file else MISSING
        takes_gzip = "gzip" in self.headers.get("Accept-Encoding", "")
        small = bool(file) and takes_gzip and file.suffix in COMPRESSED
        body = packed(file, file.stat().st_mtime_ns) if small else plain
        status, suffix = (200, file.suffix) if file else (404, ".html")
        self.sent.append(Sent(path.removeprefix(self.prefix), status, len(plain), len(body)))
        self._answer(status, suffix, small, body)

    def _file(self, path: str) -> Path | None:
        if not path.startswith(self.prefix):
            return None
        file = (self.root / path.removeprefix(self.prefix)).resolve()
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_file() and file.is_relative_to(self.root) else None

    def _answer(self, status: int, suffix: str, small: bool, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        # As GitHub Pages: a second page takes from the cache what the first one has fetched.
        self.send_header("Cache-Control", "max-age=600")
        if small:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Keep requests out of the table."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # a browser opens several connections at once

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that closes a page in the middle of an answer is no news."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(folder: Path, prefix: str = "/book/") -> Iterator[Site]:
    """Serve ``folder`` under ``prefix``, which begins and ends in a slash, on a free port."""
    sent: list[Sent] = []
    handler = partial(_Handler, root=folder.resolve(), prefix=prefix, sent=sent)
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Site(f"http://127.0.0.1:{server.server_port}{prefix}", sent)
        finally:
            server.shutdown()
            thread.join()
