"""Citations are looked up once, and found as before."""

from importlib import metadata
from types import SimpleNamespace

import pybtex.plugin
import pybtex.richtext
import pytest
from pybtex.style.formatting import plain

from sphinxext.theme import citations


@pytest.fixture
def looks(monkeypatch):
    """How often the packages were looked through, by what was asked for; the room is set up."""
    asked = []

    def look(**what):
        asked.append(what["name"])
        return metadata.entry_points(**what)

    monkeypatch.setattr(pybtex.plugin, "entry_points", look)
    monkeypatch.setattr(pybtex.richtext.Text, "from_latex", pybtex.richtext.Text.from_latex)
    citations.setup(SimpleNamespace())
    return asked


def test_a_style_is_looked_for_once(looks):
    found = {pybtex.plugin.find_plugin("pybtex.style.formatting", "plain") for _ in range(5)}
    assert found == {plain.Style}
    assert looks == ["plain"]


def test_a_style_that_nobody_has_is_still_missed(looks):
    for _ in range(2):
        with pytest.raises(pybtex.plugin.PluginNotFound, match="no-such"):
            pybtex.plugin.find_plugin("pybtex.style.formatting", "no-such")


def test_a_second_setup_changes_nothing(looks):
    before = pybtex.plugin.entry_points
    citations.setup(SimpleNamespace())
    assert pybtex.plugin.entry_points is before


def test_latex_is_read_as_before(looks):
    text = [pybtex.richtext.Text.from_latex(r"Schr\"odinger {and} others") for _ in range(2)]
    assert text[0] is text[1]
    assert str(text[0]) == "Schrödinger and others"
    assert text[0] + "x" != text[0]
