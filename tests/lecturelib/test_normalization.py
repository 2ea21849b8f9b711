"""Normalisation: by hand, as PyTorch in both modes, and what a batch is for."""

import numpy as np
import pytest
from contracts.models import CLOSE, ModelContract, copies

from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.normalization import BatchNorm, LayerNorm, RMSNorm

ROW = np.array([[1.0, 7.0]])


class NormContract(ModelContract):
    """Any of the three, on rows of three features."""

    kind = None

    def make(self, rng, dtype):
        return self.kind(3, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(2, 3, size=(5, 3)),)


class TestBatchNormInEval(NormContract):
    kind = BatchNorm
    names = ("gamma", "beta")

    def make(self, rng, dtype):
        model = BatchNorm(3, dtype=dtype).eval()
        model.running_mean, model.running_var = [1, -2, 0.5], [4, 0.5, 9]
        return model

    def test_predict_is_forward_in_eval_mode_and_keeps_nothing(self):
        model, (x,), dh = self.case()
        _, (expected,) = self.passed(model, (x,), dh)
        np.testing.assert_array_equal(model.predict(2 * x), model.forward(2 * x))
        model.forward(x)
        model.predict(2 * x)
        np.testing.assert_array_equal(model.backward(dh), expected)


class TestBatchNorm(NormContract):
    kind = BatchNorm
    names = ("gamma", "beta")

    def test_copies_and_pickles_are_independent(self):
        model, (x,), dh = self.case()
        _, back = self.passed(model, (x,), dh)
        before = {name: array.copy() for name, array in model.buffers.items()}
        for other in copies(model):
            for ours, theirs in zip(self.backward(other, dh), back, strict=True):
                np.testing.assert_array_equal(ours, theirs)
            np.testing.assert_array_equal(other.predict(x), model.predict(x))
            other.forward(3 * x)
            for name, array in before.items():
                assert (other.buffers[name] != array).any()
                np.testing.assert_array_equal(model.buffers[name], array)


class TestLayerNorm(NormContract):
    kind = LayerNorm
    names = ("gamma", "beta")


class TestRMSNorm(NormContract):
    kind = RMSNorm
    names = ("gamma",)


class TestLayerNormOfSequences(TestLayerNorm):
    refuses_shapes = False  # one sequence is a batch of rows

    def inputs(self, rng):
        return (rng.normal(2, 3, size=(5, 4, 3)),)


class TestRMSNormOfSequences(TestRMSNorm):
    refuses_shapes = False

    def inputs(self, rng):
        return (rng.normal(2, 3, size=(5, 4, 3)),)


def test_one_row_by_hand():
    # Mean 4, deviation 3; root mean square 5.
    np.testing.assert_allclose(LayerNorm(2, eps=1e-12).forward(ROW), [[-1, 1]], rtol=1e-12)
    np.testing.assert_allclose(RMSNorm(2, eps=1e-12).forward(ROW), [[0.2, 1.4]], rtol=1e-12)
    column = BatchNorm(1, eps=1e-12)
    np.testing.assert_allclose(column.forward(ROW.T), [[-1], [1]], rtol=1e-12)
    # The batch's variance is 9, the unbiased one 18: running ← 0.9 · 1 + 0.1 · 18.
    np.testing.assert_allclose(column.running_mean, [0.4], rtol=1e-12)
    np.testing.assert_allclose(column.running_var, [2.7], rtol=1e-12)


def test_gain_and_shift_come_after():
    layer = LayerNorm(2, eps=1e-12)
    layer.gamma, layer.beta = [10, 100], [1, 2]
    np.testing.assert_allclose(layer.forward(ROW), [[-9, 102]], rtol=1e-12)


@pytest.mark.parametrize("momentum", [0.1, 0.37, 1.0])
def test_running_statistics_are_torchs(momentum):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours = BatchNorm(4, momentum=momentum)
    theirs = ours.to_torch()
    for n in (7, 2, 5):
        x = rng.normal(3, 2, size=(n, 4))
        np.testing.assert_allclose(ours.forward(x), theirs(torch.tensor(x)).detach(), **CLOSE)
    for name, array in ours.buffers.items():
        np.testing.assert_allclose(array, theirs.state_dict()[name], **CLOSE)
    ours.eval(), theirs.eval()
    x = rng.normal(size=(1, 4))  # one row is enough here
    np.testing.assert_allclose(ours.forward(x), theirs(torch.tensor(x)).detach(), **CLOSE)
    assert not ours.to_torch().training


def test_defaults_are_torchs():
    torch = pytest.importorskip("torch")
    assert (BatchNorm(2).eps, BatchNorm(2).momentum) == (1e-5, 0.1)
    assert (torch.nn.BatchNorm1d(2).eps, torch.nn.BatchNorm1d(2).momentum) == (1e-5, 0.1)
    assert LayerNorm(2).eps == torch.nn.LayerNorm(2).eps


def test_a_row_depends_on_its_batch_in_training_only():
    rng = np.random.default_rng(0)
    x, layer = rng.normal(size=(6, 3)), BatchNorm(3)
    assert not np.allclose(layer.forward(x)[:2], layer.forward(x[:2]))
    layer.eval()
    np.testing.assert_array_equal(layer.forward(x)[:2], layer.forward(x[:2]))
    for other in (LayerNorm(3), RMSNorm(3)):
        np.testing.assert_array_equal(other.forward(x)[:2], other.forward(x[:2]))


def test_eval_and_predict_leave_the_running_statistics():
    x, layer = np.random.default_rng(0).normal(size=(6, 3)), BatchNorm(3)
    layer.predict(x)
    layer.eval().forward(x)
    assert not layer.running_mean.any()
    assert (layer.running_var == 1).all()


def test_in_a_network_it_goes_to_a_file_and_to_torch(tmp_path):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    model = Sequential(Linear(4, 5, rng=rng), BatchNorm(5), ReLU(), LayerNorm(5), RMSNorm(5))
    x = rng.normal(size=(8, 4))
    model.forward(x)
    model.save(tmp_path / "model.npz")
    other, twin = Sequential.load(tmp_path / "model.npz"), model.eval().to_torch()
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    np.testing.assert_allclose(model.predict(x), twin(torch.tensor(x)).detach(), **CLOSE)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BatchNorm(0), r"^n: expected a whole number"),
        (lambda: LayerNorm(2, eps=0), r"^eps: expected a number above 0"),
        (lambda: BatchNorm(2, momentum=0), r"^momentum: expected a number above 0"),
        (lambda: BatchNorm(2, momentum=1.5), r"^momentum: expected a share in \(0, 1\], got 1.5"),
        (lambda: RMSNorm(2, dtype=int), r"^dtype: expected float32"),
        (
            lambda: BatchNorm(2).forward(ROW),
            r"^BatchNorm\(2\).forward: expected at least two rows in training, got 1",
        ),
        (
            lambda: BatchNorm(2).forward(np.ones((3, 4, 2))),
            r"^BatchNorm\(2\).forward: expected x of shape \(N, 2\), got \(3, 4, 2\)",
        ),
        (lambda: LayerNorm(2).forward(np.ones((3, 4))), r"expected x of shape \(N, …, 2\).*got"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
