"""Files by name and sha256, from a cache folder or the first source that has the right bytes.

No source is trusted: bytes count only if their sha256 is the wanted one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sphinxext.shared import digest, write_whole

NOT_THERE = "does not have it"

Refusals = dict[str, list[str]]  # {file: ["source: its reason", …]}


class Unavailable(Exception):  # noqa: N818 (says what is the matter)
    """Files that no source has with the right sha256; ``refusals`` has what each source said."""

    def __init__(self, refusals: Refusals, cache: Path) -> None:
        self.refusals = refusals
        lines = [f"{len(refusals)} file(s) come from no source with the right bytes:"]
        alike: dict[tuple[str, ...], list[str]] = {}
        for file, said in refusals.items():
            alike.setdefault(tuple(said), []).append(file)
        for said, files in alike.items():
            lines += [f"  {file}" for file in files]
            lines += [f"    - {answer}" for answer in said]
        lines.append(f"Connect to the network and try again, or put the files into {cache}")
        super().__init__("\n".join(lines))


class Refused(Exception):  # noqa: N818 (an answer, not an error)
    """A source's reason for not giving a file."""


class Unreachable(Refused):
    """A reason that holds for every other file of the source too."""


class Found(NamedTuple):
    """Bytes with the right sha256, and the name of their source."""

    source: str
    content: bytes


class Source:
    """Gives files by name; once it turns out to be unreachable, it is not asked again."""

    def __init__(self, name: str, read: Callable[[str], bytes]) -> None:
        """``read(file)`` returns bytes, or raises Refused or Unreachable."""
        self.name, self._read, self._down = name, read, ""

    def get(self, file: str, sha256: str) -> bytes:
        """The bytes of the file. Raises Refused with the reason if there are none or wrong ones."""
        if self._down:
            raise Refused(self._down)
        try:
            content = self._read(file)
        except Unreachable as problem:
            self._down = str(problem)
            raise
        if (came := digest(content)) != sha256:
            raise Refused(f"wrong bytes, refused (sha256 {came[:12]}…, expected {sha256[:12]}…)")
        return content


def folder(path: Path) -> Source:
    """The files that lie in a folder."""

    def read(file: str) -> bytes:
        try:
            return (path / file).read_bytes()
        except FileNotFoundError:
            raise Refused(NOT_THERE) from None
        except OSError as problem:
            raise Refused(str(problem)) from None

    return Source(f"cache folder {path}", read)


def fetch(
    wanted: Mapping[str, str], cache: Path, sources: Sequence[Source]
) -> tuple[dict[str, Found], Refusals]:
    """{file: sha256} -> what was found, in the cache folder or the first source, and what was not.

    What a source gave is kept in the cache, where a wrong file is replaced.
    """
    kept = folder(cache)
    found: dict[str, Found] = {}
    refusals: Refusals = {}
    for file, sha256 in wanted.items():
        answer = _ask([kept, *sources], file, sha256)
        if not isinstance(answer, Found):
            refusals[file] = answer
            continue
        found[file] = answer
        if answer.source != kept.name:
            write_whole(cache / file, answer.content)
    return found, refusals


def _ask(sources: Sequence[Source], file: str, sha256: str) -> Found | list[str]:
    """The file, or every source's reason for not giving it."""
    reasons: list[str] = []
    for source in sources:
        try:
            return Found(source.name, source.get(file, sha256))
        except Refused as reason:
            reasons.append(f"{source.name}: {reason}")
    return reasons
