"""Restricted Boltzmann machines: the lecture's machine in exact numbers, learning, annealing."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from lecturelib.data import digits
from lecturelib.optim import SGD
from lecturelib.rbm import (
    RBM,
    annealed_log_partition,
    contrastive_divergence,
    data_biases,
    distribution,
    draw,
    expected_contrast,
    joint,
    likelihood_gradient,
    log_likelihood,
    log_partition,
    reconstruction_error,
    states,
    train,
    transition,
)
from lecturelib.training import DivergenceError

BITS = np.array([[2, 0, -1, 1], [0, 2, -1, 1], [-1, -1, 2, 0]])
V = [[1, 1, 0]]


class Given:
    """A generator that hands out the uniforms of the hand example."""

    def __init__(self, *uniforms):
        self.uniforms = list(uniforms)

    def random(self, shape, dtype=float):
        taken = [self.uniforms.pop(0) for _ in range(np.prod(shape))]
        return np.array(taken, dtype).reshape(shape)


@pytest.fixture
def hand():
    """The lecture's machine: 3 visible, 4 hidden units, no biases, weights in multiples of ln 2."""
    rbm = RBM(3, 4, biases=False, rng=np.random.default_rng(0))
    rbm.W = np.log(2) * BITS
    return rbm


def random_machine(n_visible=5, n_hidden=3, seed=0, dtype=np.float64, scale=1.0):
    rng = np.random.default_rng(seed)
    rbm = RBM(n_visible, n_hidden, rng=rng, dtype=dtype)
    for p in rbm.parameters.values():
        p[...] = rng.normal(scale=scale, size=p.shape)
    return rbm


def counted(weights):
    """Z and p(v, h) of the machine as fractions, energies in bits, by plain loops."""
    found = {}
    for v in product((0, 1), repeat=3):
        for h in product((0, 1), repeat=4):
            bits = sum(v[i] * h[j] * int(weights[i][j]) for i in range(3) for j in range(4))
            found[v, h] = Fraction(2) ** bits
    Z = sum(found.values())
    return Z, {state: weight / Z for state, weight in found.items()}


# The hand example


def test_the_partition_function_and_the_probabilities_of_the_hand_example(hand):
    Z, p = counted(BITS)
    assert Fraction(1823, 4) == Z
    assert sum(value for (v, _), value in p.items() if v == (1, 1, 0)) == Fraction(625, 1823)
    assert np.exp(log_partition(hand)) == pytest.approx(1823 / 4, rel=1e-14)
    every = distribution(hand)
    assert every.sum() == pytest.approx(1)
    assert every[6] == pytest.approx(625 / 1823, rel=1e-13)
    assert every[0] == pytest.approx(64 / 1823, rel=1e-13)
    np.testing.assert_array_equal(states(3)[6], V[0])
    table = joint(hand)
    assert table.size == 128
    for (v, h), value in p.items():
        i, j = (int("".join(map(str, units)), 2) for units in (v, h))
        assert table[i, j] == pytest.approx(float(value), rel=1e-12)


def test_the_energies_of_the_hand_example(hand):
    bits = hand.energy(np.repeat(V, 16, axis=0), states(4)) / np.log(2)
    assert bits.min() == pytest.approx(-6)
    np.testing.assert_array_equal(states(4)[bits.argmin()], [1, 1, 0, 1])
    assert hand.free_energy([[0, 0, 0]]) / np.log(2) == pytest.approx(-4)
    hand.W = np.random.default_rng(0).normal(size=(3, 4))
    assert hand.free_energy([[0, 0, 0]]) / np.log(2) == pytest.approx(-4), "whatever W is"


