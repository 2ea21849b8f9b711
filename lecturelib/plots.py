"""How the book's figures look: one style, colours from :mod:`lecturelib.palette`, light paper.

The site recolours the SVG files for its dark theme, colour by colour, so figures use the palette's
colours and nothing in between. Needs ``lecturelib[plots]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt

from lecturelib.palette import LIGHT, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.5  # inches: the text column
DASHES = ((), (6, 2.5), (1, 2), (6, 2, 1, 2), (9, 3), (3, 2))

STYLE = {
    "figure.figsize": (WIDTH, 3.4),
    "figure.constrained_layout.use": True,
    # Large beside the page's text, because a phone shows the figure at half its size.
    "font.size": 11,
    "figure.facecolor": LIGHT["paper"],
    "axes.facecolor": LIGHT["paper"],
    "axes.edgecolor": LIGHT["muted"],
    "axes.labelcolor": LIGHT["ink"],
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.labelsize": 12,
    "grid.color": LIGHT["rule"],
    "grid.linewidth": 0.7,
    "lines.linewidth": 2,
    "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["muted"],
    "ytick.color": LIGHT["muted"],
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "image.cmap": "cividis",
    # Text stays text: small files, and the reader's own font.
    "svg.fonttype": "none",
    # The same figure gives the same file, so that an unchanged page stays unchanged.
    "svg.hashsalt": "deep-learning-introduction",
}


def use() -> None:
    """Set the book's style for this notebook and have figures reach the page as SVG."""
    mpl.rcParams.update(STYLE)
    mpl.rcParams["axes.prop_cycle"] = mpl.cycler(
        color=[LIGHT[name] for name in SERIES], dashes=DASHES
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # a script outside Jupyter: the style is all there is to set
        return
    set_matplotlib_formats("svg", metadata={"Date": None})


def figure(rows: int = 1, columns: int = 1, height: float = 3.0, **options) -> tuple[Figure, Axes]:
    """A figure as wide as the text with ``rows`` × ``columns`` axes, ``height`` inches tall."""
    return plt.subplots(rows, columns, figsize=(WIDTH, height), **options)


def label_line(axes: Axes, x: float, y: float, text: str, name: str, **options) -> None:
    """Write ``text`` at (x, y) in the palette's colour ``name``: a direct label, not a legend."""
    axes.annotate(
        text,
        (x, y),
        color=LIGHT[name],
        textcoords="offset points",
        **{"xytext": (4, 4), "fontsize": 11, **options},
    )
