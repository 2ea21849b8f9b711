"""Markup of small books: bibliography, table heads, signatures, hidden cells, the theme's parts."""

BIBLIOGRAPHY = "Words [AK98]_.\n\n.. [AK98] Digits.\n.. [MP69] Perceptrons.\n"
CORNER = "| | a |\n|---|---|\n| b | 1 |\n"
NO_HEAD = "| | |\n|---|---|\n| b | 1 |\n"
SIGNATURE = """\
```{py:function} f(one, two, three)
:single-line-parameter-list:
```

```{py:function} g(one, two, three)
```
"""


def body(build, text, name="index.md", **config):
    book = build("sphinxext.theme.accessibility", files={name: text}, **config)
    assert not book.warnings
    return book.page().find(class_="body")


def test_entries_of_a_bibliography_have_no_deprecated_role(build):
    soup = body(build, BIBLIOGRAPHY, "index.rst", suppress_warnings=["ref.citation"])
    (entries,) = soup.select(".citation-list")
    assert [entry["class"] for entry in entries.find_all("div", recursive=False)] == [
        ["citation"],
        ["citation"],
    ]
    assert "doc-biblioentry" not in str(soup)
    assert not entries.has_attr("role")
    assert soup.select_one("p a")["href"] == f"#{entries.div['id']}"


def test_an_empty_corner_is_no_heading(build):
    soup = body(build, CORNER)
    assert [(cell.name, cell.get_text()) for cell in soup.thead.tr.find_all(["th", "td"])] == [
        ("td", ""),
        ("th", "a"),
    ]
    assert [cell.get_text() for cell in soup.tbody.find_all("td")] == ["b", "1"]


def test_a_head_without_a_word_is_left_out(build):
    soup = body(build, NO_HEAD)
    assert not soup.thead
    assert [cell.get_text() for cell in soup.tbody.find_all("td")] == ["b", "1"]


def test_parameters_on_lines_of_their_own_are_no_definitions(build):
    soup = body(build, SIGNATURE, maximum_signature_line_length=5)
    (inner,) = soup.select("dt dl")
    assert inner["role"] == "presentation"
    assert [e.get_text(strip=True) for e in inner("dd")] == ["one,", "two,", "three,"]


def test_a_hidden_cell_is_called_what_its_button_says(build, notebook):
    hidden = notebook("# One", ("1 + 1", [], {"tags": ["hide-input"]}))
    soup = body(build, hidden, "index.ipynb")
    assert not soup.summary.has_attr("aria-label")
    assert "Show code cell source" in soup.summary.get_text()


THEME = {"html_theme": "sphinx_book_theme", "html_theme_options": {"logo": {"text": "Mini"}}}


def test_the_themes_parts_are_in_landmarks_and_named_once(build):
    book = build("sphinxext.theme.accessibility", files={"index.md": "# One\n\n## Two\n"}, **THEME)
    page = book.page()
    assert len(page("h1")) == 1
    assert page.select_one("[role=banner] a.logo").get_text(strip=True) == "Mini"
    assert not page("header")
    button = page.select_one(".search-button-field")
    assert not button.has_attr("aria-label")
    assert button.select_one("[aria-hidden=true] kbd")
    icons = page.select(".theme-switch-button .theme-switch")
    assert [icon["data-mode"] for icon in icons] == ["light", "dark", "auto"]
    assert not [icon for icon in icons if icon.get("title")]


def test_a_drawn_logo_is_part_of_the_page(build):
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Mini</title></svg>'
    options = {"html_theme_options": {"logo": {"alt_text": "Mini, home"}}, "html_logo": "mini.svg"}
    files = {"index.md": "# One\n", "mini.svg": drawing}
    book = build("sphinxext.theme.accessibility", files=files, **THEME | options)
    (link,) = book.page().select("[role=banner] a.logo")
    assert link["aria-label"] == "Mini, home"
    assert link.svg["viewbox"] == "0 0 9 9"
    assert not link.select("img")


def test_a_page_without_headings_keeps_what_the_themes_script_needs(build):
    pages = {"index.md": "# One\n", "two.md": "---\norphan: true\n---\n# Two\n\n## Three\n"}
    book = build("sphinxext.theme.accessibility", files=pages, **THEME)
    for name in ("index", "two"):
        assert len(book.page(name).select("div.bd-sidebar-secondary")) == 1
