"""What a visit fetches beyond a first page: little, nothing twice, menus when they are needed."""

import re

import pytest

from lecturelib.widgets import base

CHAPTER = "book/neural-networks/neuron.html"


def sent_for(browser, served, *pages):
    """What one reader fetches for each of the pages, one after the other."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page, answers = context.new_page(), []
    for name in pages:
        served.sent.clear()
        page.goto(served.address + name, wait_until="networkidle")
        answers.append([a for a in served.sent if "favicon" not in a.path])
    context.close()
    return answers


def test_a_second_page_fetches_only_its_own(browser, served):
    first, second = sent_for(browser, served, "book/neural-networks/ffnn.html", CHAPTER)
    again = [a.path for a in second if a.status != 304 and a.path in {b.path for b in first}]
    assert not again
    more = sum(a.wire for a in second if "_images/" not in a.path and CHAPTER not in a.path)
    assert more <= 15_000


def test_nothing_is_shipped_that_nobody_refers_to(site):
    there = {path.name for path in (site / "_static").rglob("*") if path.is_file()}
    assert not there & {
        "fontawesome.js",
        "theme.css",
        "pydata-sphinx-theme.css",
        "clipboard.min.js",
    }
    assert not [name for name in there if name.endswith((".map", ".ttf", ".scss"))]
    assert [path.name for path in (site / "_static/katex").iterdir()] == ["LICENSE"]
    style = (site / "_static/site.css").read_text("utf-8")
    assert "@import" not in style
    assert style.count("@font-face") < 14


def test_the_stylesheet_has_the_classes_of_all_figures(site):
    style = (site / "_static/site.css").read_text("utf-8")
    classes = set(re.findall(r"\.(dl-[\w-]+)", base.stylesheet()))
    assert len(classes) > 100
    assert [name for name in sorted(classes) if f".{name}" not in style] == []


def test_the_theme_is_settled_before_the_first_paint(open_page, base_url):
    for scheme in ("dark", "light"):
        page, _ = open_page(base_url + CHAPTER, color_scheme=scheme)
        other = "light" if scheme == "dark" else "dark"
        shown = page.locator(f"img.dl-figure.only-{other}").first
        assert shown.evaluate("img => img.complete && img.naturalWidth") in (False, 0)


def test_tips_come_with_the_first_touch(open_settled, base_url):
    page, log = open_settled(base_url + CHAPTER)
    assert page.evaluate("typeof window.bootstrap") == "undefined"
    page.locator(".theme-switch-button").hover()
    page.wait_for_function("() => window.bootstrap")
    page.wait_for_selector(".tooltip.show")
    assert "theme" in page.locator(".tooltip-inner").inner_text().lower()
    assert page.locator(".tooltip-inner").evaluate("e => getComputedStyle(e).backgroundColor") != (
        "rgba(0, 0, 0, 0)"
    )
    assert log.problems() == []


@pytest.mark.parametrize("by", ["mouse", "keyboard", "touch"])
def test_the_download_menu_opens_at_the_first_try(open_settled, base_url, by):
    page, log = open_settled(base_url + CHAPTER, has_touch=True)
    button, menu = (
        page.locator(".dropdown-download-buttons > button"),
        page.locator(".dropdown-menu"),
    )
    assert not menu.is_visible()
    if by == "keyboard":
        button.focus()
        page.keyboard.press("Enter")
    else:
        getattr(button, {"mouse": "click", "touch": "tap"}[by])()
    menu.wait_for()
    page.wait_for_selector(".dropdown-download-buttons > button[aria-expanded=true]")
    page.locator("h1").click()
    menu.wait_for(state="hidden")
    assert log.problems() == []


def test_code_is_copied(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell = page.locator("div.cell_input div.highlight").nth(2)
    cell.hover()
    cell.locator("button.copybtn").click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.strip() == cell.locator("pre").inner_text().strip()


def test_the_contents_open_on_a_phone(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER, viewport={"width": 390, "height": 800})
    page.locator(".primary-toggle").click()
    assert page.locator("#pst-primary-sidebar-modal").is_visible()
    page.keyboard.press("Escape")
    page.locator(".secondary-toggle").click()
    assert page.locator("#pst-secondary-sidebar-modal").is_visible()


def test_a_folded_solution_opens(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER)
    fold = page.locator("details.sd-dropdown").first
    assert not fold.locator("pre").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("pre").first.is_visible()