def test_one_step_of_contrastive_divergence_by_hand(hand):
    np.testing.assert_allclose(hand.hidden(V), [[4 / 5, 4 / 5, 1 / 5, 4 / 5]])
    np.testing.assert_allclose(hand.hidden([[0, 0, 1]]), [[1 / 3, 1 / 3, 4 / 5, 1 / 2]])
    h = draw(hand.hidden(V), Given(0.5, 0.9, 0.1, 0.3))
    np.testing.assert_array_equal(h, [[1, 0, 1, 1]])
    np.testing.assert_allclose(hand.visible(h), [[4 / 5, 1 / 2, 2 / 3]])
    uniforms = Given(0.5, 0.9, 0.1, 0.3, 0.6, 0.7, 0.4)
    end = contrastive_divergence.bare(hand, np.array(V, float), rng=uniforms)
    np.testing.assert_array_equal(end, [[1, 0, 1]])
    np.testing.assert_allclose(hand.hidden(end), [[2 / 3, 1 / 3, 2 / 3, 2 / 3]])
    np.testing.assert_allclose(-hand.dW[0], np.array([2, 7, -7, 2]) / 15, atol=1e-15)
    np.testing.assert_allclose(-hand.dW[2], -np.array([2, 1, 2, 2]) / 3)


def test_the_true_gradient_of_the_hand_example(hand):
    _, p = counted(BITS)
    up = likelihood_gradient(hand, V)["W"]
    np.testing.assert_allclose(up[0], [0.256, 0.315, -0.0595, 0.243], atol=5e-4)
    for i, j in product(range(3), range(4)):
        of_model = sum(value for (v, h), value in p.items() if v[i] and h[j])
        of_data = V[0][i] * Fraction(*hand.hidden(V)[0, j].as_integer_ratio())
        assert up[i, j] == pytest.approx(float(of_data - of_model), abs=1e-12)


# Machines of other sizes, exactly


@pytest.mark.parametrize("sizes", [(5, 3), (3, 6), (1, 1)])
@pytest.mark.parametrize("biases", [True, False])
def test_what_is_counted_agrees_with_sums_over_all_states(sizes, biases):
    rng = np.random.default_rng(1)
    rbm = RBM(*sizes, biases=biases, rng=rng)
    for p in rbm.parameters.values():
        p[...] = rng.normal(size=p.shape)
    v, h = states(sizes[0]), states(sizes[1])
    energies = np.array([rbm.energy(np.repeat(one[None], len(h), 0), h) for one in v])
    np.testing.assert_allclose(log_partition(rbm), np.log(np.exp(-energies).sum()))
    np.testing.assert_allclose(joint(rbm), np.exp(-energies) / np.exp(-energies).sum())
    np.testing.assert_allclose(rbm.free_energy(v), -np.log(np.exp(-energies).sum(axis=1)))
    np.testing.assert_allclose(distribution(rbm), joint(rbm).sum(axis=1))
    np.testing.assert_allclose(log_likelihood(rbm, v), np.log(distribution(rbm)))
    share = joint(rbm) / distribution(rbm)[:, None]
    np.testing.assert_allclose(rbm.hidden(v), share @ h)
    other = joint(rbm) / joint(rbm).sum(axis=0)
    np.testing.assert_allclose(rbm.visible(h), other.T @ v)


def test_the_likelihood_gradient_is_the_central_difference():
    rbm, v = random_machine(), states(5)[[3, 17, 17, 30]]
    up, step = likelihood_gradient(rbm, v), 1e-6
    assert set(up) == {"W", "b", "c"}
    for name, p in rbm.parameters.items():
        for index in np.ndindex(p.shape):
            ends = []
            for way in (step, -step):
                p[index] += way
                ends.append(log_likelihood(rbm, v).mean())
                p[index] -= way
            slope = (ends[0] - ends[1]) / (2 * step)
            assert up[name][index] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_gibbs_sampling_keeps_the_distribution_and_a_step_is_counted_rightly():
    rbm = random_machine()
    T = transition(rbm)
    np.testing.assert_allclose(T.sum(axis=1), 1)
    np.testing.assert_allclose(distribution(rbm) @ T, distribution(rbm))
    saturated = RBM(3, 2, rng=np.random.default_rng(0))
    saturated.b = [900.0, -900]
    np.testing.assert_allclose(transition(saturated).sum(axis=1), 1)


