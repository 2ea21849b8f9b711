"""Normalisation: layers that bring their inputs to mean 0 and standard deviation 1, or to size 1.

BatchNorm takes mean and variance of each column over the batch, LayerNorm of each row over its
features, RMSNorm divides each row by its root mean square. All scale the result by learned gains,
gamma; BatchNorm and LayerNorm then add learned shifts, beta. A variance is the mean of the squared
deviations, divided by the count.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import floating, positive, whole
from lecturelib.exchange import pytorch
from lecturelib.layers import Buffer, Layer, Parameter

__all__ = ["BatchNorm", "LayerNorm", "RMSNorm"]


class _Norm(Layer):
    """gamma starts at 1, beta at 0, one entry a feature."""

    arguments = "n", "eps"

    def __init__(self, n: int, eps: float, dtype) -> None:
        self.n, self.eps = whole(n, "n"), positive(eps, "eps")
        self.gamma = np.ones(self.n, floating(dtype))

    def _checked(self, x):
        """x in the type of gamma, (N, …, n) with N ≥ 1, or ValueError."""
        x = np.asarray(x, dtype=self.gamma.dtype)
        if x.ndim < 2 or x.shape[-1] != self.n or not x.size:
            raise ValueError(
                f"{self._title()}.forward: expected x of shape (N, …, {self.n}) with N ≥ 1, one "
                f"column a feature, got {x.shape}; one example is a row: x[None, :]"
            )
        return x


class BatchNorm(_Norm):
    """h = gamma · (x − mean) / √(var + eps) + beta, for each column;  x (N, n) -> (N, n).

    In training, mean and var are those of the batch, and the running ones move towards them:
    running ← (1 − momentum) · running + momentum · batch, where the running variance takes the
    unbiased var · N / (N − 1). In ``eval`` mode the running ones are used, and a row's output does
    not depend on the others. ValueError for n < 1, eps ≤ 0, momentum outside (0, 1], and in
    training for a batch of one row, whose output would be beta whatever x is. Source: Ioffe and
    Szegedy (2015).
    """

    gamma, beta = Parameter(), Parameter()
    running_mean, running_var = Buffer(), Buffer()
    arguments = "n", "eps", "momentum"

    def __init__(
        self, n: int, *, eps: float = 1e-5, momentum: float = 0.1, dtype=np.float64
    ) -> None:
        super().__init__(n, eps, dtype)
        self.momentum = positive(momentum, "momentum")
        if momentum > 1:
            raise ValueError(f"momentum: expected a share in (0, 1], got {momentum}; 0.1 is usual")
        self.beta = np.zeros(self.n, dtype)
        self.running_mean, self.running_var = np.zeros(self.n, dtype), np.ones(self.n, dtype)

    def forward(self, x):
        """The columns normalised; in training the running statistics move;  (N, n) -> (N, n)."""
        x = self._checked(x)
        if x.ndim != 2:
            raise ValueError(
                f"{self._title()}.forward: expected x of shape (N, {self.n}), got {x.shape}; lay "
                "pictures and sequences flat, so that each row is a case of the same features"
            )
        if self.training:
            mean, var = x.mean(axis=0), x.var(axis=0)  # (n,)
            self._run(mean, var, len(x))
        else:
            mean, var = self.running_mean, self.running_var
        scale = 1 / np.sqrt(var + self.eps)
        normal = (x - mean) * scale
        return self._keep((normal, scale, self.training), normal * self.gamma + self.beta)

    def _run(self, mean, var, N):
        """Move the running statistics towards those of a batch of N rows."""
        if N < 2:
            raise ValueError(
                f"{self._title()}.forward: expected at least two rows in training, got 1, which "
                "has no variance; take another batch_size, or eval() where nothing is learned"
            )
        for running, batch in ((self.running_mean, mean), (self.running_var, var * (N / (N - 1)))):
            running *= 1 - self.momentum
            running += self.momentum * batch

    def backward(self, dh):
        """∂L/∂x, and dgamma, dbeta are added up;  dh (N, n) -> (N, n).

        In training the batch's mean and variance depend on every row, so dnormal loses its mean and
        its part along normal: dx = scale · (dnormal − mean(dnormal) − normal · mean(dnormal ·
        normal)). In eval mode dx = scale · dnormal.
        """
        dh, (normal, scale, training) = self._recall(dh)
        self.dbeta += dh.sum(axis=0)
        self.dgamma += (dh * normal).sum(axis=0)
        dnormal = dh * self.gamma
        return scale * _without(dnormal, normal, axis=0) if training else scale * dnormal

    def to_torch(self):
        """``torch.nn.BatchNorm1d`` with copies of all arrays, in the same mode."""
        return pytorch.norm(
            "BatchNorm1d",
            self,
            {"weight": "gamma", "bias": "beta", **_RUNNING},
            momentum=self.momentum,
        )


_RUNNING = {"running_mean": "running_mean", "running_var": "running_var"}


class LayerNorm(_Norm):
    """h = gamma · (x − mean) / √(var + eps) + beta, for each row;  x (N, …, n) -> (N, …, n).

    mean and var are those of the last axis: no row sees another, in training or not. ValueError for
    n < 1 and eps ≤ 0. Source: Ba, Kiros and Hinton (2016).
    """

    gamma, beta = Parameter(), Parameter()

    def __init__(self, n: int, *, eps: float = 1e-5, dtype=np.float64) -> None:
        super().__init__(n, eps, dtype)
        self.beta = np.zeros(self.n, dtype)

    def forward(self, x):
        """The rows normalised;  (N, …, n) -> (N, …, n)."""
        x = self._checked(x)
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = 1 / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + self.eps)  # (N, …, 1)
        normal = centred * scale
        return self._keep((normal, scale), normal * self.gamma + self.beta)

    def backward(self, dh):
        """∂L/∂x, and dgamma, dbeta are added up;  dh (N, …, n) -> the same shape."""
        dh, (normal, scale) = self._recall(dh)
        rows = tuple(range(dh.ndim - 1))
        self.dbeta += dh.sum(axis=rows)
        self.dgamma += (dh * normal).sum(axis=rows)
        return scale * _without(dh * self.gamma, normal, axis=-1)

    def to_torch(self):
        """``torch.nn.LayerNorm`` with copies of gamma and beta."""
        return pytorch.norm("LayerNorm", self, {"weight": "gamma", "bias": "beta"})


class RMSNorm(_Norm):
    """h = gamma · x / √(mean(x²) + eps), for each row;  x (N, …, n) -> (N, …, n).

    No mean is taken away and nothing added. ValueError for n < 1 and eps ≤ 0. Source: Zhang and
    Sennrich (2019).
    """

    gamma = Parameter()

    def __init__(self, n: int, *, eps: float = 1e-5, dtype=np.float64) -> None:
        super().__init__(n, eps, dtype)

    def forward(self, x):
        """The rows brought to root mean square 1;  (N, …, n) -> (N, …, n)."""
        x = self._checked(x)
        scale = 1 / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + self.eps)  # (N, …, 1)
        normal = x * scale
        return self._keep((normal, scale), normal * self.gamma)

    def backward(self, dh):
        """∂L/∂x, and dgamma is added up;  dh (N, …, n) -> the same shape."""
        dh, (normal, scale) = self._recall(dh)
        self.dgamma += (dh * normal).sum(axis=tuple(range(dh.ndim - 1)))
        dnormal = dh * self.gamma
        return scale * (dnormal - normal * (dnormal * normal).mean(axis=-1, keepdims=True))

    def to_torch(self):
        """``torch.nn.RMSNorm`` with a copy of gamma."""
        return pytorch.norm("RMSNorm", self, {"weight": "gamma"})


def _without(dnormal, normal, axis):
    """dnormal − mean(dnormal) − normal · mean(dnormal · normal), means along ``axis``."""
    along = (dnormal * normal).mean(axis=axis, keepdims=True)
    return dnormal - dnormal.mean(axis=axis, keepdims=True) - normal * along
