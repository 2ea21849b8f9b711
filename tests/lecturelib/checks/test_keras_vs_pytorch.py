"""The checks of the chapter that compares Keras and PyTorch."""

import numpy as np
import pytest
from contracts.checks import CheckContract

from lecturelib.checks import keras_vs_pytorch


def port(state, kernel=True, recurrent=True, biases=("ih", "hh"), factor=1):
    """The arrays of a SimpleRNN, with a transposition or a bias left out on request."""
    first, second = state["weight_ih_l0"], factor * state["weight_hh_l0"]
    bias = sum((state[f"bias_{part}_l0"] for part in biases), np.zeros(3))
    return [first.T.copy() if kernel else first, second.T.copy() if recurrent else second, bias]


class TestKerasVsPytorch(CheckContract):
    check = keras_vs_pytorch
    NUMBERS = {
        "weighted": [2.5, 5, 2, 10],
        "average": [0.02, 1.98, 0.2, 2],
        "parameters": [70, 65, 60, 45, 40, 98],
        "running_variance": [1.1, 1.0, 1.9, 1.0414, 0.2, 2],
        "first_step": [0.031, 0.5, 0.909, 0.24, 0.0316],
    }
    CHOICES = {
        "shape": "(64, 10)",
        "silent": "At the recurrent",
        "reduction": "When examples",
        "adds": "Those of",
    }
    RIGHT = {
        "port": [port, lambda state: tuple(port(state))],
        "batch_norm": [[0.1, 1e-3], (1 - 0.9, 0.001), np.array([0.1, 1e-3])],
    }
    WRONG = {
        "port": [
            (lambda s: port(s, recurrent=False), "square"),
            (lambda s: port(s, kernel=False), r"kernel has shape \(3, 4\)"),
            (lambda s: port(s, biases=["ih"]), "One of the two"),
            (lambda s: port(s, biases=["hh"]), "One of the two"),
            (lambda s: port(s, biases=[]), "both lists"),
            (lambda s: [s["weight_ih_l0"].reshape(4, 3), *port(s)[1:]], "transpose it"),
            (lambda s: port(s, factor=2), "other numbers"),
            (lambda s: port(s)[:2], "three arrays"),
            (lambda s: s["W"], "KeyError"),
        ],
        "batch_norm": [
            ([0.9, 1e-3], "old mean"),
            ([0.01, 1e-3], "simple sum"),
            ([0.1, 1e-5], "default for eps"),
            ([0.1, 1e-2], "same in both"),
            (0.1, "2 finite numbers"),
        ],
    }

    def test_the_running_variance_asked_for_is_pytorchs(self):
        torch = pytest.importorskip("torch")
        norm = torch.nn.BatchNorm1d(1, momentum=0.1)
        norm(torch.tensor([[0.0], [2.0]]))
        assert keras_vs_pytorch.running_variance(norm.running_var.item())

    def test_the_step_asked_for_is_what_the_formula_gives(self):
        g, beta1, beta2, eps = 1e-7, 0.9, 0.999, 1e-7
        m, v = (1 - beta1) * g, (1 - beta2) * g * g
        step = np.sqrt(1 - beta2) / (1 - beta1) * m / (np.sqrt(v) + eps)
        assert keras_vs_pytorch.first_step(step)
