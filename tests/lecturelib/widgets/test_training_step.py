"""The figure of one training step against lecturelib and torch; its lines are run as they stand."""

import itertools
import json

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.ffnn import FFNN
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import SGD
from lecturelib.widgets import TrainingStep


class TestTrainingStep(WidgetContract):
    widget = TrainingStep
    state = {"y": 2, "stage": 4, "step": 8, "rate": 0.03, "forget": True}
    other = {"framework": "keras", "x": [-1, 0.5], "V": [2, 1], "stage": 5, "step": 7}
    controls = "range number checkbox"
    plays = True
    sentences = """
    {} PyTorch, step 1: nothing is computed yet.
    {"stage": 1} PyTorch, step 1, forward: z = 1.000.
    {"stage": 2} PyTorch, step 1, loss: L = 4.000.
    {"stage": 3} PyTorch, step 1, zero_grad: no gradient is left of the step before.
    {"stage": 3, "framework": "keras"} Keras, step 1: there is nothing to clear, the tape is
      new.
    {"stage": 3, "forget": true} PyTorch, step 1, zero_grad is forgotten: no harm yet, there are
      no gradients.
    {"stage": 3, "forget": true, "step": 1} PyTorch, step 2, zero_grad is forgotten: the
      gradients of the first step are still there.
    {"stage": 3, "forget": true, "step": 2} PyTorch, step 3, zero_grad is forgotten: the
      gradients of 2 steps are still there.
    {"stage": 4} PyTorch, step 1, backward: dw₁₁ = −4.000.
    {"stage": 4, "forget": true, "step": 2} PyTorch, step 3, backward: dw₁₁ = −5.021, a sum over
      3 steps; this step alone gives 0.795.
    {"b": [-4, -4], "stage": 4} PyTorch, step 1, backward: dw₁₁ = 0.000. Both hidden units are
      silent: nothing reaches their weights.
    {"stage": 5} PyTorch, step 1, update: the loss goes from 4.000 to 0.707.
    {"stage": 5, "rate": 0.5, "framework": "numpy"} NumPy, step 1, update: the loss goes from
      4.000 to 1482.250. It rises.
    {"rate": 0.46, "forget": true, "step": 20, "stage": 2, "x": [3, 4], "y": -2} PyTorch, step
      15, update: diverged, a parameter has passed a million. Take a smaller rate or clear the
      gradients.
    {"rate": 0.5, "step": 20, "x": [3, 4], "y": -2} PyTorch, step 21: nothing is computed yet.
    """

    def test_the_same_stage_lights_up_in_three_columns(self, desk):
        desk.set(self.default())
        lit = desk.page.locator(".dl-lines pre.dl-lit")
        for text in ("forward(X)", "mse.forward", "zero_grad", "backward", "step()"):
            desk.button("Step").click()
            assert lit.count() == 3
            assert text in lit.first.inner_text()
        desk.button("Back").click()
        assert desk.words().startswith("PyTorch, step 1, backward")
        assert "▸ backward" in desk.page.locator(".dl-lines").inner_text()

    def test_forgotten_zero_grad_is_struck_out_where_it_matters(self, desk):
        desk.set(self.default() | {"forget": True, "step": 3, "stage": 4})
        struck = desk.page.locator(".dl-lines pre.dl-faint")
        assert struck.all_inner_texts() == ["# opt.zero_grad()"] * 2
        assert "a sum over 4 steps" in desk.words()
        desk.button("Keras").click()
        assert "sum" not in desk.words()

    def test_a_phone_shows_one_column_and_the_tabs(self, phone):
        shown = phone.page.locator(".dl-lines pre:visible")
        assert "parameters()" in shown.first.inner_text()
        assert shown.count() == 6
        phone.button("Keras").tap()
        assert shown.count() == 6
        assert "trainable_weights" in shown.first.inner_text()

    def test_the_table_shows_none_nought_or_nothing(self, desk):
        desk.set(self.default())
        cell = desk.page.locator(".dl-parameters td:last-child").first
        for name, text in (("PyTorch", "None"), ("NumPy", "0.000"), ("Keras", "–")):
            desk.button(name).click()
            assert cell.inner_text() == text


SHAPES = {"x": 2, "W": 4, "b": 2, "V": 2}
ORDER = [0, 1, 4, 2, 3, 5, 6, 7, 8]  # from W, b, V, c to a unit's weights and its bias


