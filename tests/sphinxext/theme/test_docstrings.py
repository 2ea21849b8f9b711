"""Docstrings written for a prompt reach the API page unharmed."""

from sphinxext.theme.docstrings import escape_bars


def test_an_absolute_value_is_no_substitution():
    lines = ["f(a) = |a|, at most |b|", "no bars"]
    escape_bars(None, "function", "f", None, None, lines)
    assert lines == [r"f(a) = \|a\|, at most \|b\|", "no bars"]
