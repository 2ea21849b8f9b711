"""What the gradient flow of the widget ``bptt_flow`` should say, computed in NumPy."""

import math

import numpy as np

C, S = math.cos(math.pi / 6), math.sin(math.pi / 6)
S0 = np.array([0.8, -0.4])


def walk(state):
    """The same in NumPy: the gradients at all lags, W, and db of the steps walked."""
    W = state["radius"] * np.array([[C, -S], [S, C]])
    s = [S0]
    for _ in range(state["length"]):
        s.append(np.tanh(W @ s[-1]))
    tanh, k = state["activation"] == "tanh", state["truncate"]
    g, db = [np.array(state["start"], dtype=float)], np.zeros(2)
    for j, s_t in enumerate(s[:0:-1]):
        da = g[-1] * (1 - s_t**2) if tanh else g[-1]
        db += da if j < state["lag"] else 0
        g.append(W.T @ da if j + 1 < k or k >= state["length"] else np.zeros(2))
    return np.array(g), W, db, np.array(s)


def brief(x):
    size = abs(x)
    if size and (size < 1e-3 or size >= 1e5):
        digits, power = f"{x:.2e}".split("e")
        text = f"{digits}e{int(power):+d}"
    else:
        rounded = float(f"{x:.3g}")
        text = f"{rounded:.0f}" if rounded == int(rounded) else f"{rounded}"
    return text.replace("-", "−")


def size(n, ratio):
    if n < 1.4e-45:
        return " float32 would hold 0: underflow."
    if n > 3.4e38:
        return " float32 would hold infinity: overflow."
    if ratio < 1e-7:
        return " Vanished: float32's seven digits lose it beside the last step's gradient."
    return " Exploded: one update throws the weights far away." if ratio > 1e3 else ""


def words(state):
    g, _, db, _ = walk(state)
    norms, lag, total = np.linalg.norm(g, axis=1), state["lag"], np.linalg.norm(db)
    if norms[0] == 0:
        return "The gradient starts at zero: there is nothing to carry back."
    if lag == 0:
        return f"The loss sends a gradient of norm {brief(norms[0])} into the last state."
    n, ratio = norms[lag], norms[lag] / norms[0]
    way = f"After {state['truncate']:g} steps the truncation cuts: nothing reaches lag {lag:g}."
    if n:
        word = "shrank" if ratio < 1 else "grew"
        word = "kept its size" if abs(ratio - 1) < 5e-4 else word
        way = (
            f"After {lag:g} of {state['length']:g} steps back the gradient {word}: norm {brief(n)},"
            f" {brief(ratio)} times the start, a factor of {brief(ratio ** (1 / lag))} a step."
            f"{size(n, ratio)}"
        )
    clipping = ", below the threshold" if state["clip"] else ""
    if state["clip"] and total > state["threshold"]:
        clipping = f", clipped to {brief(state['threshold'])} in the same direction"
    return f"{way} db of the steps walked has norm {brief(total)}{clipping}."
