"""Pages made of real widgets, without a built book, and their modules in one browser."""

import itertools
import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import adversarial_words
import bptt_words
import learning_curve_words
import ml_vs_dl_words
import numpy as np
import pytest
import rnn_words
import timeline_words
import training_step_words

from lecturelib import activations, widgets
from lecturelib.losses import CrossEntropy
from lecturelib.representation import layer_outputs, linear_probe
from lecturelib.training import accuracy
from tools.browser import open_page as open_in
from tools.server import serve

HOST = Path(__file__).parents[3] / "sphinxext" / "widgets" / "static" / "anywidget-host.js"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
READY = "document.documentElement.dataset.widgets === 'ready'"
DRAWN = "[...bookWidgets.views.values()].every(({ el }) => el.childNodes.length)"


@cache
def trained():
    return widgets.DecisionBoundary.trained(rng=np.random.default_rng(0))


def recorded(**state):
    """A figure of recorded trainings that shows the state; the training itself runs once."""
    return widgets.DecisionBoundary(_record=trained()._record, **state)


@cache
def represented():
    return widgets.Representation.trained(rng=np.random.default_rng(3))


def layers_of(**state):
    """A figure of recorded layers that shows the state; the training itself runs once."""
    return widgets.Representation(_record=represented()._record, **state)


