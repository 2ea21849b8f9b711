"""What Python says about the figure of an adversarial example, and one such figure."""

from functools import cache

import numpy as np

from lecturelib import data, widgets
from lecturelib.activations import softmax
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.robustness import fgsm
from lecturelib.training import fit


@cache
def trained():
    """A figure of a small trained network and the first picture of each digit."""
    digits, rng = data.digits(), np.random.default_rng(0)
    model = FFNN([64, 16, 10], rng=rng)
    sizes = {"epochs": 8, "batch_size": 32, "rng": rng}
    fit(model, CrossEntropy(), Adam(model, 3e-3), digits.X, digits.y, **sizes)
    first = [np.flatnonzero(digits.y == c)[0] for c in range(10)]
    return widgets.Adversarial.of(model, digits.X[first])


def figure(**state):
    """The same network in another state."""
    return widgets.Adversarial(_record=trained()._record, **state)


def coins(digit):
    """The signs of ``random``: a linear congruential generator, modulo 2³²."""
    seed, signs = (digit + 1) * 2654435761 % 2**32, []
    for _ in range(64):
        seed = (seed * 1664525 + 1013904223) % 2**32
        signs.append(1 if seed >= 2**31 else -1)
    return np.array(signs)


def nudged(state):
    """The changed picture of a state, (1, 64)."""
    y = state["digit"]
    x = trained().pictures()[y : y + 1]
    if state["direction"] == "random":
        return np.clip(x + state["epsilon"] * coins(y), 0, 1)
    return fgsm(trained().network(), CrossEntropy(), x, np.array([y]), state["epsilon"])


def words(state, printed):
    """The sentence of the figure."""
    y, eps = state["digit"], state["epsilon"]
    o = softmax(trained().network().predict(nudged(state)))[0]
    says = int(o.argmax())
    kind = {"gradient": "gradient sign", "random": "random signs"}[state["direction"]]
    how = f"Every pixel moved by up to {printed(eps)}, {kind}" if eps else "Unchanged"
    end = "Right." if says == y else f"Wrong: the {y} has p = {printed(o[y])}."
    return f"{how}: the {y} is read as {says} with p = {printed(o[says])}. {end}"
