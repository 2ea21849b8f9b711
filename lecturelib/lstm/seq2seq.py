"""From a sequence to a sequence of another length, through one state or with attention."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, whole
from lecturelib.activations import softmax, softmax_backward
from lecturelib.initialisation import xavier
from lecturelib.layers import Layer, Parameter
from lecturelib.lstm.network import LSTM
from lecturelib.rnn._through_time import rows, times


def attend(q, k):
    """a = softmax(q kᵀ) over the steps of k,  m = a k;  q (S, N, H), k (T, N, H) -> m, a.

    For each state of q a mean m (S, N, H) of the states of k, weighted by how well each fits:
    a (N, S, T), rows that add up to 1. Source: Bahdanau, Cho and Bengio (2015); with a plain dot
    product Luong, Pham and Manning (2015).
    """
    q, k = q.transpose(1, 0, 2), k.transpose(1, 0, 2)
    a = softmax.bare(q @ k.transpose(0, 2, 1))  # (N, S, H) @ (N, H, T) -> (N, S, T)
    return (a @ k).transpose(1, 0, 2), a


def attend_backward(dm, q, k, a):
    """The way back through ``attend``: dq (S, N, H) and dk (T, N, H).

    k is used twice, in the mean and in the weights, so its gradient is a sum.
    """
    dm, q, k = (array.transpose(1, 0, 2) for array in (dm, q, k))
    de = softmax_backward.bare(dm @ k.transpose(0, 2, 1), a)  # (N, S, T), into q kᵀ
    dk = a.transpose(0, 2, 1) @ dm + de.transpose(0, 2, 1) @ q
    return (de @ k).transpose(1, 0, 2), dk.transpose(1, 0, 2)


class Seq2Seq(Layer):
    """An LSTM reads x, another one writes from its last state;  (T, N, D), (S, N, C) -> (S, N, C).

    The logits of step t of the writing are V s_t + b_out; with ``attention`` V [s_t; m_t] + b_out,
    where m_t is the mean of all states of the reading that ``attend`` makes for s_t. D = n_source,
    C = n_target; V (C, H) or (C, 2H). Inputs are one-hot. ValueError for sizes below 1.
    Source: Sutskever, Vinyals and Le (2014); Luong, Pham and Manning (2015).
    """

    V, b_out = Parameter(), Parameter()
    arguments = "n_source", "n_target", "n_hidden", "attention"

    def __init__(
        self,
        n_source: int,
        n_target: int,
        n_hidden: int,
        *,
        rng,
        attention: bool = True,
        dtype=np.float64,
    ) -> None:
        self.n_source, self.n_target = whole(n_source, "n_source"), whole(n_target, "n_target")
        self.n_hidden, self.attention = n_hidden, bool(attention)
        self.reader = LSTM(n_source, n_hidden, rng=rng, dtype=dtype)
        self.writer = LSTM(n_target, n_hidden, rng=rng, dtype=dtype)
        self.V = xavier((n_target, n_hidden * (2 if attention else 1)), rng=rng, dtype=dtype)
        self.b_out = np.zeros(n_target, dtype)

    @checked(x=finite_array, y=finite_array)
    def forward(self, x, y):
        """The logits of all steps, for the true inputs y (teacher forcing);  -> (S, N, C).

        x (T, N, D) is read, y (S, N, C) is what stands before each symbol that is to be written.
        ValueError for other shapes, unequal N, NaN and infinity.
        """
        k = self.reader.forward(x)
        return self._written(self.writer.forward(y, *self.reader.state), k)

    def _written(self, q, k):
        m, a = attend(q, k) if self.attention else (None, None)
        h = q if m is None else np.concatenate([q, m], axis=-1)
        return self._keep((q, k, a, h), times(h, self.V) + self.b_out)

    @property
    def weights(self):
        """a (N, S, T) of the last pass: how much each step written looks at each one read."""
        return None if self._kept is None else self._kept[0][2]

    def backward(self, dz):
        """dx (T, N, D) and dy (S, N, C); the gradients of both LSTMs, V and b_out are added up."""
        dz, (q, k, a, h) = self._recall(dz)
        self.dV += rows(dz).T @ rows(h)
        self.db_out += rows(dz).sum(axis=0)
        dh, dk = times(dz, self.V.T), np.zeros_like(k)
        dq = dh
        if a is not None:
            dq, dm = np.split(dh, 2, axis=-1)
            through, dk = attend_backward(dm, q, k, a)
            dq = dq + through
        dy, *into_state = self.writer.backward(dq)
        # The reader's last state is where the writer starts, so two gradients meet in it.
        return self.reader.backward(dk, *into_state)[0], dy

    def write(self, x, start: int, steps: int):
        """Symbol after symbol, the likeliest fed back;  -> numbers (S, N), weights (N, S, T).

        x (T, N, D); ``start`` is the number of the symbol that begins every writing. The weights
        are None without attention. ValueError for wrong shapes and numbers.
        """
        whole(steps, "steps")
        if not 0 <= whole(start, "start", least=0) < self.n_target:
            raise ValueError(
                f"start: expected a number below {self.n_target}, got {start}; it is one of the "
                "symbols that are written"
            )
        twin = self._sharing_copy()
        k, eye = twin.reader.forward(x), np.eye(self.n_target, dtype=self.V.dtype)
        state, last = twin.reader.state, np.full(k.shape[1], start)
        written, looks = [], []
        for _ in range(steps):
            z = twin._written(twin.writer.forward(eye[last][None], *state), k)
            state, last = twin.writer.state, z[0].argmax(axis=1)
            written.append(last)
            looks.append(twin.weights)
        return np.array(written), np.concatenate(looks, axis=1) if self.attention else None
