"""Checks for the chapter "PyTorch"; those of code import torch when they are called."""

from __future__ import annotations

import copy
from collections.abc import Callable

from lecturelib.checks import AnswerError, called, check, number

gradient_twice = number("pytorch", "numbers", "gradient_twice")
weight_after = number("pytorch", "numbers", "weight_after")
stretched_loss = number("pytorch", "numbers", "stretched_loss")


def _plain(value, what):
    """A float that is one, or the AnswerError of handing out a tensor."""
    if not isinstance(value, (int, float)):
        raise AnswerError(f"Return the {what} as a plain number; a tensor may hold its graph.")
    return float(value)


def _regression():
    """A model with gradients left over from before, its loss, and a batch."""
    import torch

    torch.manual_seed(3)
    model, loss = torch.nn.Linear(4, 2), torch.nn.MSELoss()
    X, y = torch.randn(6, 4), torch.randn(6, 2)
    loss(model(X), y + 3).backward()
    return model, loss, X, y


@check
def step(answer: Callable) -> str:
    """A function (model, loss, optimiser, X, y) -> loss that takes one training step."""
    import torch

    model, loss, X, y = _regression()
    first = [p.detach().clone() for p in model.parameters()]
    stale = [p.grad.clone() for p in model.parameters()]
    before = loss(model(X), y)
    fresh = torch.autograd.grad(before, list(model.parameters()))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    value = _plain(called(answer, model, loss, optimiser, X, y), "loss")
    moved = [(a - p.detach()) / 0.1 for a, p in zip(first, model.parameters(), strict=True)]

    def steps_along(gradients):
        pairs = zip(moved, gradients, strict=True)
        return all(torch.allclose(m, g, atol=1e-4) for m, g in pairs)

    if not any(m.any() for m in moved):
        raise AnswerError("No weight has changed: is step called, after backward, with gradients?")
    if steps_along([a + b for a, b in zip(stale, fresh, strict=True)]):
        raise AnswerError("Gradients of an earlier batch were still there and were added.")
    if steps_along(stale):
        raise AnswerError("The step used the gradients of an earlier batch: backward comes first.")
    if not steps_along(fresh):
        raise AnswerError("The weights moved, but not by one step along this batch's gradient.")
    if abs(value - before.item()) > 1e-5:
        raise AnswerError("The step is right; the number returned is not the loss before it.")
    return "Cleared, forward, back, moved."


def _probe():
    """A classifier with dropout that notes whether its calls were recorded."""
    import torch

    class Probe(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.drop = torch.nn.Linear(5, 5), torch.nn.Dropout(0.9)
            self.recorded, self.modes = [], []

        def forward(self, x):
            self.recorded.append(torch.is_grad_enabled())
            self.modes.append(self.training)
            return self.layer(self.drop(x))

    torch.manual_seed(4)
    return Probe(), torch.randn(40, 5)


@check
def evaluate(answer: Callable) -> str:
    """A function (model, X, y) -> accuracy, in the right mode and without a record."""
    import torch

    model, X = _probe()
    with torch.no_grad():
        y = copy.deepcopy(model).eval()(X).argmax(dim=1)
    y[:10] = (y[:10] + 1) % 5  # 30 of 40 are right
    for mode in (True, False):
        model.train(mode)
        value = _plain(called(answer, model, X, y), "accuracy")
        if not model.modes:
            raise AnswerError("The model was not called.")
        if any(model.modes):
            raise AnswerError("The model was called in training mode: dropout was at work.")
        if any(model.recorded):
            raise AnswerError("The calls were recorded; eval changes the mode, not the record.")
        if abs(value - 0.75) > 1e-6:
            _wrong_accuracy(value)
        if model.training != mode:
            raise AnswerError("The model came in another mode than the one you left it in.")
    return "Right mode, no record, and the model as it came."


def _wrong_accuracy(value):
    if abs(value - 30) < 1e-6:
        raise AnswerError("That is the number of right answers; asked is their share.")
    if abs(value - 0.25) < 1e-6:
        raise AnswerError("That is the share of wrong answers.")
    raise AnswerError(f"It returned {value:g} where another share of the answers is right.")
