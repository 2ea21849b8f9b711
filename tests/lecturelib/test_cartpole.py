"""CartPole: step by step as Gymnasium's, by its mechanics, and bad input."""

import math

import numpy as np
import pytest

from lecturelib.cartpole import CART, HALF, POLE, CartPole, accelerations, next_state


@pytest.mark.parametrize("seed", [0, 7, 123])
def test_it_is_gymnasiums_step_by_step(seed):
    gymnasium = pytest.importorskip("gymnasium")
    theirs, ours = gymnasium.make("CartPole-v1"), CartPole()
    random = np.random.default_rng(seed)
    for episode in range(12):
        again = {"seed": seed} if episode == 0 else {}
        first, (mine, info) = theirs.reset(**again)[0], ours.reset(**again)
        np.testing.assert_array_equal(mine, first)
        assert (mine.dtype, mine.shape, info) == (first.dtype, first.shape, {})
        over = False
        while not over:
            # Every other episode is steered, so that it comes to an end by the clock.
            x, v, angle, w = ours.state
            steered = int(10 * angle + 2 * w + 0.1 * x + 0.3 * v > 0)
            action = steered if episode % 2 else int(random.integers(2))
            seen, expected = ours.step(action), theirs.step(action)
            np.testing.assert_allclose(ours.state, theirs.unwrapped.state, rtol=0, atol=1e-12)
            np.testing.assert_allclose(seen[0], expected[0], rtol=1e-6, atol=1e-7)
            assert seen[1:] == expected[1:]
            over = seen[2] or seen[3]


def test_a_whole_steered_episode_is_truncated_and_not_terminated():
    env = CartPole(limit=200)
    env.reset(seed=0)
    for step in range(1, 201):
        _, v, angle, w = env.state
        _, reward, terminated, truncated, _ = env.step(int(angle + 0.2 * w + 0.02 * v > 0))
        assert (reward, terminated, truncated) == (1.0, False, step == 200)


def test_the_accelerations_keep_the_laws_of_mechanics():
    """Newton for the whole and Lagrange for the pole, which the formula was solved from."""
    for v, angle, w, force in np.random.default_rng(0).uniform(-2, 2, (50, 4)):
        dv, dw = accelerations(v, angle, w, 5 * force)
        sin, cos = math.sin(angle), math.cos(angle)
        whole = (CART + POLE) * dv + POLE * HALF * (dw * cos - w * w * sin)
        assert whole == pytest.approx(5 * force, abs=1e-9)
        assert 4 / 3 * HALF * dw + dv * cos == pytest.approx(9.8 * sin, abs=1e-9)


def test_one_step_moves_each_number_by_its_old_rate():
    assert next_state(1.0, 2.0, 0.0, 3.0, 0.0)[::2] == (1.0 + 0.02 * 2, 0.02 * 3)
    left, right = (next_state(0, 0, 0, 0, force)[1] for force in (-10, 10))
    assert left == -right < 0


def test_an_episode_ends_beyond_the_track_and_the_tilt_and_pays_for_the_last_step():
    for state in ((2.39, 5.0, 0, 0), (-2.39, -5.0, 0, 0), (0, 0, 0.209, 1), (0, 0, -0.209, -1)):
        env = CartPole()
        env.reset(seed=0)
        env.state = state
        _, reward, terminated, truncated, _ = env.step(0)
        assert (reward, terminated, truncated) == (1.0, True, False)
        with pytest.raises(ValueError, match=r"^step: .*after its end"):
            env.step(0)


@pytest.mark.parametrize("action", [2, -1, 0.5, None, [0], "left"])
def test_an_action_out_of_range_is_refused(action):
    env = CartPole()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"^action: expected a whole number from 0 to 1"):
        env.step(action)


def test_states_are_four_finite_numbers_and_limits_are_counts():
    env = CartPole()
    with pytest.raises(ValueError, match=r"^step: .*before the first reset"):
        env.step(0)
    for state in ([0, 0, 0], [[0] * 4], [0, 0, math.nan, 0]):
        with pytest.raises(ValueError, match=r"^state: expected"):
            env.state = state
    with pytest.raises(ValueError, match=r"^limit: expected a whole number"):
        CartPole(0)
    env.reset(seed=1)
    env.state += 1  # a copy is changed, then set
    np.testing.assert_allclose(env.state, 1, atol=0.06)
