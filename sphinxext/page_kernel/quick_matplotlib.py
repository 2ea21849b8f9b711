"""Has matplotlib start sooner in a page: what its import does that no figure there has a use for.

It is half a second of the two that a first figure takes in Pyodide. Lists of properties are not
put into docstrings, which ``help`` would show if Pyodide had it. And of Pillow's formats of
pictures PNG is loaded, not five.
"""

from matplotlib import _docstring, artist
from PIL import Image, PngImagePlugin

__all__ = ["PngImagePlugin", "prepare"]


def prepare() -> None:
    """To be called before ``matplotlib.pyplot`` is imported."""
    artist.kwdoc = lambda kind: ""  # every class of what can be drawn asks for it
    for kind in (_docstring.Substitution, type(_docstring.interpd)):
        kind.__call__ = lambda self, decorated: decorated
    # Pillow then believes that its first step, the usual formats, is done. Asked for another than
    # PNG, it takes the second, which loads all.
    Image._initialized = max(Image._initialized, 1)
