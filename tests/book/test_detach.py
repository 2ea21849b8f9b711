"""What the chapter on BPTT says of PyTorch when the state is handed on without ``detach``."""

from pathlib import Path

import nbformat
import pytest
import torch

CHAPTER = Path(__file__).parents[2] / "book" / "neural-networks" / "bptt.ipynb"
PIECES, STEPS = 6, 5


def backward_passes(*, retain, step_each, detach=False):
    """Train on six pieces; how many steps in time each backward pass goes through."""
    torch.manual_seed(0)
    cell, state = torch.nn.RNNCell(4, 8), torch.zeros(1, 8)
    optimiser = torch.optim.SGD(cell.parameters(), lr=0.1)
    lengths = []
    for piece in torch.randn(PIECES, STEPS, 1, 4):
        for x in piece:
            state = cell(x, state)
        loss = (state**2).sum()
        lengths.append(count_steps(loss.grad_fn))
        loss.backward(retain_graph=retain)
        if step_each:
            optimiser.step()
        if detach:
            state = state.detach()
    return lengths


def count_steps(end):
    """The applications of tanh that a backward pass from ``end`` goes through."""
    seen, waiting = set(), [end]
    while waiting:
        if (node := waiting.pop()) and node not in seen:
            seen.add(node)
            waiting.extend(before for before, _ in node.next_functions)
    return sum(node.name().startswith("Tanh") for node in seen)


@pytest.mark.parametrize(
    ("retain", "step_each", "error"),
    [
        (False, True, "Trying to backward through the graph a second time"),
        (False, False, "Trying to backward through the graph a second time"),
        (True, True, "needed for gradient computation has been modified by an inplace operation"),
    ],
)
def test_the_second_backward_pass_stops_with_the_error_that_the_page_quotes(
    retain, step_each, error
):
    with pytest.raises(RuntimeError, match=error):
        backward_passes(retain=retain, step_each=step_each)
    cells = nbformat.read(CHAPTER, as_version=4).cells
    text = next(cell.source for cell in cells if "detach()" in cell.source)
    assert error in " ".join(text.split())


def test_with_one_update_each_pass_goes_through_all_pieces_so_far():
    lengths = backward_passes(retain=True, step_each=False)
    assert lengths == [STEPS * n for n in range(1, PIECES + 1)]


def test_a_detached_state_needs_nothing_of_this():
    assert backward_passes(retain=False, step_each=True, detach=True) == [STEPS] * PIECES
