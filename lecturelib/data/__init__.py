"""Data sets that come with the package, and how to split them: nothing is downloaded.

Every loader reads its file anew and returns fresh arrays, so changing one result leaves the next as
it was. Where each file is from and under which licence: ``README.md`` beside this file.
"""

from lecturelib.data._digits import Digits, digits
from lecturelib.data._houses import Houses, houses, houses_windsor
from lecturelib.data._purchases import purchases
from lecturelib.data._shakespeare import shakespeare
from lecturelib.data._split import Split, split
from lecturelib.data._sunspots import Sunspots, sunspots

__all__ = [
    "Digits",
    "Houses",
    "Split",
    "Sunspots",
    "digits",
    "houses",
    "houses_windsor",
    "purchases",
    "shakespeare",
    "split",
    "sunspots",
]