def test_gibbs_sampling_visits_states_as_often_as_they_are_likely(hand):
    rng = np.random.default_rng(0)
    v, h = hand.gibbs(np.zeros((20000, 3)), 30, rng)
    code = (v @ [4, 2, 1]).astype(int)
    shares = np.bincount(code, minlength=8) / len(v)
    np.testing.assert_allclose(shares, distribution(hand), atol=0.012)
    both = np.bincount(code * 16 + (h @ [8, 4, 2, 1]).astype(int), minlength=128) / len(v)
    np.testing.assert_allclose(both, joint(hand).ravel(), atol=0.012)


# Contrastive divergence


@pytest.mark.parametrize("k", [1, 2])
def test_contrastive_divergence_is_on_average_what_the_chain_gives(hand, k):
    v = np.repeat(states(3)[[6, 6, 1]], 8000, axis=0)
    contrastive_divergence(hand, v, rng=np.random.default_rng(k), k=k)
    expected = expected_contrast(hand, states(3)[[6, 6, 1]], k)["W"]
    np.testing.assert_allclose(-hand.dW, expected, atol=0.012)


def test_with_more_steps_it_becomes_the_true_gradient(hand):
    for rbm in (hand, random_machine(3, 4)):
        true, off = likelihood_gradient(rbm, V), []
        for k in (1, 2, 5, 500):
            found = expected_contrast(rbm, V, k)
            off.append(max(np.abs(found[name] - true[name]).max() for name in true))
        assert (np.diff(off) < 0).all()
        assert off[-1] < 1e-8


def test_persistent_chains_go_on_where_they_were():
    rbm, rng = random_machine(), np.random.default_rng(3)
    v, chains = states(5)[[3, 17]], states(5)[:7]
    end = contrastive_divergence(rbm, v, rng=rng, chains=chains, k=2)
    assert end.shape == chains.shape
    p, h = rbm.hidden(v), rbm.hidden(end)
    np.testing.assert_allclose(-rbm.dW, v.T @ p / 2 - end.T @ h / 7)
    np.testing.assert_allclose(-rbm.db, p.mean(axis=0) - h.mean(axis=0))
    np.testing.assert_allclose(-rbm.dc, v.mean(axis=0) - end.mean(axis=0))
    # From states of the model itself the model's part is right on average.
    rbm.zero_grad()
    start = rng.choice(32, size=40000, p=distribution(rbm))
    contrastive_divergence(rbm, v, rng=rng, chains=states(5)[start])
    np.testing.assert_allclose(-rbm.dW, likelihood_gradient(rbm, v)["W"], atol=0.012)


def test_the_hidden_units_that_drive_the_visible_ones_are_samples():
    """With weights this large a probability of one half would give other visible units."""
    rbm = RBM(2, 1, rng=np.random.default_rng(0))
    rbm.W, rbm.c = [[60.0], [60.0]], [-30.0, -30.0]
    rbm.b = [-60.0]
    v = np.tile([1.0, 0.0], (4000, 1))  # p(h = 1 | v) = 1/2
    end = contrastive_divergence(rbm, v, rng=np.random.default_rng(0), mean_field=True)
    assert set(map(tuple, end.round(6))) == {(0, 0), (1, 1)}
    assert end.mean() == pytest.approx(0.5, abs=0.03)


