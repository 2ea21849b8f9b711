"""lecturelib: the code that the book Deep Learning Introduction runs.

One module a chapter, NumPy only in the core. Importing this package imports nothing else: take the
module you need, as in ``from lecturelib import activations``.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("lecturelib")
except PackageNotFoundError:  # used from its folder, without an installation
    __version__ = "0+source"
