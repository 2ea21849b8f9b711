"""Losses, the penalty's second way back, the alternating game, modes, distances, the judge."""

import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from lecturelib.gan import (
    BinaryCrossEntropy,
    Game,
    GradientPenalty,
    Minimax,
    NonSaturating,
    Wasserstein,
    between,
    count_modes,
    input_gradient,
    jensen_shannon,
    judged,
    kl,
    nearest_distance,
    noise,
    optimal_discriminator,
    ring,
    ring_centres,
    ring_networks,
    value_of_game,
    wasserstein,
    with_condition,
)
from lecturelib.gradcheck import check_gradients
from lecturelib.layers import LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from lecturelib.normalization import BatchNorm
from lecturelib.optim import SGD, Adam
from lecturelib.training import DivergenceError

CLOSE = {"rtol": 1e-10, "atol": 1e-10}
LOSSES = [Minimax(), NonSaturating(), Wasserstein()]


def rng(seed=0):
    return np.random.default_rng(seed)


def critic(seed=0, D=3, C=1):
    """Unequal sizes and biases, so that a transposed array or a forgotten bias shows."""
    random = rng(seed)
    made = Sequential(
        Linear(D, 5, rng=random),
        LeakyReLU(0.2),
        Linear(5, 4, rng=random),
        ReLU(),
        Linear(4, C, rng=random),
    )
    for p in made.parameters.values():
        p[...] = random.normal(scale=0.7, size=p.shape)
    return made


# The hand example: D(x) = σ(w x), w = ln 3, real 1, fake −1


def one_weight():
    D = Sequential(Linear(1, 1, rng=rng(), bias=False))
    D.layers[0].W = [[math.log(3)]]
    return D


def test_the_duel_by_hand():
    D = one_weight()
    z = D.forward(np.array([[1.0], [-1.0]]))
    np.testing.assert_allclose(1 / (1 + np.exp(-z[:, 0])), [3 / 4, 1 / 4])
    L, da_real, da_fake = NonSaturating().discriminator(z[:1], z[1:])
    assert pytest.approx(0.575, abs=5e-4) == L
    D.zero_grad()
    D.backward(np.concatenate([da_real, da_fake]))
    assert D.layers[0].dW.item() == pytest.approx(-1 / 2)
    SGD(D, 1.0).step()
    assert D.layers[0].W.item() == pytest.approx(1.599, abs=5e-4)


@pytest.mark.parametrize(
    ("loss", "slope", "theta"), [(Minimax(), -0.275, -0.725), (NonSaturating(), -0.824, -0.176)]
)
def test_the_generators_answer_by_hand(loss, slope, theta):
    D = one_weight()
    _, da = loss.generator(D.forward(np.array([[-1.0]])))
    dtheta = D.backward(da).item()
    assert dtheta == pytest.approx(slope, abs=5e-4)
    assert -1 - dtheta == pytest.approx(theta, abs=5e-4)


def test_minimax_saturates_where_d_sees_through_the_fakes():
    z = np.array([[math.log(0.01 / 0.99)]])
    assert Minimax().generator(z)[1].item() == pytest.approx(-0.01)
    assert NonSaturating().generator(z)[1].item() == pytest.approx(-0.99)


# Distances of the hand example, exercises E1 to E3

P, Q = [0.5, 0.5, 0], [0.25, 0.25, 0.5]


def test_optimal_discriminator_value_and_distances():
    np.testing.assert_allclose(optimal_discriminator(P, Q), [2 / 3, 2 / 3, 0])
    assert value_of_game(P, Q) == pytest.approx(-0.955, abs=5e-4)
    assert jensen_shannon(P, Q) == pytest.approx(0.216, abs=5e-4)
    assert wasserstein(P, Q) == pytest.approx(0.75)
    assert value_of_game(P, P) == pytest.approx(-1.386, abs=5e-4)
    assert value_of_game(P, Q) == pytest.approx(2 * jensen_shannon(P, Q) - math.log(4))
    assert kl(P, Q) == pytest.approx(math.log(2))
    assert kl(Q, P) == math.inf


