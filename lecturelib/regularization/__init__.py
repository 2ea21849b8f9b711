"""Regularisation: what keeps a model from learning its training set by heart.

``Dropout`` is a layer, the penalties and soft targets go through the loss, ``EarlyStopping`` is a
callback of ``training.fit``, and mixup and shifts make new training rows out of old ones. ``ridge``
and ``lasso`` solve the linear case exactly. All that is random takes a generator.
"""

from lecturelib.regularization.data import mixup, random_shift, shift, soft_labels
from lecturelib.regularization.dropout import Dropout
from lecturelib.regularization.early_stopping import EarlyStopping
from lecturelib.regularization.linear import lasso, ridge, soft_threshold
from lecturelib.regularization.losses import Penalised, SoftCrossEntropy
from lecturelib.regularization.penalties import L1, L2

__all__ = [
    "L1",
    "L2",
    "Dropout",
    "EarlyStopping",
    "Penalised",
    "SoftCrossEntropy",
    "lasso",
    "mixup",
    "random_shift",
    "ridge",
    "shift",
    "soft_labels",
    "soft_threshold",
]
