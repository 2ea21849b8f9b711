"""Data sets that come with the package, and how to split them: nothing is downloaded.

Every loader reads its file anew and returns fresh arrays, so changing one result leaves the next as
it was. Where each file is from and under which licence: ``README.md`` beside this file.
"""

from lecturelib.data._digits import Digits, digits
from lecturelib.data._purchases import purchases
from lecturelib.data._split import Split, split

__all__ = ["Digits", "Split", "digits", "purchases", "split"]
