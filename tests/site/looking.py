"""What the tests of the pages ask a page, and what they wait for before they ask."""

from pathlib import Path

import axe_playwright_python

from tools.browser import LAY_OUT

REPO = Path(__file__).parents[2]

# How far the text has jumped by itself, as browsers score it; `SHIFTED` is asked in a page that had
# `WATCH_SHIFTS` before its own scripts.
WATCH_SHIFTS = """window.shiftWatch = { sum: 0 };
shiftWatch.add = (entries) => entries.forEach(({ value }) => { shiftWatch.sum += value; });
shiftWatch.observer = new PerformanceObserver((list) => shiftWatch.add(list.getEntries()));
shiftWatch.observer.observe({ type: "layout-shift", buffered: true });"""
SHIFTED = "() => { shiftWatch.add(shiftWatch.observer.takeRecords()); return shiftWatch.sum; }"

# Lazy pictures load only near the screen; a test wants to know about all of them, also those that
# the theme hides.
LOAD_ALL = """async () => {
    window.scrollTo(0, document.body.scrollHeight);
    for (const image of document.images) image.loading = "eager";
    await Promise.allSettled([...document.images].map((image) => image.decode()));
}"""
WIDGETS_READY = """() => !document.querySelector('script[src*="anywidget-host"]')
    || document.documentElement.dataset.widgets === "ready" """
WIDGETS_DRAWN = """() => !window.bookWidgets
    || [...bookWidgets.views.values()].every(({ el: { childNodes, style } }) =>
        childNodes.length && !style.minHeight)"""
# After a layout the site's script says of each box whether the keyboard has to reach it; a figure
# has boxes of its own.
BOXES_KNOWN = """() => [...document.querySelectorAll(
    "#main-content :is(pre, .cell_output > .output, .pst-scrollable-table-container)"
)].every((box) => !box.checkVisibility() || box.hasAttribute("tabindex")
    || box.closest(".anywidget-view"))"""
FRAMES = """async (count) => {
    for (; count; count--) await new Promise(requestAnimationFrame);
}"""
# Resolves when the element, and with it all above it, has kept its place for twenty frames.
STANDS = """async (element) => {
    let kept = 0, before;
    while (kept < 20) {
        await new Promise(requestAnimationFrame);
        const { top } = element.getBoundingClientRect();
        kept = top === before ? kept + 1 : 0;
        before = top;
    }
    return before;
}"""

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
# axe does not count MathML as text, so a heading that is a formula looks empty to it. Contrast is
# four fifths of its time: it need not look at what nobody sees and at what looks as its like.
CONFIGURE_AXE = """axe.configure({rules: [
    {id: "empty-table-header", selector: "th:not([role]):not(:has(math))"},
    {id: "color-contrast", selector: "*:not([data-alike])"},
]})"""
# MathML, which only screen readers have, and of the words of one kind in a box of code, or in the
# signatures of a page, all but one.
MARK_ALIKE = """() => {
    for (const part of document.querySelectorAll("math *")) part.dataset.alike = "";
    // Of the signatures of the reference, one of each kind on the page: they look alike.
    const signatures = [...document.querySelectorAll("dt.sig")];
    for (const boxes of [...[...document.querySelectorAll("pre")].map((b) => [b]), signatures]) {
        const kinds = new Set();
        for (const word of boxes.flatMap((b) => [...b.querySelectorAll("span:not(:has(*))")])) {
            const kind = [word.parentElement.className, word.className, word.style.cssText].join();
            if (kinds.has(kind)) word.dataset.alike = "";
            kinds.add(kind);
        }
    }
}"""
# The visual half of a formula is hidden from screen readers and has the colour of its line.
RUN_AXE = """async (only) => (await axe.run({exclude: [".katex-html"]}, {
    preload: false, // it would fetch the stylesheets again, and their imports from a wrong address
    resultTypes: ["violations"],
    ...(only.length ? {runOnly: only} : {rules: {
        "label-content-name-mismatch": {enabled: true}, "target-size": {enabled: true},
    }}),
})).violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) =>
    `${id}: ${html.slice(0, 200)} ${failureSummary}`))"""
OPEN_ALL = """() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const hidden of document.querySelectorAll(".toggle-hidden"))
        hidden.classList.remove("toggle-hidden");
}"""
# What opens fades in, and labels change their colour slowly, whatever the reader prefers.
STILL = "() => Promise.allSettled(document.getAnimations().map(({finished}) => finished))"
UNSEEN = """() => [...document.images].filter((image) => !image.naturalWidth).map(({src}) => src)"""


def settle(page) -> None:
    """Wait until widgets are drawn, sections laid out and pictures there or known to be missing."""
    page.wait_for_function(WIDGETS_READY)
    page.evaluate(LAY_OUT)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # far figures fetch their records
    page.wait_for_function(WIDGETS_DRAWN)
    page.evaluate(LOAD_ALL)


def unfold(page) -> None:
    """Show all that a reader can unfold, and wait until it stands and the keyboard reaches it."""
    page.evaluate(OPEN_ALL)
    page.evaluate(STILL)
    page.wait_for_function(BOXES_KNOWN)
    page.evaluate(FRAMES, 2)


def violations(page, *rules: str) -> list[str]:
    """What axe finds wrong, by all of its rules or by these alone."""
    if page.evaluate("!window.axe"):
        page.evaluate(f"() => {{ {AXE} }}")  # not as a script of the page: the policy forbids that
        page.evaluate(CONFIGURE_AXE)
        page.evaluate(MARK_ALIKE)
    return page.evaluate(RUN_AXE, list(rules))
