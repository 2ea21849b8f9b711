"""From logits to the next token: temperature, top-k and top-p in their order, and a draw."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, generator, number, whole
from lecturelib.activations import softmax

__all__ = ["draw", "next_probabilities"]


def next_probabilities(logits, *, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0):
    """softmax(z / temperature), then the ``top_k`` likeliest, then ``top_p`` of those; sums to 1.

    In this order, as in the common libraries: top-p sees what the temperature and top-k have left,
    renormalised. ``top_k`` tokens are kept, 0 or more than V for all; ``top_p`` keeps the fewest of
    the likeliest whose probabilities add up to at least top_p. Of equally likely ones the lower id
    comes first. Temperature 0 is the limit: 1 for the largest logit. logits (…, V) -> (…, V).
    ValueError for temperature < 0, top_k < 0, top_p outside (0, 1], NaN and infinity.
    Source: Fan, Lewis and Dauphin (2018) for top-k; Holtzman et al. (2020) for top-p.
    """
    z = finite_array(logits, "logits")
    temperature, top_k, top_p = _knobs(temperature, top_k, top_p)
    if temperature == 0:
        return _one_hot(z.argmax(axis=-1), z.shape[-1], z.dtype)
    # The largest logit is taken away first: a small temperature would make e^{z/T} overflow.
    p = softmax.bare((z - z.max(axis=-1, keepdims=True)) / temperature)
    if not top_k and top_p == 1:
        return p  # nothing is cut, so nothing need be sorted
    order = np.argsort(-p, axis=-1, kind="stable")  # equal ones keep the order of their ids
    sorted_p = np.take_along_axis(p, order, axis=-1)
    if top_k:
        sorted_p[..., top_k:] = 0
        sorted_p /= sorted_p.sum(axis=-1, keepdims=True)
    if top_p < 1:
        before = np.cumsum(sorted_p, axis=-1) - sorted_p  # what likelier tokens have together
        # The last digit of a sum must not decide: .5 + .3 is to be enough for .8.
        cut = before >= top_p - 1e-6
        cut[..., 0] = False
        sorted_p[cut] = 0
        sorted_p /= sorted_p.sum(axis=-1, keepdims=True)
    np.put_along_axis(p, order, sorted_p, axis=-1)
    return p


def _knobs(temperature, top_k, top_p):
    temperature, top_p = number(temperature, "temperature"), number(top_p, "top_p")
    if temperature < 0:
        raise ValueError(
            f"temperature: expected a number of at least 0, got {temperature}; a negative one would"
            " turn the order of the tokens round, 0 takes the likeliest"
        )
    if not 0 < top_p <= 1:
        raise ValueError(
            f"top_p: expected a share in (0, 1], got {top_p}; 0 would leave no token, 1 leaves all"
        )
    return temperature, whole(top_k, "top_k", least=0), top_p


def _one_hot(ids, V, dtype):
    return (ids[..., None] == np.arange(V)).astype(dtype)


def draw(p, rng: np.random.Generator) -> np.ndarray:
    """An id for each row of probabilities p (N, V), one random number a row;  -> (N,).

    The id at which the running sum passes a uniform number: ids with p = 0 are never drawn.
    ValueError for rows that do not add up to 1, negative entries and no Generator.
    """
    p = finite_array(p, "p")
    if p.ndim != 2 or (p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=1e-4):
        raise ValueError(
            f"p: expected rows (N, V) of probabilities that add up to 1, got shape {p.shape} with "
            f"sums {np.atleast_1d(p.sum(axis=-1))[:3]}; next_probabilities makes them from logits"
        )
    sums = np.cumsum(p.astype(float), axis=1)
    u = generator(rng).random(len(p)) * sums[:, -1]  # rounded, the last sum is not quite 1
    return (sums <= u[:, None]).sum(axis=1)
