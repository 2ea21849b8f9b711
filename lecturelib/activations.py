"""Activation functions and their derivatives (slide "Activation functions").

Three forms of each: ``f(a)``, ``f_grad(a)`` from the pre-activation a, and, where it exists,
``f_grad_from_output(h)`` from the h = f(a) kept by the forward pass: the name says what to pass.

Arrays of any shape; float32 stays float32, integers become float64. Nothing overflows for
|a| ≤ 1e4, and small values in the tails of f and f_grad are right to the last digits. Each function
checks its arguments and raises ValueError for what is not a finite number or is out of range. The
bare formula stays at ``f.bare``, for inner loops: NumPy arrays and Python floats only.

At a kink the derivative is the one from the left, as in PyTorch: relu′(0) = 0, leaky_relu′(0) =
slope, elu′(0) = α. Where pieces of maxout tie, the gradient goes to the first.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecturelib._validate import (
    array_between,
    below_one,
    checked,
    finite_array,
    last_axis_of,
    positive,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "elu",
    "elu_grad",
    "elu_grad_from_output",
    "leaky_relu",
    "leaky_relu_grad",
    "leaky_relu_grad_from_output",
    "maxout",
    "maxout_grad",
    "relu",
    "relu_grad",
    "relu_grad_from_output",
    "sigmoid",
    "sigmoid_grad",
    "sigmoid_grad_from_output",
    "softmax",
    "softmax_backward",
    "softmax_grad",
    "tanh",
    "tanh_grad",
    "tanh_grad_from_output",
]

_PIECES = last_axis_of(2, "stack the linear pieces w_k·x + b_k, two or more, on the last axis")
_CLASSES = last_axis_of(1, "put the classes on the last axis")


def _outputs_of_elu(h, alpha):
    if (h < -alpha).any():
        raise ValueError(
            f"h: expected outputs of elu, none below −alpha = {-alpha:g}, got {h.min()}; "
            "pass elu(a, alpha) and the same alpha, not the pre-activation a"
        )


def _axis_of_z(z, axis):
    if not isinstance(axis, (int, np.integer)) or not -z.ndim <= axis < z.ndim:
        raise ValueError(
            f"axis: expected an integer from {-z.ndim} to {z.ndim - 1}, got {axis!r} for z of "
            f"shape {z.shape}; classes usually lie on the last axis, −1"
        )


def _probabilities(dp, p):
    if dp.shape != p.shape:
        raise ValueError(
            f"dp: expected the shape of p, {p.shape}, got {dp.shape}; dp is the gradient of "
            "the loss with respect to every entry of p"
        )
    # Wide enough for probabilities copied from paper, narrow enough to notice logits.
    if (abs(p.sum(axis=-1) - 1) > 0.05).any():
        raise ValueError(
            "p: expected probabilities that sum to 1 over the last axis, got sums from "
            f"{p.sum(axis=-1).min():g} to {p.sum(axis=-1).max():g}; pass p = softmax(z), not z"
        )


@checked(a=finite_array)
def sigmoid(a):
    """f(a) = 1 / (1 + e^−a), in (0, 1);  f′ = f (1 − f), at most 1/4.

    Source: the slide; Rumelhart, Hinton and Williams (1986).
    """
    # For very negative a, e^−a becomes inf and 1 / inf is the right limit, 0.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-a))


@checked(a=finite_array)
def sigmoid_grad(a):
    """σ′(a) = e^−|a| / (1 + e^−|a|)², the same as σ (1 − σ), in (0, 1/4]."""
    # σ (1 − σ) would round 1 − σ(40) to 0; σ′ is even, so −|a| does for both tails.
    e = np.exp(-np.abs(a))
    return e / (1 + e) ** 2


@checked(h=array_between(0, 1, "pass h = sigmoid(a), not the pre-activation a"))
def sigmoid_grad_from_output(h):
    """σ′ = h (1 − h) with h = σ(a); above a ≈ 37 the float64 h is 1 and this is 0."""
    return h * (1 - h)


@checked(a=finite_array)
def tanh(a):
    """f(a) = (e^a − e^−a) / (e^a + e^−a), in (−1, 1);  f′ = 1 − f², at most 1.

    Source: the slide; LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp".
    """
    return np.tanh(a)


@checked(a=finite_array)
def tanh_grad(a):
    """tanh′(a) = (2 e^−|a| / (1 + e^−2|a|))², the same as 1 − tanh², in (0, 1]."""
    # 1 − tanh² loses all digits from |a| ≈ 19 on; the hyperbolic secant keeps them.
    e = np.exp(-np.abs(a))
    return (2 * e / (1 + e * e)) ** 2


@checked(h=array_between(-1, 1, "pass h = tanh(a), not the pre-activation a"))
def tanh_grad_from_output(h):
    """tanh′ = 1 − h² with h = tanh(a)."""
    return 1 - h * h


@checked(a=finite_array)
def relu(a):
    """f(a) = max(0, a), in [0, ∞);  f′(a) = 1 for a > 0, else 0.

    Source: the slide; Nair and Hinton (2010).
    """
    return np.maximum(0, a)


@checked(a=finite_array)
def relu_grad(a):
    """relu′(a) = 1 for a > 0, else 0: a unit that is never positive never learns, it is dead."""
    return (a > 0).astype(a.dtype)


@checked(h=array_between(0, np.inf, "pass h = relu(a), not the pre-activation a"))
def relu_grad_from_output(h):
    """relu′ = 1 for h > 0, else 0, with h = relu(a)."""
    return relu_grad.bare(h)


@checked(a=finite_array, slope=below_one)
def leaky_relu(a, slope=0.1):
    """f(a) = max(slope · a, a), in (−∞, ∞);  f′(a) = 1 for a > 0, else slope.

    0 ≤ slope < 1; 0.1 is the lecture's. Source: the slide; Maas, Hannun and Ng (2013).
    """
    return np.maximum(slope * a, a)


@checked(a=finite_array, slope=below_one)
def leaky_relu_grad(a, slope=0.1):
    """leaky_relu′(a) = 1 for a > 0, else slope."""
    # The step 1[a > 0] lifted to the slope; np.where would turn float32 into float64.
    return np.maximum(a > 0, slope, dtype=a.dtype)


@checked(h=finite_array, slope=below_one)
def leaky_relu_grad_from_output(h, slope=0.1):
    """leaky_relu′ = 1 for h > 0, else slope, with h = leaky_relu(a): h has the sign of a."""
    return leaky_relu_grad.bare(h, slope)


@checked(a=finite_array, alpha=positive)
def elu(a, alpha=1.0):
    """f(a) = a for a ≥ 0, else α (e^a − 1), in (−α, ∞);  f′(a) = 1 for a > 0, else α e^a.

    α > 0. Source: the slide; Clevert, Unterthiner and Hochreiter (2016).
    """
    # One of the two terms is always 0; expm1 keeps the digits that e^a − 1 loses near 0.
    return np.maximum(0, a) + alpha * np.expm1(np.minimum(0, a))


@checked(a=finite_array, alpha=positive)
def elu_grad(a, alpha=1.0):
    """elu′(a) = 1 for a > 0, else α e^a; both are 1 at 0 if α = 1, else there is a kink."""
    return np.where(a > 0, 1, alpha * np.exp(np.minimum(0, a)))


@checked(_outputs_of_elu, h=finite_array, alpha=positive)
def elu_grad_from_output(h, alpha=1.0):
    """elu′ = 1 for h > 0, else h + α, with h = elu(a, alpha)."""
    return np.where(h > 0, 1, h + alpha)


@checked(a=_PIECES)
def maxout(a):
    """f(a) = max_k a_k over K ≥ 2 linear pieces a_k = w_kᵀx + b_k;  (..., K) -> (...).

    In (−∞, ∞); the caller computes the pieces. Source: the slide; Goodfellow et al. (2013).
    """
    return a.max(axis=-1)


@checked(a=_PIECES)
def maxout_grad(a):
    """∂f/∂a_k = 1 for the largest piece, the first of equal ones, else 0;  (..., K) -> (..., K)."""
    winner = a.argmax(axis=-1, keepdims=True)
    return np.asarray(np.arange(a.shape[-1]) == winner, dtype=a.dtype)


@checked(_axis_of_z, z=finite_array)
def softmax(z, axis=-1):
    """p_i = e^{z_i} / Σ_j e^{z_j} along ``axis``, in (0, 1], sums to 1.

    ∂p_i/∂z_j = p_i (1[i = j] − p_j). Source: the slide "RNN example"; Bridle (1990).
    """
    # Shifting z leaves softmax unchanged and keeps exp from overflowing.
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@checked(z=_CLASSES)
def softmax_grad(z):
    """J = diag(p) − p pᵀ with p = softmax(z) over the last axis;  (..., C) -> (..., C, C)."""
    p = softmax.bare(z)
    J = -p[..., :, None] * p[..., None, :]  # (..., C, 1) * (..., 1, C) -> (..., C, C)
    i = np.arange(p.shape[-1])
    # p_i (1 − p_i) = Σ_{j≠i} p_i p_j; the sum keeps its digits where p_i is close to 1.
    J[..., i, i] = 0
    J[..., i, i] = -J.sum(axis=-1)
    return J


@checked(_probabilities, dp=_CLASSES, p=array_between(0, 1, "pass p = softmax(z), not z"))
def softmax_backward(dp, p):
    """∂L/∂z = p (dp − Σ_j dp_j p_j) with dp = ∂L/∂p and p = softmax(z);  (..., C) -> (..., C).

    Over the last axis. The same as softmax_grad(z) @ dp, without building the (C, C) matrix.
    """
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


class Activation(NamedTuple):
    """One row of the table of elementwise activations.

    ``range`` is the interval of its values. ``saturates``: does the derivative go to 0 on at least
    one side, so that a unit far out there stops learning?
    """

    name: str
    label: str
    function: Callable
    grad: Callable
    grad_from_output: Callable
    range: str
    saturates: bool


ACTIVATIONS: dict[str, Activation] = {
    function.__name__: Activation(function.__name__, label, function, *rest)
    for label, function, *rest in (
        ("Sigmoid", sigmoid, sigmoid_grad, sigmoid_grad_from_output, "(0, 1)", True),
        ("tanh", tanh, tanh_grad, tanh_grad_from_output, "(−1, 1)", True),
        ("ReLU", relu, relu_grad, relu_grad_from_output, "[0, ∞)", True),
        ("Leaky ReLU", leaky_relu, leaky_relu_grad, leaky_relu_grad_from_output, "(−∞, ∞)", False),
        ("ELU", elu, elu_grad, elu_grad_from_output, "(−α, ∞)", True),
    )
}
