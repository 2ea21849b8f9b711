"""What Python would say about a state of the figure of one training step."""

from decimal import ROUND_HALF_UP, Decimal

FAR = 1e6
NAMES = {"numpy": "NumPy", "pytorch": "PyTorch", "keras": "Keras"}


def both_passes(theta, x, y):
    """a, z, the loss and the nine gradients, in the order of the figure."""
    w11, w12, b1, w21, w22, b2, v1, v2, c = theta
    a = [w11 * x[0] + w12 * x[1] + b1, w21 * x[0] + w22 * x[1] + b2]
    h = [max(0.0, value) for value in a]
    z = v1 * h[0] + v2 * h[1] + c
    dz = 2 * (z - y)
    da = [dz * v if value > 0 else 0.0 for v, value in zip((v1, v2), a, strict=True)]
    first = [d * factor for d in da for factor in (*x, 1)]
    return a, z, (z - y) ** 2, [*first, dz * h[0], dz * h[1], dz]


def parameters(state):
    W, b = state["W"], state["b"]
    return [W[0], W[1], b[0], W[2], W[3], b[1], *state["V"], state["c"]]


def number(x):
    """The number as the book prints it, with three decimals."""
    if abs(x) >= 1e5:
        return f"{x:.1e}".replace("e+0", "e+")
    text = str(abs(Decimal(float(x))).quantize(Decimal("0.001"), ROUND_HALF_UP))
    return f"−{text}" if x < 0 and text.strip("0.") else text


def words(state):
    adds = state["forget"] and state["framework"] != "keras"
    theta, kept, k = parameters(state), [0.0] * 9, 0
    while True:
        a, z, loss, gradient = both_passes(theta, state["x"], state["y"])
        total = [(old if adds else 0) + g for old, g in zip(kept, gradient, strict=True)]
        after = [t - state["rate"] * g for t, g in zip(theta, total, strict=True)]
        gone = max(map(abs, after)) > FAR
        if gone or k == state["step"]:
            break
        theta, kept, k = after, total, k + 1
    stage = 5 if k < state["step"] else state["stage"]
    start = f"{NAMES[state['framework']]}, step {k + 1}"
    if stage == 3:
        return start + _cleared(state, k)
    if stage < 3:
        texts = ": nothing is computed yet.", f", forward: z = {number(z)}."
        return start + (*texts, f", loss: L = {number(loss)}.")[stage]
    if stage == 4:
        more = f", a sum over {k + 1} steps; this step alone gives {number(gradient[0])}"
        silent = " Both hidden units are silent: nothing reaches their weights."
        silent = silent if max(a) <= 0 else ""
        return f"{start}, backward: dw₁₁ = {number(total[0])}{more if adds and k else ''}.{silent}"
    if gone:
        mend = " or clear the gradients" if adds else ""
        why = "diverged, a parameter has passed a million"
        return f"{start}, update: {why}. Take a smaller rate{mend}."
    new = both_passes(after, state["x"], state["y"])[2]
    change = f"the loss goes from {number(loss)} to {number(new)}."
    return f"{start}, update: {change}{' It rises.' if new > loss else ''}"


def _cleared(state, k):
    if state["framework"] == "keras":
        return ": there is nothing to clear, the tape is new."
    if not state["forget"]:
        return ", zero_grad: no gradient is left of the step before."
    steps = "the first step" if k == 1 else f"{k} steps"
    left = f"the gradients of {steps} are still there"
    return f", zero_grad is forgotten: {left if k else 'no harm yet, there are no gradients'}."
