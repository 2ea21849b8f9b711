"""The part of matplotlib-inline that cells use, where it is not: in a page."""
