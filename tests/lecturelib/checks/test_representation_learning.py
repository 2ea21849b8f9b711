"""The checks of the chapter on representation learning: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import questions
from lecturelib.checks import representation_learning as check
from lecturelib.representation import principal_components

CHECKS = checks_of(check)


def to_polar(X):
    return np.column_stack([np.hypot(X[:, 0], X[:, 1]), np.arctan2(X[:, 1], X[:, 0])])


def by_quotient(X):
    with np.errstate(divide="ignore"):
        return np.column_stack([np.hypot(*X.T), np.arctan(X[:, 1] / X[:, 0])])


def positive_angle(X):
    return np.column_stack([np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi)])


def error(X, k):
    found = principal_components(X, k)
    return ((found.decode(found.encode(X)) - X) ** 2).mean()


def rest(X, k):
    S = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return (S[k:] ** 2).sum() / X.size


def not_centred(X, k):
    _, _, U = np.linalg.svd(X, full_matrices=False)
    return ((X - X @ U[:k].T @ U[:k]) ** 2).mean()


def last_directions(X, k):
    mean = X.mean(axis=0)
    U = np.linalg.svd(X - mean, full_matrices=False)[2][-k:]
    return ((X - mean - (X - mean) @ U.T @ U) ** 2).mean()


def unsquared(X, k):
    U = np.linalg.svd(X, full_matrices=False)[2][:k]
    return (X - X @ U.T @ U).mean()


RIGHT = {
    "hidden": [[2, 1], (2.0, 1.0), np.array([2, 1.004])],
    "polar": [to_polar, lambda X: to_polar(X).tolist()],
    "autoencoder_parameters": [4354, "4354", np.int64(4354)],
    "reconstruction_error": [error, rest],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "hidden": [
        ([1, 2], "wrong order"),
        ([2, 2], "bias of the second unit"),
        ([1, 0], r"corner \(1, 0\)"),
        ([1, 1], "ReLU"),
        ([0, 0], "add the two inputs"),
        ([2, 1, 0], "2 finite numbers"),
        (2, "2 finite numbers"),
    ],
    "polar": [
        (3, "without calling it"),
        (lambda X: None, "returns nothing"),
        (lambda X: to_polar(X)[:, 0], r"returned shape \(6,\)"),
        (lambda X: to_polar(X)[:, ::-1], "columns are swapped"),
        (lambda X: to_polar(X) ** [2, 1], "square of the radius"),
        (lambda X: to_polar(X) * [2, 1], "length of the row"),
        (lambda X: to_polar(X) * [1, 180 / np.pi], "in degrees"),
        (positive_angle, "0 to 2π"),
        (by_quotient, "same quotient"),
        (lambda X: X[5, 7], "Your answer raised IndexError"),
    ],
    "autoencoder_parameters": [
        (4224, "biases are not"),
        (2146, "decoder has numbers too"),
        (4292, "other biases"),
        (194, "counted the units"),
        (4355, "four layers"),
    ],
    "reconstruction_error": [
        (0.1, "without calling it"),
        (lambda X, k: None, "returns nothing"),
        (lambda X, k: np.zeros(12), r"returned shape \(12,\)"),
        (lambda X, k: error(X, k) * X.size, "sum of the squares"),
        (lambda X, k: error(X, k) * X.shape[1], "mean over the rows"),
        (not_centred, "mean was not taken off"),
        (last_directions, "last k directions"),
        (unsquared, "squares are missing"),
        (lambda X, k: error(X, k) ** 0.5, "root of it"),
        (lambda X, k: 7.0, "For k = 1"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def test_a_wrong_verdict_never_shows_the_right_number():
    for answer in [*range(4300, 4400), 0, -1, 1e9, "abc"]:
        verdict = check.autoencoder_parameters(answer)
        if not verdict:
            assert "4354" not in verdict.says.replace(f"{answer}", "")
    for answer in ([0, 0], [1, 2], [3, 3]):
        assert "2, 1" not in check.hidden(answer).says


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(X):
        result = to_polar(X)
        X[:] = 0
        return result

    def spoils_too(X, k):
        value = error(X, k)
        X[:] = 0
        return value

    assert check.polar(spoils)
    assert check.reconstruction_error(spoils_too)


@pytest.mark.parametrize("section", ["recall", "probes"])
def test_the_questions_are_complete(section):
    for question in questions("representation_learning", section):
        if "compute" in question:
            assert eval(question["compute"]) == pytest.approx(question["answer"])
