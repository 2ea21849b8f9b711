"""Matplotlib's backend in a page: draws with Agg, shows below the cell."""

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

from sphinxext.page_kernel import figures
from sphinxext.page_kernel.kernel import current

__all__ = ["FigureCanvas", "show"]


def show(*args: Any, **options: Any) -> None:
    """``plt.show()``: show every open figure now, not at the end of the cell."""
    figures.show_all(current().display)
