"""What cells print, line by line: a worker's messages leave while its Python still runs."""

from __future__ import annotations

import io
from collections.abc import Callable

# Characters without an end of line that are sent all the same.
LONG = 4096


class Stream(io.TextIOBase):
    """A text stream that hands whole lines to ``write(name, text)``."""

    encoding = "utf-8"

    def __init__(self, name: str, write: Callable[[str, str], None]) -> None:
        self._name, self._hand_over, self._waiting = name, write, ""

    def writable(self) -> bool:
        """Whether it can be written to: always."""
        return True

    def write(self, text: str) -> int:
        """Keep the text, and hand over what ends in a line."""
        self._waiting += text
        end = self._waiting.rfind("\n") + 1
        if len(self._waiting) - end > LONG:
            end = len(self._waiting)
        if end:
            ready, self._waiting = self._waiting[:end], self._waiting[end:]
            self._hand_over(self._name, ready)
        return len(text)

    def flush(self) -> None:
        """Hand over the rest, a line that has not ended yet."""
        if self._waiting:
            ready, self._waiting = self._waiting, ""
            self._hand_over(self._name, ready)
