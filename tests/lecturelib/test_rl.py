"""Worlds, planning and learning in tables: lecturelib.rl."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from lecturelib import rl
from lecturelib.rl import Environment, GridWorld


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


# Tabular and GridWorld


def test_outcomes_come_as_often_as_they_are_likely():
    world = rl.Tabular([[[(0.2, 1, 5.0), (0.8, 0, -1.0)]], []], start=0)
    np.testing.assert_allclose(world.P[0, 0], [0.8, 0.2])
    np.testing.assert_allclose(world.R, [[0.2], [0.0]], atol=1e-12)
    world.reset(seed=0)
    ended = []
    for _ in range(4000):
        s, r, terminated, *_ = world.step(0)
        assert (s, r) == ((1, 5.0) if terminated else (0, -1.0))
        ended.append(terminated)
        if terminated:
            world.reset()
    assert np.mean(ended) == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(
    ("outcomes", "start", "words"),
    [
        ([[[(0.5, 1, 0.0)]], []], 0, "probabilities that add up to 1, got 0.5 in state 0"),
        ([[[(1.0, 2, 0.0)]], []], 0, "states from 0 to 1"),
        ([[[(1.0, 1, 0.0)]], [[(1.0, 0, 0.0)]] * 2, []], 0, "same number of actions"),
        ([[[(1.0, 1, 0.0)]], []], 1, "start: expected states that are not terminal"),
        ([[[(1.0, 1, 0.0)]], []], [], "start: expected states that are not terminal"),
    ],
)
def test_a_wrong_model_is_refused(outcomes, start, words):
    with pytest.raises(ValueError, match=words):
        rl.Tabular(outcomes, start)


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        ("S..", "at least one goal"),
        ("..G", "at least one start"),
        ("S#G", "found none from row 0, column 0"),
        ("SXG", "found none"),
        ("S.G\n##\n", "equal length"),
        ("S?G", "'?'"),
        ("", "at least one start"),
    ],
)
def test_a_wrong_drawing_is_refused(drawing, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        GridWorld(drawing)


@pytest.mark.parametrize("slip", [-0.1, 1.1, float("nan")])
def test_slip_is_a_probability(slip):
    with pytest.raises(ValueError, match="slip"):
        GridWorld("SG", slip=slip)


def test_every_start_needs_a_way_and_each_is_drawn():
    with pytest.raises(ValueError, match="row 0, column 4"):
        GridWorld("S.G#S")
    world = GridWorld("S.G.S")
    world.reset(seed=0)
    assert {world.reset()[0] for _ in range(30)} == {0, 4}


def test_moves_walls_holes_and_rewards_by_letter():
    world = GridWorld(
        """
        S.c
        #X.
        ..G
        """,
        {"G": 10, "X": -5, "c": 2},
        step=-1,
    )
    s, _ = world.reset()
    walk = [world.step(a)[:3] for a in (3, 0, 2, 1, 1, 1, 2, 2)]
    assert s == 0
    assert walk == [(0, -1, False)] * 3 + [
        (1, -1, False),
        (2, 2, False),
        (2, -1, False),
        (5, -1, False),
        (8, 10, True),
    ]
    world.reset()
    world.step(1)
    assert world.step(2)[:3] == (4, -5, True)
    assert np.isnan(world.as_grid(np.zeros(9))).tolist() == [
        [False, False, False],
        [True, True, False],
        [False, False, True],
    ]
    assert world.arrows(np.full(9, 1)) == "→→→\n#X→\n→→G"
    assert world.arrows(rl.random_policy(world)) == "+++\n#X+\n++G"


def test_slipping_goes_to_either_side():
    world = GridWorld("...\n.S.\n..G", slip=0.4)
    np.testing.assert_allclose(world.P[4, 0, [1, 3, 5, 7]], [0.6, 0.2, 0.2, 0])
    np.testing.assert_allclose(world.P[4, 3, [1, 3, 5, 7]], [0.2, 0.6, 0, 0.2])
    np.testing.assert_allclose(world.P[~world.ends].sum(axis=2), 1)


def model_of(table, actions):
    """P and R of Gymnasium's table, its actions in the order of ours."""
    S, A = len(table), len(actions)
    P, R = np.zeros((S, A, S)), np.zeros((S, A))
    for s in range(S):
        for a in range(A):
            for p, s_next, r, _ in table[s][actions[a]]:
                P[s, a, s_next] += p
                R[s, a] += p * r
    return P, R


