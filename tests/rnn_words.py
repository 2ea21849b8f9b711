"""What the unrolled network of the widget ``rnn_unroll`` should say, computed by the library."""

import numpy as np

from lecturelib import activations
from lecturelib.rnn import step

SHAPES = {"U": (3, 4), "W": (3, 3), "V": (4, 3)}


def words(state, printed):
    """What the unrolled network says about the step that is looked at."""
    U, W, V = (np.reshape(state[name], shape) for name, shape in SHAPES.items())
    s, t, word = np.zeros((1, 3)), state["t"], state["letters"]
    for letter in word[:t]:
        s = step(np.eye(4)[["helo".index(letter)]], s, U, W)[1]
    o = activations.softmax(s @ V.T)[0]
    start = f"Step {t} of {len(word)}, input {word[t - 1]}"
    if t > state["done"]:
        kind, i = state["entry"][0], int(state["entry"][1])
        name = f"{kind}{'₁₂₃₄₅₆'[t - 1]}, " + (
            f"letter {'helo'[i - 1]}" if kind == "o" else f"unit {i}"
        )
        return f"{start}: not computed yet. Enter {name}, or press Step."
    values = lambda v: f"({', '.join(printed(x) for x in v)})"  # noqa: E731
    sub = "₁₂₃₄₅₆"[t - 1]
    flat = " All units are saturated: they hardly tell inputs apart."
    flat = flat if (np.abs(s) > 0.99).all() else ""
    return (
        f"{start}: s{sub} = {values(s[0])}, o{sub} = {values(o)}. Most probable next letter: "
        f"{'helo'[o.argmax()]}, {printed(o.max())}.{flat}"
    )
