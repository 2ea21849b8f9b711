"""Pages made of real widgets, without a built book, and their modules in one browser."""

import itertools
import json
import re
from pathlib import Path

import pytest

from lecturelib import widgets
from tools.browser import open_page as open_in
from tools.server import serve

pytest.register_assert_rewrite("contracts.widgets")

HOST = Path(__file__).parents[3] / "sphinxext" / "widgets" / "static" / "anywidget-host.js"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
READY = "document.documentElement.dataset.widgets === 'ready'"
DRAWN = "[...bookWidgets.views.values()].every(({ el }) => el.childNodes.length)"


def _script(type_, content):
    text = json.dumps(content).replace("<", "\\u003c")
    return f'<script type="{type_}">{text}</script>'


def page_text(shown, head=""):
    """The page that myst-nb would store: one view a widget, and the state of all of them."""
    state = {
        w.model_id: {"model_name": "AnyModel", "model_module": "anywidget", "state": w.get_state()}
        for w in shown
    }
    views = "".join(_script(VIEW, {"model_id": w.model_id}) for w in shown)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Widgets</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href=data:,>"
        "<style>body { margin: 0; padding: 0 .5rem; background: var(--dl-paper) }</style>"
        f"{head}<script defer src={HOST.name}></script>"
        f"<body>{views}{_script(STATE, {'state': state})}"
    )


class Site:
    """A served folder with the host."""

    def __init__(self, folder, address):
        self.folder, self.address, self.count = folder, address, itertools.count()
        (folder / HOST.name).write_text(HOST.read_text("utf-8"), "utf-8")

    def put(self, *shown, head=""):
        """The address of a new page of the widgets."""
        made = [widgets.Quiz("neuron", "recall") if w == "Quiz" else w for w in shown]
        name = f"page-{next(self.count)}.html"
        (self.folder / name).write_text(page_text(made, head), "utf-8")
        return self.address + name

    @staticmethod
    def drawn(page):
        """Wait until every figure of the page is there."""
        page.wait_for_function(READY)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # far figures are drawn too
        page.wait_for_function(DRAWN)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """``site.put(widget, …)`` writes a page."""
    folder = tmp_path_factory.mktemp("widgets")
    with serve(folder, "/book/") as address:
        yield Site(folder, address)


@pytest.fixture
def show(open_page, site):
    """``show(widget, …, link="?…", head="<script>…", **context)`` opens a page of them."""

    def visit(*shown, link="", head="", **options):
        page, log = open_page(site.put(*shown, head=head) + link, **options)
        site.drawn(page)
        return page, log

    return visit


MODULES = {getattr(widgets, name).__module__.rpartition(".")[2]: name for name in widgets.__all__}
LOAD = """async ([name, source]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  (window.modules ??= {})[name] = await import(url);
}"""


@pytest.fixture(scope="session")
def javascript(browser):
    """``javascript("({neuron}, x) => neuron.line(…x)", x)``: the modules that it names, run."""
    page, _ = open_in(browser, "about:blank")
    loaded = set()

    def run(body, argument=None):
        for module in set(re.findall(r"\w+", body)) & MODULES.keys() - loaded:
            page.evaluate(LOAD, [module, getattr(widgets, MODULES[module])._esm])
            loaded.add(module)
        return page.evaluate(f"(x) => ({body})(window.modules, x)", argument)

    yield run
    page.context.close()


@pytest.fixture
def state_of():
    """``state_of(page, "training-step")``: what the model of a view holds."""
    body = "([key, names]) => names.map((n) => window.bookWidgets.views.get(key).model.get(n))"

    def read(page, key):
        cls = getattr(widgets, re.sub(r"-\d+$", "", key).title().replace("-", ""))
        names = cls.state_names()
        return dict(zip(names, page.evaluate(body, [key, names]), strict=True))

    return read
