"""The JavaScript modules of the widgets: one grammar of imports and exports, joined for a view.

A widget is ``name.js``; what widgets share is in ``kit/``. A module imports by lines like ::

    import { h, svg } from "./kit/kit.js";
    import { SPEC } from "./neuron.py";

and exports by ``export const``, ``export function`` and ``export default``. ``SPEC`` are the
ranges, defaults and choices of the traits (``BookWidget.spec``), which stand in Python alone.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

IMPORT = re.compile(
    r'^import \{(?P<names>[^}]*)\} from "\./(?:kit/)?(?P<part>[\w-]+)\.js";\n', re.MULTILINE
)
SPEC = re.compile(r'^import \{ SPEC \} from "\./(?P<name>\w+)\.py";\n', re.MULTILINE)
# Comments, on lines of their own or at the end of one, and indentation: for whoever reads the file,
# not for a page.
_REMARKS = re.compile(
    r"^[ ]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n|^[ ]+| // [^\n\"'`]*$", re.MULTILINE | re.DOTALL
)
_EXPORT = re.compile(r"^export (?=(?:const|function) (?P<name>\w+))", re.MULTILINE)
_STANDARD = re.compile(r"^export default ", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_KEY = re.compile(r'"([A-Za-z_]\w*)":')  # in JavaScript a name needs no quotes
_FOLDERS = ("", "kit/")
_specs: dict[str, dict[str, Any]] = {}


def describe(name: str, spec: dict[str, Any]) -> None:
    """Let ``name.js`` import ``spec``: what the traits of its class allow."""
    _specs[name] = spec


def read(name: str) -> str:
    """The text of a file of the widgets, of this folder or of ``kit/``."""
    places = [files(__package__).joinpath(folder + name) for folder in _FOLDERS]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ValueError(
            f"expected a file {name} in lecturelib/widgets or its folder kit, found none; "
            "write it, or mend the import that names it"
        )
    return found.read_text("utf-8")


def source(part: str) -> str:
    """The module ``part.js`` without comments and indentation, its imports at the head.

    The import of ``SPEC`` is replaced by what the traits say.
    """
    return SPEC.sub(_written, _REMARKS.sub("", read(f"{part}.js")))


def _written(line: re.Match[str]) -> str:
    name = line["name"]
    if name not in _specs:
        import_module(f"{__package__}.{name}")  # which describes its class
    spec = json.dumps(_specs[name], ensure_ascii=False, separators=(",", ":"))
    return "const SPEC = " + _KEY.sub(r"\1:", spec) + ";\n"


@cache
def parts(name: str) -> dict[str, str]:
    """The modules that ``name.js`` is joined from, itself last, by name and ready to be joined."""
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


def as_script(part: str) -> str:
    """The module ``part.js`` as a script: a page opened from a folder may load nothing else.

    A part becomes a function that takes ``$part(name)``, the exports of another, and returns its
    own. Its script only registers it, so scripts may come in any order; ``widget-texts.js`` of the
    site calls it. Raises ValueError for an import or export of a form not known.
    """
    text = IMPORT.sub(r'const {\g<names>} = $part("\g<part>");\n', source(part))
    names = [match["name"] for match in _EXPORT.finditer(text)]
    text = _EXPORT.sub("", text)
    if _STANDARD.search(text):
        text = _STANDARD.sub("const standard = ", text)
        names.append("default: standard")
    if left := _LEFT.search(text):
        raise ValueError(
            f"{part}.js has the line {left[0]!r}; expected imports as in modules.py, and exports "
            "of a const, a function or default. Write it in one of these forms."
        )
    body = f'"use strict";\n{text}\nreturn {{ {", ".join(names)} }};'
    return f"(globalThis.widgetParts ??= {{}}).{part} = ($part) => {{ {body} }};\n"
