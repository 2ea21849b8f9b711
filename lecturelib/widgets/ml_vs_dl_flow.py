"""One digit through two flows, stage by stage: hand-made features, and a network on the pixels.

Both models are trained when the page is built and travel as numbers; JavaScript computes features,
layers and answers from the picture, which the reader may change. The numbers are int16 in units of
1/2048, little-endian, in base64: twelve pictures (12, 64), their digits (12,), mean and deviation
of the features (20,), then W and b of the linear model and of the network, layer by layer.
"""

from __future__ import annotations

import base64

import numpy as np
import traitlets

from lecturelib._validate import generator
from lecturelib.data import digits, split
from lecturelib.features import features
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget

__all__ = ["MlVsDlFlow"]

LINEAR, NETWORK = [20, 10], [64, 24, 16, 10]
EXAMPLES = 12
UNIT = 2048  # a power of two: the rounded numbers are exact in both languages


def _train(sizes, X, y, lr, rng):
    model = FFNN(sizes, rng=rng)
    optimiser = Adam(model, lr=lr)
    fit(model, CrossEntropy(), optimiser, X, y, epochs=60, batch_size=32, rng=rng)
    return _rounded(np.concatenate([p.ravel() for p in model.parameters.values()]))


def _rounded(values):
    """Multiples of 1/2048 in the range of int16, about ±16."""
    return np.clip(np.round(values * UNIT), -32768, 32767) / UNIT


def _model(sizes, numbers):
    """A network with these parameters, one after the other."""
    model, start = FFNN(sizes, rng=np.random.default_rng(0)), 0
    for p in model.parameters.values():
        p[...] = numbers[start : start + p.size].reshape(p.shape)
        start += p.size
    return model


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
    example = traitlets.Enum(tuple(range(EXAMPLES)), 0).tag(sync=True)
    stage = traitlets.Enum((0, 1, 2, 3), 0).tag(sync=True)
    toggled = traitlets.List(traitlets.Enum(tuple(range(64)))).tag(sync=True)
    _record = traitlets.Unicode().tag(sync=True)

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> MlVsDlFlow:
        """Train both models on three quarters of the digits, 60 epochs of Adam each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        data = digits()
        pictures, others, y, y_others = split(data.images, data.y, rng=generator(rng))
        F = features(pictures)
        # A deviation rounded to 0 could not be divided by.
        mean, deviation = _rounded(F.mean(axis=0)), np.maximum(_rounded(F.std(axis=0)), 1 / UNIT)
        linear = _train(LINEAR, (F - mean) / deviation, y, 1e-2, rng)
        network = _train(NETWORK, pictures.reshape(-1, 64), y, 3e-3, rng)
        z_ml = _model(LINEAR, linear).predict((features(others) - mean) / deviation)
        z_dl = _model(NETWORK, network).predict(others.reshape(-1, 64))
        chosen = _dozen(y_others, *(z.argmax(axis=1) == y_others for z in (z_ml, z_dl)))
        parts = others[chosen].ravel(), y_others[chosen], mean, deviation, linear, network
        content = (np.concatenate(parts) * UNIT).astype("<i2").tobytes()
        return cls(_record=base64.b64encode(content).decode("ascii"), **state)

    def pictures(self) -> tuple[np.ndarray, np.ndarray]:
        """The twelve pictures (12, 8, 8) in [0, 1] and their digits (12,)."""
        pixels, y, *_ = self._parts()
        return pixels.reshape(-1, 8, 8), y.astype(np.int64)

    def linear(self) -> tuple[np.ndarray, np.ndarray, FFNN]:
        """Mean (20,) and deviation (20,) of the features, and the 20-10 model of the scaled."""
        _, _, mean, deviation, numbers, _ = self._parts()
        return mean, deviation, _model(LINEAR, numbers)

    def network(self) -> FFNN:
        """The recorded 64-24-16-10 network of the pixels."""
        return _model(NETWORK, self._parts()[-1])

    def _parts(self):
        if not self._record:
            raise ValueError(
                "this figure: expected a record, got none; "
                "make the figure by MlVsDlFlow.trained(rng=…)"
            )
        numbers = np.frombuffer(base64.b64decode(self._record), "<i2") / UNIT
        ends = np.cumsum([64 * EXAMPLES, EXAMPLES, 20, 20, 20 * 10 + 10])
        return np.split(numbers, ends)