def test_nothing_beats_the_optimal_discriminator():
    random = rng(1)
    p, q = random.dirichlet(np.ones(6), 2)
    best = value_of_game(p, q)
    assert all(value_of_game(p, q, D) < best for D in random.uniform(0.01, 0.99, (50, 6)))


def test_js_is_stuck_and_w1_grows():
    for gap in (1, 2, 5):
        p, q = np.zeros((2, 8))
        p[0], q[gap] = 1, 1
        assert jensen_shannon(p, q) == pytest.approx(0.693, abs=5e-4)
        assert wasserstein(p, q) == gap
        assert wasserstein(p, q, np.arange(8) / 2) == gap / 2


@pytest.mark.parametrize("wrong", [[0.5, 0.6, 0], [1.5, -0.5, 0], [[1.0]], [1.0]])
def test_what_is_no_distribution_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^q: expected 3 probabilities"):
        jensen_shannon(P, wrong)
    with pytest.raises(ValueError, match=r"^positions: expected 3 ascending"):
        wasserstein(P, Q, [0, 2, 1])


# Losses


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_losses_slopes_are_the_central_differences(loss):
    random = rng(2)
    real, fake = 2 * random.normal(size=(4, 1)), 2 * random.normal(size=(5, 1))
    _, dreal, dfake = loss.discriminator(real, fake)
    given = {"a_real": real, "a_fake": fake}
    back = {"a_real": dreal, "a_fake": dfake}
    check_gradients(lambda a_real, a_fake: loss.discriminator(a_real, a_fake)[0], given, back)
    L, da = loss.generator(fake)
    check_gradients(lambda z: loss.generator(z)[0], {"z": fake}, {"z": da})
    assert loss.generator(fake.astype(np.float32))[1].dtype == np.float32
    assert da.shape == fake.shape
    assert isinstance(L, float)


def test_binary_cross_entropy_equals_torch_also_with_soft_and_far_logits():
    z = np.concatenate([4 * rng().normal(size=(6, 1)), [[800.0], [-800.0]]])
    y = rng(1).random((8, 1))
    loss, logits = BinaryCrossEntropy(), torch.tensor(z, requires_grad=True)
    expected = F.binary_cross_entropy_with_logits(logits, torch.tensor(y))
    expected.backward()
    assert loss.forward(z, y) == pytest.approx(expected.item(), rel=1e-10)
    np.testing.assert_allclose(loss.backward(), logits.grad, **CLOSE)
    assert loss.forward(z, 0.9) == pytest.approx(
        F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, 0.9)).item()
    )


def test_a_critic_pays_less_where_real_is_scored_higher():
    loss = Wasserstein()
    L, dreal, dfake = loss.discriminator(np.array([[3.0], [1.0]]), np.array([[-1.0], [0.0]]))
    assert L == -2.5
    assert (dreal < 0).all()
    assert (dfake > 0).all()
    value, da = loss.generator(np.array([[-1.0], [0.0]]))
    assert value == 0.5
    assert (da < 0).all()


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((3, 2)), [[np.nan]]])
def test_other_logits_are_refused(bad):
    for loss in LOSSES:
        with pytest.raises(ValueError, match=r"^a_?\w*: expected"):
            loss.generator(bad)


def test_bad_targets_and_a_way_back_without_a_way_there_are_refused():
    with pytest.raises(ValueError, match=r"^y: expected one number from 0 to 1"):
        BinaryCrossEntropy().forward(np.zeros((3, 1)), 1.5)
    with pytest.raises(ValueError, match=r"^y: .*got shape \(3,\)"):
        BinaryCrossEntropy().forward(np.zeros((3, 1)), np.ones(3))
    with pytest.raises(ValueError, match=r"backward: expected a forward pass"):
        BinaryCrossEntropy().backward()


# The penalty


def test_the_penalty_of_a_plane_by_hand():
    plane = Sequential(Linear(2, 1, rng=rng()))
    plane.layers[0].W = [[3, 4]]
    assert GradientPenalty(1).value(plane, rng().normal(size=(6, 2))) == pytest.approx(16)
    np.testing.assert_allclose(input_gradient(plane, np.zeros((2, 2))), [[3, 4]] * 2)


