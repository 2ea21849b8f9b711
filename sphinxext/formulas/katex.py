"""KaTeX for Python: TeX in, HTML for eyes and MathML for screen readers out.

KaTeX (vendored, its one script file) runs inside QuickJS, a JavaScript engine that pip installs.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import quickjs

HERE = Path(__file__).parent
VENDOR = HERE / "vendor"

# The book numbers a whole block, so its environment must not number lines. KaTeX lacks the last
# two; their stand-ins differ only in where the lines begin.
UNNUMBERED = {name: f"{name}*" for name in ("equation", "align", "alignat", "gather")}
UNNUMBERED |= {"multline": "gather*", "flalign": "align*"}
ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(UNNUMBERED)})\*?\}}")
# What KaTeX writes and MathML forbids: an empty length, and as a third child of an index the sign
# that applies an operator, here to nothing.
FORBIDDEN = re.compile(
    ' columnspacing=""|<mo>\N{FUNCTION APPLICATION}</mo>(?=</m(?:sub|sup|under|over)>)'
)


class Formula(NamedTuple):
    """What KaTeX makes of a formula: its markup, and its width in em of KaTeX's font size."""

    html: str
    width: float


@functools.cache
def _renderer() -> Callable[[str, bool, str], str]:
    engine = quickjs.Context()
    engine.eval((VENDOR / "katex.min.js").read_text("utf-8"))
    engine.eval((HERE / "render.js").read_text("utf-8"))
    return engine.get("renderFormula")


@functools.cache
def render(tex: str, display: bool = False, macros: str = "{}") -> Formula:
    r"""TeX -> Formula, inline or as a block.

    ``macros`` is JSON, from a macro with its backslash to its expansion. Raises ValueError with
    KaTeX's reason for a formula that cannot be read, that LaTeX would refuse, or that holds a link.
    """
    try:
        markup, width = json.loads(_renderer()(tex, display, macros))
        return Formula(FORBIDDEN.sub("", markup), width)
    except quickjs.JSException as error:
        # Only the first line is the reason, and KaTeX underlines the place by combining marks.
        reason = str(error).partition("\n    at ")[0].replace("\N{COMBINING LOW LINE}", "")
        raise ValueError(reason.removeprefix("ParseError: ").strip()) from None


def block_source(tex: str, nowrap: bool = False) -> str:
    r"""The TeX of a display block as KaTeX wants it: unnumbered, several lines in ``aligned``.

    Blank lines separate equations, as in Sphinx. A block that is an environment of its own
    (``nowrap``, or one that begins with ``\begin{align}``) is left whole.
    """
    tex = tex.strip()
    whole = nowrap or ENVIRONMENT.match(tex)
    tex = ENVIRONMENT.sub(lambda found: rf"\{found[1]}{{{UNNUMBERED[found[2]]}}}", tex)
    if not whole:
        tex = " \\\\\n".join(part.strip() for part in re.split(r"\n\s*\n", tex))
    return tex if whole or r"\\" not in tex else rf"\begin{{aligned}}{tex}\end{{aligned}}"


def to_unicode(tex: str, macros: str = "{}") -> str:
    r"""``\sigma_t`` -> ``σt``: for places that take no markup. A broken formula stays as it is."""
    try:
        mathml = render(tex, False, macros).html.partition("<annotation")[0]
    except ValueError:
        return tex
    return html.unescape(re.sub("<[^>]+>", "", mathml))
