"""PPO's clip in JavaScript against the library."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.deep_rl import ClippedPolicy
from lecturelib.widgets import PpoClip


class TestPpoClip(WidgetContract):
    widget = PpoClip
    state = {"ratio": 1.3, "advantage": 1.0}
    other = {"ratio": 0.5, "advantage": -3.0, "clip": 0.3}
    controls = "range number handle"
    sentences = """
    {} ρ = 1.00, A = 2.00: the objective is 2.00. Inside the clip: the gradient makes the action
      likelier.
    {"advantage": -2} ρ = 1.00, A = −2.00: the objective is −2.00. Inside the clip: the gradient
      makes the action rarer.
    {"ratio": 1.5} ρ = 1.50, A = 2.00: the objective is 2.40. The action is likelier by more than
      c = 0.20 already: no gradient.
    {"ratio": 0.5, "advantage": -2} ρ = 0.50, A = −2.00: the objective is −1.60. The action is
      rarer by more than c = 0.20 already: no gradient.
    {"ratio": 1.5, "advantage": -2} ρ = 1.50, A = −2.00: the objective is −3.00. A bad action
      became likelier: the gradient takes that back.
    {"ratio": 0.5} ρ = 0.50, A = 2.00: the objective is 1.00. A good action became rarer: the
      gradient takes that back.
    {"advantage": 0} ρ = 1.00, A = 0.00: the objective is 0.00. Without an advantage there is no
      gradient.
    """


def test_the_objective_and_its_slope_are_the_librarys(javascript):
    rng, states = np.random.default_rng(0), []
    for _ in range(200):
        ratio, advantage, clip = rng.uniform(0.05, 2), rng.uniform(-4, 4), rng.uniform(0.05, 0.5)
        states.append(PpoClip(ratio=ratio, advantage=advantage, clip=clip).state())
    found = javascript("({ppo_clip: w}, all) => all.map(w.objective)", states)
    z, a = np.log([[0.4, 0.6]]), np.array([1])
    for state, got in zip(states, found, strict=True):
        loss = ClippedPolicy(state["clip"])
        old = np.log([0.6 / state["ratio"]])
        value = -loss.forward(z, a, [state["advantage"]], old)
        assert got["value"] == pytest.approx(value, rel=1e-9)
        # ∂ objective / ∂z₂ = slope · ρ · (1 − π)
        slope = -loss.backward()[0, 1] / (0.4 * state["ratio"])
        assert got["slope"] == pytest.approx(slope, rel=1e-9, abs=1e-12)
