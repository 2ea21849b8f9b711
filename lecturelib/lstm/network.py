"""The LSTM: one step there and back, then the sequence."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, number
from lecturelib.activations import sigmoid
from lecturelib.exchange import pytorch
from lecturelib.lstm import _checks as check
from lecturelib.lstm._gated import Gated


@checked(
    check.shapes_of_step,
    x=finite_array,
    s_prev=finite_array,
    c_prev=finite_array,
    U=finite_array,
    W=finite_array,
    b=finite_array,
)
def lstm_step(x, s_prev, c_prev, U, W, b):
    """c_t = f ⊙ c_{t−1} + i ⊙ g,  s_t = o ⊙ tanh(c_t);  -> s (N, H), c (N, H), (i, f, g, o).

    The four are the blocks of U x_t + W s_{t−1} + b, in this order, each (N, H): i, f and o through
    the sigmoid, g through tanh. x (N, D), s_prev and c_prev (N, H), U (4H, D), W (4H, H), b (4H,).
    ValueError for shapes that do not fit, NaN and infinity. Source: Hochreiter and Schmidhuber
    (1997); the forget gate f: Gers, Schmidhuber and Cummins (2000).
    """
    a = x @ U.T + s_prev @ W.T + b  # (N, 4H)
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, g, o = sigmoid.bare(i), sigmoid.bare(f), np.tanh(g), sigmoid.bare(o)
    c = f * c_prev + i * g
    return o * np.tanh(c), c, (i, f, g, o)


def lstm_step_backward(ds, dc, c_prev, c, gates):
    """The way back through ``lstm_step``;  all (N, H) -> da (N, 4H), dc_prev (N, H).

    dc_t += ds ⊙ o ⊙ (1 − tanh² c_t), then di = dc g, df = dc c_{t−1}, dg = dc i, do = ds tanh c_t,
    each times the slope of its own function; dc_{t−1} = f ⊙ dc_t. ds and dc are what came back into
    s_t and c_t. What goes on from da: ds_prev = da W, dx = da U, dW = daᵀ s_prev, dU = daᵀ x.
    """
    i, f, g, o = gates
    h = np.tanh(c)
    dc = dc + ds * o * (1 - h * h)
    da = (
        dc * g * i * (1 - i),
        dc * c_prev * f * (1 - f),
        dc * i * (1 - g * g),
        ds * h * o * (1 - o),
    )
    return np.concatenate(da, axis=1), dc * f


@np.errstate(over="ignore")
def open_gates(a):
    """i, f and o through the sigmoid, g through tanh, in place;  a (4, N, H) -> the same array."""
    for gate in (a[:2], a[3]):
        # e^−a overflows to infinity for very negative a, and 1 / ∞ is the right limit, 0.
        np.negative(gate, out=gate)
        np.exp(gate, out=gate)
        gate += 1
        np.reciprocal(gate, out=gate)
    np.tanh(a[2], out=a[2])
    return a


class LSTM(Gated):
    """c_t = f ⊙ c_{t−1} + i ⊙ g,  s_t = o ⊙ tanh(c_t);  x (T, N, D) -> z_t = V s_t + b_out.

    i, f, o = σ(U x_t + W s_{t−1} + b) and g = tanh(…), the blocks of U (4H, D), W (4H, H), b (4H,)
    in PyTorch's order i, f, g, o. z (T, N, C), D = n_in, H = n_hidden, C = n_out; with n_out = 0
    there is no output layer and the states s_t are returned, as ``torch.nn.LSTM`` does. ``states``
    and ``cells`` hold s_0 … s_T and c_0 … c_T of the last pass, ``state`` the last of both.

    U and V start from Xavier's initialisation, each block of W as an orthogonal matrix, b at 0 and
    at ``forget_bias`` in the forget gate's block, so that the cell hands on most of its value at
    first (Jozefowicz, Zaremba and Sutskever, 2015); PyTorch starts there near 0. ValueError for
    sizes below 1 (n_out below 0), a dtype but float32 and float64, and no Generator.
    """

    gates = 4
    arguments = "n_in", "n_hidden", "n_out", "forget_bias"

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        n_out: int = 0,
        *,
        rng,
        forget_bias: float = 1.0,
        dtype=np.float64,
    ) -> None:
        super().__init__(n_in, n_hidden, n_out, rng, dtype)
        self.forget_bias = number(forget_bias, "forget_bias")
        self.b[self.n_hidden : 2 * self.n_hidden] = self.forget_bias
        self._output_layer(rng)

    @checked(check.sequence, x=finite_array, s0=check.optional_array, c0=check.optional_array)
    def forward(self, x, s0=None, c0=None, *, lengths=None, last_only=False):
        """z_t for every step, or with ``last_only`` for the last one;  -> (T, N, C) or (N, C).

        x (T, N, D); s0 and c0 (N, H) or 0. ``lengths`` (N,), from 1 to T, says where each sequence
        of a padded batch ends: from there on its states stay, ``last_only`` reads its own last
        state, and z_t is b_out (the states returned are 0), as with PyTorch's packed sequences.
        ValueError for other shapes and lengths, T = 0, N = 0, NaN and infinity.
        """
        x, ended = self._taken(x, lengths)
        T, N, _ = x.shape
        gates, WT = self._inputs(x), self._recurrent().transpose(0, 2, 1)
        s, c, h = self._started(s0, T, N), self._started(c0, T, N), np.empty_like(gates[:, 0])
        for t in range(T):
            gates[t] += s[t] @ WT  # (N, H) @ (4, H, H) -> (4, N, H)
            i, f, g, o = open_gates(gates[t])
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += i * g
            np.tanh(c[t + 1], out=h[t])
            np.multiply(o, h[t], out=s[t + 1])
            if ended is not None:
                np.copyto(s[t + 1], s[t], where=ended[t])
                np.copyto(c[t + 1], c[t], where=ended[t])
        return self._output(s, ended, last_only, (x, s, c, gates, h))

    @property
    def cells(self):
        """c_0 … c_T of the last forward pass, (T + 1, N, H), read-only; None before the first."""
        return self._seen(2)

    @property
    def state(self):
        """(s_T, c_T): ``forward(x, *model.state)`` goes on where the last pass stopped."""
        return () if self._kept is None else (self.states[-1], self.cells[-1])

    @checked(
        check.gradient_of_output,
        dz=finite_array,
        ds=check.optional_array,
        dc=check.optional_array,
    )
    def backward(self, dz, ds=None, dc=None):
        """Backpropagation through time: dx (T, N, D), ds0 and dc0 (N, H); adds to ``gradients``.

        dz = ∂L/∂z, shaped like the output of the last ``forward``; ds and dc (N, H) are what comes
        into ``state`` from elsewhere, such as a decoder. Left out, a state that is handed on to the
        next piece is taken as given: truncated BPTT. ValueError without a forward pass and for
        other shapes, NaN and infinity.
        """
        (x, s, c, gates, h, _, ended), _, _ = self._kept
        W, dh = self._recurrent(), self._into_states(dz)
        da = gates * (1 - gates)  # the slope of σ from its output, for all steps at once
        da[:, 2] = 1 - gates[:, 2] ** 2  # that of tanh
        into_c = gates[:, 3] * (1 - h * h)  # ∂s_t/∂c_t
        ds, dc = self._arriving(ds, len(s[0])), self._arriving(dc, len(s[0]))
        for t in reversed(range(len(x))):
            i, f, g, _ = gates[t]
            ds = ds_t = ds + dh[t]  # a state feeds its own output and the next step
            dc_t = dc + ds * into_c[t]
            for k, (a, b) in enumerate(((dc_t, g), (dc_t, c[t]), (dc_t, i), (ds, h[t]))):
                da[t, k] *= a
                da[t, k] *= b
            if ended is not None:
                np.copyto(da[t], 0, where=ended[t])
            ds = (da[t] @ W).sum(axis=0)  # (4, N, H) @ (4, H, H), one part from each gate
            before, dc = dc, dc_t * f  # the cell's way back: a factor f, no matrix and no tanh
            if ended is not None:  # a state that only stayed hands its gradient on as it is
                np.copyto(ds, ds_t, where=ended[t])
                np.copyto(dc, before, where=ended[t])
        return self._add(x, s, da, da), ds, dc

    def to_torch(self):
        """``torch.nn.LSTM``, or (``nn.LSTM``, ``nn.Linear``) with an output layer; copied weights.

        PyTorch has two biases where one does: b goes to bias_ih_l0, bias_hh_l0 is 0.
        """
        return pytorch.to_gated(self)

    @classmethod
    def from_torch(cls, lstm, linear=None) -> LSTM:
        """The network of a ``torch.nn.LSTM`` and, if given, the ``nn.Linear`` after it; copies.

        b is the sum of PyTorch's two biases. ValueError unless it is one layer in one direction,
        time first and without a projection, and linear takes its states.
        """
        return cls._of(*pytorch.from_gated(cls, lstm, linear), "lstm, linear")
