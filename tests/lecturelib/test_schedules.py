"""Schedules: values by hand, PyTorch's where it has the same, the ends, and what is refused."""

import copy
import math
import pickle

import numpy as np
import pytest

from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import SGD
from lecturelib.schedules import Constant, Cosine, OneCycle, StepDecay, WarmupCosine
from lecturelib.training import fit

ENDING = [Cosine(0.1, 20), WarmupCosine(0.1, 5, 20), OneCycle(0.1, 20)]
ALL = [Constant(0.1), StepDecay(0.1, 5), *ENDING]


def rates(schedule, steps):
    return [schedule(t) for t in range(1, steps + 1)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Constant(0.5), {1: 0.5, 10**9: 0.5}),
        (StepDecay(0.8, 3, 0.5), {1: 0.8, 3: 0.8, 4: 0.4, 6: 0.4, 7: 0.2}),
        (Cosine(0.2, 5), {1: 0.2, 3: 0.1, 5: 0}),
        (Cosine(0.2, 5, end=0.1), {1: 0.2, 3: 0.15, 5: 0.1}),
        (WarmupCosine(1e-3, 10, 110), {1: 1e-4, 5: 5e-4, 10: 1e-3, 60: 5e-4, 110: 0}),
        (WarmupCosine(1e-3, 10, 110, end=2e-4), {10: 1e-3, 60: 6e-4, 110: 2e-4}),
        (OneCycle(1.0, 10, 0.5, div=4, final=10), {1: 0.25, 3: 0.625, 5: 1, 10: 0.025}),
    ],
)
def test_rates_by_hand(schedule, expected):
    for t, rate in expected.items():
        assert schedule(t) == pytest.approx(rate, rel=1e-12, abs=1e-15), t


def test_they_are_torchs():
    torch = pytest.importorskip("torch")
    lr_scheduler, steps = torch.optim.lr_scheduler, 40

    def theirs(lr, make):
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
        schedule, found = make(optimiser), []
        for t in range(steps):
            found.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            if t < steps - 1:
                schedule.step()
        return found

    def warm(optimiser):
        first = lr_scheduler.LinearLR(optimiser, 1 / 8, total_iters=7)
        second = lr_scheduler.CosineAnnealingLR(optimiser, steps - 8, eta_min=0.01)
        return lr_scheduler.SequentialLR(optimiser, [first, second], [7])

    cycle = {"max_lr": 0.3, "total_steps": steps, "cycle_momentum": False}
    for ours, make in [
        (StepDecay(0.3, 7, 0.2), lambda o: lr_scheduler.StepLR(o, 7, 0.2)),
        (Cosine(0.3, steps, 0.01), lambda o: lr_scheduler.CosineAnnealingLR(o, steps - 1, 0.01)),
        (WarmupCosine(0.3, 8, steps, 0.01), warm),
        (OneCycle(0.3, steps), lambda o: lr_scheduler.OneCycleLR(o, **cycle)),
        (
            OneCycle(0.3, steps, 0.44, 5, 70),
            lambda o: lr_scheduler.OneCycleLR(
                o, **cycle, pct_start=0.44, div_factor=5, final_div_factor=70
            ),
        ),
    ]:
        np.testing.assert_allclose(rates(ours, steps), theirs(0.3, make), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_the_peak_is_the_rate_and_none_is_negative(schedule):
    found = rates(schedule, 20)
    assert min(found) >= 0
    assert max(found) == pytest.approx(0.1, rel=1e-12)
    assert copy.deepcopy(schedule) == pickle.loads(pickle.dumps(schedule)) == schedule
    assert eval(repr(schedule)) == schedule


@pytest.mark.parametrize("schedule", ENDING, ids=repr)
def test_past_the_end_it_refuses(schedule):
    with pytest.raises(ValueError, match=r"^t: expected a step from 1 to 20, the end of .*got 21"):
        schedule(21)


@pytest.mark.parametrize("schedule", ALL, ids=repr)
@pytest.mark.parametrize("t", [0, -1, 1.5, True])
def test_steps_count_from_one(schedule, t):
    with pytest.raises(ValueError, match=r"^t: expected a whole number of at least 1"):
        schedule(t)


def test_a_training_asks_at_every_batch_and_ends_in_time():
    rng = np.random.default_rng(0)
    model = FFNN([2, 3], rng=rng)
    optimiser = SGD(model, 1.0)
    X, y = rng.normal(size=(10, 2)), rng.integers(3, size=10)
    settings = {"batch_size": 4, "rng": rng}  # three steps an epoch
    fit(model, CrossEntropy(), optimiser, X, y, epochs=2, schedule=Cosine(0.1, 6), **settings)
    assert optimiser.lr == 0
    with pytest.raises(ValueError, match=r"^t: expected a step from 1 to 5"):
        fit(model, CrossEntropy(), optimiser, X, y, epochs=2, schedule=Cosine(0.1, 5), **settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(0), r"^lr: expected a number above 0"),
        (lambda: Constant(math.nan), r"^lr: expected one finite"),
        (lambda: StepDecay(0.1, 0), r"^every: expected a whole number of at least 1"),
        (lambda: StepDecay(0.1, 5, 1), r"^factor: expected a number in \[0, 1\)"),
        (lambda: StepDecay(0.1, 5, 0), r"^factor: expected a number above 0"),
        (lambda: Cosine(-1, 5), r"^lr: expected a number above 0"),
        (lambda: Cosine(0.1, 1), r"^steps: expected a whole number of at least 2"),
        (lambda: Cosine(0.1, 5, 0.2), r"^end: expected a rate from 0 to lr = 0.1, got 0.2"),
        (lambda: Cosine(0.1, 5, -0.1), r"^end: expected a rate from 0"),
        (lambda: WarmupCosine(0.1, 0, 5), r"^warmup: expected a whole number of at least 1"),
        (lambda: WarmupCosine(0.1, 5, 5), r"^steps: expected a whole number of at least 6"),
        (lambda: OneCycle(0.1, 3), r"^steps: expected more than 3.33333"),
        (lambda: OneCycle(0.1, 30, 1.0), r"^warmup: expected a number in \[0, 1\)"),
        (lambda: OneCycle(0.1, 30, div=0), r"^div: expected a number above 0"),
        (lambda: OneCycle(0.1, 30, final=-1), r"^final: expected a number above 0"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
