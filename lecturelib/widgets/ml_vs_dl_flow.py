"""One digit through two flows, stage by stage: hand-made features, and a network on the pixels.

Both models are trained when the page is built and travel as numbers; JavaScript computes features,
layers and answers from the picture, which the reader may change. The record is in units of 1/2048.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator
from lecturelib.data import digits, split
from lecturelib.features import features
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget, Choice, Choices
from lecturelib.widgets.record import Record, fill, flat, pack, rounded, unpack

__all__ = ["MlVsDlFlow"]

LINEAR, NETWORK = [20, 10], [64, 24, 16, 10]
EXAMPLES = 12
UNIT = 2048


def _train(sizes, X, y, lr, rng):
    model = FFNN(sizes, rng=rng)
    optimiser = Adam(model, lr=lr)
    fit(model, CrossEntropy(), optimiser, X, y, epochs=60, batch_size=32, rng=rng)
    return rounded(flat(model), UNIT)


def _model(sizes, numbers):
    return fill(FFNN(sizes, rng=np.random.default_rng(0)), numbers)


def _dozen(y, ml, dl):
    """Places of a picture of each digit that both read, and of one that only one of them reads."""
    both = ml & dl
    chosen = [int(np.flatnonzero(both & (y == digit))[0]) for digit in range(10)]
    for only in (dl & ~ml, ml & ~dl):
        # Where no picture is read by one alone, the next one that both read stands in.
        order = np.concatenate([np.flatnonzero(only), np.flatnonzero(both)])
        chosen.append(next(int(n) for n in order if n not in chosen))
    return chosen


class MlVsDlFlow(BookWidget, module="ml_vs_dl_flow"):
    """A digit through hand-made features + softmax, and through a 64-24-16-10 network.

    ``example`` 0..11 is one of twelve test pictures, ``stage`` 0..3 how far both flows have gone,
    ``toggled`` the places 0..63, row by row, of pixels that the reader has inked or erased. Make it
    by ``MlVsDlFlow.trained(rng=np.random.default_rng(0))``; without a record it stays empty.
    Slide: "Conventional ML vs Deep Learning".
    """

    heights = (1033, 1724)
    example = Choice(0, range(EXAMPLES))
    stage = Choice(0, range(4))
    toggled = Choices([], range(64))
    _record = Record()

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> MlVsDlFlow:
        """Train both models on three quarters of the digits, 60 epochs of Adam each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        data = digits()
        pictures, others, y, y_others = split(data.images, data.y, rng=generator(rng))
        F = features(pictures)
        # A deviation rounded to 0 could not be divided by.
        mean = rounded(F.mean(axis=0), UNIT)
        deviation = np.maximum(rounded(F.std(axis=0), UNIT), 1 / UNIT)
        linear = _train(LINEAR, (F - mean) / deviation, y, 1e-2, rng)
        network = _train(NETWORK, pictures.reshape(-1, 64), y, 3e-3, rng)
        z_ml = _model(LINEAR, linear).predict((features(others) - mean) / deviation)
        z_dl = _model(NETWORK, network).predict(others.reshape(-1, 64))
        chosen = _dozen(y_others, *(z.argmax(axis=1) == y_others for z in (z_ml, z_dl)))
        arrays = {"pictures": others[chosen].reshape(-1, 64), "labels": y_others[chosen]}
        arrays |= {"mean": mean, "deviation": deviation, "linear": linear, "network": network}
        return cls(_record=pack(arrays, UNIT), **state)

    def pictures(self) -> tuple[np.ndarray, np.ndarray]:
        """The twelve pictures (12, 8, 8) in [0, 1] and their digits (12,)."""
        arrays = self._arrays()
        return arrays["pictures"].reshape(-1, 8, 8), arrays["labels"].astype(np.int64)

    def linear(self) -> tuple[np.ndarray, np.ndarray, FFNN]:
        """Mean (20,) and deviation (20,) of the features, and the 20-10 model of the scaled."""
        arrays = self._arrays()
        return arrays["mean"], arrays["deviation"], _model(LINEAR, arrays["linear"])

    def network(self) -> FFNN:
        """The recorded 64-24-16-10 network of the pixels."""
        return _model(NETWORK, self._arrays()["network"])

    def _arrays(self):
        return unpack(self._record, "MlVsDlFlow.trained(rng=…)")
