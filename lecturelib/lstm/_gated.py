"""What LSTM and GRU share: weights in blocks, one for each gate, padding, and the output layer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lecturelib._validate import floating, generator, whole
from lecturelib.initialisation import orthogonal, xavier
from lecturelib.layers import Layer, Parameter
from lecturelib.rnn._through_time import rows, times


class Gated(Layer):
    """U (G·H, D), W (G·H, H) and b (G·H,) for G gates, and V (C, H), b_out (C,) where n_out > 0."""

    gates: ClassVar[int]
    U, W, b, b_s = Parameter(), Parameter(), Parameter(), Parameter()
    V, b_out = Parameter(), Parameter()

    def __init__(self, n_in, n_hidden, n_out, rng, dtype) -> None:
        D, H, C = whole(n_in, "n_in"), whole(n_hidden, "n_hidden"), whole(n_out, "n_out", least=0)
        self.n_in, self.n_hidden, self.n_out = D, H, C
        self.dtype = floating(dtype)
        made = {"rng": generator(rng), "dtype": dtype}
        self.U = np.concatenate([xavier((H, D), **made) for _ in range(self.gates)])
        self.W = np.concatenate([orthogonal((H, H), **made) for _ in range(self.gates)])
        self.b = np.zeros(self.gates * H, dtype)

    def _output_layer(self, rng):
        """V and b_out, or None without an output layer; the last parameters to be made."""
        C, H = self.n_out, self.n_hidden
        self.V = xavier((C, H), rng=rng, dtype=self.dtype) if C else None
        self.b_out = np.zeros(C, self.dtype) if C else None

    # Forward

    def _taken(self, x, lengths):
        """x in the type of the weights, and which sequences have ended, (T, N, 1), or None."""
        x = x.astype(self.dtype, copy=False)
        if lengths is None:
            return x, None
        return x, (np.arange(len(x))[:, None] >= np.asarray(lengths))[..., None]

    def _inputs(self, x):
        """U x_t + b for all steps at once, no state is waited for;  (T, N, D) -> (T, G, N, H)."""
        a = times(x, self.U)  # (T, N, D) @ (D, G·H) -> (T, N, G·H)
        a += self.b
        return np.ascontiguousarray(_blocks(a, self.n_hidden))

    def _started(self, first, T, N):
        """Room for a state at the steps 0 … T, with the first one in it: 0 where there is none."""
        states = np.empty((T + 1, N, self.n_hidden), self.dtype)
        states[0] = 0 if first is None else first
        return states

    def _recurrent(self):
        """W as one matrix a gate, (G, H, H)."""
        return self.W.reshape(self.gates, self.n_hidden, self.n_hidden)

    def _output(self, s, ended, last_only, kept):
        """V s_t + b_out for all steps or the last, or s_t itself; all is kept for backward."""
        if last_only:
            h = s[-1]  # an ended sequence holds its state: this is that of its own last step
        elif ended is not None:
            h = np.where(ended, 0, s[1:])
        else:
            h = s[1:]
        z = h.copy() if self.V is None else times(h, self.V) + self.b_out
        return self._keep((*kept, h, ended), z)

    def _seen(self, index):
        """One of the arrays that the last forward pass kept, read-only, or None before any."""
        if self._kept is None:
            return None
        seen = self._kept[0][index].view()
        seen.flags.writeable = False
        return seen

    @property
    def states(self):
        """s_0 … s_T of the last forward pass, (T + 1, N, H), read-only; None before the first.

        Where a sequence has ended, its state stays what it was.
        """
        return self._seen(1)

    # Backward

    def _into_states(self, dz):
        """dh (T, N, H), what each output sends into its own state; adds to dV and db_out."""
        (x, *_, h, ended), _, _ = self._kept
        dz = dz.astype(self.dtype, copy=False)
        if self.V is None:
            dh = dz
        else:
            self.dV += rows(dz).T @ rows(h)  # (C, T·N) @ (T·N, H) -> (C, H)
            self.db_out += rows(dz).sum(axis=0)
            dh = times(dz, self.V.T)
        if dh.ndim == 2:
            last, dh = dh, np.zeros((len(x), *dh.shape), self.dtype)
            dh[-1] = last
        elif ended is not None:
            dh = np.where(ended, 0, dh)  # what stands in the padding is no state of the sequence
        return dh

    def _arriving(self, gradient, N):
        """What comes into the last state from outside, as an array of its own; 0 for None."""
        if gradient is None:
            return np.zeros((N, self.n_hidden), self.dtype)
        return gradient.astype(self.dtype)

    def _add(self, x, s, da, dm):
        """dU += Σ_t da_tᵀ x_t, dW += Σ_t dm_tᵀ s_{t−1};  da has reached U x_t + b, dm W s_{t−1}.

        Every step shares U, W and b. Returns dx (T, N, D).
        """
        da, dm = _rows_of(da), _rows_of(dm)  # (T·N, G·H)
        self.dU += da.T @ rows(x)
        self.dW += dm.T @ rows(s[:-1])
        self.db += da.sum(axis=0)
        return (da @ self.U).reshape(x.shape)


def _blocks(a, H):
    """(T, N, G·H) -> (T, G, N, H): each gate a plane of its own."""
    T, N, _ = a.shape
    return a.reshape(T, N, -1, H).transpose(0, 2, 1, 3)


def _rows_of(da):
    """(T, G, N, H) -> (T·N, G·H): a row for each step of each sequence."""
    T, G, N, H = da.shape
    return da.transpose(0, 2, 1, 3).reshape(T * N, G * H)
