"""The pins of ``pins.toml``: which files make the page's Python, and what each must be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Component:
    """Somebody's work that is served, with the texts of its licence by their file names."""

    name: str
    version: str
    licence: str
    address: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Pins:
    """What is served, from where it may come, and the digest that each file must have.

    ``core`` and ``lock_sha256`` are sha256 in hexadecimal digits; ``integrity`` is npm's form,
    ``sha512-`` and base64. ``cdn`` is an address with ``{version}`` and ``{file}`` in it.
    ``carrier`` is what pip is asked for, or nothing: then there is no carrier. ``packages`` has the
    versions of all that the roots need; if it is empty, they are what the lock says. What
    ``compiled_imports`` load is served as bytecode, if there are any, without the files that match
    ``compiled_leave_out``.
    """

    version: str
    core: Mapping[str, str]
    lock_sha256: str
    npm: str
    integrity: str
    cdn: str
    roots: tuple[str, ...]
    leave_out: tuple[str, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    carrier: str = ""
    carrier_folder: str = ""
    extra_depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    built_in: tuple[Component, ...] = ()
    compiled_imports: tuple[str, ...] = ()
    compiled_leave_out: tuple[str, ...] = ()


def read_pins(path: Path) -> Pins:
    """The pins that the TOML file states; licence texts are files below its folder.

    Raises ValueError for a key that is missing, and OSError for a file that cannot be read.
    """
    table = tomllib.loads(path.read_text("utf-8"))
    try:
        return Pins(
            version=table["version"],
            core=table["core"],
            lock_sha256=table["lock"]["sha256"],
            npm=table["npm"]["address"],
            integrity=table["npm"]["integrity"],
            cdn=table["cdn"]["address"],
            roots=tuple(table["roots"]),
            leave_out=tuple(table["leave_out"]),
            packages=table["packages"],
            carrier=table["carrier"]["requirement"],
            carrier_folder=table["carrier"]["folder"],
            extra_depends={k: tuple(v) for k, v in table["extra_depends"].items()},
            built_in=tuple(_built_in(entry, path.parent) for entry in table["built_in"]),
            compiled_imports=tuple(table["compiled"]["imports"]),
            compiled_leave_out=tuple(table["compiled"]["leave_out"]),
        )
    except KeyError as key:
        raise ValueError(f"{path} has no entry {key}; every pin is needed. Add it.") from None


def _built_in(entry: Mapping[str, str], folder: Path) -> Component:
    text = folder / entry["text"]
    facts = (entry[key] for key in ("name", "version", "licence", "address"))
    return Component(*facts, {text.name: text.read_text("utf-8")})


PINS = read_pins(HERE / "pins.toml")
