"""Python's side of a page that runs its own cells: packed into the site, loaded in a web worker.

``Kernel`` runs cells and tells the page what they gave, in messages of JSON. ``stand_ins`` holds
the parts of IPython, anywidget and matplotlib-inline that cells use, for a place where the real
ones would cost megabytes before the first line has run.
"""

from sphinxext.page_kernel.kernel import Kernel, current, start

__all__ = ["Kernel", "current", "start"]