# For each class: how to make one whose state is not the default, and a state that is neither.
MAKE = {
    "Neuron": lambda: widgets.Neuron(weights=[2, -1], bias=0.5, task="OR"),
    "Activations": lambda: widgets.Activations(shown=["tanh", "maxout"], a=-2, slope=0.2),
    "Adversarial": lambda: adversarial_words.figure(digit=8, epsilon=0.12),
    "BackpropSteps": lambda: widgets.BackpropSteps(x=[1, -2], y=0.8, rate=3, step=12),
    "ForwardPass": lambda: widgets.ForwardPass(x=[2, -1], activation="tanh", done=3),
    "DecisionBoundary": lambda: recorded(data="xor", width=8, epoch=300),
    "BpttFlow": lambda: widgets.BpttFlow(radius=1.2, lag=8, clip=True, start=[0.5, -1]),
    "Representation": lambda: layers_of(data="spiral", layer=4, epoch=300),
    "RnnUnroll": lambda: widgets.RnnUnroll(letters="hello", t=3, done=2, entry="s2"),
    "MlVsDlFlow": lambda: ml_vs_dl_words.recorded(example=2, stage=3),
    "LearningCurve": lambda: widgets.LearningCurve.measured(n=300, shown=["SVM", "MLP", "CNN"]),
    "Descent": lambda: widgets.Descent(kind="valley", start=[-3, 1.5], rate=0.05, steps=60),
    "Timeline": lambda: widgets.Timeline(strand="ideas", since=1985, entry="lstm"),
    "TrainingStep": lambda: widgets.TrainingStep(y=2, stage=4, step=8, rate=0.03, forget=True),
    "Quiz": lambda: widgets.Quiz("neuron", "recall"),
}
OTHER = {
    "Neuron": {"weights": [-1.5, 0.5], "bias": 1, "inputs": [0.5, -0.5], "task": "XOR"},
    "Activations": {"shown": ["sigmoid", "elu"], "a": 3, "alpha": 0.5, "pieces": [0.5, 1, -1, 0]},
    "Adversarial": {"digit": 4, "epsilon": 0.25, "direction": "random"},
    "BackpropSteps": {"V": [4, 4], "c": 4, "rate": 10, "parameter": "v2", "step": 23},
    "ForwardPass": {"x": [1, 1.5], "W": [1, -1, 0.5, 2, -2, 0], "unit": "z2", "done": 5},
    "DecisionBoundary": {"data": "spiral", "width": 3, "epoch": 650, "lines": True},
    "BpttFlow": {"radius": 0.6, "length": 12, "lag": 6, "activation": "tanh", "truncate": 9},
    "Representation": {"data": "moons", "width": 2, "layer": 2, "epoch": 620, "mesh": False},
    "RnnUnroll": {"letters": "ole", "W": [0.5] * 9, "t": 2, "done": 3, "entry": "o4"},
    "MlVsDlFlow": {"example": 11, "stage": 2, "toggled": [3, 28]},
    "LearningCurve": {"data": "houses", "measure": "error", "logarithmic": False, "n": 2500},
    "Descent": {"kind": "four minima", "start": [1, -1], "rate": 0.3, "steps": 25},
    "Timeline": {"strand": "data", "since": 1990, "until": 2012, "text": "i", "entry": "mnist"},
    "TrainingStep": {"framework": "keras", "x": [-1, 0.5], "V": [2, 1], "stage": 5, "step": 7},
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
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # far figures are drawn too
        page.wait_for_function(DRAWN)
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


def both_passes(state):
    """Every number of the 2-2-1 network in the order of the steps, and f′ of the output unit."""
    x, W, b, V = (np.array(state[name]) for name in "xWbV")
    a = W.reshape(2, 2) @ x + b
    h = activations.sigmoid(a)
    z = V @ h + state["c"]
    o, slope = activations.sigmoid(z), activations.sigmoid_grad(z)
    do = 2 * (o - state["y"])
    dz = do * slope
    dh, da = dz * V, dz * V * activations.sigmoid_grad(a)
    rows = [a[0], h[0], a[1], h[1], z, o, (o - state["y"]) ** 2, do, dz, dh[0], da[0], dh[1], da[1]]
    rows += [*dz * h, dz, *da[0] * x, da[0], *da[1] * x, da[1]]
    return [float(row) for row in rows], slope


def backprop_steps_words(state):
    k, (values, slope) = state["step"], both_passes(state)
    if k == 0:
        return "Nothing is computed yet. Step begins with a₁."
    tiny = lambda x: f"{x:.1e}".replace("e-0", "e-").replace("-", "−")  # noqa: E731
    text = lambda x: printed(x, 3) if x == 0 or abs(x) >= 5e-4 else tiny(x)  # noqa: E731
    flat = " The output unit is saturated: hardly any gradient gets past it."
    flat = flat if k > 8 and slope < 0.0125 else ""
    names = "a₁ h₁ a₂ h₂ z o L do dz dh₁ da₁ dh₂ da₂ dv₁ dv₂ dc dw₁₁ dw₁₂ db₁ dw₂₁ dw₂₂ db₂"
    if k < 23:
        phase = "Forward" if k < 8 else "Backward" if k < 14 else "Gradients"
        return f"{phase}, step {k} of 23: {names.split()[k - 1]} = {text(values[k - 1])}.{flat}"
    after = dict(state)
    for name, d in (("V", values[13:15]), ("W", values[16:18] + values[19:21])):
        after[name] = np.array(state[name]) - state["rate"] * np.array(d)
    after["b"] = np.array(state["b"]) - state["rate"] * np.array([values[18], values[21]])
    after["c"] = state["c"] - state["rate"] * values[15]
    loss = both_passes(after)[0][6]
    rose = " It rises: the learning rate is too large." if loss > values[6] else ""
    far = max(np.abs(after[name]).max() for name in "WbVc") > 4
    far = " A parameter would leave ±4: take a smaller rate." if far else ""
    change = f"the loss goes from {text(values[6])} to {text(loss)}."
    return f"Update, step 23 of 23: {change}{rose}{far}{flat}"


def forward_pass_words(state):
    x, W, b, V, c = (np.array(state[name]) for name in ("x", "W", "b", "V", "c"))
    name, unit, done = state["activation"], state["unit"], state["done"]
    a = W.reshape(3, 2) @ x + b
    h = a if name == "identity" else getattr(activations, name)(a)
    z = V.reshape(2, 3) @ h + c
    o, i = activations.softmax(z), int(unit[1]) - 1
    title = unit[0] + "₁₂₃"[i]
    inner = f"{LABELS.get(name, name)}({printed(a[i])}) = " if unit[0] == "h" else ""
    value = f"{title} = {inner}{printed({'h': h, 'z': z, 'o': o}[unit[0]][i])}."
    order = ["h1", "h2", "h3", "z1", "z2", "o1", "o2"]
    text = value if order.index(unit) < done else f"{title} is marked and not computed yet."
    text += f" {done} of 7 values are shown."
    if done >= 3 and not h.any():
        text += " All hidden outputs are zero: the logits are the biases c."
    if done < 7:
        return text
    return f"{text} The network says class {o.argmax() + 1}, with probability {printed(o.max())}."


def decision_boundary_words(state):
    data, width, epoch = state["data"], state["width"], state["epoch"]
    near = 50 * math.floor(epoch / 50 + 0.5)
    X, y = trained().points(data)
    z = trained().network(data, width, near).predict(X)
    right = int((z.argmax(axis=1) == y).sum())
    names = {"moons": "two moons", "circles": "two circles", "xor": "XOR clouds"}
    when = near if near == epoch else f"{near} (the recorded one nearest to {printed(epoch, 0)})"
    end = "No point lies" if right == 120 else f"{120 - right}"
    return (
        f"{names.get(data, data)}, {width} hidden unit{'s' * (width > 1)}, epoch {when}: "
        f"loss {printed(CrossEntropy().forward(z, y))}, {right} of 120 points right "
        f"({printed(100 * right / 120, 0)} %). {end} on the wrong side."
    )


def representation_words(state):
    data, width, layer, epoch = (state[name] for name in ("data", "width", "layer", "epoch"))
    near = 50 * math.floor(epoch / 50 + 0.5)
    X, y = represented().points(data)
    outputs = layer_outputs(represented().network(data, width, near), X)
    after, before = (
        round(120 * accuracy(linear_probe(h, y).predict(h), y)) for h in (outputs[layer], X)
    )
    names = {"moons": "two moons", "circles": "two circles"}
    when = near if near == epoch else f"{near} (the recorded one nearest to {printed(epoch, 0)})"
    where = f"after layer {layer}" if layer else "in the input"
    compare = f"; in the input {printed(100 * before / 120, 0)} %" if layer else ""
    return (
        f"{names.get(data, data)}, {width} units in layers 1, 3 and 5, epoch {when}: {where}, "
        f"a line separates {printed(100 * after / 120, 0)} % of the points ({after} of 120)"
        f"{compare}."
    )


def descent_surface(kind, w):
    """Loss and gradient at w, and the largest curvature where it is the same everywhere."""
    x, y = w
    p, q = x * x + y - 11, x + y * y - 7
    return {
        "bowl": (x * x + y * y, [2 * x, 2 * y], 2),
        "valley": (x * x / 2 + 10 * y * y, [x, 20 * y], 20),
        "saddle": (x * x / 2 + (y * y - 4) ** 2 / 16, [x, y * (y * y - 4) / 4], None),
        "four minima": ((p * p + q * q) / 50, [(2 * x * p + q) / 25, (p + 2 * y * q) / 25], None),
    }[kind]


def descent_words(state):
    kind, rate, path = state["kind"], state["rate"], [np.array(state["start"])]
    for _ in range(int(state["steps"])):
        path.append(path[-1] - rate * np.array(descent_surface(kind, path[-1])[1]))
        if np.hypot(*path[-1]) > 100:
            break
    gone = len(path) - 1 if np.hypot(*path[-1]) > 100 else 0
    loss, gradient, curvature = descent_surface(kind, path[-1])
    most = f"2/λ = 2/{curvature} = {2 / curvature:g}" if curvature else None
    if gone:
        why = "Each overshoot ends on steeper ground. Take a smaller rate."
        if curvature:
            why = f"From {most} on, every step overshoots by more than it mends."
        return f"Diverged: with η = {rate:.3g}, step {gone} went more than 100 away. {why}"
    at = ", ".join(printed(c) for c in path[-1])
    size = "below 0.001" if loss < 5e-4 else printed(loss, 3)
    text = f"After {len(path) - 1} steps with η = {rate:.3g}: w = ({at}), loss {size}."
    if np.hypot(*gradient) < 0.01:
        where = "a minimum" if loss < 0.01 else "flat, yet no minimum"
        return f"{text} The gradient is almost zero: {where}."
    if not curvature:
        return f"{text} The gradient is ({', '.join(printed(c) for c in gradient)})."
    ratio = rate * curvature / 2
    if abs(ratio - 1) < 1e-9:
        return f"{text} The rate is exactly {most}: it never settles."
    return f"{text} The rate is {'below' if ratio < 1 else 'above'} {most}."


@pytest.fixture
def says_what_python_says(state_of):
    """``says_what_python_says(page, key)``: the state line is what Python makes of the state."""
    words = {
        "neuron": neuron_words,
        "activations": activations_words,
        "adversarial": lambda state: adversarial_words.words(state, printed),
        "backprop-steps": backprop_steps_words,
        "forward-pass": forward_pass_words,
        "decision-boundary": decision_boundary_words,
        "descent": descent_words,
        "bptt-flow": bptt_words.words,
        "representation": representation_words,
        "learning-curve": lambda state: learning_curve_words.words(state, printed),
        "rnn-unroll": lambda state: rnn_words.words(state, printed),
        "timeline": timeline_words.words,
        "training-step": training_step_words.words,
        "ml-vs-dl-flow": lambda state: ml_vs_dl_words.words(state, printed),
    }

    def check(page, key):
        shown = page.locator(f"[data-key={key}] .dl-state").inner_text()
        assert shown == words[without_number(key)](state_of(page, key))
        return shown

    return check
