"""The network itself: one step, the sequence forward, and the way back through time."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, floating, generator, whole
from lecturelib.exchange import pytorch
from lecturelib.initialisation import orthogonal, xavier
from lecturelib.layers import Layer, Parameter
from lecturelib.rnn import _checks as check
from lecturelib.rnn._through_time import lag_by_lag, rows, through_time, times


@checked(
    check.shapes_of_step,
    x=check.matrix,
    s_prev=check.matrix,
    U=check.matrix,
    W=check.matrix,
    b=check.optional_array,
)
def step(x, s_prev, U, W, b=None):
    """a_t = U x_t + W s_{t−1} (+ b),  s_t = tanh(a_t);  x (N, D), s_prev (N, H) -> a, s (N, H).

    U (H, D), W (H, H), b (H,). The lecture's one example is a row, N = 1, and it has no b.
    ValueError for shapes that do not fit, NaN and infinity. Source: the slide "RNN example".
    """
    a = x @ U.T + s_prev @ W.T  # (N, D) @ (D, H) + (N, H) @ (H, H) -> (N, H)
    if b is not None:
        a = a + b
    return a, np.tanh(a)


class RNN(Layer):
    """s_t = tanh(U x_t + W s_{t−1}),  z_t = V s_t;  x (T, N, D) -> z (T, N, C).

    D = n_in, H = n_hidden, C = n_out; U (H, D), W (H, H), V (C, H). With ``bias`` b (H,) is added
    to the first and c (C,) to the second formula; the lecture has neither. ``parameters`` and
    ``gradients`` are dicts with the same keys.

    U and V start from Xavier's initialisation, W as an orthogonal matrix, so that at first neither
    states nor gradients grow or shrink by W alone (Saxe, McClelland and Ganguli, 2014); biases
    start at 0. ValueError for sizes below 1, a dtype but float32 and float64, and no Generator.
    """

    U, W, V = Parameter(), Parameter(), Parameter()
    b, c = Parameter(), Parameter()
    arguments = "n_in", "n_hidden", "n_out", "bias"

    def __init__(
        self, n_in: int, n_hidden: int, n_out: int, *, rng, bias: bool = False, dtype=np.float64
    ) -> None:
        D, H, C = whole(n_in, "n_in"), whole(n_hidden, "n_hidden"), whole(n_out, "n_out")
        self.n_in, self.n_hidden, self.n_out, self.bias = D, H, C, bool(bias)
        self.dtype = floating(dtype)
        made = {"rng": generator(rng), "dtype": dtype}
        self.U = xavier((H, D), **made)
        self.W = orthogonal((H, H), **made)
        self.V = xavier((C, H), **made)
        self.b = np.zeros(H, dtype) if bias else None
        self.c = np.zeros(C, dtype) if bias else None

    @checked(check.sequence, x=finite_array, s0=check.optional_array)
    def forward(self, x, s0=None, *, last_only=False):
        """z_t for every step, or with ``last_only`` for the last one;  -> (T, N, C) or (N, C).

        x (T, N, D), s0 (N, H) or 0. The first is many-to-many, the second many-to-one. The states
        are kept for ``backward``. ValueError for other shapes, T = 0, N = 0, NaN and infinity.
        """
        x = x.astype(self.dtype, copy=False)
        T, N, _ = x.shape
        s = np.empty((T + 1, N, self.n_hidden), self.dtype)
        s[0] = 0 if s0 is None else s0
        # U x_t waits for no state, so all steps share one product: only W is left in the loop.
        s[1:] = times(x, self.U)  # (T, N, D) @ (D, H) -> (T, N, H)
        if self.b is not None:
            s[1:] += self.b
        WT = np.ascontiguousarray(self.W.T)
        for t in range(1, T + 1):
            s[t] += s[t - 1] @ WT  # (N, H) @ (H, H) -> (N, H)
            np.tanh(s[t], out=s[t])
        z = times(s[-1] if last_only else s[1:], self.V)
        if self.c is not None:
            z += self.c
        return self._keep((x, s), z)

    @property
    def states(self):
        """s_0 … s_T of the last forward pass, (T + 1, N, H), read-only; None before the first.

        ``forward(x, s0=model.states[-1])`` goes on where the last pass stopped.
        """
        if self._kept is None:
            return None
        s = self._kept[0][1].view()
        s.flags.writeable = False
        return s

    @checked(check.gradient_of_output, dz=finite_array, truncate=check.steps)
    def backward(self, dz, truncate=None):
        """Backpropagation through time: dx (T, N, D) and ds0 (N, H); adds to ``gradients``.

        dz = ∂L/∂z, shaped like the output of the last ``forward``. Every step shares U, W and V, so
        their gradients are sums over time: dW = Σ_t da_tᵀ s_{t−1} with da_t = ∂L/∂a_t.

        ``truncate=k``: the loss at step t reaches the k applications of the recurrence at t, t − 1,
        …, t − k + 1 and takes s_{t−k} as given; k = 1 lets nothing flow through time, k ≥ T is the
        full gradient. Exact for every t, at k times the arithmetic of the full loop. What it leaves
        out are the longer lags, so it is biased: W is never told what a state did to a loss k or
        more steps later. Cheaper and rougher: cut the sequence into pieces of k steps and hand on
        the state; a loss then reaches 1 to k applications, by its place in the piece.

        ValueError without a forward pass, for another shape of dz, NaN, infinity, and truncate < 1.
        """
        x, s = self._kept[0]
        T, N, _ = x.shape
        read = s[1:] if dz.ndim == 3 else s[-1:]  # the states that V was applied to
        dz = dz.astype(self.dtype, copy=False).reshape(-1, N, self.n_out)
        dh = np.zeros_like(s[1:])
        dh[T - len(dz) :] = times(dz, self.V.T)  # what each loss sends into its own state
        if truncate is None or truncate >= T:
            da, ds0 = through_time(dh, s[1:], self.W)
        else:
            da, ds0 = lag_by_lag(dh, s[1:], self.W, truncate)
        self._add(da, x, s[:-1], dz, read)
        return times(da, self.U.T), ds0

    def _add(self, da, x, s_prev, dz, s):
        """dU += Σ_t da_tᵀ x_t and its like: sums over all steps and rows."""
        # All T·N rows at once are one product: (out, T·N) @ (T·N, in) -> (out, in).
        self.dU += rows(da).T @ rows(x)
        self.dW += rows(da).T @ rows(s_prev)
        self.dV += rows(dz).T @ rows(s)
        if self.bias:
            self.db += rows(da).sum(axis=0)
            self.dc += rows(dz).sum(axis=0)

    def to_torch(self):
        """The same network as (``torch.nn.RNN``, ``torch.nn.Linear``), with copies of the weights.

        U is weight_ih_l0, W weight_hh_l0, V weight. PyTorch has two biases where one does: b goes
        to bias_ih_l0, bias_hh_l0 is 0.
        """
        return pytorch.to_recurrent(self)

    @classmethod
    def from_torch(cls, rnn, linear) -> RNN:
        """The network of a ``torch.nn.RNN`` and the ``nn.Linear`` after it, with copied weights.

        b is the sum of PyTorch's two biases. ValueError unless it is one layer in one direction
        with tanh, both modules with biases or both without, and linear takes the states of rnn.
        """
        return cls._of(*pytorch.from_recurrent(rnn, linear), "rnn, linear")
