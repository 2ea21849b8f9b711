"""Early stopping: end the training where the validation data say so, with the best weights."""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import whole

# What may be watched -> does more of it mean better?
_WATCHED = {"validation_loss": False, "metric": True}


class EarlyStopping:
    """A callback of ``training.fit``: ends it after ``patience`` epochs without a new best.

    ``watch`` is "validation_loss", where less is better, or "metric", where more is. Parameters and
    buffers of the best epoch are kept and come back into the model when the training is ended; if
    the epochs run out before that, call ``restore(model)``. ``best`` is the best value, and
    ``best_epoch`` counts from 1. An equal value is no new best. ValueError for patience < 1,
    another ``watch``, and a training that does not record it. Source: Prechelt (1998).
    """

    def __init__(self, patience: int = 10, watch: str = "validation_loss") -> None:
        self.patience = whole(patience, "patience")
        if watch not in _WATCHED:
            raise ValueError(
                f"watch: expected one of {list(_WATCHED)}, got {watch!r}; the training loss would "
                "not tell when to stop"
            )
        self.watch = watch
        self._begin()

    def _begin(self):
        self.best, self.best_epoch, self._arrays = math.inf, 0, None

    def __call__(self, model, history) -> bool:
        """Look at the newest epoch; True ends the training, with the best weights restored."""
        values = getattr(history, self.watch)
        if values is None:
            raise ValueError(
                f"watch: expected a training that records {self.watch!r}, got one that does not; "
                "pass validation=(X, y), and metric=accuracy to watch the metric, to fit"
            )
        epoch, newest = len(values), float(values[-1])
        if epoch == 1:
            self._begin()  # another training
        if self._arrays is None or self._better(newest):
            self.best, self.best_epoch = newest, epoch
            self._arrays = {name: array.copy() for name, array in _arrays(model).items()}
        if epoch - self.best_epoch < self.patience:
            return False
        self.restore(model)
        return True

    def _better(self, value):
        return value > self.best if _WATCHED[self.watch] else value < self.best

    def restore(self, model) -> None:
        """Copy the arrays of the best epoch into ``model``. ValueError before the first epoch."""
        if self._arrays is None:
            raise ValueError(
                "restore: expected at least one epoch before it, got none; pass this object to "
                "fit(…, callbacks=[stopping]) first"
            )
        for name, array in _arrays(model).items():
            np.copyto(array, self._arrays[name])


def _arrays(model):
    return {**model.parameters, **model.buffers}