@pytest.mark.parametrize("slippery", [True, False])
def test_frozen_lake_is_gymnasiums(slippery):
    ours = rl.frozen_lake(slippery)
    theirs = gymnasium.make("FrozenLake-v1", is_slippery=slippery)
    P, R = model_of(theirs.unwrapped.P, [3, 2, 1, 0])
    assert ours.limit == theirs.spec.max_episode_steps == 100
    np.testing.assert_allclose(ours.P[~ours.ends], P[~ours.ends], atol=1e-12)
    np.testing.assert_allclose(ours.R[~ours.ends], R[~ours.ends], atol=1e-12)


def test_cliff_walk_is_gymnasiums():
    ours = rl.cliff_walk()
    P, R = model_of(gymnasium.make("CliffWalking-v1").unwrapped.P, [0, 1, 2, 3])
    np.testing.assert_allclose(ours.P[~ours.ends], P[~ours.ends], atol=1e-12)
    np.testing.assert_allclose(ours.R[~ours.ends], R[~ours.ends], atol=1e-12)


# Planning


def to_and_fro(world):
    """Left or right, each one time in two."""
    policy = np.zeros((world.n_states, 4))
    policy[:, [1, 3]] = 0.5
    return policy


def test_the_sweeps_of_the_corridor():
    world, V, seen = rl.corridor(), np.zeros(4), []
    for _ in range(4):
        V = rl.sweep(world, V, 0.5)
        seen.append(V[:3].tolist())
    assert seen == [[0, 0, 8], [0, 4, 8], [2, 4, 8], [2, 4, 8]]


def test_in_place_from_the_goal_one_sweep_suffices():
    world = rl.corridor()
    assert rl.sweep(world, np.zeros(4), 0.5, order=[2, 1, 0])[:3].tolist() == [2, 4, 8]
    assert rl.sweep(world, np.zeros(4), 0.5, order=[0, 1, 2])[:3].tolist() == [0, 0, 8]


def test_a_sweep_leaves_its_argument_alone():
    V = np.zeros(4)
    rl.sweep(rl.corridor(), V, 0.5, order=[2, 1, 0])
    assert not V.any()


def test_the_random_walk_of_the_corridor():
    world = rl.corridor()
    exact = rl.evaluate(world, to_and_fro(world), 0.5)
    assert exact[:3].round(3).tolist() == [0.390, 1.171, 4.293]
    by_sweeps = rl.value_within(world, 100, policy=to_and_fro(world), gamma=0.5)
    np.testing.assert_allclose(by_sweeps, exact, atol=1e-12)


def test_frozen_lakes_optimum_with_and_without_the_limit():
    world = rl.frozen_lake()
    assert rl.value_within(world, 100)[0] == pytest.approx(0.744, abs=5e-4)
    V, _ = rl.value_iteration(world)
    assert V[0] == pytest.approx(0.824, abs=5e-4)
    # The same by trying: 2,000 episodes of one best policy.
    policy, _, _ = rl.policy_iteration(world, 0.999)
    actions = policy.argmax(axis=1).tolist()
    world.reset(seed=0)
    reached = [sum(rl.play(world, actions.__getitem__)[2]) for _ in range(2000)]
    assert np.mean(reached) == pytest.approx(
        rl.value_within(world, 100, policy=policy)[0], abs=0.03
    )


