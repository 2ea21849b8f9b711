"""Worlds, planning and learning in tables: lecturelib.rl."""

from __future__ import annotations

import numpy as np
import pytest

from lecturelib.rl import Environment


class Counter(Environment):
    """Counts up by the action; over at 3 or more."""

    n_actions = 2

    def _start(self):
        self.count = int(self.rng.integers(2))
        return self.count

    def _move(self, action):
        self.count += action
        return self.count, float(action), self.count >= 3


# Environment


def test_seed_begins_the_same_episode_and_no_seed_goes_on():
    world = Counter()
    first = [world.reset(seed=5)[0]] + [world.reset()[0] for _ in range(20)]
    again = [world.reset(seed=5)[0]] + [world.reset()[0] for _ in range(20)]
    assert first == again
    assert len(set(first)) == 2


def test_terminated_and_truncated_are_told_apart():
    world = Counter(limit=4)
    world.reset(seed=0)
    ends = [world.step(0)[2:4] for _ in range(4)]
    assert ends == [(False, False)] * 3 + [(False, True)]
    world.reset()
    while not (end := world.step(1)[2:4])[0]:
        assert end == (False, False)
    assert end == (True, False)


def test_both_ends_may_come_in_one_step():
    world = Counter(limit=3)
    world.reset(seed=0)
    world.count = 0
    assert [world.step(1)[2:4] for _ in range(3)][-1] == (True, True)


def test_step_before_reset_or_after_the_end_is_refused():
    world = Counter(limit=1)
    with pytest.raises(ValueError, match="before the first reset"):
        world.step(0)
    world.reset()
    world.step(0)
    with pytest.raises(ValueError, match=r"after its end.*env\.reset"):
        world.step(0)


@pytest.mark.parametrize("action", [-1, 2, 0.0, None, "up", np.array([0, 1])])
def test_action_out_of_range_is_refused(action):
    world = Counter()
    world.reset()
    with pytest.raises(ValueError, match="action: expected a whole number from 0 to 1"):
        world.step(action)


def test_numpy_integers_are_actions():
    world = Counter()
    world.reset()
    assert world.step(np.int64(1))[1] == 1.0


@pytest.mark.parametrize("limit", [0, -1, 2.5, True])
def test_limit_must_be_whole(limit):
    with pytest.raises(ValueError, match="limit"):
        Counter(limit=limit)


def test_a_world_without_its_methods_says_which():
    with pytest.raises(NotImplementedError, match="_start"):
        Environment().reset()
