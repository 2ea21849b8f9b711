"""What every widget of the book shares: its assembly from plain files and its validated traits.

A widget is an anywidget class, so Python can set and read its traits in Jupyter, Colab and Binder;
all of its mathematics is JavaScript, so the same widget answers on a page without a kernel.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from lecturelib import palette

IMPORT = re.compile(r'^import \{(?P<names>[^}]*)\} from "\./(?P<part>[\w-]+)\.js";\n', re.MULTILINE)
# Comments on lines of their own, and indentation: for whoever reads the file, not for a page.
_REMARKS = re.compile(r"^[ ]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n|^[ ]+", re.MULTILINE | re.DOTALL)
_DARK = (
    'html[data-theme="dark"]',  # this book's pages
    'body[data-jp-theme-light="false"]',  # JupyterLab
    'html[theme="dark"]',  # Colab
)


def _read(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def source(part: str) -> str:
    """The module ``part.js`` without comments and indentation, its imports at the head."""
    return _REMARKS.sub("", _read(f"{part}.js"))


@cache
def parts(name: str) -> dict[str, str]:
    """The modules that ``name.js`` is joined from, itself last, by name and ready to be joined.

    Imports have the form ``import { a, b } from "./kit.js";``. Comments and indentation go.
    """
    found: dict[str, str] = {}

    def collect(part: str) -> None:
        if part in found:
            return
        module = source(part)
        for match in IMPORT.finditer(module):
            collect(match["part"])
        found[part] = IMPORT.sub("", module)

    collect(name)
    return found


def bundle(name: str) -> str:
    """One self-contained ES module: ``name.js`` behind the modules that it imports, each once.

    Exports stay, so a test can reach the pure functions of every part.
    """
    return "\n".join(parts(name).values())


@cache
def stylesheet() -> str:
    """The palette as CSS variables, light and dark, and the rules of ``kit.css``."""
    return palette.stylesheet(*_DARK) + _read("kit.css")


def _number(value: Any, low: float, high: float) -> float:
    """The value as a float in [low, high], or a TraitError that says what was wrong with it."""
    value = getattr(value, "tolist", lambda: value)()  # a NumPy number as Python's own
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise traitlets.TraitError(f"expected a number, got {value!r} ({type(value).__name__})")
    if not low <= value <= high:  # holds for NaN and both infinities too
        raise traitlets.TraitError(f"expected a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


class Number(traitlets.TraitType):
    """A finite number in [low, high], synchronised with the view."""

    def __init__(self, default: float, low: float, high: float) -> None:
        """Keep the range; ``default`` must lie in it."""
        self.low, self.high = low, high
        super().__init__(_number(default, low, high))
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> float:
        """Return the value as float or raise TraitError naming the trait."""
        try:
            return _number(value, self.low, self.high)
        except traitlets.TraitError as error:
            raise traitlets.TraitError(f"{self.name}: {error}") from None


class Numbers(traitlets.TraitType):
    """A list of ``len(default)`` finite numbers in [low, high]; arrays are accepted."""

    def __init__(self, default: list[float], low: float, high: float) -> None:
        """Keep length and range; every default must lie in it."""
        self.low, self.high, self.length = low, high, len(default)
        super().__init__([_number(value, low, high) for value in default])
        self.tag(sync=True)

    def default(self, obj: Any = None) -> list[float]:
        """Give every widget a list of its own."""
        return list(self.default_value)

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return the values as a list of floats or raise TraitError naming trait and entry."""
        value = getattr(value, "tolist", lambda: value)()
        if not isinstance(value, list | tuple) or len(value) != self.length:
            message = f"{self.name}: expected a list of {self.length} numbers, got {value!r}"
            raise traitlets.TraitError(message)
        try:
            return [_number(entry, self.low, self.high) for entry in value]
        except traitlets.TraitError as error:
            raise traitlets.TraitError(f"{self.name}: {error}") from None


class BookWidget(anywidget.AnyWidget):
    """Base class: a subclass names its module, ``class Neuron(BookWidget, module="neuron")``."""

    # Heights in pixels, in a wide and in a narrow column, that the page keeps free before the view
    # is drawn, so that nothing jumps.
    heights = (0, 0)
    _heights = traitlets.Tuple(traitlets.Int(), traitlets.Int()).tag(sync=True)

    def __init_subclass__(cls, module: str | None = None, **kwargs: Any) -> None:
        """Join ``module``.js with the modules it imports, once a class."""
        if module:  # traitlets subclasses an instance's class again to add traits to it
            cls._esm, cls._css = bundle(module), stylesheet()
        super().__init_subclass__(**kwargs)

    def __init__(self, **state: Any) -> None:
        """Refuse names that are no trait: a misspelt one would otherwise be lost in silence."""
        unknown = sorted(set(state) - set(self.trait_names()))
        if unknown:
            known = ", ".join(self.state())
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}; it has {known}")
        super().__init__(_heights=self.heights, **state)

    @classmethod
    def state_names(cls) -> list[str]:
        """Names of the traits that describe what the widget shows."""
        own = set(cls.class_trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names())
        return sorted(name for name in own if not name.startswith("_"))

    def state(self) -> dict[str, Any]:
        """What the widget shows now, by trait: the same names and values that a link carries."""
        return {name: getattr(self, name) for name in self.state_names()}

    def __repr__(self) -> str:
        """``Neuron(bias=-1.5, …)``: what would build the same widget again."""
        state = ", ".join(f"{name}={value!r}" for name, value in self.state().items())
        return f"{type(self).__name__}({state})"
