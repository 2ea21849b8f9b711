"""Every page describes itself by its first words."""

import pytest
from docutils.core import publish_doctree

from sphinxext.theme import description

LONG = "word " * 60


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("A first paragraph that is long enough to say something.\n\nA second one.", "A first"),
        ("Too short.\n\nThe next one is long enough to be the page's description.", "The next one"),
        ("- a list whose only item is long enough to be taken for one\n", ""),
        (".. note:: A box that is long enough to be taken for a description.\n", ""),
        ("", ""),
    ],
)
def test_the_first_words_of_the_text(source, words):
    found = description.first_words(publish_doctree(source))
    assert found.startswith(words)
    assert bool(found) == bool(words)


def test_a_long_paragraph_is_cut_at_a_word():
    found = description.first_words(publish_doctree(LONG))
    assert len(found) <= description.LENGTH
    assert found.endswith("word …")


def describe(page, doctree, **context):
    description.describe(None, page, "page.html", context, doctree)
    return context.get("metatags", "")


def test_it_is_written_once_and_escaped():
    doctree = publish_doctree('He said "less < more", and went on for a good while after that.')
    tag = describe("a", doctree)
    assert tag.startswith('<meta name="description" content="He said &quot;less &lt; more&quot;')
    own = '<meta name="description" content="mine" />'
    assert describe("a", doctree, metatags=own) == own


def test_pages_without_a_source_are_described_too():
    assert "Search" in describe("search", None)
    assert describe("unknown", None) == ""