def test_the_penaltys_second_way_back_is_the_central_difference():
    D, x, penalty = critic(), rng(3).normal(size=(7, 3)), GradientPenalty(2.5)
    value = penalty.add(D, x)
    assert value == pytest.approx(penalty.value(D, x))

    def of_weights(**arrays):
        probe = critic()
        for name, array in arrays.items():
            probe.parameters[name][...] = array
        return penalty.value(probe, x)

    errors = check_gradients(of_weights, D.parameters, D.gradients)
    assert max(errors.values()) < 1e-6
    assert all(g.any() for name, g in D.gradients.items() if name.endswith("W"))


def torch_penalty(module, x, weight):
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(module(x).sum(), x, create_graph=True)
    return weight * ((g.norm(dim=1) - 1) ** 2).mean(), g


def test_the_penalty_equals_torch():
    D, x = critic(), rng(3).normal(size=(7, 3))
    module = D.to_torch()
    value, g = torch_penalty(module, torch.tensor(x), 10)
    value.backward()
    assert GradientPenalty().add(D, x) == pytest.approx(value.item(), rel=1e-10)
    np.testing.assert_allclose(input_gradient(D, x), g.detach(), **CLOSE)
    for ours, theirs in zip(D.gradients.values(), module.parameters(), strict=True):
        expected = np.zeros_like(ours) if theirs.grad is None else theirs.grad
        np.testing.assert_allclose(ours, expected, **CLOSE)


def test_a_flat_critic_has_a_penalty_and_no_gradient():
    D = critic()
    for p in D.parameters.values():
        p *= 0
    assert GradientPenalty(3).add(D, np.ones((2, 3))) == 3
    assert not any(g.any() for g in D.gradients.values())


@pytest.mark.parametrize(
    "wrong",
    [
        Sequential(Linear(2, 3, rng=rng()), Tanh(), Linear(3, 1, rng=rng())),
        Sequential(Linear(2, 2, rng=rng())),
        Sequential(Linear(2, 1, rng=rng()), ReLU()),
        Sequential(Linear(2, 1, rng=rng()), Sigmoid()),
        Linear(2, 1, rng=rng()),
    ],
    ids=["tanh", "two outputs", "kink at the end", "sigmoid", "no Sequential"],
)
def test_a_critic_that_the_penalty_cannot_treat_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^critic: expected a Sequential of Linear"):
        GradientPenalty().add(wrong, np.ones((2, 2)))


def test_points_between_lie_on_the_line_of_their_own_pair():
    real, fake = rng().normal(size=(2, 50, 3))
    x = between(real, fake, rng(1))
    u = (x - fake) / (real - fake)
    np.testing.assert_allclose(u, u[:, :1] * np.ones(3))
    assert 0 < u.min() < 0.2
    assert 0.8 < u.max() < 1
    assert between(real.astype(np.float32), fake.astype(np.float32), rng()).dtype == np.float32
    with pytest.raises(ValueError, match=r"^real, fake: .*as many fakes"):
        between(real, fake[1:], rng())


# The game


def pair(seed=0, n=2, C=0):
    """Small networks in float64, with unequal sizes."""
    random = rng(seed)
    G = Sequential(Linear(n + C, 6, rng=random), ReLU(), Linear(6, 3, rng=random))
    return G, critic(seed + 1, D=3 + C)


def game(loss=None, penalty=None, C=0, kind=SGD):
    G, D = pair(C=C)
    return Game(G, D, kind(G, 0.05), kind(D, 0.1), loss=loss, penalty=penalty)


def batch(C=0):
    random = rng(8)
    condition = np.eye(C)[random.integers(0, C, 5)] if C else None
    return random.normal(size=(5, 3)), random.normal(size=(5, 2)), condition


