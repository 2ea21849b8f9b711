"""Learning: contrastive divergence, persistent chains, and the usual recipe around them."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import below_one, checked, generator, whole
from lecturelib.optim import SGD, is_weight
from lecturelib.rbm.machine import RBM, draw, shares
from lecturelib.training import DivergenceError, History

__all__ = ["contrastive_divergence", "data_biases", "reconstruction_error", "train"]


def _rows_of_machine(rbm, v, chains, **_):
    for name, rows in (("v", v), ("chains", chains)):
        if rows is not None and (rows.ndim != 2 or rows.shape[1] != rbm.n_visible):
            raise ValueError(
                f"{name}: expected shape (N, {rbm.n_visible}), a row for each example, got "
                f"{rows.shape}; lay pictures flat: X.reshape(len(X), -1)"
            )


def _chains(value, name):
    return None if value is None else shares(value, name)


@checked(_rows_of_machine, v=shares, chains=_chains)
def contrastive_divergence(rbm, v, *, rng, k=1, chains=None, mean_field=False):
    """dW += (v′ᵀ p(h|v′) − vᵀ p(h|v)) / N, likewise db and dc;  v (N, V) -> v′, k steps later.

    v′ comes from the data by k Gibbs steps (CD-k), or from ``chains`` (M, V), which the caller
    hands over again next time (persistent, PCD). The hidden units that drive v′ are samples; the
    last ones are probabilities, since nothing is drawn from them. ``mean_field`` leaves v′ as
    probabilities too: less noise, no longer a Gibbs step. Grey v in [0, 1] count as probabilities.
    Source: Hinton (2002); persistent chains: Tieleman (2008).
    """
    p = rbm.hidden.bare(rbm, v)
    h = p if chains is None else rbm.hidden.bare(rbm, chains)
    for _ in range(k):
        v_k = rbm.visible.bare(rbm, draw(h, rng))
        v_k = v_k if mean_field else draw(v_k, rng)
        h = rbm.hidden.bare(rbm, v_k)
    N, M = len(v), len(v_k)
    # The optimiser goes down, so what the model says comes with plus, the data with minus.
    rbm.dW += v_k.T @ h / M - v.T @ p / N  # (V, M) @ (M, H) -> (V, H)
    if rbm.b is not None:
        rbm.db += h.mean(axis=0) - p.mean(axis=0)
        rbm.dc += v_k.mean(axis=0) - v.mean(axis=0)
    return v_k


def data_biases(X) -> np.ndarray:
    """c_i = log(p_i / (1 − p_i)), p_i the mean of column i;  X (N, V) in [0, 1] -> (V,).

    With these biases and no weights a machine has the data's means. p_i is kept 1/(N + 2) away from
    0 and 1, where the logarithm would be infinite. Source: Hinton (2012).
    """
    X = shares(X, "X")
    p = (X.sum(axis=0) + 1) / (len(X) + 2)
    return np.log(p / (1 - p))


def reconstruction_error(rbm: RBM, X) -> float:
    """Mean of (X − p(v | p(h | X)))² over all entries: there and back without samples.

    It is easy to watch, and it is not what is learned: it may fall while the likelihood falls too.
    """
    return _error(rbm, _data(rbm, X, "X"))


def train(
    rbm: RBM,
    X,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    lr: float = 0.1,
    k: int = 1,
    persistent: bool = False,
    mean_field: bool = False,
    momentum: tuple[float, float] = (0.5, 0.9),
    weight_decay: float = 1e-4,
    validation=None,
    callbacks=(),
) -> History:
    """CD-k or, ``persistent``, PCD-k on N rows in shuffled batches;  X (N, V) in [0, 1] -> History.

    The recipe of Hinton (2012): the first momentum for five epochs, then the second; weight decay
    on W alone; ``batch_size`` chains where they persist. ``train_loss`` is the reconstruction error
    on X after each epoch, ``validation_loss`` that on ``validation``. After each epoch
    ``callback(rbm, history)``; returning True ends the training.

    ValueError for values outside [0, 1], other widths, and epochs, batch_size or k below 1.
    DivergenceError, with the history so far, as soon as the error is not finite.
    """
    epochs, batch_size, k = whole(epochs, "epochs"), whole(batch_size, "batch_size"), whole(k, "k")
    X, others = (
        _data(rbm, X, "X"),
        None if validation is None else _data(rbm, validation, "validation"),
    )
    first, later = (below_one(m, "momentum") for m in momentum)
    optimiser = SGD(rbm, lr, momentum=later, weight_decay=weight_decay, decays=is_weight)
    start = X[generator(rng).integers(len(X), size=batch_size)] if persistent else None
    learner = _Learner(rbm, optimiser, start, {"rng": rng, "k": k, "mean_field": mean_field})
    errors: tuple[list, list] = ([], [])
    with np.errstate(over="ignore", invalid="ignore"):  # it shows in the error, which ends it
        for epoch in range(epochs):
            optimiser.momentum = first if epoch < 5 else later
            learner.epoch(X, batch_size)
            for kept, rows in zip(errors, (X, others), strict=True):
                kept.append(None if rows is None else _error(rbm, rows))
            if not np.isfinite(errors[0][-1]):
                raise _diverged(errors[0].pop(), learner.steps, optimiser.lr, _history(errors))
            answers = [callback(rbm, _history(errors)) for callback in callbacks]
            if any(answer is True for answer in answers):
                break
    return _history(errors)


class _Learner:
    """The machine, its optimiser and its chains from step to step."""

    def __init__(self, rbm, optimiser, chains, options) -> None:
        self.rbm, self.optimiser, self.chains, self.options = rbm, optimiser, chains, options
        self.steps = 0

    def epoch(self, X, batch_size):
        """Every row once, in random order."""
        order = self.options["rng"].permutation(len(X))
        for start in range(0, len(X), batch_size):
            self.rbm.zero_grad()
            v = X[order[start : start + batch_size]]
            end = contrastive_divergence.bare(self.rbm, v, chains=self.chains, **self.options)
            self.chains = None if self.chains is None else end
            self.optimiser.step()
            self.steps += 1


def _data(rbm, X, name):
    X = shares(X, name)
    if X.ndim != 2 or X.shape[1] != rbm.n_visible:
        raise ValueError(
            f"{name}: expected shape (N, {rbm.n_visible}), a row for each example, got {X.shape}; "
            "lay pictures flat: X.reshape(len(X), -1)"
        )
    return X.astype(rbm.W.dtype, copy=False)


def _error(rbm, X):
    return float(((rbm.visible.bare(rbm, rbm.hidden.bare(rbm, X)) - X) ** 2).mean())


def _history(errors):
    """The complete epochs."""
    own, others = ([value for value in kept if value is not None] for kept in errors)
    return History(np.array(own), np.array(others[: len(own)]) if others else None, None)


def _diverged(error, step, lr, history):
    diverged = DivergenceError(error, step, len(history.train_loss) + 1, lr, history)
    diverged.args = (
        f"the weights are no longer finite: reconstruction error {error} after step {step}, with "
        f"learning rate {lr:g}; try one ten times smaller, {lr / 10:g}, and less weight decay",
    )
    return diverged
