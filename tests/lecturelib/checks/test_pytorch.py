"""The checks of the chapter on PyTorch."""

import subprocess
import sys

import pytest
from contracts.checks import CheckContract

from lecturelib.checks import pytorch

torch = pytest.importorskip("torch")


def step(model, loss, optimiser, X, y, order="clear back step", after=False):
    """One training step, or the same with its lines in another order."""
    L = loss(model(X), y)
    lines = {"clear": optimiser.zero_grad, "back": L.backward, "step": optimiser.step}
    for line in order.split():
        lines[line]()
    return loss(model(X), y).item() if after else L.item()


def step_twice(*arguments):
    step(*arguments)
    return step(*arguments)


def step_with_graph(model, loss, optimiser, X, y):
    L = loss(model(X), y)
    step(model, loss, optimiser, X, y)
    return L


def evaluate(model, X, y, mode=False, record=False, restore=True):
    """The share of right answers, in the mode and with the record asked for."""
    before = model.training
    model.train(mode)
    with torch.set_grad_enabled(record):
        right = (model(X).argmax(dim=1) == y).float().mean().item()
    model.train(before if restore else mode)
    return right


class TestPytorch(CheckContract):
    check = pytorch
    NUMBERS = {
        "adds": [3, -2, 7, -10],
        "gradient_twice": [60, 30, 0, 20, 900, -60],
        "weight_after": [1.4, 1.7, 2.6, -58, 0.6],
        "stretched_loss": [2, 0, 8, 4, 1],
    }
    CHOICES = {
        "when": "While the forward",
        "shares": ("`torch.from_numpy(array)`", "`grid.T`"),
        "save": "`torch.save(net.state_dict()",
        "floor": "The network ends",
        "random": "`model.eval()`",
        "mean": "At the shape",
        "memory": "`total += L`",
    }
    RIGHT = {"step": [step], "evaluate": [evaluate]}
    WRONG = {
        "step": [
            (lambda *_: 1.0, "No weight has changed"),
            (lambda *a: step(*a, order="back step"), "were added"),
            (lambda *a: step(*a, order="back clear step"), "No weight has changed"),
            (lambda *a: step(*a, order="step back"), "backward comes first"),
            (step_twice, "not by one step"),
            (step_with_graph, "plain number"),
            (lambda *a: step(*a, after=True), "not the loss before"),
        ],
        "evaluate": [
            (lambda *_: 0.75, "not called"),
            (lambda *a: evaluate(*a, mode=True), "training mode"),
            (lambda *a: evaluate(*a, record=True), "were recorded"),
            (lambda *a: evaluate(*a, restore=False), "another mode"),
            (lambda *a: 40 * evaluate(*a), "their share"),
            (lambda *a: 1 - evaluate(*a), "wrong answers"),
            (lambda *a: 0.5 * evaluate(*a), "where another share"),
            (lambda *a: torch.tensor(evaluate(*a)), "plain number"),
        ],
    }

    def test_a_check_changes_no_global_state_that_matters(self):
        assert pytorch.step(step)
        assert torch.is_grad_enabled()
        assert pytorch.evaluate(evaluate)
        assert torch.is_grad_enabled()

    def test_the_module_imports_without_torch(self):
        code = "import sys, lecturelib.checks.pytorch; assert 'torch' not in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True)
