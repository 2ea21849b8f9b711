"""What every layer and network keeps: a test class inherits ``ModelContract`` and feeds it.

    class TestLinear(ModelContract):
        names = ("W", "b")

        def make(self, rng, dtype):
            return Linear(3, 4, rng=rng, dtype=dtype)

        def inputs(self, rng):
            return (rng.normal(size=(5, 3)),)

A class with several kinds of a model has an autouse fixture with params that sets an attribute.
Sizes should all differ, so that a transposed array or a sum over the wrong axis shows.
"""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from lecturelib.gradcheck import check_gradients

CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def copies(model):
    """Three ways to a model of one's own."""
    return copy.deepcopy(model), pickle.loads(pickle.dumps(model)), copy.deepcopy(copy.copy(model))


class ModelContract:
    """The promises of ``lecturelib.layers.Layer``, for one model."""

    names: tuple[str, ...] = ()  # of the parameters, in order
    refuses_shapes = True  # another number of axes or columns
    refuses_nan = False  # networks look for NaN, the layers inside them do not
    in_torch = True

    # To feed

    def make(self, rng, dtype):
        """A new model."""
        raise NotImplementedError

    def inputs(self, rng) -> tuple:
        """What forward takes, in float64; axis ``batch`` of the first counts the examples."""
        raise NotImplementedError

    batch = 0

    def backward(self, model, dh) -> tuple:
        """The gradients of all inputs."""
        return (model.backward(dh),)

    def torch_twin(self, model):
        """(function of tensors, name -> leaf tensor), which computes what ``model`` computes."""
        module = model.to_torch()
        return module, dict(zip(self.names, module.parameters(), strict=True))

    # What the promises share

    def model(self, dtype=np.float64, seed=0):
        """A model whose parameters are all away from 0 and from one another."""
        rng = np.random.default_rng(seed)
        model = self.make(rng, dtype)
        for p in model.parameters.values():
            p[...] = rng.normal(scale=0.6, size=p.shape)
        return model

    def case(self, dtype=np.float64):
        """A model, its inputs, and a gradient of its output."""
        model, rng = self.model(dtype), np.random.default_rng(1)
        inputs = self.inputs(rng)
        dh = rng.normal(size=model.predict(*inputs).shape)
        return model, inputs, dh

    def passed(self, model, inputs, dh):
        """Output and input gradients of one pass there and back, gradients from 0."""
        model.zero_grad()
        h = model.forward(*inputs)
        return h, self.backward(model, dh)

    # Gradients

    def test_gradients_are_the_central_differences(self):
        model, inputs, dh = self.case()
        _, back = self.passed(model, inputs, dh)
        given = {f"input {i}": x for i, x in enumerate(inputs)}

        def value(**arguments):
            probe = copy.deepcopy(model)
            for name in probe.parameters:
                probe.parameters[name][...] = arguments[name]
            return (dh * probe.forward(*(arguments[name] for name in given))).sum()

        back = dict(zip(given, back, strict=True))
        check_gradients(value, given | model.parameters, back | model.gradients)

    def test_gradients_add_up_until_zero_grad(self):
        model, inputs, dh = self.case()
        self.passed(model, inputs, dh)
        held = model.gradients
        once = {name: g.copy() for name, g in held.items()}
        self.backward(model, dh)
        model.forward(*inputs)
        self.backward(model, dh)
        for name, g in model.gradients.items():
            assert g is held[name]
            assert g.any()
            np.testing.assert_allclose(g, 3 * once[name], rtol=1e-12, err_msg=name)
        model.zero_grad()
        assert all(g is held[name] and not g.any() for name, g in model.gradients.items())

    def test_it_equals_its_twin_in_torch(self):
        if not self.in_torch:
            with pytest.raises(ValueError, match=r"^to_torch: expected a layer that PyTorch has"):
                self.model().to_torch()
            return
        torch = pytest.importorskip("torch")
        model, inputs, dh = self.case()
        state = torch.random.get_rng_state()
        twin, leaves = self.torch_twin(model)
        assert torch.equal(torch.random.get_rng_state(), state), "it drew random numbers"
        tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
        expected = twin(*tensors)
        expected.backward(torch.tensor(dh))
        h, back = self.passed(model, inputs, dh)
        np.testing.assert_allclose(h, expected.detach(), **CLOSE)
        for ours, theirs in zip(back, tensors, strict=True):
            np.testing.assert_allclose(ours, theirs.grad, **CLOSE)
        assert leaves.keys() == model.gradients.keys()
        for name, g in model.gradients.items():
            np.testing.assert_allclose(g, leaves[name].grad, **CLOSE, err_msg=name)
        before = expected.detach().clone()
        for p in model.parameters.values():
            p += 1  # the twin has copies
        assert torch.equal(twin(*tensors).detach(), before)

    # Types and arguments

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_the_type_stays(self, dtype):
        model, inputs, dh = self.case(dtype)
        # A layer without parameters follows its inputs; the others bring them to their own type.
        for given in [dtype, np.float64] if self.names else [dtype]:
            h, back = self.passed(model, [x.astype(given) for x in inputs], dh)
            arrays = [h, *back, *model.parameters.values(), *model.gradients.values()]
            assert {a.dtype for a in arrays} == {np.dtype(dtype)}

    def test_arguments_and_earlier_outputs_are_left_alone(self):
        model, inputs, dh = self.case()
        before = copy.deepcopy((inputs, dh))
        h, back = self.passed(model, inputs, dh)
        results = copy.deepcopy((h, back))
        model.forward(*(x + 1 for x in inputs))
        self.backward(model, dh + 1)
        for now, then in ((inputs, before[0]), ((dh,), (before[1],)), ((h, *back), results)):
            then = (then[0], *then[1]) if then is results else then
            for a, b in zip(now, then, strict=True):
                np.testing.assert_array_equal(a, b)

    # Refusals

    def refuse(self, model, inputs, match):
        for method in (model.forward, model.predict):
            with pytest.raises(ValueError, match=match):
                method(*inputs)

    def test_other_shapes_are_refused(self):
        model, (x, *others), _ = self.case()
        wider = np.concatenate([x, x[..., :1]], axis=-1)
        for other in (x[0], x[..., None], wider, x[..., :-1]) if self.refuses_shapes else ():
            self.refuse(model, (other, *others), r"expected .*shape .* got")

    def test_an_empty_batch_is_refused(self):
        model, (x, *others), _ = self.case()
        if self.refuses_shapes:
            empty = np.delete(x, slice(None), axis=self.batch)
            self.refuse(model, (empty, *others), r"expected .* got")

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_what_is_no_number_is_refused_at_the_public_entrance(self, bad):
        model, inputs, _ = self.case()
        for i, x in enumerate(inputs if self.refuses_nan else ()):
            wrong = x.copy()
            wrong.flat[-1] = bad
            self.refuse(model, (*inputs[:i], wrong, *inputs[i + 1 :]), r"expected finite numbers")

    def test_backward_needs_a_forward_and_the_shape_of_its_output(self):
        model, inputs, dh = self.case()
        with pytest.raises(ValueError, match=r"backward: expected a forward pass before it, got"):
            self.backward(model, dh)
        model.forward(*inputs)
        for wrong in (dh[0], dh[:1], dh[..., None], dh[..., :1]):  # some would broadcast
            if wrong.shape != dh.shape:
                with pytest.raises(ValueError, match=r"expected .*shape"):
                    self.backward(model, wrong)

    # Names, modes, copies, files

    def test_names_shapes_and_counts(self):
        model = self.model()
        assert tuple(model.parameters) == tuple(model.gradients) == self.names
        for name, p in model.parameters.items():
            assert model.gradients[name].shape == p.shape
        assert model.count == sum(p.size for p in model.parameters.values())

    def test_the_same_generator_gives_the_same_start_in_both_types(self):
        wide, again, narrow = (
            self.make(np.random.default_rng(3), dtype) for dtype in (float, float, np.float32)
        )
        for name, p in wide.parameters.items():
            np.testing.assert_array_equal(p, again.parameters[name])
            np.testing.assert_array_equal(p.astype(np.float32), narrow.parameters[name])

    def test_predict_is_forward_in_eval_mode_and_keeps_nothing(self):
        model, inputs, dh = self.case()
        expected = self.passed(model, inputs, dh)[1]
        model.forward(*inputs)
        z = model.predict(*(2 * x for x in inputs))
        for ours, theirs in zip(self.backward(model, dh), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)  # of the forward pass, not of predict's
        assert model.training
        np.testing.assert_array_equal(z, model.eval().forward(*(2 * x for x in inputs)))
        assert not model.training
        assert model.train().training

    def test_copies_and_pickles_are_independent(self):
        model, inputs, dh = self.case()
        h, back = self.passed(model, inputs, dh)
        for other in copies(model):
            np.testing.assert_array_equal(other.predict(*inputs), h)
            for ours, theirs in zip(self.backward(other, dh), back, strict=True):
                np.testing.assert_array_equal(ours, theirs)
            for p in other.parameters.values():
                p += 1
            if self.names:
                assert (other.predict(*inputs) != h).any()
            np.testing.assert_array_equal(model.predict(*inputs), h)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_it_goes_to_a_file_and_comes_back(self, tmp_path, dtype):
        model, inputs, _ = self.case(dtype)
        model.save(tmp_path / "model")
        assert [file.name for file in tmp_path.iterdir()] == ["model"]  # exactly where it was told
        other = type(model).load(tmp_path / "model")
        assert repr(other) == repr(model)
        assert other.parameters.keys() == model.parameters.keys()
        for name, array in (model.parameters | model.buffers).items():
            same = (other.parameters | other.buffers)[name]
            assert same.dtype == dtype
            np.testing.assert_array_equal(same, array)
        np.testing.assert_array_equal(other.predict(*inputs), model.predict(*inputs))
