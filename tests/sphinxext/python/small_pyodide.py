"""A small Pyodide on a server of the test's own, standing in for npm, the CDN and a carrier."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sphinxext.python.pyodide import Pins, Unavailable, assemble, places

LOCK = "pyodide-lock.json"
CORE = {"pyodide.js": b"start()", "python_stdlib.zip": b"the standard library"}
MIT = "Classifier: License :: OSI Approved :: MIT License"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def wheel(name, version="1.0", headers=(), files=None):
    """The bytes of a wheel: its metadata's further lines, and its files by path."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    about = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *headers, ""]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{info}/METADATA", "\n".join(about))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        for path, content in (files or {}).items():
            archive.writestr(path.format(info=info), content)
    return packed.getvalue()


WHEELS = {
    "plots.whl": wheel("plots", headers=[MIT], files={"{info}/LICENCE": "Plot as you like."}),
    "arrays.whl": wheel("arrays", headers=["License: Ask nicely", "Home-page: https://arrays"]),
    "prompt.whl": wheel("prompt_toolkit", files={"fonts/COPYING.txt": "Copy the fonts."}),
    "fonts.whl": wheel("fonts"),
    "maps.whl": wheel("maps"),
}


def locked(name, file, depends=()):
    about = {"name": name, "version": "1.0", "depends": list(depends)}
    return about | {"file_name": file, "sha256": sha256(WHEELS[file])}


OFFICIAL = {
    "info": {"version": "9.9", "python": "3.12.7"},
    "packages": {
        "plots": locked("plots", "plots.whl", ["arrays", "prompt_toolkit", "Fonts"]),
        "arrays": locked("Arrays", "arrays.whl"),
        "prompt-toolkit": locked("prompt_toolkit", "prompt.whl"),
        "fonts": locked("fonts", "fonts.whl", ["maps"]),
        "maps": locked("maps", "maps.whl"),
    },
}
LOCKED = json.dumps(OFFICIAL).encode()


def tarball(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


NPM = tarball({**CORE, LOCK: LOCKED, "pyodide.mjs": b"export", "console.html": b"<p>"})


class Server(ThreadingHTTPServer):
    """Serves ``files`` by path; of those in ``broken`` it sends the first half only."""

    def __init__(self):
        self.files, self.broken = {"/pyodide.tgz": NPM}, set()
        self.files |= {f"/v9.9/{file}": content for file, content in WHEELS.items()}
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        content = self.server.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write((content or b"")[: None if self.path not in self.server.broken else 4])

    def log_message(self, *arguments):
        pass


class World:
    """A server, pins that lead to it, folders, and the addresses that were asked."""

    def __init__(self, folder, server, monkeypatch):
        self.target, self.cache, self.server = folder / "target", folder / "cache", server
        self.folder, self.asked = folder, []
        self.pins = Pins(
            version="9.9",
            core={name: sha256(content) for name, content in CORE.items()},
            lock_sha256=sha256(LOCKED),
            npm=f"{server.address}/pyodide.tgz",
            integrity="sha512-" + base64.b64encode(hashlib.sha512(NPM).digest()).decode(),
            cdn=server.address + "/v{version}/{file}",
            roots=("Plots",),
            leave_out=("fonts",),
        )
        download = places.download
        monkeypatch.setattr(places, "download", lambda a: self.asked.append(a) or download(a))

    def assemble(self, *wheels, **changes):
        self.asked.clear()
        return assemble(self.target, self.cache, wheels, pins=replace(self.pins, **changes))

    def unavailable(self, **changes):
        with pytest.raises(Unavailable) as caught:
            self.assemble(**changes)
        return str(caught.value)

    def json(self, name):
        return json.loads((self.target / name).read_text("utf-8"))

    def names(self):
        found = (path for path in self.target.rglob("*") if path.is_file())
        return {path.relative_to(self.target).as_posix() for path in found}

    def own(self, name="our.lib", version="0.1", **about):
        path = self.folder / f"{name.replace('.', '_')}-{version}-py3-none-any.whl"
        path.write_bytes(wheel(name, version, **about))
        return path

    def carrier(self, **files):
        """A wheel for pip to download, with these files and all of Pyodide's in a folder of it."""
        all_files = CORE | WHEELS | {LOCK: LOCKED} | {f"{k}.whl": v for k, v in files.items()}
        inside = {f"carrier/assets/{name}": content for name, content in all_files.items()}
        path = self.own("carrier", "1.0", files=inside | {"carrier/arrays.whl": b"not here"})
        return {"carrier": str(path), "carrier_folder": "carrier/assets"}
