"""Vietnamese is found however it is typed: composed, decomposed, or without its marks."""

import unicodedata

import pytest

from sphinxext.theme.search import unmarked

FILES = {
    "index.md": "# Book\n\n```{toctree}\nrecurrent\nlayers\n```\n",
    "recurrent.md": "# Recurrent networks\n\nIn Vietnamese: *mạng nơ-ron hồi tiếp*.\n",
    # The author's keyboard may decompose, too.
    "layers.md": unicodedata.normalize(
        "NFD", "# Layers\n\nIn Vietnamese: *đặc trưng*, *ĐỘC LẬP*.\n"
    ),
}
FOUND = "[...document.querySelectorAll('#search-results li a')].map((a) => a.textContent)"


@pytest.fixture(scope="module")
def out(build_once):
    options = {"html_show_search_summary": False}  # summaries are fetched, which file:// forbids
    return build_once("sphinxext.theme.search", files=FILES, **options).out


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("hồi tiếp", "Recurrent networks"),
        ("HỒI TIẾP", "Recurrent networks"),
        ("hoi tiep", "Recurrent networks"),
        # Sphinx asks for every word of three letters or more.
        ("đặc trưng", "Layers"),
        ("dac trung", "Layers"),
        ("ĐẶC TRƯNG", "Layers"),
        ("Độc lập", "Layers"),
        ("recurrent network", "Recurrent networks"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_found_as_they_are_typed(out, open_page, words, title, form):
    typed = unicodedata.normalize(form, words)
    page, log = open_page(f"{(out / 'search.html').as_uri()}?q={typed}")
    page.locator(".search-summary").filter(has_text="found").wait_for()
    assert page.evaluate(FOUND)[0] == title
    assert not log.problems()


def test_other_words_are_not_found(out, open_page):
    page, _ = open_page(f"{(out / 'search.html').as_uri()}?q=hoi trung")
    page.locator(".search-summary").filter(has_text="did not match").wait_for()
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("hồi quy, Đa tầng", "hoi quy, Da tang"),
        ("Gauß, α, x_1", "Gauß, α, x_1"),
        ("naïve", "naive"),
    ],
)
def test_unmarked_letters(text, without):
    assert unmarked(text) == unmarked(unicodedata.normalize("NFD", text)) == without
