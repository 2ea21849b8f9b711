"""NumPy in Pyodide with SIMD: loops of WebAssembly take the place of NumPy's own.

``install()`` puts them in for float32 and float64, ``uninstall()`` takes them out. Where the loops
do not fit or do not run, ``install`` raises and leaves NumPy as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from fast_numpy import numpy_api, selftest

__all__ = ["LIBRARIES", "LOOPS", "install", "installed", "uninstall"]

# The first asks for relaxed SIMD, whose products are up to 1.3 times as fast.
LIBRARIES = [Path(__file__).with_name(name) for name in ("loops-fma.wasm", "loops.wasm")]

_SAME, _TO_BOOL = "{0}{0}", "{0}?"
_TWO, _TWO_TO_BOOL = "{0}{0}{0}", "{0}{0}?"
# The types of each ufunc's operands, inputs first, as NumPy's characters; {0} is f or d.
LOOPS = {
    **dict.fromkeys(("matmul", "vecdot"), _TWO),
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "maximum", "minimum"), _TWO),
    **dict.fromkeys(("exp", "log", "tanh", "sqrt", "negative", "absolute", "square"), _SAME),
    **dict.fromkeys(("greater", "greater_equal", "less", "less_equal"), _TWO_TO_BOOL),
    **dict.fromkeys(("isfinite", "isnan"), _TO_BOOL),
}
_TYPES = {"f32": "f", "f64": "d"}


_undo: list[Callable[[], object]] = []


def installed() -> bool:
    """Whether the loops are in."""
    return bool(_undo)


def uninstall() -> None:
    """Put NumPy's own loops back, if they are out."""
    while _undo:
        _undo.pop()()


def install(libraries: Sequence[Path] = LIBRARIES) -> Callable[[], None]:
    """Put the loops in, try each of them, and return ``uninstall``.

    They are those of the first of the libraries that loads.

    Raises RuntimeError for another NumPy than the one that these loops were made for, OSError where
    no library loads (no SIMD), ArithmeticError for a loop that gives a wrong
    number; NumPy is then as it was before.
    """
    if installed():
        return uninstall
    numpy_api.refuse_others()
    loops = numpy_api.load(libraries)
    try:
        for suffix, code in _TYPES.items():
            for name, types in LOOPS.items():
                _undo.append(numpy_api.replace(name, types.format(code), loops[f"{name}_{suffix}"]))
            _undo.append(numpy_api.replace_dot(code, loops[f"dot_{suffix}"]))
        selftest.check()
    except BaseException:
        uninstall()
        raise
    return uninstall
