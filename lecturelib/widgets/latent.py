"""The planes of an autoencoder, of PCA and of a VAE: decode the point that the reader drags.

The decoders and the codes of some digits travel as a record, in units of 1/1024, the digits as
text, a hexadecimal digit a pixel; JavaScript decodes.
"""

from __future__ import annotations

import numpy as np
import traitlets

from lecturelib._validate import labels, whole
from lecturelib.autoencoder import VAE, Autoencoder
from lecturelib.representation import principal_components
from lecturelib.widgets.base import BookWidget, Choice, Numbers
from lecturelib.widgets.pad import ink, pixels
from lecturelib.widgets.record import Record, pack, unpack

__all__ = ["Latent"]

UNIT = 1024
PIXELS = 64
PLANES = ["autoencoder", "PCA", "VAE"]


class Latent(BookWidget, module="latent"):
    """A plane of codes with real digits in it, and what the decoder makes of the point ``at``.

    ``plane`` is one of three; ``at`` a place in the square that is drawn, 0 to 10 each way, which
    the plane's own codes fill. Make it by ``Latent.of(autoencoder, vae, X, y)``; without them it
    stays empty.
    """

    heights = (587, 936)
    plane = Choice("autoencoder", PLANES)
    at = Numbers([5.0, 5.0], 0, 10)
    _record = Record()
    _digits = traitlets.List(traitlets.Unicode()).tag(sync=True)

    @classmethod
    def of(cls, autoencoder: Autoencoder, vae: VAE, X, y, *, each: int = 25, **state) -> Latent:
        """The figure of two networks 64-…-2, with ``each`` digits of a class;  (N, 64), (N,).

        PCA is fitted to all of X. ValueError unless both have codes of two numbers, ReLU in between
        and numbers below 32 in size, and X holds so many images of each digit in [0, 1].
        """
        X, y = pixels(X, "X"), labels(y, "y")
        rows = _shown(X, y, whole(each, "each"))
        for name, model, kind in (("autoencoder", autoencoder, Autoencoder), ("vae", vae, VAE)):
            _check(name, model, kind)
        pca = principal_components(X, 2)
        codes = [autoencoder.encode(X), pca.encode(X), vae.encode(X)[0]]
        arrays = {"mean": pca.mean, "directions": pca.directions, "digits": y[rows]}
        for name, plane in zip(PLANES, codes, strict=True):
            low, high = np.quantile(plane, [0.005, 0.995], axis=0)
            margin = 0.15 * (high - low)
            inside = plane[rows]
            arrays[f"{name} codes"] = inside
            arrays[f"{name} range"] = [
                np.minimum(low - margin, inside.min(axis=0)),
                np.maximum(high + margin, inside.max(axis=0)),
            ]
        for name, model in (("autoencoder", autoencoder), ("VAE", vae)):
            arrays |= {f"{name} {key}": p for key, p in model.decoder.parameters.items()}
        if max(np.abs(array).max() for array in arrays.values()) >= 32767 / UNIT:
            raise ValueError(
                "autoencoder, vae: expected codes and weights below 32 in size, got larger ones; "
                "train for fewer steps"
            )
        images = [ink(X[row]) for row in rows]
        # A page's JSON has its keys sorted, and a record is read in the order of its names.
        return cls(_record=pack(dict(sorted(arrays.items())), UNIT), _digits=images, **state)

    def arrays(self) -> dict[str, np.ndarray]:
        """The recorded arrays, rounded. ValueError without a record."""
        return unpack(self._record, "Latent.of(autoencoder, vae, X, y)")


def _shown(X, y, each):
    """The rows of the first so many images of each digit, or ValueError."""
    counts = [int((y == digit).sum()) for digit in range(10)]
    if X.shape != (len(y), PIXELS) or min(counts) < each:
        raise ValueError(
            f"X, y: expected images (N, {PIXELS}) with labels, {each} of each digit at least, got "
            f"{X.shape} and counts {counts}; pass digits().X and .y"
        )
    return np.concatenate([np.flatnonzero(y == digit)[:each] for digit in range(10)])


def _check(name, model, kind):
    right = isinstance(model, kind) and (model.sizes[0], model.sizes[-1]) == (PIXELS, 2)
    right = right and model.activation == "relu"
    if kind is Autoencoder and right:
        right = model.output == "sigmoid" and not model.tied
    if not right:
        raise ValueError(
            f"{name}: expected {kind.__name__}([64, …, 2], 'relu') with its own weights and a "
            f"sigmoid at the end, got {type(model).__name__} of sizes "
            f"{getattr(model, 'sizes', None)}; take those of autoencoder.trained()"
        )
