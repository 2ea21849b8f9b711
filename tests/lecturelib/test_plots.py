"""The figures' style: the palette's colours only, text as text, the same file every time."""

import io
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from lecturelib import plots
from lecturelib.palette import LIGHT


@pytest.fixture
def svg():
    """A figure drawn in the book's style, as SVG text."""

    def draw():
        with mpl.rc_context():
            mpl.use("agg")
            plots.use()
            fig, ax = plots.figure(height=2)
            for i in range(6):
                ax.plot([0, 1], [i, i + 1], label=f"line {i}")
            ax.set(xlabel="time (s)", ylabel="loss")
            plots.label_line(ax, 1, 6, "the last", "target")
            ax.legend()
            file = io.StringIO()
            fig.savefig(file, format="svg", metadata={"Date": None})
            plt.close(fig)
            return file.getvalue()

    return draw


def test_every_colour_is_one_that_has_a_dark_partner(svg):
    used = {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}\b", svg())}
    assert used <= set(LIGHT.values())
    assert {LIGHT["ink"], LIGHT["paper"], LIGHT["forward"], LIGHT["target"]} <= used


def test_text_stays_text_and_the_file_stays_the_same(svg):
    first = svg()
    assert ">time (s)</text>" in first
    assert first == svg()


def test_a_figure_is_as_wide_as_the_text():
    with mpl.rc_context():
        mpl.use("agg")
        fig, axes = plots.figure(rows=2, columns=3, height=4, sharey=True)
        assert tuple(fig.get_size_inches()) == (plots.WIDTH, 4)
        assert axes.shape == (2, 3)
        plt.close(fig)


def test_lines_differ_by_dash_as_well_as_by_colour():
    assert len(set(plots.DASHES)) == len(plots.DASHES) == 6
