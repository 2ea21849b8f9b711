"""Interactive figures, one module each; they need ``lecturelib[widgets]``.

A widget is a pair of files here, ``neuron.py`` and ``neuron.js``; its class, ``Neuron``, is loaded
when it is first asked for.
"""

from importlib import import_module
from importlib.resources import files
from typing import Any

_FILES = {file.name for file in files(__package__).iterdir()}
_MODULES = {
    name.removesuffix(".py").title().replace("_", ""): name.removesuffix(".py")
    for name in sorted(_FILES)
    if name.endswith(".py") and name.replace(".py", ".js") in _FILES
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