@pytest.mark.parametrize("gamma", [0.5, 0.9, 0.99])
def test_both_iterations_find_the_same_values(gamma):
    world = GridWorld("S.#.\n.X.c\n...G", {"G": 3, "X": -2, "c": 0.3}, step=-0.1, slip=0.3)
    by_values, _ = rl.value_iteration(world, gamma, tolerance=1e-12)
    policy, by_policies, rounds = rl.policy_iteration(world, gamma)
    np.testing.assert_allclose(by_values, by_policies, atol=1e-8)
    np.testing.assert_allclose(
        rl.action_values(world, by_policies, gamma).max(axis=1), by_policies, atol=1e-9
    )
    assert rounds < 10
    np.testing.assert_allclose(policy.sum(axis=1), 1)


def test_the_best_way_along_the_cliff_costs_13():
    world = rl.cliff_walk()
    V, _ = rl.value_iteration(world)
    assert V[36] == -13
    assert rl.policy_iteration(world)[1][36] == pytest.approx(-13)


def test_ties_of_a_policy_share_the_probability():
    policy = rl.best_actions([[1.0, 1.0, 0.0, 1.0], [0.0, 2.0, 1.0, 0.0]])
    np.testing.assert_allclose(policy, [[1 / 3, 1 / 3, 0, 1 / 3], [0, 1, 0, 0]])


def test_gamma_of_1_needs_an_end():
    world = rl.corridor()
    always_left = np.full(4, 3)
    with pytest.raises(ValueError, match="below 1, got 1, and from state 0 the policy never"):
        rl.evaluate(world, always_left, 1.0)
    assert rl.evaluate(world, always_left, 0.9).tolist() == [0, 0, 0, 0]
    endless = GridWorld("S.G#.")
    with pytest.raises(ValueError, match="from state 4 any policy never"):
        rl.value_iteration(endless, 1.0)


def test_earning_in_a_circle_without_a_discount_is_refused():
    world = GridWorld("S.cG", {"c": 1, "G": 1})
    with pytest.raises(ValueError, match="settle within 500 sweeps"):
        rl.value_iteration(world, most=500)


@pytest.mark.parametrize("gamma", [-0.1, 1.01, float("nan"), "1"])
def test_gamma_out_of_range_is_refused(gamma):
    for plan in (
        lambda: rl.value_iteration(rl.corridor(), gamma),
        lambda: rl.evaluate(rl.corridor(), to_and_fro(rl.corridor()), gamma),
        lambda: rl.QLearning(rl.corridor(), alpha=0.5, gamma=gamma, rng=np.random.default_rng(0)),
    ):
        with pytest.raises(ValueError, match="gamma"):
            plan()


@pytest.mark.parametrize("policy", [np.ones((4, 4)), np.zeros((3, 4)), np.ones(3, int)])
def test_a_wrong_policy_is_refused(policy):
    with pytest.raises(ValueError, match="policy: expected probabilities of shape"):
        rl.evaluate(rl.corridor(), policy, 0.5)


# Learning


def test_returns_of_1_2_4():
    assert rl.returns([1, 2, 4], 0.5).tolist() == [3, 4, 4]


def test_epsilon_greedys_probabilities():
    np.testing.assert_allclose(rl.epsilon_greedy([0, 3, 1, 2], 0.2), [0.05, 0.85, 0.05, 0.05])
    np.testing.assert_allclose(rl.epsilon_greedy([3, 3, 1, 2], 0.2), [0.45, 0.45, 0.05, 0.05])


def test_ties_are_broken_at_random():
    rng = np.random.default_rng(0)
    drawn = [rl.best_action([1.0, 0.0, 1.0, 1.0], rng) for _ in range(3000)]
    assert np.bincount(drawn, minlength=4) / 3000 == pytest.approx(
        [1 / 3, 0, 1 / 3, 1 / 3], abs=0.04
    )
    arms = rl.best_arms(np.tile([1.0, 0.0, 1.0, 1.0], (3000, 1)), rng)
    assert np.bincount(arms, minlength=4) / 3000 == pytest.approx(
        [1 / 3, 0, 1 / 3, 1 / 3], abs=0.04
    )


