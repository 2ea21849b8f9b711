"""The checks of the chapter on PyTorch: right, wrong, missing and odd answers."""

import subprocess
import sys

import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import pytorch as check
from lecturelib.checks import questions

torch = pytest.importorskip("torch")


def step(model, loss, optimiser, X, y):
    optimiser.zero_grad()
    L = loss(model(X), y)
    L.backward()
    optimiser.step()
    return L.item()


def step_cleared_between(model, loss, optimiser, X, y):
    L = loss(model(X), y)
    optimiser.zero_grad()
    L.backward()
    optimiser.step()
    return L.item()


def step_not_cleared(model, loss, optimiser, X, y):
    L = loss(model(X), y)
    L.backward()
    optimiser.step()
    return L.item()


def step_cleared_too_late(model, loss, optimiser, X, y):
    L = loss(model(X), y)
    L.backward()
    optimiser.zero_grad()
    optimiser.step()
    return L.item()


def step_before_backward(model, loss, optimiser, X, y):
    L = loss(model(X), y)
    optimiser.step()
    L.backward()
    return L.item()


def step_twice(model, loss, optimiser, X, y):
    step(model, loss, optimiser, X, y)
    return step(model, loss, optimiser, X, y)


def step_with_graph(model, loss, optimiser, X, y):
    optimiser.zero_grad()
    L = loss(model(X), y)
    L.backward()
    optimiser.step()
    return L


def step_loss_after(model, loss, optimiser, X, y):
    step(model, loss, optimiser, X, y)
    return loss(model(X), y).item()


def share(model, X, y):
    return (model(X).argmax(dim=1) == y).float().mean().item()


def evaluate(model, X, y):
    before = model.training
    model.eval()
    with torch.no_grad():
        right = share(model, X, y)
    model.train(before)
    return right


def in_training_mode(model, X, y):
    with torch.no_grad():
        return share(model, X, y)


def recorded(model, X, y):
    model.eval()
    return share(model, X, y)


@torch.no_grad()
def left_in_eval(model, X, y):
    model.eval()
    return share(model, X, y)


@torch.no_grad()
def counted(model, X, y):
    before = model.training
    model.eval()
    right = (model(X).argmax(dim=1) == y).sum().item()
    model.train(before)
    return right


def wrong_share(model, X, y):
    return 1 - evaluate(model, X, y)


def tensor_share(model, X, y):
    return torch.tensor(evaluate(model, X, y))


RIGHT = {
    "gradient_twice": [60, 60.0],
    "weight_after": [1.4],
    "stretched_loss": [2, 2.0],
    "step": [step, step_cleared_between],
    "evaluate": [evaluate],
}
WRONG = {
    "gradient_twice": [
        (30, "one pass"),
        (0, "cleared"),
        (20, "inner derivative"),
        (900, "does not multiply"),
        (-60, "sign"),
        (7, "count the passes"),
        ("x", "One number"),
    ],
    "weight_after": [
        (1.7, "not one pass"),
        (2.6, "uphill"),
        (-58, "learning rate is missing"),
        (0.6, "That is the step"),
        (3, "rate times"),
    ],
    "stretched_loss": [
        (0, "equal shapes"),
        (8, "sum"),
        (4, "how many"),
        (1, "before you take"),
        (5, "every output, every target"),
    ],
    "step": [
        (1, "function itself"),
        (lambda *_: None, "returns nothing"),
        (lambda *_: 1.0, "No weight has changed"),
        (step_not_cleared, "were added"),
        (step_cleared_too_late, "No weight has changed"),
        (step_before_backward, "backward comes first"),
        (step_twice, "not by one step"),
        (step_with_graph, "plain number"),
        (step_loss_after, "not the loss before"),
        (lambda model: 0.0, "raised TypeError"),
    ],
    "evaluate": [
        (0.75, "function itself"),
        (lambda *_: None, "returns nothing"),
        (lambda *_: 0.75, "not called"),
        (in_training_mode, "training mode"),
        (recorded, "were recorded"),
        (left_in_eval, "another mode"),
        (counted, "their share"),
        (wrong_share, "wrong answers"),
        (lambda *a: 0.5 * evaluate(*a), "where another share"),
        (tensor_share, "plain number"),
    ],
}


@pytest.mark.parametrize("section", ["recall", "symptoms"])
def test_the_questions_are_complete(section):
    assert len(questions("pytorch", section)) == 4


def test_a_check_changes_no_global_state_that_matters():
    assert check.step(step)
    assert torch.is_grad_enabled()
    assert check.evaluate(evaluate)
    assert torch.is_grad_enabled()


def test_the_module_imports_without_torch():
    code = "import sys, lecturelib.checks.pytorch; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