def settings(count=120, seed=6):
    """Random networks at every stage, with and without cleared gradients."""
    rng = np.random.default_rng(seed)
    frameworks = itertools.cycle(["numpy", "pytorch", "keras"])
    for i, framework in zip(range(count), frameworks, strict=False):
        state = {name: rng.uniform(-2, 2, size).tolist() for name, size in SHAPES.items()}
        state |= {"c": float(rng.uniform(-2, 2)), "y": float(rng.uniform(-2, 2))}
        state |= {"rate": float(rng.uniform(0, 0.05)), "forget": bool(i // 3 % 2)}
        yield state | {"framework": framework, "stage": i % 6, "step": i % 8}


CASES = list(settings())


def model_of(state):
    """The library's 2-2-1 network with the numbers of the state."""
    model = FFNN([2, 2, 1], "relu", rng=np.random.default_rng(0))
    model.layers[0].W[:] = np.reshape(state["W"], (2, 2))
    model.layers[0].b[:] = state["b"]
    model.layers[2].W[:] = [state["V"]]
    model.layers[2].b[:] = state["c"]
    return model


def flat(arrays):
    """Nine numbers in the order of the figure."""
    return np.concatenate([np.ravel(array) for array in arrays])[ORDER]


def steps(javascript, body, argument=None):
    """``body`` is a function of the module, with its ``clean``, and of the argument."""
    clean = f"clean: m.training_step.cleaner({json.dumps(TrainingStep.spec())})"
    return javascript(f"(m, x) => ({body})({{ ...m.training_step, {clean} }}, x)", argument)


def by_library(state):
    """θ before and after the last step, the gradients held, and every loss, by lecturelib."""
    model, loss = model_of(state), MeanSquaredError()
    optimiser, losses = SGD(model, lr=state["rate"] or 1e-300), []
    for k in range(state["step"] + 1):
        before = flat(model.parameters.values())
        if not state["forget"] or state["framework"] == "keras" or k == 0:
            optimiser.zero_grad()
        losses.append(loss.forward(model.forward([state["x"]]), [[state["y"]]]))
        model.backward(loss.backward())
        optimiser.step()
    return {
        "theta": before,
        "sum": flat(model.gradients.values()),
        "after": flat(model.parameters.values()),
        "losses": losses,
    }


def test_the_numbers_are_those_of_the_library(javascript):
    got = steps(javascript, "(m, cases) => cases.map(m.train)", CASES)
    for state, found in zip(CASES, got, strict=True):
        assert not found["gone"]
        for name, value in by_library(state).items():
            np.testing.assert_allclose(found[name], value, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_numbers_are_those_of_torch(javascript):
    torch = pytest.importorskip("torch")
    got = steps(javascript, "(m, cases) => cases.map(m.train)", CASES[:30])
    for state, found in zip(CASES[:30], got, strict=True):
        model = model_of(state).to_torch()
        optimiser = torch.optim.SGD(model.parameters(), lr=state["rate"])
        X, y = (torch.from_numpy(np.array(rows)) for rows in ([state["x"]], [[state["y"]]]))
        for _ in range(state["step"] + 1):
            if not state["forget"] or state["framework"] == "keras":
                optimiser.zero_grad()
            L = torch.nn.functional.mse_loss(model(X), y)
            L.backward()
            optimiser.step()
        values = [p.detach().numpy() for p in model.parameters()]
        gradients = [p.grad.numpy() for p in model.parameters()]
        assert L.item() == pytest.approx(found["L"], rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(found["after"], flat(values), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found["sum"], flat(gradients), rtol=1e-9, atol=1e-9)


# The lines themselves, run as they stand on the page


def run_lines(lines, names, state, training_steps=3):
    """Run the set-up once and the step's lines several times; the names afterwards."""
    exec(lines[0], names)
    left_out = 3 if state["forget"] else None
    body = "\n".join(line for i, line in enumerate(lines) if i not in (0, left_out))
    for _ in range(training_steps):
        exec(body, names)
    return names


@pytest.mark.parametrize("forget", [False, True])
def test_the_lines_of_numpy_and_pytorch_do_what_the_figure_shows(javascript, forget):
    torch = pytest.importorskip("torch")
    state = {**TrainingStep().state(), "forget": forget, "step": 2}
    lines = steps(javascript, "(m, s) => m.code(s.rate)", state)
    wanted = steps(javascript, "(m, s) => m.train(s)", state)
    X, y = np.array([state["x"]]), np.array([[state["y"]]])
    own = {"model": model_of(state), "mse": MeanSquaredError(), "SGD": SGD, "X": X, "y": y}
    run_lines(lines["numpy"], own, state)
    np.testing.assert_allclose(flat(own["model"].parameters.values()), wanted["after"], rtol=1e-9)
    theirs = {"model": model_of(state).to_torch(), "mse": torch.nn.MSELoss()}
    theirs |= {"SGD": torch.optim.SGD, "X": torch.tensor(X), "y": torch.tensor(y)}
    run_lines(lines["pytorch"], theirs, state)
    after = flat([p.detach().numpy() for p in theirs["model"].parameters()])
    np.testing.assert_allclose(after, wanted["after"], rtol=1e-9)
    assert theirs["L"].item() == pytest.approx(wanted["L"], rel=1e-9)


def test_the_lines_of_keras_do_what_the_figure_shows(javascript, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    state = {**TrainingStep().state(), "forget": True, "framework": "keras", "step": 2}
    lines = steps(javascript, "(m, s) => m.code(s.rate).keras", state)
    wanted = steps(javascript, "(m, s) => m.train(s)", state)
    layers = [keras.layers.Dense(2, "relu", dtype="float64")]
    layers.append(keras.layers.Dense(1, dtype="float64"))
    model = keras.Sequential([keras.Input((2,), dtype="float64"), *layers])
    W, b, V, c = model_of(state).parameters.values()
    model.set_weights([W.T, b, V.T, c])
    names = {"model": model, "GradientTape": tf.GradientTape, "SGD": keras.optimizers.SGD}
    names["mse"] = keras.losses.MeanSquaredError(dtype="float64")
    names |= {"X": np.array([state["x"]]), "y": np.array([[state["y"]]])}
    run_lines(lines, names, state)
    W, b, V, c = model.get_weights()
    np.testing.assert_allclose(flat([W.T, b, V.T, c]), wanted["after"], rtol=1e-6)


# What the library holds, and the way through the stages


def test_what_each_library_holds_at_each_stage(javascript):
    body = "(m, all) => all.map((s) => m.stored(m.clean(s)))"
    for forget, step in itertools.product((False, True), (0, 2)):
        raw = {"forget": forget, "step": step}
        for name in ("numpy", "pytorch", "keras"):
            states = [{**raw, "framework": name, "stage": stage} for stage in range(6)]
            held = steps(javascript, body, states)
            before, cleared, *after = held[2], held[3], held[4], held[5]
            assert after[0] == after[1] != before
            empty = [0] * 9 if name == "numpy" else None
            if name == "keras":
                assert held[:4] == [None] * 4
            else:
                assert (before == empty) == (step == 0)
                assert cleared == (before if forget else empty)


def test_gradients_add_up_only_where_they_are_kept(javascript):
    body = "(m, all) => all.map((s) => m.train(m.clean(s)))"
    states = [
        {"framework": name, "forget": forget, "step": 3}
        for name in ("numpy", "pytorch", "keras")
        for forget in (False, True)
    ]
    numpy, numpy_kept, torch, torch_kept, keras, keras_too = steps(javascript, body, states)
    assert numpy["sum"] == torch["sum"] == keras["sum"] == keras_too["sum"] == keras["gradient"]
    assert numpy_kept["sum"] == torch_kept["sum"]
    total = np.add(numpy_kept["kept"], numpy_kept["gradient"])
    np.testing.assert_allclose(numpy_kept["sum"], total, rtol=0, atol=0)
    assert numpy_kept["losses"][-1] > numpy["losses"][-1]


def test_step_and_back_are_each_others_inverse(javascript):
    turn = "(m, [s, by]) => { const p = m.turn(m.clean(s), by); return p && {...s, ...p}; }"
    state, seen = {"stage": 0, "step": 0}, []
    while state:
        seen.append(state)
        state = steps(javascript, turn, [state, 1])
    assert len(seen) == 1 + 21 * 5
    for earlier, later in itertools.pairwise(seen):
        assert steps(javascript, turn, [later, -1]) == earlier
    assert steps(javascript, turn, [seen[0], -1]) is None


def test_a_training_that_diverges_stops_with_words(javascript):
    state = {"rate": 0.46, "forget": True, "step": 20, "stage": 2, "x": [3, 4], "y": -2}
    body = "(m, s) => [m.train(m.clean(s)), m.describe(m.clean(s)), m.turn(m.clean(s), 1)]"
    found, words, on = steps(javascript, body, state)
    assert found["gone"]
    assert found["k"] < 20
    assert found["stage"] == 5
    assert "diverged" in words
    assert words.endswith("Take a smaller rate or clear the gradients.")
    assert on is None
    assert np.isfinite(found["losses"]).all()


def test_the_calculations_end_in_the_numbers_of_the_passes(javascript):
    body = "(m, all) => all.map((s) => [m.calculation(m.clean(s)), m.train(m.clean(s))])"
    states = [{"stage": stage, "forget": True, "step": 1} for stage in range(6)]
    pairs = steps(javascript, body, states)
    last = lambda i: float(pairs[i][0][-1].rsplit("= ", 1)[1].replace("−", "-"))  # noqa: E731
    found = pairs[0][1]
    names = {1: found["z"], 2: found["L"], 4: found["sum"][0], 5: found["after"][0]}
    for stage, value in names.items():
        assert last(stage) == pytest.approx(value, abs=6e-4)
    assert pairs[0][0] == pairs[3][0] == []
    assert pairs[4][0][1].count("+") == 2  # the kept gradient stands in it
