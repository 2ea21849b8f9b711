"""Checks at the entrances of ``lecturelib.lstm``: steps, sequences, lengths and gradients."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array


def optional_array(value, name):
    """``value`` as a finite floating array, or None."""
    return None if value is None else finite_array(value, name)


def fits(name, array, shape, why):
    """ValueError unless the array has this shape."""
    if array is not None and array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape}, {why}, got {array.shape}")


def shapes_of_step(x, s_prev, U, W, b, c_prev=None, b_s=None, z_keeps=True):
    """ValueError unless a step's arrays fit together: G blocks of H rows in U, W and b."""
    gates = 4 if c_prev is not None else 3
    if s_prev.ndim != 2 or U.ndim != 2 or x.ndim != 2:
        raise ValueError(
            f"x, s_prev, U: expected two axes each, got shapes {x.shape}, {s_prev.shape} and "
            f"{U.shape}; one example is a row, x[None, :], and weights are (out, in)"
        )
    (N, H), D = s_prev.shape, U.shape[1]
    rows = f"{gates} blocks of {H} rows as s_prev has {H} columns; weights are (out, in)"
    fits("x", x, (N, D), "a row for each row of s_prev and the columns of U")
    fits("c_prev", c_prev, (N, H), "that of s_prev")
    fits("U", U, (gates * H, D), rows)
    fits("W", W, (gates * H, H), rows)
    fits("b", b, (gates * H,), rows)
    fits("b_s", b_s, (H,), "one entry a unit")


def sequence(self, x, lengths=None, s0=None, c0=None, last_only=False):
    """ValueError unless x is a time-major batch that fits the layer, its states and lengths."""
    if x.ndim != 3 or x.shape[2] != self.n_in:
        raise ValueError(
            f"x: expected shape (T, N, {self.n_in}), time first, got {x.shape}; one sequence is "
            "x[:, None, :], batches with time second are x.transpose(1, 0, 2)"
        )
    T, N, _ = x.shape
    for name, state in (("s0", s0), ("c0", c0)):
        why = f"a state for each of the {N} sequences; leave it out to start from 0"
        fits(name, state, (N, self.n_hidden), why)
    if lengths is not None:
        of_lengths(lengths, T, N)


def of_lengths(lengths, T, N):
    """ValueError unless there is a whole number from 1 to T for each of N sequences."""
    found = np.asarray(lengths)
    if found.shape != (N,) or found.dtype.kind not in "iu":
        raise ValueError(
            f"lengths: expected one whole number for each of the {N} sequences, shape ({N},), got "
            f"dtype {found.dtype} with shape {found.shape}; count the steps before the padding"
        )
    wrong = (found < 1) | (found > T)
    if wrong.any():
        n = int(wrong.argmax())
        raise ValueError(
            f"lengths: expected numbers from 1 to T = {T}, got {found[n]} at index ({n},); x has "
            f"only {T} steps, and an empty sequence has no last state"
        )


def gradient_of_output(self, dz, ds=None, dc=None):
    """ValueError unless there was a forward pass, and for other shapes than its results have."""
    if self._kept is None:
        raise ValueError(
            f"{type(self).__name__}.backward: expected a forward pass before it, got none; call "
            "forward(x) first, backward needs the states of that pass"
        )
    (x, *_), shape, _ = self._kept
    fits("dz", dz, shape, "that of the last output")
    for name, gradient in (("ds", ds), ("dc", dc)):
        fits(name, gradient, (x.shape[1], self.n_hidden), "that of the last state")
