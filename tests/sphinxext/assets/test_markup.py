"""What a page is made of: names, references, and the characters of its formulas."""

from sphinxext.assets.markup import Markup, Page, beginnings


def read(tmp_path, html):
    markup = Markup()
    markup.add(Page(html), tmp_path)
    return markup


def test_names_and_references_of_a_page(tmp_path):
    markup = read(
        tmp_path,
        '<main id="m" class="a b" style="--x: 1"><img src="i.png" data-src="j.png">'
        "<style>.q { color: var(--dl-ink) }</style></main>",
    )
    assert {"main", "img", "m", "a", "b", "--x", "q", "--dl-ink"} <= markup.names
    assert markup.references == {(tmp_path, "i.png"), (tmp_path, "j.png")}


def test_characters_of_formulas_by_their_classes(tmp_path):
    markup = read(
        tmp_path,
        '<p>text</p><span class="katex-html"><span class="mord mathnormal">x</span>'
        '<span class="vlist"><br/><span class="mathbf">w</span></span>+</span><b>after</b>',
    )
    by = {frozenset(k) & {"mathnormal", "mathbf"}: v for k, v in markup.formulas.items()}
    assert by == {
        frozenset({"mathnormal"}): {"x"},
        frozenset({"mathbf"}): {"w"},
        frozenset(): {"+"},
    }


def test_a_template_says_how_names_begin():
    script = "set(x, `line dl-series-${i} ${a}-${b} dl-x`); y = n-{}; z = `dl-${name}`"
    assert beginnings(script) == {"dl-series-", "dl-"}
