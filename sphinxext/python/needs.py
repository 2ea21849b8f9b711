"""What a cell needs that no browser runs: by its own imports, or by a name that such a cell made.

``unavailable`` has what is missing, with the name that readers know, in three forms:

- ``torch``: a package. A cell that imports it needs it.
- ``lecturelib.data.mnist1d``: a function that the browser can import and not call. A cell that uses
  its name needs it.
- ``.to_torch``: a method. A cell that calls it needs it.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType

from sphinxext.page_kernel.magics import plain

LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
STORES = {"STORE_NAME", "STORE_GLOBAL"}


def needs(sources: Sequence[str], unavailable: Mapping[str, str]) -> list[list[str]]:
    """For each cell of a page, in order, what it needs and no browser runs, by readers' names."""
    found, carried, modules = [], {}, set()  # carried: a name -> what stands in its way
    for source in sources:
        try:
            tree = ast.parse(plain(source))
        except SyntaxError:  # it fails wherever it runs
            found.append([])
            continue
        late = dict(_late(tree, unavailable))
        carried |= late
        used, bound = names(compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        used |= late.keys() & _loaded(tree)
        own = _asked(tree, unavailable).union(*(carried.get(name, ()) for name in used))
        if own:  # it does not run: what it makes is missing, what it changes is not as it should be
            lost = bound | (_changed(tree) - modules)
            carried |= {name: own | late.get(name, set()) for name in lost}
        else:
            carried = {name: what for name, what in carried.items() if name not in bound - {*late}}
        modules |= _imported(tree)
        found.append(sorted(own))
    return found


def names(code: CodeType) -> tuple[set[str], set[str]]:
    """The global names that code uses without having bound them before, and those that it binds.

    The compiler knows best: a comprehension's variable is no global, ``x = f(x)`` uses x first.
    """
    used, bound = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in LOADS:
            used |= {step.argval} - bound
        elif step.opname in STORES:
            bound.add(step.argval)
        elif isinstance(step.argval, CodeType):
            used |= names(step.argval)[0] - bound
    return used, bound


def _asked(tree: ast.AST, unavailable: Mapping[str, str]) -> set[str]:
    """What the cell itself imports, requires by ``need("torch")``, or calls as a method."""
    asked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            asked |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            asked.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Attribute):
            asked.add(f".{node.attr}")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "need":
            asked |= {
                argument.value for argument in node.args if isinstance(argument, ast.Constant)
            }
    return {unavailable[name] for name in asked & unavailable.keys()}


def _late(tree: ast.AST, unavailable: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    """The names that can be imported and not used, with what they need."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if reader := unavailable.get(f"{node.module}.{alias.name}"):
                    yield alias.asname or alias.name, {reader}


def _loaded(tree: ast.AST) -> set[str]:
    loads = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return {node.id for node in loads}


def _imported(tree: ast.AST) -> set[str]:
    found = (n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name.partition(".")[0] for n in found for alias in n.names}


def _changed(tree: ast.AST) -> set[str]:
    """The names of what the cell changes in place: ``scores["net"] = …``, ``net.lr = …``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            found |= {node.id} if isinstance(node, ast.Name) else set()
    return found
