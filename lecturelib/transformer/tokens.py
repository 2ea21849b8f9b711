"""What is done to each token alone: embedding, Linear, GELU."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import floating, generator, positive, whole
from lecturelib.attention import sinusoidal
from lecturelib.layers import Layer, Linear, Parameter
from lecturelib.layers.base import floating_array

__all__ = ["Embedding", "SigmoidGELU", "TokenLinear", "token_numbers"]

_POSITIONS = ("learned", "sinusoidal", "none")


def token_numbers(tokens, vocabulary: int, name: str) -> np.ndarray:
    """``tokens`` as whole numbers (N, T) from 0 to ``vocabulary`` − 1, or ValueError."""
    found = np.asarray(tokens)
    if found.dtype.kind not in "iu" or found.ndim != 2 or not found.size:
        raise ValueError(
            f"{name}: expected whole numbers of shape (N, T) with N, T ≥ 1, got dtype {found.dtype}"
            f" with shape {found.shape}; the batch comes first, one sequence is tokens[None]"
        )
    if found.min() < 0 or found.max() >= vocabulary:
        raise ValueError(
            f"{name}: expected numbers from 0 to {vocabulary - 1}, one for each of the vocabulary, "
            f"got {found.min()} to {found.max()}; look for a token that the vocabulary lacks"
        )
    return found


class Embedding(Layer):
    """h_nt = E[token_nt] + P_t;  tokens (N, T) whole numbers -> (N, T, n).

    E (vocabulary, n) is learned. ``positions``: "learned", P (length, n) is learned too;
    "sinusoidal", P is the fixed table of ``attention.sinusoidal``; "none", nothing is added. E and
    P start normal with mean 0 and standard deviation ``std``. ValueError for sizes below 1 and
    another word.
    """

    E, P = Parameter(), Parameter()
    arguments = "vocabulary", "length", "n", "positions"

    def __init__(
        self,
        vocabulary: int,
        length: int,
        n: int,
        *,
        rng,
        positions: str = "learned",
        std: float = 0.02,
        dtype=np.float64,
    ) -> None:
        self.vocabulary, self.length = whole(vocabulary, "vocabulary"), whole(length, "length")
        self.n, self.positions = whole(n, "n"), positions
        if positions not in _POSITIONS:
            raise ValueError(f"positions: expected one of {list(_POSITIONS)}, got {positions!r}")
        rng, dtype, std = generator(rng), floating(dtype), positive(std, "std")
        self.E = (std * rng.standard_normal((vocabulary, n))).astype(dtype)
        learned = positions == "learned"
        self.P = (std * rng.standard_normal((length, n))).astype(dtype) if learned else None
        fixed = positions == "sinusoidal"
        self._table = sinusoidal(length, n).astype(dtype) if fixed else None

    def forward(self, tokens, start: int = 0):
        """Row of E and row of P, added;  (N, T) -> (N, T, n).

        The first token stands at position ``start``, 0 unless a cache holds those before it.
        ValueError for what is no whole number or not in the vocabulary, and positions from
        ``length`` on.
        """
        tokens = token_numbers(tokens, self.vocabulary, "tokens")
        end = start + tokens.shape[1]
        if end > self.length:
            raise ValueError(
                f"tokens: expected at most {self.length} positions, the length of this model, got "
                f"{tokens.shape[1]}{f' behind {start}' if start else ''}; cut the sequence, or "
                "build the model with a greater length"
            )
        h = self.E[tokens]
        P = self._table if self.P is None else self.P
        if P is not None:
            h += P[start:end]
        return self._keep((tokens, start), h)

    def backward(self, dh) -> None:
        """dE and dP are added up; numbers have no gradient;  dh (N, T, n) -> None."""
        dh, (tokens, start) = self._recall(dh)
        # Looking up a row is a product with a one-hot vector, and so is the way back: each token
        # adds its dh to its own row.
        one_hot = np.zeros((tokens.size, self.vocabulary), dh.dtype)
        one_hot[np.arange(tokens.size), tokens.ravel()] = 1
        self.dE += one_hot.T @ dh.reshape(tokens.size, -1)  # (V, N·T) @ (N·T, n)
        if self.P is not None:
            self.dP[start : start + tokens.shape[1]] += dh.sum(axis=0)


class TokenLinear(Linear):
    """h = W x + b for every token, with the same W;  x (…, in) -> (…, out).

    Weights and errors as ``layers.Linear``, but for the axes before the last, which are kept.
    """

    def forward(self, x):
        """The product for every token;  (…, in) -> (…, out)."""
        x = np.asarray(x, dtype=self.W.dtype)
        if x.ndim < 2 or x.shape[-1] != self.n_in or not x.size:
            raise ValueError(
                f"{self._title()}.forward: expected x of shape (…, {self.n_in}), a row a token, "
                f"got {x.shape}; one token is a row: x[None, :]"
            )
        rows = x.reshape(-1, self.n_in)
        h = rows @ self.W.T  # (N·T, in) @ (in, out)
        if self.b is not None:
            h += self.b
        return self._keep(rows, h.reshape(*x.shape[:-1], self.n_out))

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x, and dW and db are added up;  dh (…, out) -> (…, in), None without it."""
        dh, rows = self._recall(dh)
        flat = dh.reshape(-1, self.n_out)
        self.dW += flat.T @ rows  # (out, N·T) @ (N·T, in)
        if self.b is not None:
            self.db += flat.sum(axis=0)
        return (flat @ self.W).reshape(*dh.shape[:-1], self.n_in) if input_gradient else None


class SigmoidGELU(Layer):
    """h = x σ(1.702 x), entry by entry: the sigmoid form of GELU;  any shape -> the same.

    GELU itself is x · P(standard normal ≤ x), and its authors give this form and one with tanh;
    the two differ by less than 0.021. PyTorch's ``nn.GELU`` is not this form: its twin is
    ``x * torch.sigmoid(1.702 * x)``. Source: Hendrycks and Gimpel (2016).
    """

    @np.errstate(over="ignore")
    def forward(self, x):
        """x σ(1.702 x)."""
        x = floating_array(x)
        s = x * -1.702
        np.exp(s, out=s)  # overflows to infinity for very negative x; 1 / ∞ is the right limit, 0
        s += 1
        np.reciprocal(s, out=s)
        h = x * s
        return self._keep((s, h), h)

    def backward(self, dh):
        """dh (s + 1.702 h (1 − s)) with s = σ(1.702 x)."""
        dh, (s, h) = self._recall(dh)
        dx = 1 - s
        dx *= h
        dx *= 1.702
        dx += s
        dx *= dh
        return dx
