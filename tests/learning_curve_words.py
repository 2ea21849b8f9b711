"""What the widget ``learning_curve`` should say about its state, computed by the library."""

import math

import numpy as np

from lecturelib.data import learning_curve
from lecturelib.learning_curve import MODELS, crossing

NAMES = {
    "mnist1d": "MNIST-1D signals",
    "digits": "digits 8 × 8",
    "houses": "King County prices",
    "windsor": "Windsor prices",
}


def at(n, curves, x):
    """Every seed's accuracy at x, straight over ln n between the sizes."""
    return np.array([np.interp(math.log(x), np.log(n), curve) for curve in curves])


def curves_of(state):
    """The sizes, and the curves of the models that are shown and measured on this data set."""
    measured = learning_curve()
    here = set(measured.model[measured.data == state["data"]])
    names = [name for name in MODELS if name in state["shown"] and name in here]
    curves = {name: measured.curve(state["data"], name)[1] for name in names}
    return measured.curve(state["data"], "SVM")[0], curves


def two_digits(n):
    return f"{float(f'{n:.1e}'):.0f}"


def meeting(n, curves, one, other):
    for winner, loser in ((one, other), (other, one)):
        found = crossing(n, curves[loser], curves[winner])
        if math.isfinite(found.at):
            break
    else:
        return f"{one} and {other} end level."
    if found.at == n[0]:
        return f"{winner} is ahead of {loser} at every size measured."
    reached = found.seeds[np.isfinite(found.seeds)]
    span = f"{two_digits(reached.min())}–{two_digits(reached.max())}"
    seeds = f"{len(found.seeds)} seeds: {span}"
    if len(reached) < len(found.seeds):
        seeds = f"{len(reached)} of {seeds}, never in the others"
    place = f"at about n = {two_digits(found.at)} ({seeds})"
    return f"{winner} overtakes {loser} for good {place}."


def words(state, printed):
    """The sentence below the figure."""
    n, curves = curves_of(state)
    if not curves:
        return "No model is shown: tick one."
    x = min(state["n"], n[-1])
    values = {name: at(n, rows, x) for name, rows in curves.items()}
    order = sorted(values, key=lambda name: -values[name].mean())
    right = state["measure"] == "accuracy"

    def percent(name):
        mean = 100 * (values[name].mean() if right else 1 - values[name].mean())
        return f"{printed(mean, 1)} ± {printed(100 * values[name].std(), 1)} %"

    what = "accuracy" if right else "error"
    limit = " (measured no further)" if x < state["n"] else ""
    text = f"{NAMES[state['data']]}, n = {printed(x, 0)}{limit}: {order[0]} leads, {what} "
    text += percent(order[0])
    if len(order) == 1:
        return f"{text}."
    gap = values[order[0]].mean() - values[order[1]].mean()
    close = gap < max(values[name].std() for name in order[:2])
    remark = " The lead is smaller than the spread over the seeds." if close else ""
    told = meeting(n, curves, *order[:2])
    told = told[0].upper() + told[1:]
    return f"{text}; then {order[1]}, {percent(order[1])}.{remark} {told}"
