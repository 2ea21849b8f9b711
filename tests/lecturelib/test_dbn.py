"""Deep belief networks: stacking, the bound, samples, and the network that is unrolled."""

import numpy as np
import pytest

from lecturelib.activations import sigmoid
from lecturelib.data import digits
from lecturelib.dbn import (
    DBN,
    counted_log_likelihood,
    lower_bound,
    pretrain,
    trained_dbn,
    unroll,
)
from lecturelib.optim import SGD
from lecturelib.rbm import RBM, likelihood_gradient, log_likelihood, states, train


def small(sizes=(5, 3, 5), seed=0, scale=1.0):
    """A stack whose weights are all away from 0."""
    rng = np.random.default_rng(seed)
    dbn = DBN(sizes, rng=rng)
    for p in dbn.parameters.values():
        p[...] = rng.normal(scale=scale, size=p.shape)
    return dbn


def tied(dbn):
    """The upper of two machines is the lower one upside down."""
    lower, upper = dbn.rbms
    upper.W, upper.b, upper.c = lower.W.T, lower.c, lower.b
    return dbn


def test_names_sizes_and_files(tmp_path):
    dbn = DBN([6, 4, 3], rng=np.random.default_rng(0), dtype=np.float32)
    assert list(dbn.parameters) == [f"rbms.{i}.{name}" for i in (0, 1) for name in "Wbc"]
    dbn.save(tmp_path / "dbn.npz")
    other = DBN.load(tmp_path / "dbn.npz")
    assert other.sizes == [6, 4, 3]
    for name, p in dbn.parameters.items():
        np.testing.assert_array_equal(other.parameters[name], p)


def test_pretraining_is_one_machine_after_the_other():
    X = (digits().X[:100] > 0.5).astype(np.float32)
    dbn = DBN([64, 8, 6], rng=np.random.default_rng(0), dtype=np.float32)
    rng = np.random.default_rng(0)
    alone = [RBM(64, 8, rng=rng, dtype=np.float32), RBM(8, 6, rng=rng, dtype=np.float32)]
    options = {"epochs": 3, "batch_size": 20, "lr": 0.05}
    histories = pretrain(dbn, X, rng=np.random.default_rng(1), **options)
    rng, rows = np.random.default_rng(1), X
    for rbm, own, history in zip(alone, dbn.rbms, histories, strict=True):
        expected = train(rbm, rows, rng=rng, **options)
        np.testing.assert_array_equal(history.train_loss, expected.train_loss)
        np.testing.assert_array_equal(own.W, rbm.W)
        rows = rbm.hidden(rows)
    np.testing.assert_array_equal(dbn.up(X)[-1], rows)


def test_the_unrolled_network_computes_the_stack_and_owns_its_weights():
    dbn, v = small((5, 3, 4)), states(5)[::3]
    net = unroll(dbn, 10, rng=np.random.default_rng(0))
    assert net.sizes == [5, 3, 4, 10]
    h = v
    for layer in net.layers[:-1]:
        h = layer.predict(h)
    np.testing.assert_allclose(h, dbn.up(v)[-1], rtol=1e-12)
    net.layers[0].W[...] = 0
    assert dbn.rbms[0].W.all()


def by_loops(dbn, v):
    """log p(v) of two machines with every state of both hidden layers, one at a time."""
    lower, upper = dbn.rbms
    total, Z = 0.0, 0.0
    for h in states(lower.n_hidden):
        p = sigmoid(lower.W @ h + lower.c)
        given = np.prod(np.where(v, p, 1 - p))
        for g in states(upper.n_hidden):
            weight = np.exp(h @ upper.W @ g + upper.c @ h + upper.b @ g)
            total, Z = total + given * weight, Z + weight
    return np.log(total / Z)


def test_the_likelihood_is_the_sum_over_all_states_and_the_bound_lies_below():
    dbn, v = small((4, 3, 2)), states(4)
    exact = counted_log_likelihood(dbn, v)
    np.testing.assert_allclose(exact, [by_loops(dbn, one) for one in v], rtol=1e-12)
    assert np.exp(exact).sum() == pytest.approx(1)
    assert (lower_bound(dbn, v) < exact).all()


