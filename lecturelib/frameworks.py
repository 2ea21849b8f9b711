"""The book's networks in Keras and back, and what to do where a framework is missing.

``to_keras`` and ``from_keras`` are to Keras what ``FFNN.to_torch``, ``FFNN.from_torch`` and their
like of ``RNN`` are to PyTorch; together they lead from one framework to the other:
``to_keras(FFNN.from_torch(sequential))``. Keras stores every matrix the other way round, (in, out).
"""

from __future__ import annotations

import importlib.util
import sys

from lecturelib.exchange import keras as exchange
from lecturelib.ffnn import FFNN
from lecturelib.rnn import RNN

__all__ = ["from_keras", "need", "to_keras"]

# Package -> the extra that brings it. Keras 3 computes nothing itself: its extra has TensorFlow.
_EXTRA = {"torch": "torch", "keras": "keras", "tensorflow": "keras"}


def need(*packages: str) -> None:
    """Return if all of ``packages`` can be imported, else ImportError that says how to get them.

    Nothing is imported: to look for a package takes milliseconds, to import TensorFlow seconds.
    """
    missing = [name for name in packages if not _there(name)]
    if not missing:
        return
    lines = [
        f"{' and '.join(missing)}: not installed for {sys.executable}.",
        f"Install with:  python -m pip install {' '.join(missing)}",
    ]
    if extras := ",".join(dict.fromkeys(_EXTRA[name] for name in missing if name in _EXTRA)):
        lines.append(f"The extra lecturelib[{extras}] brings versions that fit this book.")
    if "torch" in missing:
        lines.append(
            "On Linux that is PyTorch with CUDA, several gigabytes; its page 'Get started' has "
            "the line with --index-url for the small build without."
        )
    if "tensorflow" in missing:
        lines.append("Without a graphics card, tensorflow-cpu is the smaller choice on Linux.")
    lines.append("Then restart the kernel. Colab has torch, keras and tensorflow already.")
    raise ImportError("\n".join(lines), name=missing[0])


def _there(package: str) -> bool:
    return package in sys.modules or importlib.util.find_spec(package) is not None


def to_keras(model, *, last_only: bool = False):
    """The same network as ``keras.Sequential``, with copies of the weights, in its dtype.

    An FFNN becomes Dense layers, kernel = Wᵀ, that take (N, D). An RNN becomes SimpleRNN, with
    kernel = Uᵀ and recurrent_kernel = Wᵀ, and Dense, kernel = Vᵀ; it takes the batch first,
    (N, T, D) -> (N, T, C), or with ``last_only`` -> (N, C). The last layer gives logits.
    Keras may first round inputs from NumPy to ``keras.config.floatx()``, float32 unless set.

    ValueError for maxout, which Keras does not have, for ``last_only`` without an RNN, and for
    anything but an FFNN or RNN.
    """
    if isinstance(model, RNN):
        return exchange.recurrent(model, last_only)
    if not isinstance(model, FFNN):
        raise ValueError(
            f"model: expected an FFNN or an RNN of lecturelib, got {type(model).__name__}; "
            "bring a PyTorch module in with FFNN.from_torch or RNN.from_torch first"
        )
    if last_only:
        raise ValueError(
            "last_only: expected False for an FFNN, got True; only an RNN has outputs at "
            "several steps to choose from"
        )
    return exchange.feed_forward(model)


def from_keras(model):
    """The FFNN or RNN that computes what a ``keras.Sequential`` computes, with copied weights.

    FFNN: Dense layers with biases and one activation, within the layers or as layers between them;
    the last one gives logits. RNN: SimpleRNN with tanh, then Dense, both with biases or both
    without; lecturelib's takes the time first, so hand it ``x.swapaxes(0, 1)``.

    ValueError, saying what stands in the way, for any other model and one that is not built yet.
    """
    layers = exchange.layers_of(model)
    if exchange.is_recurrent(layers):
        return RNN._of(*exchange.read_recurrent(layers), "model")
    return FFNN._of(*exchange.read_feed_forward(layers), "model")
