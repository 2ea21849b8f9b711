"""Checks at the entrances of ``lecturelib.rnn``: the shapes of steps, sequences and gradients."""

from __future__ import annotations

from lecturelib._validate import finite_array, whole


def optional_array(value, name):
    """``value`` as a finite floating array, or None."""
    return None if value is None else finite_array(value, name)


def matrix(value, name):
    """``value`` as a finite floating array with two axes, or ValueError."""
    array = finite_array(value, name)
    if array.ndim != 2:
        raise ValueError(
            f"{name}: expected two axes, got shape {array.shape}; one example is a row, "
            "x[None, :], and weights are (out, in)"
        )
    return array


def steps(value, name):
    """``value`` as a whole number of at least 1, or None."""
    return None if value is None else whole(value, name)


def shapes_of_step(x, s_prev, U, W, b):
    """ValueError unless x (N, D), s_prev (N, H), U (H, D), W (H, H) and b (H,) fit together."""
    (H, D), N = U.shape, len(x)
    expected = {"x": (N, D), "s_prev": (N, H), "W": (H, H), "b": (H,)}
    arrays = {"x": x, "s_prev": s_prev, "W": W} | ({} if b is None else {"b": b})
    for name, array in arrays.items():
        if array.shape != expected[name]:
            raise ValueError(
                f"{name}: expected shape {expected[name]} with U {U.shape} and {N} rows in x, got "
                f"{array.shape}; one example is a row: x[None, :], weights are (out, in)"
            )


def sequence(self, x, s0, last_only):
    """ValueError unless x is a time-major batch and s0, if given, a state for each sequence."""
    if x.ndim != 3 or x.shape[2] != self.n_in:
        raise ValueError(
            f"x: expected shape (T, N, {self.n_in}), time first, got {x.shape}; one sequence is "
            "x[:, None, :], batches with time second are x.transpose(1, 0, 2)"
        )
    if s0 is not None and s0.shape != (x.shape[1], self.n_hidden):
        raise ValueError(
            f"s0: expected shape {(x.shape[1], self.n_hidden)}, a state for each of the "
            f"{x.shape[1]} sequences, got {s0.shape}; leave it out to start from 0"
        )


def gradient_of_output(self, dz, truncate):
    """ValueError unless there was a forward pass and dz has the shape of what it returned."""
    if self._kept is None:
        raise ValueError(
            f"{self!r}.backward: expected a forward pass before it, got none; call forward(x) "
            "first, backward needs the states of that pass"
        )
    shape = self._kept[1]
    if dz.shape != shape:
        raise ValueError(
            f"dz: expected shape {shape}, that of the last output, got {dz.shape}; dz is "
            "∂L/∂z for every step, or for the last step alone after forward(x, last_only=True)"
        )
