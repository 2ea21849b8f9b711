"""The checks of the chapter that compares Keras and PyTorch."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import keras_vs_pytorch as check
from lecturelib.checks import questions


def port(state, kernel=True, recurrent=True, biases=("ih", "hh")):
    """The arrays of a SimpleRNN, with a transposition or a bias left out on request."""
    first, second = state["weight_ih_l0"], state["weight_hh_l0"]
    bias = sum((state[f"bias_{part}_l0"] for part in biases), np.zeros(3))
    return [first.T if kernel else first, second.T if recurrent else second, bias]


def changed(index, value):
    def answer(state):
        arrays = port(state)
        arrays[index] = arrays[index] * value
        return arrays

    return answer


RIGHT = {
    "parameters": [70, 70.0],
    "port": [port, lambda state: tuple(port(state))],
    "batch_norm": [[0.1, 1e-3], (1 - 0.9, 0.001), np.array([0.1, 1e-3])],
    "first_step": [0.031, 0.0306],
}
WRONG = {
    "parameters": [
        (65, "Keras's count"),
        (60, "biases are not there"),
        (45, "state to state"),
        (40, "without memory"),
        (98, "as there are units"),
        (71, "Two matrices"),
        ("seven", "One number"),
    ],
    "port": [
        (lambda s: port(s, recurrent=False), "square"),
        (lambda s: port(s, kernel=False), r"kernel has shape \(3, 4\)"),
        (lambda s: port(s, biases=["ih"]), "One of the two"),
        (lambda s: port(s, biases=["hh"]), "One of the two"),
        (lambda s: port(s, biases=[]), "both lists"),
        (lambda s: [s["weight_ih_l0"].reshape(4, 3), *port(s)[1:]], "transpose it"),
        (changed(1, 2.0), "other numbers"),
        (lambda s: port(s)[:2], "three arrays"),
        (lambda s: None, "nothing yet"),
        (lambda s: s["W"], "KeyError"),
        ([1, 2, 3], "function itself"),
    ],
    "batch_norm": [
        ([0.9, 1e-3], "old mean"),
        ([0.01, 1e-3], "simple sum"),
        ([0.1, 1e-5], "default for eps"),
        ([0.1, 1e-2], "same in both"),
        (0.1, "2 finite numbers"),
    ],
    "first_step": [
        (0.5, "before v is grown"),
        (0.909, "PyTorch's step"),
        (0.240, "epsilon is 1e-7"),
        (0.0316, "root of v"),
        (0.7, "with t = 1"),
    ],
}


def test_the_number_asked_for_is_what_the_formula_gives():
    g, beta1, beta2, eps = 1e-7, 0.9, 0.999, 1e-7
    m, v = (1 - beta1) * g, (1 - beta2) * g * g
    step = np.sqrt(1 - beta2) / (1 - beta1) * m / (np.sqrt(v) + eps)
    assert check.first_step(step)


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(state):
        arrays = [array.copy() for array in port(state)]
        for array in state.values():
            array[...] = 0
        return arrays

    assert check.port(spoils)


@pytest.mark.parametrize("section", ["recall", "by_hand"])
def test_the_questions_are_complete(section):
    for question in questions("keras_vs_pytorch", section):
        if "compute" in question:
            assert eval(question["compute"], {"np": np}) == pytest.approx(question["answer"])
            wrong = [mistake["value"] for mistake in question["mistakes"]]
            assert question["answer"] not in wrong
