"""Two networks, one of which reads the sequence from its end."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array
from lecturelib.exchange import pytorch
from lecturelib.layers import Layer
from lecturelib.lstm import _checks as check
from lecturelib.lstm.gru import GRU
from lecturelib.lstm.network import LSTM

_KINDS = {"lstm": LSTM, "gru": GRU}


class Bidirectional(Layer):
    """Two networks side by side, ``ahead`` and ``behind``;  x (T, N, D) -> (T, N, 2H).

    ``behind`` reads each sequence from its own last step; what it says of step t stands beside what
    ``ahead`` says of it. So every output knows the whole sequence: of no use where the next step is
    to be predicted. ``kind`` is "lstm" or "gru". ValueError for another kind, and as for ``LSTM``.
    Source: Schuster and Paliwal (1997).
    """

    arguments = "kind", "n_in", "n_hidden"

    def __init__(self, kind: str, n_in: int, n_hidden: int, *, rng, dtype=np.float64) -> None:
        if kind not in _KINDS:
            raise ValueError(f"kind: expected one of {list(_KINDS)}, got {kind!r}; 'lstm' is usual")
        self.kind, self.n_in, self.n_hidden = kind, n_in, n_hidden
        self.ahead = _KINDS[kind](n_in, n_hidden, rng=rng, dtype=dtype)
        self.behind = _KINDS[kind](n_in, n_hidden, rng=rng, dtype=dtype)

    @checked(check.sequence, x=finite_array)
    def forward(self, x, *, lengths=None, last_only=False):
        """Both states for every step, or with ``last_only`` the last of each;  -> (T, N, 2H).

        The last state of ``behind`` is that after the first step. ``lengths`` as in
        ``LSTM.forward``. ValueError for other shapes and lengths, NaN and infinity.
        """
        order = _turned(len(x), x.shape[1], lengths)
        options = {"lengths": lengths, "last_only": last_only}
        ahead = self.ahead.forward(x, **options)
        behind = self.behind.forward(np.take_along_axis(x, order, axis=0), **options)
        if not last_only:
            behind = np.take_along_axis(behind, order, axis=0)
        return self._keep(order, np.concatenate([ahead, behind], axis=-1))

    def backward(self, dh):
        """dx (T, N, D), the sum of both ways; the gradients of both networks are added up."""
        dh, order = self._recall(dh)
        ahead, behind = np.split(dh, 2, axis=-1)
        if dh.ndim == 3:
            behind = np.take_along_axis(behind, order, axis=0)
        dx, turned = self.ahead.backward(ahead)[0], self.behind.backward(behind)[0]
        return dx + np.take_along_axis(turned, order, axis=0)

    def to_torch(self):
        """``torch.nn.LSTM`` or ``nn.GRU`` with ``bidirectional=True`` and copies of the weights."""
        return pytorch.to_bidirectional(self.ahead, self.behind)

    @classmethod
    def from_torch(cls, module) -> Bidirectional:
        """The layer of a bidirectional ``torch.nn.LSTM`` or ``nn.GRU``; ValueError for others."""
        kind = type(module).__name__.lower()
        if kind not in _KINDS:
            raise ValueError(f"module: expected nn.LSTM or nn.GRU, got {module}; build one of them")
        arguments, arrays = pytorch.from_bidirectional(_KINDS[kind], module)
        return cls._of({"kind": kind, **arguments}, arrays, "module")


def _turned(T, N, lengths):
    """Where each step of the turned sequence comes from, padding left in place;  -> (T, N, 1)."""
    steps = np.arange(T)[:, None]
    lengths = np.full(N, T) if lengths is None else np.asarray(lengths)
    return np.where(steps < lengths, lengths - 1 - steps, steps)[..., None]
