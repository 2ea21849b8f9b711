"""The schedule, one step there and back, the loss against torch, sampling with a known noise."""

import math

import numpy as np
import pytest
import torch

from lecturelib.diffusion import Diffusion, Schedule, denoiser, time_features
from lecturelib.gradcheck import check_gradients
from lecturelib.layers import Linear, Sequential
from lecturelib.optim import SGD, Adam
from lecturelib.training import DivergenceError

CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_schedule_is_a_running_product():
    found = Schedule(7, 0.1, 0.4)
    np.testing.assert_allclose(found.beta, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4])
    np.testing.assert_allclose(found.alpha, 1 - found.beta)
    for t in range(7):
        assert found.alpha_bar[t] == pytest.approx(math.prod(found.alpha[: t + 1]))
    assert Schedule().alpha_bar[-1] < 0.01


def test_noise_and_back_by_hand():
    found = Schedule(1, 0.36, 0.36)  # ᾱ = 0.64
    x = found.add_noise([[2.0]], [[1.0]], 1)
    assert x.item() == pytest.approx(2.2)
    assert found.clean(x, [[1.0]], 1).item() == pytest.approx(2)


def test_rows_have_steps_of_their_own():
    found, (x0, eps), t = Schedule(9), rng().normal(size=(2, 4, 3)), np.array([1, 9, 4, 4])
    x = found.add_noise(x0, eps, t)
    for n in range(4):
        np.testing.assert_allclose(x[n], found.add_noise(x0[n : n + 1], eps[n : n + 1], t[n])[0])
    np.testing.assert_allclose(found.clean(x, eps, t), x0)
    assert found.add_noise(x0.astype(np.float32), eps, t).dtype == np.float32


@pytest.mark.parametrize("t", [0, 10, [1, 10], 2.0, [[1]], []])
def test_steps_outside_the_schedule_are_refused(t):
    with pytest.raises(ValueError, match=r"^t: expected whole steps from 1 to 9"):
        Schedule(9).add_noise(np.ones((2, 1)), np.ones((2, 1)), t)


@pytest.mark.parametrize("bad", [{"T": 0}, {"first": 0}, {"last": 1}])
def test_a_schedule_without_noise_or_with_nothing_but_noise_is_refused(bad):
    with pytest.raises(ValueError, match=f"^{next(iter(bad))}: expected"):
        Schedule(**bad)


@pytest.mark.parametrize("t", [1, 2, 5, 9])
def test_a_step_back_is_the_posterior_of_what_the_noise_says(t):
    found, (x0, eps, z) = Schedule(9, 0.05, 0.5), rng(t).normal(size=(3, 4, 2))
    x = found.add_noise(x0, eps, t)
    bar, alpha, beta = (a[t - 1] for a in (found.alpha_bar, found.alpha, found.beta))
    before = found.alpha_bar[t - 2] if t > 1 else 1
    # q(x_{t−1} | x_t, x_0) is normal with this mean and variance.
    mean = math.sqrt(before) * beta * x0 + math.sqrt(alpha) * (1 - before) * x
    variance = beta * (1 - before) / (1 - bar)
    expected = mean / (1 - bar) + math.sqrt(variance) * z
    np.testing.assert_allclose(found.step_back(x, eps, t, z), expected, **CLOSE)
    low = found.step_back(x.astype(np.float32), eps.astype(np.float32), t, z.astype(np.float32))
    assert low.dtype == np.float32


class Exact:
    """The best prediction for data N(mean, std²): ε̂ = √(1 − ᾱ) (x − √ᾱ mean) / (ᾱ std² + 1 − ᾱ)."""

    def __init__(self, schedule, mean, std):
        self.schedule, self.mean, self.std = schedule, mean, std

    def predict(self, x):
        t = round(self.t)
        bar = self.schedule.alpha_bar[t - 1]
        right = np.sqrt(1 - bar) * (x - np.sqrt(bar) * self.mean)
        return right / (bar * self.std**2 + 1 - bar)


def test_sampling_with_the_exact_noise_gives_the_data_back(monkeypatch):
    schedule = Schedule(200, 1e-3, 0.06)
    model, exact = Diffusion(denoiser(rng(), D=1), schedule), Exact(schedule, 1.5, 0.4)
    monkeypatch.setattr(model, "inputs", lambda x, t: (setattr(exact, "t", t), x)[1])
    monkeypatch.setattr(model.net, "predict", exact.predict, raising=False)
    path = model.sample(20_000, rng(1), path=True)
    assert path.shape == (201, 20_000, 1)
    assert path[0].std() == pytest.approx(1, abs=0.02)
    assert path[-1].mean() == pytest.approx(1.5, abs=0.02)
    assert path[-1].std() == pytest.approx(0.4, abs=0.02)


def small(seed=0):
    return Diffusion(denoiser(rng(seed), D=3, hidden=5, pairs=2, dtype=np.float64), Schedule(9))


def test_the_loss_and_its_gradients_equal_torch_and_the_central_differences():
    model, (x0, eps), t = small(), rng(1).normal(size=(2, 4, 3)), np.array([1, 9, 4, 6])
    module = model.net.to_torch()
    x = torch.tensor(model.inputs(model.schedule.add_noise(x0, eps, t), t))
    expected = torch.nn.functional.mse_loss(module(x), torch.tensor(eps))
    expected.backward()
    assert model.loss(x0, eps, t) == pytest.approx(expected.item(), rel=1e-10)
    for ours, theirs in zip(model.net.gradients.values(), module.parameters(), strict=True):
        np.testing.assert_allclose(ours, theirs.grad, **CLOSE)

    def value(**arrays):
        probe = small()
        for name, array in arrays.items():
            probe.net.parameters[name][...] = array
        return probe.loss(x0, eps, t)

    check_gradients(value, model.net.parameters, model.net.gradients)


def test_the_network_sees_which_step_it_is():
    found = time_features(np.array([1, 5, 9]), 9, 3)
    assert found.shape == (3, 6)
    np.testing.assert_allclose(found[1, 0], math.sin(math.pi * 5 / 9))
    np.testing.assert_allclose(found[1, 5], math.cos(4 * math.pi * 5 / 9))
    model = small()
    x = np.ones((2, 3))
    assert model.inputs(x, 4).shape == (2, 7)
    np.testing.assert_array_equal(model.inputs(x, 4), model.inputs(x, np.array([4, 4])))
    with pytest.raises(ValueError, match=r"^net: expected 3 inputs and an even number"):
        Diffusion(Sequential(Linear(3, 3, rng=rng())))


def test_training_lowers_the_loss_and_says_where_it_diverges():
    data = lambda N, rng: 3 + 0.1 * rng.standard_normal((N, 3))  # noqa: E731
    model = small()
    losses = model.train(200, Adam(model.net, 1e-2), data, rng(), batch_size=32)
    assert losses[-20:].mean() < 0.7 * losses[:20].mean()
    assert model.sample(6, rng()).shape == (6, 3)
    model = small()
    with pytest.raises(DivergenceError, match=r"with learning rate 1e\+200") as found:
        model.train(20, SGD(model.net, 1e200), data, rng(), batch_size=4)
    assert len(found.value.history) == found.value.step - 1
    with pytest.raises(ValueError, match=r"^x0: expected finite"):
        small().train(2, Adam(small().net), lambda N, rng: np.full((N, 3), np.nan), rng())
