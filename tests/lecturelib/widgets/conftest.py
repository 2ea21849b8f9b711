"""Pages made of real widgets, without a built book, and their modules in one browser."""

import itertools
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from browser import open_page as open_in
from browser import serve

from lecturelib import activations, widgets

HOST = Path(__file__).parents[3] / "sphinxext" / "static" / "anywidget-host.js"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
READY = "document.documentElement.dataset.widgets === 'ready'"


# For each class: how to make one whose state is not the default, and a state that is neither.
MAKE = {
    "Neuron": lambda: widgets.Neuron(weights=[2, -1], bias=0.5, task="OR"),
    "Activations": lambda: widgets.Activations(shown=["tanh", "maxout"], a=-2, slope=0.2),
    "Quiz": lambda: widgets.Quiz("neuron", "recall"),
}
OTHER = {
    "Neuron": {"weights": [-1.5, 0.5], "bias": 1, "inputs": [0.5, -0.5], "task": "XOR"},
    "Activations": {"shown": ["sigmoid", "elu"], "a": 3, "alpha": 0.5, "pieces": [0.5, 1, -1, 0]},
}


def key_of(name):
    """Neuron -> neuron, RNNUnrolled -> rnn-unrolled: the key that the host gives the first view."""
    return re.sub(r"[a-z](?=[A-Z])|[A-Z0-9](?=[A-Z][a-z])", r"\g<0>-", name).lower()


CLASSES = {key_of(name): getattr(widgets, name) for name in widgets.__all__}


def pytest_generate_tests(metafunc):
    """A test of ``kind`` runs for every widget, one of ``figure`` for all but Quiz."""
    names = widgets.__all__  # a new widget without an entry in MAKE fails
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", names)
    if "figure" in metafunc.fixturenames:
        metafunc.parametrize("figure", [name for name in names if name != "Quiz"])


def without_number(key):
    return re.sub(r"-\d+$", "", key)


@pytest.fixture
def key(request):
    """The key of the widget that a test of ``kind`` or ``figure`` shows."""
    params = request.node.callspec.params
    return key_of(params.get("kind") or params["figure"])


@pytest.fixture
def other(figure):
    """A state of the widget that is not the page's own."""
    return OTHER[figure]


def _script(type_, content):
    text = json.dumps(content).replace("</", "<\\/")
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


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A served folder with the host: ``(folder, address)``."""
    folder = tmp_path_factory.mktemp("widgets")
    (folder / HOST.name).write_text(HOST.read_text("utf-8"), "utf-8")
    with serve(folder, "/book/") as address:
        yield folder, address


@pytest.fixture
def show(open_page, site):
    """``show(widget or name, …, link="?…", head="<script>…", **context)`` opens a page of them."""
    folder, address = site
    counter = itertools.count(len(list(folder.iterdir())))

    def visit(*shown, link="", head="", **options):
        made = [MAKE[w]() if isinstance(w, str) else w for w in shown]
        name = f"page-{next(counter)}.html"
        (folder / name).write_text(page_text(made, head), "utf-8")
        page, log = open_page(f"{address}{name}{link}", **options)
        page.wait_for_function(READY)
        return page, log

    return visit


@pytest.fixture(scope="session")
def javascript(browser):
    """``javascript("({neuron}, x) => neuron.line(…x)", x)``: the widgets' modules in a browser."""
    page, _ = open_in(browser, "about:blank")
    sources = {key: cls._esm for key, cls in CLASSES.items()}
    load = """async (sources) => {
      window.modules = {};
      for (const [name, source] of Object.entries(sources)) {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        window.modules[name] = await import(url);
      }
    }"""
    page.evaluate(load, sources)
    yield lambda body, argument=None: page.evaluate(f"(x) => ({body})(window.modules, x)", argument)
    page.context.close()


@pytest.fixture
def state_of():
    """``state_of(page, key)``: what the model of a view holds, without the private names."""
    body = """([key, names]) => {
      const { model } = window.bookWidgets.views.get(key);
      return Object.fromEntries(names.map((name) => [name, model.get(name)]));
    }"""

    def read(page, key):
        return page.evaluate(body, [key, CLASSES[without_number(key)].state_names()])

    return read


# What Python would say about a state


def printed(x, digits=2):
    """The number as the book prints it; ties away from zero, as toFixed rounds them."""
    text = str(abs(Decimal(float(x))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    return f"−{text}" if x < 0 and text.strip("0.") else text


def neuron_words(state):
    w, b, x = state["weights"], state["bias"], state["inputs"]
    a = w[0] * x[0] + w[1] * x[1] + b
    if w == [0, 0]:
        return (
            f"Both weights are zero: there is no line, and every input gives a = b = {printed(a)}."
        )
    label, f = {
        "step": ("step", lambda a: float(a > 0)),
        "identity": ("identity", lambda a: a),
        "relu": ("ReLU", activations.relu),
        "leaky_relu": ("Leaky ReLU", activations.leaky_relu),
        "elu": ("ELU", activations.elu),
    }.get(state["activation"]) or (state["activation"], getattr(activations, state["activation"]))
    where = "exactly zero: on the line"
    if a:
        where = "above zero: the neuron says 1" if a > 0 else "below zero: the neuron says 0"
    text = f"a = {printed(a)}, {label}(a) = {printed(f(a))}. a is {where}."
    wanted = {"AND": "0001", "OR": "0111", "NAND": "1110", "XOR": "0110"}.get(state["task"])
    if not wanted:
        return text
    says = [w[0] * x1 + w[1] * x2 + b > 0 for x1 in (0, 1) for x2 in (0, 1)]
    score = sum(says[i] == (wanted[i] == "1") for i in range(4))
    return f"{text} {state['task']}: {score} of 4 corners right{', solved' if score == 4 else ''}."


LABELS = {"relu": "ReLU", "leaky_relu": "Leaky ReLU", "elu": "ELU", "maxout": "Maxout"}


def value_and_slope(name, a, state):
    """f(a) and f′(a) by the library, with the settings of the widget's state."""
    f, grad = (getattr(activations, name + end) for end in ("", "_grad"))
    if name == "maxout":
        w1, b1, w2, b2 = state["pieces"]
        pieces = [w1 * a + b1, w2 * a + b2]
        return f(pieces), float(grad(pieces) @ [w1, w2])
    more = {"leaky_relu": [state["slope"]], "elu": [state["alpha"]]}.get(name, [])
    return f(a, *more), grad(a, *more)


def remark(name, slope, alpha):
    if name == "relu":
        return "" if slope else "dead here"
    steepest = {"sigmoid": 0.25, "tanh": 1, "elu": max(1, alpha)}.get(name)
    return "saturated" if steepest and slope < 0.05 * steepest else ""


def activations_words(state):
    parts = []
    for name in state["shown"]:
        value, slope = value_and_slope(name, state["a"], state)
        note = remark(name, slope, state["alpha"])
        text = f"{LABELS.get(name, name)} {printed(value)}, slope {printed(slope)}"
        parts.append(text + (f" ({note})" if note else ""))
    if not parts:
        return "No function is shown: tick one."
    return f"At a = {printed(state['a'], 1)}: {'; '.join(parts)}."


@pytest.fixture
def says_what_python_says(state_of):
    """``says_what_python_says(page, key)``: the state line is what Python makes of the state."""
    words = {"neuron": neuron_words, "activations": activations_words}

    def check(page, key):
        shown = page.locator(f"[data-key={key}] .dl-state").inner_text()
        assert shown == words[without_number(key)](state_of(page, key))
        return shown

    return check