class Fork:
    """Two states with two actions, for updates by hand."""

    n_states, n_actions = 2, 2


def by_hand(kind, *, terminated=False, alpha=0.5, gamma=0.5, epsilon=0.5):
    """Q(0, 0) after one update from 2 with r = −1 and Q(s') = (4, 8), next action the first."""
    agent = kind(Fork, alpha=alpha, gamma=gamma, epsilon=epsilon, rng=np.random.default_rng(0))
    agent._table = [[2.0, 0.0], [4.0, 8.0]]
    agent._other = [[2.0, 0.0], [4.0, 8.0]]
    agent.act = lambda s: 0
    agent.learn(0, 0, -1.0, 1, terminated)
    return agent.Q[0, 0]


def test_the_three_updates_by_hand():
    assert by_hand(rl.QLearning) == 2.5
    assert by_hand(rl.Sarsa) == 1.5
    assert by_hand(rl.ExpectedSarsa) == 2.25


def test_double_q_learning_moves_one_of_its_tables():
    assert by_hand(rl.DoubleQLearning) == (2.5 + 2) / 2


@pytest.mark.parametrize("kind", [rl.QLearning, rl.Sarsa, rl.ExpectedSarsa])
def test_nothing_is_taken_from_beyond_an_end(kind):
    assert by_hand(kind, terminated=True) == 0.5


def test_double_q_lets_the_other_table_judge():
    agent = rl.DoubleQLearning(Fork, alpha=1.0, rng=np.random.default_rng(0))
    agent._table, agent._other = [[0.0, 0.0], [5.0, 1.0]], [[0.0, 0.0], [2.0, 9.0]]
    agent.learn(0, 0, 0.0, 1, False)
    # Whichever moved: the first names action 0, worth 2; the second names action 1, worth 1.
    moved = {agent._table[0][0], agent._other[0][0]} - {0.0}
    assert moved in ({2.0}, {1.0})


@pytest.mark.parametrize("kind", [rl.QLearning, rl.ExpectedSarsa, rl.DoubleQLearning, rl.Sarsa])
def test_each_finds_the_values_of_the_corridor(kind):
    world = rl.corridor()
    world.reset(seed=0)
    agent = kind(world, alpha=0.5, gamma=0.5, epsilon=0.3, rng=np.random.default_rng(1))

    def calmer(k, agent):
        agent.epsilon = 0.3 if k < 300 else 0.0

    rl.train(agent, world, 600, calmer)
    assert agent.Q[:3, 1] == pytest.approx([2, 4, 8], abs=0.05)
    assert not agent.Q[3].any()


def test_an_agent_learns_in_a_world_of_gymnasiums():
    theirs = gymnasium.make("FrozenLake-v1", is_slippery=False)
    theirs.reset(seed=0)
    settings = {"alpha": 0.5, "gamma": 0.9, "epsilon": 0.5, "rng": np.random.default_rng(0)}
    agent = rl.QLearning(rl.frozen_lake(), **settings)
    rl.train(agent, theirs, 300)
    assert agent.Q[0].max() == pytest.approx(0.9**5, abs=0.02)


def test_monte_carlo_control_finds_the_way():
    world = rl.corridor()
    world.reset(seed=0)
    agent = rl.MonteCarlo(world, alpha=0.1, gamma=0.5, epsilon=0.2, rng=np.random.default_rng(1))
    seen = rl.train(agent, world, 1000)
    assert agent.Q[:3].argmax(axis=1).tolist() == [1, 1, 1]
    assert agent.Q[2, 1] == pytest.approx(8)
    assert seen.rewards.tolist() == [8.0] * 1000


