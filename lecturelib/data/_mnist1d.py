"""MNIST-1D: digits as short signals, made anew for every seed."""

from __future__ import annotations

import random

import numpy as np

from lecturelib._validate import whole
from lecturelib.data._split import Split


def mnist1d(n_train: int = 4000, n_test: int = 1000, *, seed: int = 0) -> Split:
    """X_train (n_train, 40), X_test (n_test, 40), float64; y_train, y_test in 0..9, int64.

    Each of ten templates of 12 points is padded, scaled, shifted, sheared and covered with noise,
    then sampled at 40 points; the whole has mean 0 and standard deviation 1. The rows are in random
    order: the first n of a part are a fair sample. The state of NumPy's and Python's global random
    generators is left as it was. Needs ``lecturelib[mnist1d]``. ImportError without it; ValueError
    unless the sizes are positive and add up to a multiple of 10, one share for each digit.
    Source: Greydanus and Kobak (2024), https://arxiv.org/abs/2011.14439.
    """
    total = whole(n_train, "n_train", 1) + whole(n_test, "n_test", 1)
    if total % 10:
        raise ValueError(
            f"n_train, n_test: expected a multiple of 10 in all, so that each digit gets an equal "
            f"share, got {n_train} + {n_test} = {total}; round one of them"
        )
    signals = _generate(total, n_train, whole(seed, "seed", 0))
    X_train, X_test = signals["x"], signals["x_test"]
    return Split(X_train, X_test, signals["y"].astype(np.int64), signals["y_test"].astype(np.int64))


def _generate(total, n_train, seed):
    try:
        from mnist1d.data import get_dataset_args, make_dataset
    except ImportError as error:
        message = 'MNIST-1D needs the package mnist1d: pip install "lecturelib[mnist1d]"'
        raise ImportError(message) from error
    settings = get_dataset_args()
    # The half row keeps int(total · share) from falling one short by rounding.
    settings.num_samples, settings.train_split = total, (n_train + 0.5) / total
    settings.seed = seed
    # The package seeds the global generators: a reader's own draws must not depend on it.
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        return make_dataset(settings)
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)
