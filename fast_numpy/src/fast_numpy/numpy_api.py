"""The way into NumPy: its C API, called through ctypes.

All that belongs to one version of NumPy stands here. To move to another, take the numbers from the
headers in its wheel, ``numpy/_core/include/numpy``.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy._core import _multiarray_umath as core

NUMPY = "2.0.2"
REPLACE_LOOP = 30  # PyUFunc_ReplaceLoopBySignature in PyUFunc_API: __ufunc_api.h
GET_ARRFUNCS = 365  # _PyDataType_GetArrFuncs in PyArray_API: __multiarray_api.h
# dotfunc in PyArray_ArrFuncs: ndarraytypes.h. Before it are 21 casts, getitem, setitem, copyswapn,
# copyswap, compare and argmax.
DOTFUNC = 27

_pointer = ctypes.c_void_p
_pointers = ctypes.POINTER(_pointer)


def refuse_others() -> None:
    """RuntimeError unless this is the NumPy that the numbers above belong to, in WebAssembly."""
    if sys.platform != "emscripten" or np.__version__ != NUMPY:
        raise RuntimeError(
            f"the loops are for NumPy {NUMPY} in Pyodide; this is NumPy {np.__version__} on "
            f"{sys.platform}, which keeps its own"
        )


def load(libraries: Sequence[Path]) -> ctypes.CDLL:
    """The first of them that loads, its functions by name. Raises OSError if none does."""
    problems = []
    for library in libraries:
        try:
            loops = ctypes.CDLL(str(library))
            loops.matmul_f32  # noqa: B018  (what has failed once comes back empty)
            return loops
        except Exception as problem:  # what the browser throws, not only OSError
            problems.append(f"{library.name}: {problem}")
    raise OSError(f"no library of loops loads here; {'; '.join(problems)}")


def replace(name: str, types: str, loop: object) -> Callable[[], object]:
    """Give the ufunc this loop for operands of these types; the function returned undoes it.

    Raises LookupError if the ufunc has no loop for them.
    """
    ufunc = getattr(np, name)
    before = _exchange(ufunc, types, _address(loop))
    return lambda: _exchange(ufunc, types, before)


def replace_dot(code: str, loop: object) -> Callable[[], object]:
    """Give the dtype this dotfunc, which ``np.dot`` calls; the function returned undoes it."""
    call = ctypes.PYFUNCTYPE(_pointer, ctypes.py_object)(_table(core._ARRAY_API)[GET_ARRFUNCS])
    functions = ctypes.cast(call(np.dtype(code)), _pointers)
    before, functions[DOTFUNC] = functions[DOTFUNC], _address(loop)
    return lambda: functions.__setitem__(DOTFUNC, before)


def _exchange(ufunc: np.ufunc, types: str, loop: int) -> int:
    """The address of the loop that was there."""
    arguments = ctypes.py_object, _pointer, ctypes.POINTER(ctypes.c_int), _pointers
    call = ctypes.PYFUNCTYPE(ctypes.c_int, *arguments)(_table(core._UFUNC_API)[REPLACE_LOOP])
    numbers, before = [np.dtype(code).num for code in types], _pointer()
    signature = (ctypes.c_int * len(numbers))(*numbers)
    if call(ufunc, loop, signature, ctypes.byref(before)):
        raise LookupError(f"np.{ufunc.__name__} has no loop for {types}")
    return before.value


def _table(capsule: object) -> ctypes.Array:
    """The functions that a capsule of NumPy's points to."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = _pointer, [ctypes.py_object, ctypes.c_char_p]
    return ctypes.cast(get(capsule, None), _pointers)


def _address(function: object) -> int:
    return ctypes.cast(function, _pointer).value