def test_monte_carlo_begins_every_episode_with_no_returns():
    agent = rl.MonteCarlo(Fork, alpha=1.0, rng=np.random.default_rng(0))
    agent.learn(0, 0, 1.0, 1, False)
    agent.learn(1, 1, 1.0, 1, True)
    agent.finish(True)
    assert agent.Q.tolist() == [[2, 0], [0, 1]]
    agent.learn(1, 0, 7.0, 1, True)
    agent.finish(True)
    assert agent.Q.tolist() == [[2, 0], [7, 1]]


def test_monte_carlo_counts_from_the_first_visit_alone():
    again = rl.Tabular([[[(0.5, 0, 1.0), (0.5, 1, 1.0)]], []], start=0)
    again.reset(seed=0)
    states, *_ = rl.play(again, lambda s: 0)
    assert states == [0, 0, 0, 1]
    again.reset(seed=0)
    V = rl.monte_carlo(again, np.ones((2, 1)), episodes=1, rng=np.random.default_rng(0))
    assert V.tolist() == [3, 0]
    agent = rl.MonteCarlo(Fork, alpha=1.0, rng=np.random.default_rng(0))
    for s in (0, 0, 1):
        agent.learn(s, 0, 1.0, 1, s == 1)
    agent.finish(True)
    assert agent.Q.tolist() == [[3, 0], [1, 0]]


def test_a_truncated_episode_teaches_monte_carlo_nothing():
    agent = rl.MonteCarlo(Fork, alpha=1.0, rng=np.random.default_rng(0))
    agent.learn(0, 0, 1.0, 1, False)
    agent.finish(False)
    agent.finish(True)
    assert not agent.Q.any()
    with pytest.raises(ValueError, match="without a limit, got limit=100"):
        rl.monte_carlo(
            rl.frozen_lake(), np.full((16, 4), 0.25), episodes=1, rng=np.random.default_rng(0)
        )


def test_monte_carlo_and_td_zero_agree_with_the_exact_values():
    world = rl.corridor()
    exact = rl.evaluate(world, to_and_fro(world), 0.5)
    world.reset(seed=0)
    rng = np.random.default_rng(0)
    settings = {"episodes": 3000, "gamma": 0.5, "rng": rng}
    policy = to_and_fro(world)
    assert rl.monte_carlo(world, policy, **settings) == pytest.approx(exact, abs=0.15)
    assert rl.td_zero(world, policy, alpha=0.01, **settings) == pytest.approx(exact, abs=0.3)


def test_td_zero_bootstraps_where_an_episode_is_only_truncated():
    """A loop that pays 1 a step for ever is worth 1 / (1 − γ), however short the episodes."""
    loop = rl.Tabular([[[(1.0, 0, 1.0)]], []], start=0, limit=5)
    V = rl.td_zero(
        loop, np.ones((2, 1)), episodes=200, alpha=0.2, gamma=0.9, rng=np.random.default_rng(0)
    )
    assert V[0] == pytest.approx(10, abs=1e-3)
    agent = rl.QLearning(loop, alpha=0.2, gamma=0.9, rng=np.random.default_rng(0))
    rl.train(agent, loop, 200)
    assert agent.Q[0, 0] == pytest.approx(10, abs=1e-3)


def test_the_cliff_walk_of_the_chapter():
    online, greedy = {}, {}
    for kind in (rl.QLearning, rl.Sarsa):
        for seed in range(3):
            world = rl.cliff_walk()
            world.reset(seed=seed)
            agent = kind(world, alpha=0.5, epsilon=0.1, rng=np.random.default_rng(seed))
            seen = rl.train(agent, world, 500)
            online.setdefault(kind, []).append(seen.rewards[-100:].mean())
            worth = rl.value_within(world, 200, policy=rl.best_actions(agent.Q))
            greedy.setdefault(kind, []).append(worth[36])
    assert all(-62 <= r <= -44 for r in online[rl.QLearning])
    assert all(-36 <= r <= -21 for r in online[rl.Sarsa])
    assert greedy[rl.QLearning] == [-13] * 3
    assert set(greedy[rl.Sarsa]) <= {-15, -17, -19}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alpha": 0}, "alpha"),
        ({"alpha": 1.5}, "alpha: expected a number above 0 and at most 1"),
        ({"epsilon": -0.1}, "epsilon"),
        ({"epsilon": 2}, "epsilon"),
        ({"rng": 3}, "rng"),
    ],
)
def test_a_learners_settings_are_checked(wrong, words):
    with pytest.raises(ValueError, match=words):
        rl.QLearning(rl.corridor(), **{"alpha": 0.1, "rng": np.random.default_rng(0), **wrong})


