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
        "nand": [([-1, -1], 1.5), (np.array([-2.0, -3.0]), 4), [[-0.1, -0.1], 0.15]],
        "leaky_relu_grad": [
            activations.leaky_relu_grad,
            lambda a: np.vectorize(lambda x: 1.0 if x > 0 else 0.1)(a),
        ],
        "maxout_as_leaky_relu": [[0.1, 0, 1, 0], [1, 0, 0.1, 0], np.array([1, 0, 0.1, 0])],
        "xor_network": [
            ([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], -1.5),
            (np.array([[1, -1], [-1, 1]]), np.array([-0.5, -0.5]), np.array([1, 1]), -0.5),
        ],
    }
    WRONG = {
        "nand": [
            (([1, 1], -1.5), r"At \(0, 0\) your sum is -1.5, not above zero"),
            (([-1, -1], 2.5), r"At \(1, 1\) your sum is 0.5, above zero"),
            (([-1, -1], 1), r"At \(0, 1\) your sum is 0, not above zero"),
            (([-2, -1], 1.5), r"At \(1, 0\) your sum is -0.5, not above zero"),
            (5, "Give a pair"),
            (([1, 2, 3], 1), "2 finite numbers"),
            (([1, 1], "b"), "One number"),
            ((..., ...), "2 numbers are asked for"),
        ],
        "leaky_relu_grad": [
            (lambda a: 0.1, r"not of shape \(\)"),
            (lambda a: a.ravel(), r"shape \(2, 3\) is asked for, not of shape \(6,\)"),
            (lambda a: 1 if a > 0 else 0.1, "Your answer raised ValueError"),
            (lambda a: "text", "Your answer raised ValueError"),
            (activations.leaky_relu, "Leaky ReLU itself"),
            (activations.relu_grad, "slope of ReLU"),
            (lambda a: np.where(a > 0, 2, 0.1), "Where a > 0 .* slope there is 2"),
            (lambda a: np.where(a > 0, 1, 0.2), "Where a < 0 your slope is 0.2"),
            (lambda a: np.where(a > 0, 1, np.nan), "Where a < 0 your slope is nan"),
        ],
        "maxout_as_leaky_relu": [
            ([0, 0, 1, 0], "At x = -10 your Maxout gives 0, which is too high"),
            ([0.1, 0, 0.1, 0], "At x = 1 your Maxout gives 0.1, which is too low"),
            ([0.1, 0, 1, 1], "too high"),
            ([0.1, 0, 1], "4 finite numbers"),
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