def torch_round(G, D, real, z, condition, loss, penalty):
    """A step of D and one of G as people write them in PyTorch, with detach."""
    tensors = [None if a is None else torch.tensor(a) for a in (real, z, condition)]
    real, z, condition = tensors
    join = lambda a: a if condition is None else torch.cat([a, condition], 1)  # noqa: E731
    step_G, step_D = torch.optim.SGD(G.parameters(), 0.05), torch.optim.SGD(D.parameters(), 0.1)
    fake, one = G(join(z)).detach(), lambda a: torch.ones_like(a)
    a_real, a_fake, bce = D(join(real)), D(join(fake)), F.binary_cross_entropy_with_logits
    log = not isinstance(loss, Wasserstein)
    L = bce(a_real, one(a_real)) + bce(a_fake, 0 * a_fake) if log else (a_fake - a_real).mean()
    if penalty:
        x = torch.tensor(between(real.numpy(), fake.numpy(), rng(5)))
        L = L + torch_penalty(D, join(x), penalty.weight)[0]
    step_D.zero_grad()
    L.backward()
    step_D.step()
    a_fake = D(join(G(join(z))))
    own = {
        "Minimax()": lambda: -bce(a_fake, 0 * a_fake),
        "NonSaturating()": lambda: bce(a_fake, one(a_fake)),
        "Wasserstein()": lambda: -a_fake.mean(),
    }[repr(loss)]()
    step_G.zero_grad()
    own.backward()
    step_G.step()
    return L.item(), own.item()


@pytest.mark.parametrize("C", [0, 4], ids=["", "conditional"])
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_three_rounds_equal_torch(loss, C):
    # The penalty of a conditional critic takes the slope by the condition in as well.
    penalty = GradientPenalty(2) if isinstance(loss, Wasserstein) else None
    ours, (real, z, condition) = game(loss, penalty, C), batch(C)
    G, D = ours.G.to_torch(), ours.D.to_torch()
    for _ in range(3):
        expected = torch_round(G, D, real, z, condition, loss, penalty)
        got = ours.discriminator_step(real, z, condition, rng(5)), ours.generator_step(z, condition)
        np.testing.assert_allclose(got, expected, **CLOSE)
    for model, module in ((ours.G, G), (ours.D, D)):
        for p, q in zip(model.parameters.values(), module.parameters(), strict=True):
            np.testing.assert_allclose(p, q.detach(), **CLOSE)


def test_each_step_moves_its_own_player_and_leaves_no_gradient_for_the_other():
    ours, (real, z, _) = game(), batch()
    G, D = ({k: v.copy() for k, v in m.parameters.items()} for m in (ours.G, ours.D))
    same = lambda model, old: all((model.parameters[k] == v).all() for k, v in old.items())  # noqa: E731
    ours.generator_step(z)
    assert same(ours.D, D)
    assert not same(ours.G, G)
    assert not any(g.any() for g in ours.D.gradients.values())
    G = {k: v.copy() for k, v in ours.G.parameters.items()}
    ours.discriminator_step(real, z)
    assert same(ours.G, G)
    assert not same(ours.D, D)


def test_the_steps_go_the_right_way():
    for loss in LOSSES:
        ours, (real, z, _) = game(loss), batch()
        paid = [ours.discriminator_step(real, z) for _ in range(20)]
        assert paid[-1] < paid[0], loss
        paid = [ours.generator_step(z) for _ in range(20)]
        assert paid[-1] < paid[0], loss


def test_an_optimiser_of_both_or_of_the_other_is_refused():
    G, D = pair()
    both = {**{f"G{k}": v for k, v in G.parameters.items()}, **D.parameters}
    slopes = {**{f"G{k}": v for k, v in G.gradients.items()}, **D.gradients}
    both = SGD((both, slopes), 0.1)
    with pytest.raises(ValueError, match=r"^optimiser_G: expected one that updates G and nothing"):
        Game(G, D, both, SGD(D, 0.1))
    with pytest.raises(ValueError, match=r"^optimiser_D: .*make it by Adam\(D\)"):
        Game(G, D, SGD(G, 0.1), SGD(G, 0.1))


def test_a_conditioned_generator_makes_what_it_is_asked_for():
    x = np.zeros((3, 2), np.float32)
    joined = with_condition(x, np.eye(4)[[1, 0, 3]])
    assert joined.shape == (3, 6)
    assert joined.dtype == np.float32
    assert with_condition(x) is x
    with pytest.raises(ValueError, match=r"^condition: .*3 samples, got shape \(4, 4\)"):
        with_condition(x, np.eye(4))


