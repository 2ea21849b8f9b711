"""The checks of the chapter on one neuron."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib import activations
from lecturelib.checks import neuron


class TestNeuron(CheckContract):
    check = neuron
    NUMBERS = {
        "pre_activation": [-0.5, -1, 5.5, 0.38],
        "output": [0.38, 0.62, -0.5, (-0.1, 1.1)],
        "slope": [0.23, -0.75, (-0.1, 0.26)],
    }
    CHOICES = {
        "double": "It stays",
        "linear": "Straight",
        "zero-slope": ("sigmoid", "tanh", "ReLU", "ELU"),
        "dead": "Its slope is zero",
    }
    RIGHT = {
        "majority": [([1, 1, 1], -1.5), (np.array([2.0, 3, 2.5]), -4), [[0.1] * 3, -0.15]],
        "softplus_grad": [
            activations.sigmoid,
            lambda a: np.where(a > 0, 1, np.exp(-np.abs(a))) / (1 + np.exp(-np.abs(a))),
        ],
        "maxout_as_distance": [[1, -2, -1, 2], [-1, 2, 1, -2], np.array([1, -2, -1, 2])],
        "xor_network": [
            ([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], -1.5),
            (np.array([[1, -1], [-1, 1]]), np.array([-0.5, -0.5]), np.array([1, 1]), -0.5),
        ],
    }
    WRONG = {
        "majority": [
            (([1, 1, 1], -2.5), r"At \(0, 1, 1\) your sum is -0.5, not above zero"),
            (([1, 1, 1], -0.5), r"At \(0, 0, 1\) your sum is 0.5, above zero"),
            (([1, 1, 1], -2), r"At \(0, 1, 1\) your sum is 0, not above zero"),
            (([2, 1, 1], -1.5), r"At \(1, 0, 0\) your sum is 0.5, above zero"),
            (5, "Give a pair"),
            (([1, 2], 1), "3 finite numbers"),
            (([1, 1, 1], "b"), "One number"),
            ((..., ...), "3 numbers are asked for"),
        ],
        "softplus_grad": [
            (lambda a: 0.1, r"not of shape \(\)"),
            (lambda a: 1 if a > 0 else 0.1, "Your answer raised ValueError"),
            (lambda a: np.logaddexp(0, a), "softplus itself"),
            (lambda a: activations.sigmoid(-a), "sign of your exponent"),
            (lambda a: np.exp(a) / (1 + np.exp(a)), "At a = 1000 your slope is nan: which"),
            (activations.relu_grad, "At a = -3 your slope is 0"),
        ],
        "maxout_as_distance": [
            ([1, 2, -1, -2], "At x = -10 your Maxout gives 8, which is too low"),
            ([1, -2, 1, -2], "At x = -10 your Maxout gives -12, which is too low"),
            ([1, -2, -1, 3], "too high"),
            ([1, -2, -1], "4 finite numbers"),
        ],
        "xor_network": [
            (([[1, 1], [1, 1]], [-0.5, -0.5], [1, 1], -0.5), r"At \(1, 1\) your hidden neurons"),
            (([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], 1), r"At \(0, 0\) .* XOR wants the other"),
            ((1, 2, 3), "Give four things"),
            (7, "Give four things"),
            ((..., [1, 1], [1, 1], 0), "still dots"),
            (([[1, 1]], [1, 1], [1, 1], 0), "W needs two rows"),
            (("ab", [1, 1], [1, 1], 0), "W needs two rows"),
            (([[1, 1], [1, 1]], [1], [1, 1], 0), "2 finite numbers"),
        ],
    }
