"""The part of IPython that cells use, where IPython itself is not: in a page."""  # noqa: N999

version_info = (9, 0, 0)  # matplotlib asks


def get_ipython() -> None:
    """There is no IPython shell in a page."""
