"""Sets of tabs of a small book in a real browser: one choice for all pages, kept, by keyboard."""

import pytest

FRAMEWORKS = ("numpy", "pytorch", "keras")
LABELS = ["NumPy", "PyTorch", "Keras"]


def tagged(name, source, *more):
    return source, [], {"tags": [f"tab-{name}", *more]}


def plain(source):
    return source, [], {}


@pytest.fixture(scope="module")
def book(build_once, notebook):
    """Two pages with tabs, one without, built once."""
    three = [tagged(name, f"{name}_first()") for name in FRAMEWORKS]
    again = [tagged(name, f"{name}_second()") for name in FRAMEWORKS]
    long = tagged("pytorch", "pytorch_goes_on()", "hide-input")
    files = {
        "index.ipynb": notebook(
            "# One\n\n```{toctree}\nother\nbare\n```", *three, *again, "Between.", *again[:2], long
        ),
        "other.ipynb": notebook("# Two", plain("before()"), *three, plain("after()")),
        "bare.ipynb": notebook("# Three", plain("alone()")),
    }
    theme = {"html_theme": "sphinx_book_theme", "html_context": {"default_mode": "auto"}}
    return build_once("sphinxext.theme.framework_tabs", files=files, **theme)


def sets(soup):
    return soup.select(".framework-tabs")


def test_neighbours_become_one_set_and_others_stay(book):
    assert book.warnings == ""
    first, second, third = sets(book.page())
    assert [label.get_text(strip=True) for label in first.select("label")] == LABELS
    for name in FRAMEWORKS:
        assert f"{name}_first" in first.get_text()
        assert f"{name}_second" in second.get_text()
        assert f"{name}_second" not in first.get_text()
    assert [label.get_text(strip=True) for label in third.select("label")] == LABELS[:2]
    assert len(sets(book.page("other"))) == 1
    assert not book.page("other").select(".framework-tabs .cell:has(.cell)")


def test_cells_of_one_framework_share_a_panel_and_keep_their_other_tags(book):
    panel = sets(book.page())[2].select(".sd-tab-content")[1]
    assert len(panel.select(".cell")) == 2
    assert "pytorch_second" in panel.get_text()
    assert panel.select("details")  # hide-input


def test_untagged_cells_keep_their_place(book):
    text = book.page("other").get_text()
    assert text.index("before()") < text.index("NumPy") < text.index("after()")
    assert not sets(book.page("bare"))


def test_the_labels_are_in_one_sync_group(book):
    for label in book.page().select(".framework-tabs label"):
        assert label["data-sync-group"] == "framework"
        assert label["data-sync-id"] == label.get_text(strip=True).lower()


def test_only_pages_with_tabs_link_the_stylesheet(book):
    linked = {
        name: bool(book.page(name).select("link[href*=framework_tabs]"))
        for name in ("index", "other", "bare")
    }
    assert linked == {"index": True, "other": True, "bare": False}


@pytest.mark.parametrize(
    ("tags", "words"),
    [(["tab-numpy"], "only NumPy is here"), (["tab-numpy", "tab-keras"], "tags of several tabs")],
)
def test_a_lone_or_ambiguous_tab_is_warned_of(build, notebook, tags, words):
    cells = [("a()", [], {"tags": tags})]
    if len(tags) == 2:
        cells.append(tagged("pytorch", "b()"))
    book = build("sphinxext.theme.framework_tabs", files={"index.ipynb": notebook("# One", *cells)})
    assert words in book.warnings


def test_other_builders_show_the_labels_one_after_another(build, notebook):
    cells = [tagged(name, f"{name}_first()") for name in FRAMEWORKS]
    files = {"index.ipynb": notebook("# One", *cells)}
    book = build("sphinxext.theme.framework_tabs", files=files, builder="text")
    text = (book.out / "index.txt").read_text("utf-8")
    places = [text.index(word) for pair in zip(LABELS, FRAMEWORKS, strict=True) for word in pair]
    assert places == sorted(places)


def visible(page):
    """The code that can be seen, by set."""
    panels = page.locator(".framework-tabs > .sd-tab-content")
    return [panel.inner_text().split("_")[0] for panel in panels.all() if panel.is_visible()]


def test_one_choice_moves_all_sets_and_is_there_on_the_next_visit(book, open_page):
    page, log = open_page((book.out / "index.html").as_uri())
    assert visible(page) == ["numpy"] * 3
    page.locator(".framework-tabs label", has_text="PyTorch").nth(1).click()
    assert visible(page) == ["pytorch"] * 3
    page.goto((book.out / "other.html").as_uri())
    assert visible(page) == ["pytorch"]
    page.goto((book.out / "index.html").as_uri())
    page.reload()
    assert visible(page) == ["pytorch"] * 3
    assert page.evaluate("localStorage.length") >= 1  # not the session's, which ends with the tab
    assert log.problems() == []


def test_the_keyboard_is_enough(book, open_page):
    page, _ = open_page((book.out / "other.html").as_uri())
    page.locator(".framework-tabs input").first.focus()
    page.keyboard.press("ArrowRight")
    assert visible(page) == ["pytorch"]
    page.keyboard.press("ArrowRight")
    assert visible(page) == ["keras"]


def test_names_for_a_screen_reader(book, open_page):
    page, _ = open_page((book.out / "other.html").as_uri())
    group = page.get_by_role("group", name="The same in each framework")
    for name in LABELS:
        assert group.get_by_role("radio", name=name, exact=True).count() == 1


def test_it_works_without_javascript_set_by_set(book, open_page):
    page, _ = open_page((book.out / "index.html").as_uri(), java_script_enabled=False)
    page.locator(".framework-tabs label", has_text="Keras").first.click()
    panels = page.locator(".framework-tabs").first.locator(".sd-tab-content")
    assert [panel.is_visible() for panel in panels.all()] == [False, False, True]


def test_paper_shows_every_panel_below_its_label(book, open_page):
    page, _ = open_page((book.out / "other.html").as_uri())
    page.emulate_media(media="print")
    assert visible(page) == list(FRAMEWORKS)
    parts = page.locator(".framework-tabs > label, .framework-tabs > .sd-tab-content")
    heights = [part.bounding_box()["y"] for part in parts.all()]
    assert len(heights) == 6
    assert heights == sorted(heights)


def test_labels_are_large_enough_for_a_finger(book, open_page):
    page, _ = open_page((book.out / "other.html").as_uri(), viewport={"width": 320, "height": 640})
    for label in page.locator(".framework-tabs > label").all():
        box = label.bounding_box()
        assert min(box["width"], box["height"]) >= 24