def test_an_agent_without_its_method_says_which():
    with pytest.raises(NotImplementedError, match="learn"):
        rl.Agent(Fork, alpha=0.1, rng=np.random.default_rng(0)).learn(0, 0, 0, 0, False)


# Bandits and the maximisation bias


def test_the_estimates_of_a_bandit_lead_to_its_best_arm():
    means = np.tile([0.0, 3.0, 1.0], (50, 1))
    for choose, more in (
        (rl.explore(0.1), {}),
        (rl.explore(0.0), {"initial": 10.0, "rate": 0.1}),
        (rl.upper_confidence(2.0), {}),
    ):
        seen = rl.pull(means, choose, steps=300, rng=np.random.default_rng(0), **more)
        assert seen.arms.shape == seen.rewards.shape == seen.regret.shape == (300, 50)
        assert (seen.arms[-1] == 1).mean() > 0.85
        missed = 3 - np.array([0.0, 3.0, 1.0])[seen.arms]
        np.testing.assert_allclose(seen.regret, missed.cumsum(axis=0))


def test_ucb_tries_every_arm_before_any_twice():
    seen = rl.pull(np.zeros((20, 7)), rl.upper_confidence(2), steps=7, rng=np.random.default_rng(0))
    assert (np.sort(seen.arms, axis=0) == np.arange(7)[:, None]).all()


@pytest.mark.parametrize(("gap", "arm"), [(0.43, 0), (0.44, 1)])
def test_ucb_adds_the_root_of_the_log_over_the_count(gap, arm):
    Q, N = np.array([[0.5, 0.5 + gap]]), np.array([[4, 16]])
    # √(ln 20 / 4) − √(ln 20 / 16) = .4327
    assert rl.upper_confidence(1.0)(Q, N, 20, np.random.default_rng(0)).tolist() == [arm]


def test_exploring_draws_every_arm_evenly():
    seen = rl.pull(np.zeros((500, 4)), rl.explore(1.0), steps=40, rng=np.random.default_rng(0))
    assert np.bincount(seen.arms.ravel()) / seen.arms.size == pytest.approx(0.25, abs=0.01)


def test_a_rate_weights_the_latest_rewards():
    kept = []

    def record(Q, N, t, rng):
        kept.append(Q.copy())
        return np.zeros(1, int)

    rng = np.random.default_rng(0)
    seen = rl.pull([[2.0]], record, steps=3, rng=rng, initial=4.0, rate=0.5)
    r = seen.rewards[:, 0]
    assert kept[2][0, 0] == pytest.approx(4 / 4 + r[0] / 4 + r[1] / 2)


def test_the_maximisation_bias_and_its_cure():
    """After 100 episodes Q-learning goes left more often than double Q-learning."""
    left = {}
    for kind in (rl.QLearning, rl.DoubleQLearning):
        first = []
        for seed in range(60):
            world = rl.LeftOrRight()
            world.reset(seed=seed)
            agent = kind(world, alpha=0.1, epsilon=0.1, rng=np.random.default_rng(seed))
            seen = rl.train(agent, world, 100)
            first.append(np.mean(seen.steps[50:] == 2))
        left[kind] = np.mean(first)
    assert left[rl.QLearning] > left[rl.DoubleQLearning] + 0.1