def test_a_machine_on_its_own_head_changes_nothing_and_the_bound_is_tight():
    dbn, v = tied(small()), states(5)
    alone = log_likelihood(dbn.rbms[0], v)
    np.testing.assert_allclose(counted_log_likelihood(dbn, v), alone, rtol=1e-10)
    np.testing.assert_allclose(lower_bound(dbn, v), alone, rtol=1e-10)


def test_training_the_upper_machine_lifts_the_bound():
    dbn, data = tied(small(scale=2)), states(5)[[3, 3, 9, 30]]
    lower, upper = dbn.rbms
    before, q = lower_bound(dbn, data).mean(), lower.hidden(data)
    optimiser = SGD(upper, 0.5)
    rng = np.random.default_rng(0)
    for _ in range(60):
        rows = (rng.random((500, 4, 3)) < q).reshape(-1, 3).astype(float)
        upper.zero_grad()
        for name, up in likelihood_gradient(upper, rows).items():
            upper.gradients[name] -= up
        optimiser.step()
    after = lower_bound(dbn, data).mean()
    assert after > before + 0.05
    assert counted_log_likelihood(dbn, data).mean() >= after


def test_samples_come_as_often_as_they_are_likely():
    dbn, rng = small((3, 4, 2)), np.random.default_rng(0)
    p = dbn.sample(np.zeros((30000, 3)), 40, rng)
    v = rng.random(p.shape) < p
    shares = np.bincount(v @ [4, 2, 1], minlength=8) / len(v)
    np.testing.assert_allclose(shares, np.exp(counted_log_likelihood(dbn, states(3))), atol=0.012)


def test_a_single_machine_and_three_can_be_sampled_too():
    rng = np.random.default_rng(0)
    for sizes in ([6, 4], [6, 5, 4, 3]):
        dbn = small(sizes)
        p = dbn.sample(states(6)[:9], 2, rng)
        assert p.shape == (9, 6)
        assert ((p > 0) & (p < 1)).all()
        if len(sizes) == 4:
            drawn = dbn.down(states(4)[:7], rng=rng)
            assert [layer.shape for layer in drawn] == [(7, 4), (7, 5), (7, 6)]
            assert set(np.unique(drawn[1])) == {0, 1}
            mean = dbn.down(states(4)[:7])
            np.testing.assert_allclose(mean[2], dbn.rbms[0].visible(mean[1]))


def test_the_packaged_network_has_learned_the_digits():
    dbn = trained_dbn()
    assert dbn.sizes == [64, 64, 64]
    X = (digits().X[::20] > 0.5).astype(np.float32)
    p = dbn.sample(X, 200, np.random.default_rng(0))
    # Most samples have a digit near them, far nearer than pixels that are drawn one by one.
    other = np.random.default_rng(0).random((len(X), 64)) < digits().X.mean(axis=0)
    every = digits().X > 0.5
    near = [
        np.abs((rows > 0.5)[:, None] != every).sum(axis=2).min(axis=1).mean() for rows in (p, other)
    ]
    assert near[0] < 0.5 * near[1]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda d: DBN([5], rng=np.random.default_rng(0)), r"^sizes: expected at least a visible"),
        (lambda d: DBN([5, 0], rng=np.random.default_rng(0)), r"^sizes\[1\]: expected a whole"),
        (lambda d: d.up(2 * states(5)), r"^v: expected values from 0 to 1"),
        (lambda d: d.sample(states(5), 0, np.random.default_rng(0)), r"^k: expected a whole"),
        (lambda d: d.sample(states(5), 1, 7), r"^rng: expected a NumPy Generator"),
        (lambda d: lower_bound(d, 0.5 * states(5)), r"^v: expected units that are 0 or 1"),
        (lambda d: lower_bound(small((5, 3)), states(5)), r"^dbn: expected two machines"),
        (lambda d: unroll(d, 1, rng=np.random.default_rng(0)), r"^classes: expected a whole"),
        (lambda d: pretrain(d, 3 + states(5), epochs=1, batch_size=2, rng=None), r"^X: expected"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act(small())
