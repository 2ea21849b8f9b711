"""What every widget of the book shares: validated traits that its JavaScript reads too.

A widget is an anywidget class, so Python can set and read its traits in Jupyter, Colab and Binder;
all of its mathematics is JavaScript, so the same widget answers on a page without a kernel. What a
trait allows (range, choices, default, length) is written here alone: ``BookWidget.spec`` hands it
to the module, and ``cleaner`` of ``kit/kit.js`` holds links to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import anywidget
import traitlets

from lecturelib import palette
from lecturelib.widgets import modules

_DARK = (
    'html[data-theme="dark"]',  # this book's pages
    'body[data-jp-theme-light="false"]',  # JupyterLab
    'html[theme="dark"]',  # Colab
)


@cache
def stylesheet() -> str:
    """The palette as CSS variables, light and dark, and the rules of ``kit/kit.css``."""
    return palette.stylesheet(*_DARK) + modules.read("kit.css")


def _plain(value: Any) -> Any:
    """A NumPy number or array as Python's own."""
    return getattr(value, "tolist", lambda: value)()


class Shown(traitlets.TraitType):
    """A trait that the view shows and may set; ``limits`` says in JSON what it allows."""

    def __init__(self, default: Any, **limits: Any) -> None:
        """Keep the limits; the default must keep to them."""
        self.limits = limits
        super().__init__(self.checked(default))
        self.tag(sync=True)

    @property
    def spec(self) -> dict[str, Any]:
        """The default, under ``start``, and the limits, as the JavaScript reads them."""
        return {"start": self.default(), **self.limits}

    def default(self, obj: Any = None) -> Any:
        """Give every widget a list of its own."""
        value = self.default_value
        return list(value) if isinstance(value, list) else value

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value in the form that travels, or raise TraitError naming the trait."""
        try:
            return self.checked(_plain(value))
        except traitlets.TraitError as error:
            raise traitlets.TraitError(f"{self.name}: {error}") from None

    def checked(self, value: Any) -> Any:
        """The value if it keeps to the limits; otherwise a TraitError says what is wrong."""
        raise NotImplementedError


class Number(Shown):
    """A finite number in [low, high]; ``whole`` asks for one of 0, ±1, ±2, …."""

    def __init__(self, default: float, low: float, high: float, *, whole: bool = False) -> None:
        """Keep the range; ``default`` must lie in it."""
        super().__init__(default, low=low, high=high, **({"whole": True} if whole else {}))

    def checked(self, value: Any) -> float | int:
        """The number as float, or as int where it is whole."""
        value, whole = _plain(value), "whole" in self.limits
        kind = "a whole number" if whole else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise traitlets.TraitError(f"expected {kind}, got {value!r} ({type(value).__name__})")
        low, high = self.limits["low"], self.limits["high"]
        # The comparison holds for NaN and both infinities too.
        if not low <= value <= high or (whole and value != int(value)):
            raise traitlets.TraitError(f"expected {kind} from {low:g} to {high:g}, got {value!r}")
        return int(value) if whole else float(value)


class Numbers(Number):
    """A list of ``len(default)`` finite numbers in [low, high]; arrays are accepted."""

    def __init__(self, default: Sequence[float], low: float, high: float) -> None:
        """Keep length and range; every default must lie in it."""
        self.length = len(default)
        super().__init__(default, low, high)

    def checked(self, value: Any) -> list[float]:
        """The values as a list of floats."""
        if not isinstance(value, list | tuple) or len(value) != self.length:
            raise traitlets.TraitError(f"expected a list of {self.length} numbers, got {value!r}")
        return [super(Numbers, self).checked(entry) for entry in value]


class Choice(Shown):
    """One of the values of ``among``, texts or whole numbers."""

    def __init__(self, default: Any, among: Sequence[Any]) -> None:
        """Keep the choices; ``default`` must be one of them."""
        super().__init__(default, among=list(among))

    def checked(self, value: Any) -> Any:
        """The value, of the type that it has among the choices."""
        found = [one for one in self.limits["among"] if type(one) is type(value) and one == value]
        if not found:
            raise traitlets.TraitError(f"expected one of {self.limits['among']}, got {value!r}")
        return found[0]


class Choices(Choice):
    """A list of values of ``among``."""

    def checked(self, value: Any) -> list[Any]:
        """The values as a list."""
        if not isinstance(value, list | tuple):
            raise traitlets.TraitError(f"expected a list of choices, got {value!r}")
        return [super(Choices, self).checked(entry) for entry in value]


class Flag(Shown):
    """True or False."""

    def checked(self, value: Any) -> bool:
        """The value, which must be one of the two."""
        if not isinstance(value, bool):
            raise traitlets.TraitError(f"expected True or False, got {value!r}")
        return value


class Text(Shown):
    """A text of at most ``longest`` characters."""

    def __init__(self, default: str, longest: int) -> None:
        """Keep the length; the default must keep to it."""
        super().__init__(default, longest=longest)

    def checked(self, value: Any) -> str:
        """The text."""
        if not isinstance(value, str):
            raise traitlets.TraitError(f"expected a text, got {value!r}")
        if len(value) > self.limits["longest"]:
            longest = f"at most {self.limits['longest']} characters"
            raise traitlets.TraitError(f"expected {longest}, got {len(value)}; take a shorter text")
        return value


class BookWidget(anywidget.AnyWidget):
    """Base class: a subclass names its module, ``class Neuron(BookWidget, module="neuron")``."""

    # Heights in pixels, in a wide and in a narrow column, that the page keeps free before the view
    # is drawn, so that nothing jumps.
    heights = (0, 0)
    _heights = traitlets.Tuple(traitlets.Int(), traitlets.Int()).tag(sync=True)

    def __init_subclass__(cls, module: str | None = None, **kwargs: Any) -> None:
        """Join ``module``.js with the modules it imports, once a class."""
        if module:  # traitlets subclasses an instance's class again to add traits to it
            modules.describe(module, cls.spec())
            cls._esm, cls._css = modules.bundle(module), stylesheet()
        super().__init_subclass__(**kwargs)

    def __init__(self, **state: Any) -> None:
        """Refuse names that are no trait: a misspelt one would otherwise be lost in silence."""
        unknown = sorted(set(state) - set(self.trait_names()))
        if unknown:
            known = ", ".join(self.state())
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}; it has {known}")
        super().__init__(_heights=self.heights, **state)

    @classmethod
    def spec(cls) -> dict[str, dict[str, Any]]:
        """What each trait of the state allows, by name: its default under ``start``, its limits."""
        own = {name: trait for kind in reversed(cls.__mro__) for name, trait in vars(kind).items()}
        return {name: trait.spec for name, trait in own.items() if isinstance(trait, Shown)}

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