def test_gradients_add_up_and_are_those_of_free_energies_in_torch():
    torch = pytest.importorskip("torch")
    rbm, v = random_machine(6, 4), states(6)[[5, 9, 33]]
    end = contrastive_divergence(rbm, v, rng=np.random.default_rng(0))
    once = {name: g.copy() for name, g in rbm.gradients.items()}
    W, b, c = (torch.tensor(p, requires_grad=True) for p in rbm.parameters.values())

    def free(rows):
        rows = torch.tensor(rows)
        hidden = torch.nn.functional.softplus(rows @ W + b).sum(axis=1)
        return -(rows @ c) - hidden

    (free(v).mean() - free(end).mean()).backward()
    for name, leaf in zip("Wbc", (W, b, c), strict=True):
        np.testing.assert_allclose(once[name], leaf.grad, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(rbm.free_energy(v), free(v).detach(), rtol=1e-12)
    contrastive_divergence(rbm, v, rng=np.random.default_rng(0))
    for name, g in rbm.gradients.items():
        np.testing.assert_allclose(g, 2 * once[name])


def test_following_the_true_gradient_reaches_the_data():
    rbm, data = random_machine(3, 4), states(3)[[6, 6, 6, 1]]
    optimiser = SGD(rbm, 1.0)
    for _ in range(400):
        rbm.zero_grad()
        for name, up in likelihood_gradient(rbm, data).items():
            rbm.gradients[name] -= up
        optimiser.step()
    assert distribution(rbm)[6] == pytest.approx(0.75, abs=0.05)


# Annealed importance sampling


@pytest.mark.parametrize("sizes", [(8, 5), (4, 9)])
def test_annealing_agrees_with_counting(sizes):
    rbm, rng = random_machine(*sizes, scale=1.5), np.random.default_rng(0)
    true = log_partition(rbm)
    for base in (None, rng.normal(size=sizes[0])):
        found = annealed_log_partition(rbm, rng=rng, chains=500, base=base)
        assert found.low < found.log_z < found.high
        assert abs(found.log_z - true) < 0.1
        assert found.low - 0.02 < true < found.high + 0.02


def test_annealing_agrees_on_trained_digits_and_on_the_hand_example(hand):
    rng = np.random.default_rng(0)
    found = annealed_log_partition(hand, rng=rng, betas=np.linspace(0, 1, 101), chains=2000)
    assert found.log_z == pytest.approx(np.log(1823 / 4), abs=0.02)
    X = (digits().X[:600] > 0.5).astype(np.float32)
    rbm = RBM(64, 10, rng=rng, dtype=np.float32)
    train(rbm, X, epochs=10, batch_size=20, rng=rng)
    found = annealed_log_partition(rbm, rng=rng, base=data_biases(X))
    assert found.log_z == pytest.approx(log_partition(rbm), abs=0.15)


def test_too_few_temperatures_give_a_wrong_and_an_uncertain_answer():
    rbm = random_machine(8, 5, scale=3)
    rough = annealed_log_partition(rbm, rng=np.random.default_rng(0), betas=[0, 1], chains=50)
    fine = annealed_log_partition(rbm, rng=np.random.default_rng(0), chains=50)
    true = log_partition(rbm)
    assert abs(rough.log_z - true) > 3 * abs(fine.log_z - true)
    assert rough.low == -np.inf


@pytest.mark.parametrize("betas", [[1, 0.5, 0], [0, 0.5], [0, 0.5, 0.5, 1], [[0, 1]], [0.1, 1]])
def test_a_schedule_that_does_not_rise_from_0_to_1_is_refused(betas):
    with pytest.raises(ValueError, match=r"^betas: expected numbers that rise from 0 to 1"):
        annealed_log_partition(random_machine(), rng=np.random.default_rng(0), betas=betas)


# Training


def black_and_white(n=400):
    return (digits().X[:n] > 0.5).astype(np.float32)


def test_data_biases_count_two_more_rows_one_of_each_kind():
    assert data_biases([[0, 1, 0], [0, 1, 1]]) == pytest.approx(np.log([1 / 3, 3, 1]))


def test_annealing_takes_a_thousand_even_steps():
    draws = [
        annealed_log_partition(random_machine(), rng=np.random.default_rng(0), chains=5, **more)
        for more in ({}, {"betas": np.linspace(0, 1, 1001)})
    ]
    assert draws[0] == draws[1]


@pytest.mark.parametrize(
    ("recipe", "gain"), [({}, 4), ({"persistent": True, "lr": 0.02}, 0.2), ({"k": 3}, 4)]
)
def test_training_makes_the_digits_likelier(recipe, gain):
    X, X_test = np.split(black_and_white(), [300])
    rng = np.random.default_rng(0)
    rbm = RBM(64, 8, rng=rng, dtype=np.float32)
    rbm.c = data_biases(X)
    before = log_likelihood(rbm, X).mean()
    options = {"epochs": 25, "batch_size": 20, "rng": rng, "validation": X_test}
    history = train(rbm, X, **options, **recipe)
    assert log_likelihood(rbm, X).mean() > before + gain
    assert history.train_loss[-1] == pytest.approx(reconstruction_error(rbm, X), rel=1e-6)
    assert history.validation_loss[-1] == pytest.approx(reconstruction_error(rbm, X_test), rel=1e-6)
    assert history.train_loss.shape == history.validation_loss.shape == (25,)
    assert {p.dtype for p in rbm.parameters.values()} == {np.dtype(np.float32)}


def test_the_biases_of_the_data_give_its_means():
    X = black_and_white()
    rbm = RBM(64, 3, rng=np.random.default_rng(0))
    rbm.W, rbm.c = 0 * rbm.W, data_biases(X)
    np.testing.assert_allclose(rbm.visible(np.zeros((1, 3)))[0], X.mean(axis=0), atol=0.004)


def test_the_recipe_step_by_step():
    """Momentum changes after five epochs, and the decay is that of W alone."""
    X, seen = black_and_white(40), []
    rbm = RBM(64, 3, rng=np.random.default_rng(0))
    twin = RBM(64, 3, rng=np.random.default_rng(0))
    options = {"batch_size": 40, "lr": 0.1, "weight_decay": 0.01}
    train(rbm, X, epochs=7, rng=np.random.default_rng(5), callbacks=[
        lambda model, history: seen.append((model.W.copy(), history.train_loss.size))
    ], **options)  # fmt: skip
    rng, m = np.random.default_rng(5), dict.fromkeys(twin.parameters, 0)
    for epoch in range(7):
        rows = rng.permutation(40)
        twin.zero_grad()
        contrastive_divergence(twin, X[rows], rng=rng)
        for name, g in twin.gradients.items():
            decay = 0.01 * twin.W if name == "W" else 0
            m[name] = (0.5 if epoch < 5 else 0.9) * m[name] + g + decay
            twin.parameters[name] -= 0.1 * m[name]
        np.testing.assert_allclose(seen[epoch][0], twin.W, rtol=1e-6, atol=1e-9)
        assert seen[epoch][1] == epoch + 1
    np.testing.assert_allclose(rbm.b, twin.b, rtol=1e-6, atol=1e-9)


def test_a_callback_can_end_it():
    rbm = RBM(64, 3, rng=np.random.default_rng(0))
    options = {"epochs": 9, "batch_size": 20, "rng": np.random.default_rng(0)}
    stop = lambda model, history: len(history.train_loss) == 2  # noqa: E731
    history = train(rbm, black_and_white(40), callbacks=[stop], **options)
    assert len(history.train_loss) == 2
    assert history.validation_loss is None


def test_a_training_that_diverges_says_so_and_keeps_its_history():
    rbm = RBM(64, 3, rng=np.random.default_rng(0))
    options = {"epochs": 30, "batch_size": 40, "rng": np.random.default_rng(0)}
    with pytest.raises(
        DivergenceError, match=r"no longer finite.*try one ten times smaller"
    ) as caught:
        train(rbm, black_and_white(40), lr=1e30, weight_decay=1e30, **options)
    error = caught.value
    assert error.lr == 1e30
    assert len(error.history.train_loss) == error.epoch - 1 < 30
    assert np.isfinite(error.history.train_loss).all()


# Refusals

GREY = np.full((2, 5), 0.3)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda r: r.energy(GREY, states(3)[:2]), r"^v: expected units that are 0 or 1, got 0\.3"),
        (lambda r: r.free_energy(GREY), r"^v: expected units that are 0 or 1.*X > 0\.5"),
        (lambda r: log_likelihood(r, GREY), r"^v: expected units that are 0 or 1"),
        (lambda r: likelihood_gradient(r, GREY), r"^v: expected units that are 0 or 1"),
        (lambda r: r.hidden(50 * GREY), r"^v: expected values from 0 to 1, got 15.*X / 16"),
        (lambda r: r.hidden(-GREY), r"^v: expected values from 0 to 1"),
        (lambda r: r.visible(GREY), r"^h: expected shape \(N, 3\).*got \(2, 5\)"),
        (lambda r: r.hidden(GREY[0]), r"^v: expected shape \(N, 5\).*v\[None, :\]"),
        (lambda r: r.energy(states(5)[:2], states(3)), r"^v, h: expected equally many rows"),
        (lambda r: r.gibbs(GREY, 0, np.random.default_rng(0)), r"^k: expected a whole number"),
        (lambda r: r.gibbs(GREY, 1, 0), r"^rng: expected a NumPy Generator"),
        (lambda r: contrastive_divergence(r, 9 * GREY, rng=None), r"^v: expected values"),
        (lambda r: contrastive_divergence(r, GREY[:, 1:], rng=None), r"^v: expected shape"),
        (lambda r: contrastive_divergence(r, GREY, rng=None, chains=GREY.T), r"^chains: expected"),
        (lambda r: _train(r, 16 * GREY), r"^X: expected values from 0 to 1, got 4\.8"),
        (lambda r: _train(r, GREY[:, 1:]), r"^X: expected shape \(N, 5\)"),
        (lambda r: _train(r, GREY, validation=GREY.T), r"^validation: expected shape"),
        (lambda r: _train(r, GREY, epochs=0), r"^epochs: expected a whole number"),
        (lambda r: _train(r, GREY, momentum=(0.5, 1)), r"^momentum: expected a number in"),
        (lambda r: reconstruction_error(r, GREY.T), r"^X: expected shape"),
        (lambda r: data_biases(2 + GREY), r"^X: expected values from 0 to 1"),
        (lambda r: annealed_log_partition(r, rng=None, base=[0, 1]), r"^base: expected one bias"),
        (lambda r: annealed_log_partition(r, rng=None, chains=1), r"^chains: expected a whole"),
        (lambda r: log_partition(random_machine(21, 25)), r"^n: expected at most 20"),
        (lambda r: RBM(0, 3, rng=np.random.default_rng(0)), r"^n_visible: expected a whole"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act(random_machine())


def _train(rbm, X, **options):
    given = {"epochs": 1, "batch_size": 2, "rng": np.random.default_rng(0)} | options
    return train(rbm, X, **given)


# A layer like others


@pytest.mark.parametrize("biases", [True, False])
def test_it_goes_to_a_file_and_comes_back(tmp_path, biases):
    rbm = RBM(3, 4, biases=biases, rng=np.random.default_rng(0), dtype=np.float32)
    assert list(rbm.parameters) == (["W", "b", "c"] if biases else ["W"])
    assert rbm.count == (19 if biases else 12)
    rbm.save(tmp_path / "rbm.npz")
    other = RBM.load(tmp_path / "rbm.npz")
    assert repr(other) == repr(rbm)
    for name, p in rbm.parameters.items():
        np.testing.assert_array_equal(other.parameters[name], p)
        assert other.parameters[name].dtype == np.float32
