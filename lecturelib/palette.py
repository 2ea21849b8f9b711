"""The book's colours: one table for figures, widgets and pages, in light and in dark.

Chosen to stay apart under the three common colour-blindnesses and to keep a contrast of at least
4.5 : 1 for text and 3 : 1 for lines on both papers; ``tests/lecturelib/test_palette.py`` holds them
to it. A colour has one meaning everywhere, and never carries it alone.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1b1f24",
    "paper": "#ffffff",
    "muted": "#5b6570",
    "rule": "#d5dae0",
    "forward": "#2b6cb0",
    "backward": "#7b4ea3",
    "positive": "#2b6cb0",
    "negative": "#c2570c",
    "target": "#1b7f5c",
    "error": "#c0392b",
    "series-5": "#806600",
    "series-6": "#b0306a",
}
DARK = {
    "ink": "#e6e8eb",
    "paper": "#14181d",
    "muted": "#9aa4af",
    "rule": "#2f363e",
    "forward": "#6aa9e9",
    "backward": "#b893dd",
    "positive": "#6aa9e9",
    "negative": "#f0954b",
    "target": "#4fc09a",
    "error": "#f0796c",
    "series-5": "#d0b040",
    "series-6": "#ee7fae",
}

# Six things compared side by side, told apart by dash and direct label as well.
SERIES = ("forward", "negative", "target", "backward", "series-5", "series-6")


def stylesheet(*dark_selectors: str) -> str:
    """CSS custom properties ``--dl-ink: #1b1f24; …``, dark where a selector matches, else light.

    On paper the light ones hold everywhere.
    """
    light, dark = (
        " ".join(f"--dl-{name}: {value};" for name, value in colours.items())
        for colours in (LIGHT, DARK)
    )
    where = ", ".join(dark_selectors)
    return (
        f":root {{ {light} }}\n{where} {{ {dark} }}\n"
        f"@media print {{ :root, {where} {{ {light} }} }}\n"
    )
