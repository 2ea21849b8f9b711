"""The GRU: one step, then the sequence; two conventions for the update gate."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array
from lecturelib.activations import sigmoid
from lecturelib.exchange import pytorch
from lecturelib.lstm import _checks as check
from lecturelib.lstm._gated import Gated


@checked(
    check.shapes_of_step,
    x=finite_array,
    s_prev=finite_array,
    U=finite_array,
    W=finite_array,
    b=finite_array,
    b_s=finite_array,
)
def gru_step(x, s_prev, U, W, b, b_s, z_keeps=True):
    """s_t = z ⊙ s_{t−1} + (1 − z) ⊙ g;  -> s (N, H), (r, z, g), each (N, H).

    r, z = σ(U x_t + W s_{t−1} + b) and g = tanh(U_g x_t + b_g + r ⊙ (W_g s_{t−1} + b_s)), from the
    blocks of U (3H, D), W (3H, H) and b (3H,) in the order r, z, g; b_s (H,). With ``z_keeps``
    False the two factors of the first formula change places. x (N, D), s_prev (N, H). ValueError
    for shapes that do not fit, NaN and infinity. Source: Cho et al. (2014), who apply r before the
    product with W_g; after it, as here, is PyTorch's way.
    """
    from_x = np.split(x @ U.T + b, 3, axis=1)
    from_s = np.split(s_prev @ W.T, 3, axis=1)
    r, z = (sigmoid.bare(from_x[k] + from_s[k]) for k in (0, 1))
    g = np.tanh(from_x[2] + r * (from_s[2] + b_s))
    keep = z if z_keeps else 1 - z
    return keep * s_prev + (1 - keep) * g, (r, z, g)


class GRU(Gated):
    """s_t = z ⊙ s_{t−1} + (1 − z) ⊙ g,  output V s_t + b_out;  (T, N, D) -> (T, N, C).

    r, z = σ(U x_t + W s_{t−1} + b), g = tanh(U_g x_t + b_g + r ⊙ (W_g s_{t−1} + b_s)), PyTorch's
    form, with the blocks of U (3H, D), W (3H, H) and b (3H,) in its order r, z, g. With ``z_keeps``
    False s_t = (1 − z) ⊙ s_{t−1} + z ⊙ g, as in Chung et al. (2014): the same functions, with the
    opposite sign in the weights of z. D = n_in, H = n_hidden, C = n_out; with n_out = 0 the states
    themselves are returned.

    U and V start from Xavier's initialisation, each block of W as an orthogonal matrix, the biases
    at 0. ValueError for sizes below 1 (n_out below 0), a dtype but float32 and float64, and no
    Generator.
    """

    gates = 3
    arguments = "n_in", "n_hidden", "n_out", "z_keeps"

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        n_out: int = 0,
        *,
        rng,
        z_keeps: bool = True,
        dtype=np.float64,
    ) -> None:
        super().__init__(n_in, n_hidden, n_out, rng, dtype)
        self.b_s, self.z_keeps = np.zeros(self.n_hidden, dtype), bool(z_keeps)
        self._output_layer(rng)

    @checked(check.sequence, x=finite_array, s0=check.optional_array)
    def forward(self, x, s0=None, *, lengths=None, last_only=False):
        """The output of every step, or with ``last_only`` of the last;  -> (T, N, C) or (N, C).

        x (T, N, D), s0 (N, H) or 0. ``lengths`` (N,) and errors as in ``LSTM.forward``.
        """
        x, ended = self._taken(x, lengths)
        T, N, _ = x.shape
        gates, WT = self._inputs(x), self._recurrent().transpose(0, 2, 1)
        s, m = self._started(s0, T, N), np.empty_like(gates[:, 0])
        for t in range(T):
            from_s = s[t] @ WT  # (N, H) @ (3, H, H) -> (3, N, H)
            gates[t, :2] = sigmoid.bare(gates[t, :2] + from_s[:2])
            r, z, g = gates[t]
            np.add(from_s[2], self.b_s, out=m[t])
            g += r * m[t]
            np.tanh(g, out=g)
            from_old, from_new = (s[t], g) if self.z_keeps else (g, s[t])
            s[t + 1] = z * (from_old - from_new) + from_new
            if ended is not None:
                np.copyto(s[t + 1], s[t], where=ended[t])
        return self._output(s, ended, last_only, (x, s, m, gates))

    @property
    def state(self):
        """(s_T,): ``forward(x, *model.state)`` goes on where the last pass stopped."""
        return () if self._kept is None else (self.states[-1],)

    @checked(check.gradient_of_output, dz=finite_array, ds=check.optional_array)
    def backward(self, dz, ds=None):
        """Backpropagation through time: dx (T, N, D) and ds0 (N, H); adds to ``gradients``.

        dz = ∂L/∂(output), shaped like the last one; ds (N, H) is what comes into ``state`` from
        elsewhere. Left out, a state that is handed on is taken as given: truncated BPTT. Errors as
        in ``LSTM.backward``.
        """
        (x, s, m, gates, _, ended), _, _ = self._kept
        W, dh = self._recurrent(), self._into_states(dz)
        da = gates * (1 - gates)
        da[:, 2] = 1 - gates[:, 2] ** 2
        dm = np.empty_like(da)  # what reaches W s_{t−1}: in g's block the reset gate is between
        ds, sign = self._arriving(ds, len(s[0])), 1 if self.z_keeps else -1
        for t in reversed(range(len(x))):
            r, z, g = gates[t]
            keep = z if self.z_keeps else 1 - z
            ds = later = ds + dh[t]  # a state feeds its own output and the next step
            da[t, 2] *= ds * (1 - keep)
            da[t, 1] *= sign * ds * (s[t] - g)
            da[t, 0] *= da[t, 2] * m[t]
            if ended is not None:
                np.copyto(da[t], 0, where=ended[t])
            dm[t] = da[t]
            dm[t, 2] *= r
            ds = ds * keep + (dm[t] @ W).sum(axis=0)
            if ended is not None:  # a state that only stayed hands its gradient on as it is
                np.copyto(ds, later, where=ended[t])
        self.db_s += dm[:, 2].sum(axis=(0, 1))
        return self._add(x, s, da, dm), ds

    def to_torch(self):
        """``torch.nn.GRU``, or (``nn.GRU``, ``nn.Linear``) with an output layer; copied weights.

        b goes to bias_ih_l0 and b_s to its place in bias_hh_l0, which is 0 elsewhere. With
        ``z_keeps`` False the weights of z change their sign, as 1 − σ(a) = σ(−a).
        """
        return pytorch.to_gated(self)

    @classmethod
    def from_torch(cls, gru, linear=None) -> GRU:
        """The network of a ``torch.nn.GRU`` and, if given, the ``nn.Linear`` after it; copies.

        b is the sum of PyTorch's two biases but in g's block, where the second one is b_s.
        ValueError unless it is one layer in one direction, time first, and linear takes its states.
        """
        return cls._of(*pytorch.from_gated(cls, gru, linear), "gru, linear")
