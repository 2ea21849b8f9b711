"""Measured learning curves with a cursor: who leads at n examples, and where they cross."""

from __future__ import annotations

import json

import traitlets

from lecturelib import data as packaged
from lecturelib.learning_curve import MODELS
from lecturelib.widgets.base import BookWidget, Choice, Choices, Flag, Number

__all__ = ["LearningCurve"]

DATA = ("mnist1d", "digits", "houses", "windsor")


class LearningCurve(BookWidget, module="learning_curve"):
    """Accuracy or error of the models ``shown`` against the number n of training examples.

    ``data`` is mnist1d, digits, houses or windsor; ``measure`` is accuracy, error, or log error on
    a logarithmic axis; ``logarithmic`` is the axis of n; ``n`` is where the cursor stands.
    Make it by ``LearningCurve.measured()``; without a record it stays empty.
    """

    heights = (638, 1110)
    shown = Choices(list(MODELS), MODELS)
    data = Choice("mnist1d", DATA)
    measure = Choice("accuracy", ["accuracy", "error", "log error"])
    logarithmic = Flag(True)
    n = Number(1000, 100, 10_000)
    _record = traitlets.Unicode().tag(sync=True)

    @classmethod
    def measured(cls, **state) -> LearningCurve:
        """The figure with the packaged measurements, ``lecturelib.data.learning_curve()``."""
        found, record = packaged.learning_curve(), {}
        for data in DATA:
            measured = set(found.model[found.data == data])
            models = [name for name in MODELS if name in measured]
            curves = {name: found.curve(data, name)[1].tolist() for name in models}
            record[data] = {"n": found.curve(data, models[0])[0].tolist(), "curves": curves}
        return cls(_record=json.dumps(record, separators=(",", ":")), **state)
