"""The modules of the book's widgets as scripts: a page opened from a folder may load nothing else.

A part becomes a function that takes ``$part(name)``, the exports of another, and returns its own.
Its script only registers it, so scripts may come in any order; ``static/widget-texts.js`` calls it.
"""

from __future__ import annotations

import re

from lecturelib.widgets import base
from sphinxext.shared import minify

EXPORT = re.compile(r"^export (?=(?:const|function) (?P<name>\w+))", re.MULTILINE)
STANDARD = re.compile(r"^export default ", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def as_script(part: str) -> str:
    """The script of one part. Raises ValueError for an import or export of a form not known."""
    source = base.IMPORT.sub(r'const {\g<names>} = $part("\g<part>");\n', base.source(part))
    names = [match["name"] for match in EXPORT.finditer(source)]
    source = EXPORT.sub("", source)
    if STANDARD.search(source):
        source = STANDARD.sub("const standard = ", source)
        names.append("default: standard")
    if left := LEFT.search(source):
        raise ValueError(
            f"{part}.js has the line {left[0]!r}; expected imports as in base.py, and exports of a "
            "const, a function or default. Write it in one of these forms."
        )
    body = f'"use strict";\n{source}\nreturn {{ {", ".join(names)} }};'
    return minify(f"(globalThis.widgetParts ??= {{}}).{part} = ($part) => {{ {body} }};") + "\n"
