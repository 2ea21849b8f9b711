r"""What cells print, line by line: a worker's messages leave while its Python still runs.

A line that has not ended leaves too when it has waited for a while: a counter that stays in one
line, ``print("\r", i, end="")``.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

# Characters without an end of line that are sent all the same.
LONG = 4096
WAIT = 0.2  # s that a line may wait for its end, as in Jupyter


class Stream(io.TextIOBase):
    """A text stream that hands whole lines to ``write(name, text)``."""

    encoding = "utf-8"

    def __init__(self, name: str, write: Callable[[str, str], None]) -> None:
        self._name, self._hand_over, self._waiting = name, write, ""
        self._since = 0.0  # when what is waiting began to wait

    def writable(self) -> bool:
        """Whether it can be written to: always."""
        return True

    def write(self, text: str) -> int:
        """Keep the text, and hand over what ends in a line."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting += text
        end = self._waiting.rfind("\n") + 1
        if len(self._waiting) - end > LONG or time.monotonic() - self._since > WAIT:
            end = len(self._waiting)
        if end:
            ready, self._waiting = self._waiting[:end], self._waiting[end:]
            self._since = time.monotonic()
            self._hand_over(self._name, overwritten(ready))
        return len(text)

    def flush(self) -> None:
        """Hand over the rest, a line that has not ended yet."""
        if self._waiting:
            ready, self._waiting = self._waiting, ""
            self._hand_over(self._name, overwritten(ready))


def overwritten(text: str) -> str:
    r"""The text without what carriage returns in it have overwritten: ``\r1\r2`` -> ``\r2``.

    What stands before a line's first return stays, since it follows what was handed over before.
    """
    return "\n".join(map(_overwritten, text.split("\n"))) if "\r" in text else text


def _overwritten(line: str) -> str:
    first, *rest = line.split("\r")
    if not rest or "\x1b" in line:  # the codes of colours take no room
        return line
    shown = ""
    for part in rest:
        shown = part + shown[len(part) :]
    return f"{first}\r{shown}" + (f"\r{part}" if len(part) < len(shown) else "")
