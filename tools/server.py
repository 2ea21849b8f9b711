"""One web server for tests and benchmarks, as a real host is: a sub-path, gzip, answers counted.

Starlette serves the folder and uvicorn speaks HTTP; both come with sphinx-autobuild.
"""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from uvicorn import Config, Server

# Those of which Python's own table says something else on one system or another.
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".ipynb": "application/json",
}
COMPRESSED = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".ttf", ".wasm"}
# As GitHub Pages: a second page takes from the cache what the first one has fetched.
KEPT = {"cache-control": "max-age=600"}


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


class _Folder(StaticFiles):
    """A folder's files; texts go compressed to whoever takes that, and each answer is noted."""

    def __init__(self, directory: Path, headers: Mapping[str, str], sent: list[Sent]) -> None:
        super().__init__(directory=directory, html=True)
        self.headers, self.sent = {**KEPT, **headers}, sent

    async def get_response(self, path: str, scope: Any) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as problem:
            response = Response(problem.detail, problem.status_code)
        response.headers.update(self.headers)
        size = int(response.headers.get("content-length", 0))
        asked = scope["path"].removeprefix(scope["root_path"]).lstrip("/")
        self.sent.append(Sent(asked, response.status_code, getattr(response, "plain", size), size))
        return response

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Any, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        path, takes = Path(full_path), dict(scope["headers"]).get(b"accept-encoding", b"")
        if kind := TYPES.get(path.suffix):
            response.headers["content-type"] = kind
        if response.status_code != 200 or path.suffix not in COMPRESSED or b"gzip" not in takes:
            return response
        body = packed(path, stat_result.st_mtime_ns)
        about = {"content-encoding": "gzip", "content-length": str(len(body))}
        about |= {"accept-ranges": "none", "vary": "accept-encoding"}
        small = Response(body, headers={**response.headers, **about})
        small.plain = stat_result.st_size
        return small


@contextmanager
def serve_counted(
    folder: str | Path, prefix: str = "/", headers: Mapping[str, str] | None = None
) -> Iterator[Site]:
    """Serve ``folder`` on a free port under ``prefix``; yields the `Site` with what it has sent.

    ``headers`` go with every answer. A folder's page is its ``index.html``.
    """
    prefix, sent = prefix.strip("/"), []
    files = _Folder(Path(folder).resolve(), headers or {}, sent)
    app = Starlette(routes=[Mount(f"/{prefix}", files)])
    # No sockets of the web and no startup to wait for: the listener queues who comes before that.
    options = {"http": "h11", "ws": "none", "lifespan": "off", "log_config": None}
    server = Server(Config(app, timeout_graceful_shutdown=1, access_log=False, **options))
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/{prefix}/"
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Site(address.replace("//", "/").replace(":/", "://", 1), sent)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def serve(
    folder: str | Path, prefix: str = "/", headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """As `serve_counted`, for whoever needs the address alone; it ends in a slash."""
    with serve_counted(folder, prefix, headers) as site:
        yield site.address
