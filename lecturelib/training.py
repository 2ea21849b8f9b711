"""The training loop: mini-batches, a record of the losses, and a clear stop where they diverge.

``fit`` checks its data once at the entrance; the loop itself runs the bare formulas.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from numbers import Real
from types import MethodType
from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, generator, labels, labels_below, whole

__all__ = ["DivergenceError", "History", "accuracy", "fit"]


class History(NamedTuple):
    """One entry an epoch; None for what was not asked for.

    ``train_loss`` is the mean over the epoch's batches while the weights changed, the other two are
    taken at its end: ``metric`` on the validation data or, without any, on the training data.
    """

    train_loss: np.ndarray
    validation_loss: np.ndarray | None
    metric: np.ndarray | None


class DivergenceError(ArithmeticError):
    """The loss became NaN or infinite; ``history`` holds the epochs before.

    ``step`` counts the steps from 1 over all epochs, ``epoch`` counts from 1; ``lr`` is the
    optimiser's learning rate.
    """

    def __init__(self, loss: float, step: int, epoch: int, lr: float, history: History) -> None:
        super().__init__(
            f"the loss became {loss} at step {step}, in epoch {epoch}, with learning rate {lr:g}; "
            f"try one ten times smaller, {lr / 10:g}, and inputs scaled to mean 0 and deviation 1"
        )
        self.step, self.epoch, self.lr, self.history = step, epoch, lr, history


def accuracy(z, y) -> float:
    """1/N Σ_n 1[argmax_c z_nc = y_n], the share of right answers;  z (N, C), y (N,) -> [0, 1].

    ValueError for fewer than two columns, labels that are no integers from 0 to C − 1, unequal
    numbers of rows, and NaN or infinity.
    """
    z = finite_array(z, "z")
    if z.ndim != 2 or z.shape[1] < 2:
        raise ValueError(
            f"z: expected outputs (N, C), a column for each of at least two classes, got "
            f"{z.shape}; pass the network's outputs, not their argmax; of one output for two "
            "classes the share of right answers is np.mean((z.ravel() > 0) == y), with 0.5 for "
            "the 0 if it is a probability"
        )
    y = labels(y, "y")
    labels_below(z, y)
    return float((z.argmax(axis=1) == y).mean())


def fit(
    model,
    loss,
    optimiser,
    X,
    y,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    validation: tuple | None = None,
    progress: bool = False,
    metric: Callable | None = None,
    schedule: Callable[[int], float] | None = None,
    callbacks: Sequence[Callable] = (),
) -> History:
    """Train ``model`` in place on N rows, in batches shuffled anew every epoch;  -> History.

    ``model`` has forward, backward, predict and parameters, like FFNN; ``validation`` is a pair
    (X, y); ``metric(z, y)`` returns a number, as ``accuracy`` does. ``progress`` shows a bar and
    needs tqdm. ``schedule(t)`` is the learning rate of step t, which counts from 1 over all epochs;
    see ``schedules``. Each of ``callbacks`` is called after every epoch as
    ``callback(model, history)``; if one returns True, that epoch was the last. The last batch of an
    epoch is smaller where batch_size does not divide N.

    ValueError for NaN or infinity, unequal numbers of rows, no rows, targets that the loss refuses,
    epochs or batch_size below 1, and an optimiser of another model. DivergenceError as soon as the
    loss is not finite. Interrupted (Ctrl-C, "interrupt the kernel"), it warns and returns the
    history of the complete epochs; the weights keep what they have learned.
    """
    epochs, batch_size = whole(epochs, "epochs"), whole(batch_size, "batch_size")
    generator(rng)
    if not optimiser.updates(model):
        raise ValueError(
            "optimiser: expected one made for this model, got one that updates other arrays; "
            "make it after the model, as in Adam(model)"
        )
    data = _checked_rows(model, loss, X, y, ("X", "y"))
    if validation is not None:
        validation = _checked_validation(model, loss, validation)
    loop = _Loop(model, loss, optimiser, validation, metric, schedule)
    # Overflow shows in the loss, where it ends the loop with a message of its own.
    with np.errstate(over="ignore", invalid="ignore"):
        bar = _bar(epochs, progress)
        try:
            for _ in bar:
                loop.epoch(*data, batch_size, rng)
                if progress:
                    bar.set_postfix(loss=f"{loop.train_losses[-1]:.4g}")
                # All are called, whoever ends it.
                answers = [callback(model, loop.history()) for callback in callbacks]
                if any(answer is True for answer in answers):
                    break
        except KeyboardInterrupt:
            done = len(loop.history().train_loss)
            warnings.warn(
                f"fit: interrupted at step {loop.steps}, in epoch {done + 1} of {epochs}; the "
                f"history has the {done} complete epochs, the model has learned up to here",
                stacklevel=2,
            )
    return loop.history()


class _Loop:
    """What goes on from epoch to epoch: the number of steps and the record."""

    def __init__(self, model, loss, optimiser, validation, metric, schedule) -> None:
        self.model, self.loss, self.optimiser = model, loss, optimiser
        self.validation, self.metric, self.schedule = validation, metric, schedule
        self.forward, self.loss_of = _bare(model.forward), _bare(loss.forward)
        # Nobody asks for the gradient of the rows themselves: it costs a product of matrices.
        skips = "input_gradient" in inspect.signature(model.backward).parameters
        self.backward = partial(model.backward, input_gradient=False) if skips else model.backward
        self.steps = 0
        self.train_losses, self.validation_losses, self.metrics = [], [], []

    def epoch(self, X, y, batch_size, rng):
        """Every row once, in random order, then the record."""
        total, order = 0.0, rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            total += self.step(X[rows], y[rows]) * len(rows)
        self.evaluate(*(self.validation or (X, y)))
        self.train_losses.append(total / len(X))

    def step(self, x, y):
        """One update; the loss before it."""
        self.steps += 1
        if self.schedule is not None:
            self.optimiser.lr = _rate(self.schedule, self.steps)
        value = self.finite(self.loss_of(self.forward(x), y))
        self.optimiser.zero_grad()
        self.backward(self.loss.backward())
        self.optimiser.step()
        return value

    def evaluate(self, X, y):
        """Validation loss and metric, where asked for."""
        if self.validation is None and self.metric is None:
            return
        z = _bare(self.model.predict)(X)
        value = self.finite(self.loss_of(z, y))
        if self.validation is not None:
            self.validation_losses.append(value)
        if self.metric is not None:
            self.metrics.append(self.metric(z, y))

    def finite(self, value):
        """``value``, or DivergenceError."""
        if math.isfinite(value):
            return value
        epoch = len(self.train_losses) + 1
        raise DivergenceError(value, self.steps, epoch, self.optimiser.lr, self.history())

    def history(self):
        """The epochs that are complete: whatever was interrupted, all rows are equally long."""
        done = len(self.train_losses)
        return History(
            np.array(self.train_losses),
            None if self.validation is None else np.array(self.validation_losses[:done]),
            None if self.metric is None else np.array(self.metrics[:done]),
        )


def _checked_rows(model, loss, X, y, names):
    """X and y as arrays that fit each other, the model and the loss."""
    X, y = finite_array(X, names[0]), np.asarray(y)
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
        raise ValueError(
            f"{names[0]}, {names[1]}: expected one row of y for each row of X, got shapes "
            f"{X.shape} and {y.shape}; look for a transposed X or rows dropped from one only"
        )
    z = model.predict(X[:1])  # nothing adapts to one row alone
    # One row of outputs stands for all: the loss looks at y and at the width of z.
    loss.forward(np.broadcast_to(z, (len(X), *z.shape[1:])), y)
    return X.astype(z.dtype, copy=False), y


def _checked_validation(model, loss, validation):
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise ValueError(
            f"validation: expected a pair (X, y), got {type(validation).__name__}; "
            "pass validation=(X_test, y_test)"
        )
    return _checked_rows(model, loss, *validation, ("validation X", "validation y"))


def _rate(schedule, t):
    """The learning rate of step t, or ValueError."""
    lr = schedule(t)
    if not isinstance(lr, Real) or not 0 <= lr < math.inf:
        raise ValueError(
            f"schedule: expected a learning rate ≥ 0 for step {t}, got {lr!r}; pass a function of "
            "the step that returns a number"
        )
    return float(lr)


def _bare(method):
    """The method without the checks that ``checked`` put in front, where it did."""
    formula = getattr(method, "bare", None)
    return method if formula is None else MethodType(formula, method.__self__)


def _bar(epochs, progress):
    if not progress:
        return range(epochs)
    try:
        from tqdm import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs tqdm: pip install tqdm, or leave it out") from error
    return tqdm(range(epochs), unit="epoch")