def test_training_is_repeatable_and_says_where_it_diverges():
    def run(rate, rounds=20, seed=0):
        random = rng(seed)
        G, D = ring_networks(random, hidden=8)
        ours = Game(G, D, SGD(G, rate), SGD(D, rate))
        return ours, lambda: ours.train(rounds, ring, 2, random, batch_size=16, steps_D=2)

    first, second = run(0.01)[1](), run(0.01)[1]()
    np.testing.assert_array_equal(first, second)
    assert first.D.shape == (20,)
    ours, go = run(1e12, 500)
    with pytest.raises(DivergenceError, match=r"learning rate 1e\+12; try one ten times") as found:
        go()
    assert np.isfinite(found.value.history.D).all()
    assert len(found.value.history.G) == found.value.step - 1
    with pytest.raises(ValueError, match=r"^rounds: "):
        ours.train(0, ring, 2, rng())


def test_batch_norm_in_the_generator_learns_too():
    random = rng()
    G = Sequential(Linear(2, 6, rng=random), BatchNorm(6), ReLU(), Linear(6, 3, rng=random))
    D = critic()
    ours, (real, z, _) = Game(G, D, Adam(G), Adam(D)), batch()
    before = {k: v.copy() for k, v in G.parameters.items()}
    ours.discriminator_step(real, z)
    ours.generator_step(z)
    assert all((G.parameters[k] != v).any() for k, v in before.items() if k != "layers.0.b")
    assert G.layers[1].running_mean.any()


# Modes


def test_the_ring_has_eight_modes_equally_often():
    x, which = ring(20_000, rng(), labels=True)
    assert x.dtype == np.float32
    centres = ring_centres()
    np.testing.assert_allclose(centres[[0, 2]], [[2, 0], [0, 2]], atol=1e-15)
    np.testing.assert_allclose(np.bincount(which) / 20_000, np.full(8, 1 / 8), atol=0.01)
    assert np.std(x - centres[which]) == pytest.approx(0.1, rel=0.02)
    found = count_modes(x, centres)
    assert found.found == 8
    # Within three deviations lies 1 − e^(−9/2) of a Gaussian in the plane.
    assert found.near == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert found.counts.sum() == round(found.near * 20_000)


def test_modes_are_counted_by_share_and_distance():
    centres = ring_centres()
    x = np.repeat(centres[:3], [97, 2, 1], axis=0)
    assert count_modes(x, centres).found == 2  # one of a hundred is not more than 1 %
    assert count_modes(x + np.array([0.31, 0]), centres).near == 0
    assert count_modes(x, centres, share=0).found == 3
    with pytest.raises(ValueError, match=r"^x, centres: expected \(N, D\)"):
        count_modes(x[:, :1], centres)
    with pytest.raises(ValueError, match=re.escape("radius: expected a number above 0")):
        count_modes(x, centres, radius=0)


def test_noise_is_normal_and_of_its_type():
    z = noise(4000, 3, rng())
    assert z.dtype == np.float32
    assert abs(z.mean()) < 0.05
    assert z.std() == pytest.approx(1, abs=0.05)
    with pytest.raises(ValueError, match=r"^N: "):
        noise(0, 3, rng())


class Knows:
    """A judge that reads off the class where the row is largest."""

    def predict(self, x):
        return 9.0 * x


def test_the_judge_counts_classes_by_share():
    x = np.eye(3)[[0] * 150 + [2] * 149 + [1]]
    found = judged(Knows(), x)
    np.testing.assert_allclose(found.shares, [0.5, 1 / 300, 149 / 300])
    assert found.found == 2
    assert found.confidence == pytest.approx(1 / (1 + 2 * math.exp(-9)))


def test_the_distance_to_the_nearest_is_that_of_a_loop():
    x, X = rng().normal(size=(4, 3)), rng(1).normal(size=(6, 3))
    expected = np.mean([min(np.linalg.norm(a - b) for b in X) for a in x])
    assert nearest_distance(x, X) == pytest.approx(expected)
    assert nearest_distance(X, X) == pytest.approx(0, abs=1e-6)
