"""Deep RL: the chapter's numbers by hand, by differences, against torch, and in small trainings."""

import copy
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lecturelib.cartpole import CartPole
from lecturelib.deep_rl import (
    DQN,
    PPO,
    ActorCritic,
    Batch,
    ClippedPolicy,
    Huber,
    PolicyGradient,
    Reinforce,
    Replay,
    Run,
    Step,
    follow,
    gae,
    greedy_returns,
    q_network,
    returns,
    td_targets,
    train,
)
from lecturelib.deep_rl.dqn import exploration
from lecturelib.deep_rl.policy import Horizon
from lecturelib.gradcheck import check_gradients
from lecturelib.layers import Linear
from lecturelib.optim import SGD, Adam
from lecturelib.rl.environment import Environment

N, D, K = 6, 4, 3


def rng(seed=0):
    return np.random.default_rng(seed)


def net(n_out, seed=0, hidden=8, dtype=np.float32, n_in=D):
    return q_network([n_in, hidden, n_out], rng=rng(seed), dtype=dtype)


def batch(seed=0, dtype=np.float64, n=N):
    r = rng(seed)
    states, after = r.normal(size=(2, n, D)).astype(dtype)
    rewards, ends = r.normal(size=n).astype(dtype), (r.random(n) < 0.4).astype(dtype)
    return Batch(states, r.integers(0, K, n), rewards, after, ends)


# By hand: section 11 of the design, and its exercises


def test_the_four_targets_of_one_transition():
    target, online = [[2.0, 6.0]], [[5.0, 3.0]]
    dqn = td_targets([1], [0], target, 0.5)
    double = td_targets([1], [0], target, 0.5, online)
    terminated = td_targets([1], [1], target, 0.5)
    truncated = td_targets([1], [0], target, 0.5)  # the clock says nothing about s′
    found = [float(y[0]) for y in (dqn, double, terminated, truncated)]
    assert found == [4, 2, 1, 4]
    assert [y - 1 for y in found] == [3, 1, 0, 3]  # TD errors for Q = 1


def test_the_policy_gradient_of_one_action():
    z = np.log([[0.75, 0.25]])
    loss = PolicyGradient()
    loss.forward(z, np.array([1]), [4 - 2])
    gradient = -loss.backward()[0]
    np.testing.assert_allclose(gradient / 2, [-0.75, 0.75])
    np.testing.assert_allclose(gradient, [-1.5, 1.5])
    moved = np.exp(z[0] + 0.5 * gradient)
    np.testing.assert_allclose(moved / moved.sum(), [0.401, 0.599], atol=5e-4)


@pytest.mark.parametrize(
    ("ratio", "advantage", "value", "slope"),
    [(1.5, 2, 2.4, 0), (1.5, -2, -3, -2), (0.5, -2, -1.6, 0), (0.5, 2, 1, 2), (1.1, 2, 2.2, 2)],
)
def test_the_clip_by_hand(ratio, advantage, value, slope):
    z, loss = np.log([[0.4, 0.6]]), ClippedPolicy(0.2)
    log_old = np.log([0.6 / ratio])
    assert -loss.forward(z, np.array([1]), [advantage], log_old) == pytest.approx(value)
    d_log_p = slope * ratio  # ∂/∂log π of ρ A
    np.testing.assert_allclose(-loss.backward()[0], [-0.4 * d_log_p, 0.4 * d_log_p], atol=1e-12)


def test_the_advantages_by_hand():
    A = gae([1, 1, 1], [2, 1, 1], [1, 1, 0], [False, False, True], 0.5, 0.5)
    assert A.tolist() == [-0.375, 0.5, 0]


def test_two_hundred_soft_updates_replace_98_percent():
    target, online = net(1), net(1, seed=1)
    for p in target.parameters.values():
        p[...] = 1
    for p in online.parameters.values():
        p[...] = 0
    for _ in range(200):
        follow(target, online, 0.02)
    left = target.layers[0].W[0, 0]
    assert 1 - left == pytest.approx(0.982, abs=5e-4)


# Returns and advantages


def test_returns_begin_anew_in_each_episode():
    ends = [False, True, False, False]
    assert returns([1, 2, 4, 8], 0.5, ends).tolist() == [2, 2, 8, 8]
    assert returns([1, 2, 4], 0.5).tolist() == [3, 4, 4]
    A = gae([1.0, 1, 1], [0.0, 0, 0], [0.0, 0, 0], [True, False, True], 1, 1)
    assert A.tolist() == [1, 2, 1]


def test_advantages_are_returns_minus_values_for_lambda_one_and_td_errors_for_zero():
    r = rng(1)
    rewards, values = r.normal(size=(2, 7))
    ends = np.array([0, 0, 1, 0, 0, 0, 1], bool)
    after = np.where(ends, 0, np.append(values[1:], 0))
    whole = gae(rewards, values, after, ends, 0.9, 1)
    np.testing.assert_allclose(whole, returns(rewards, 0.9, ends) - values)
    np.testing.assert_allclose(
        gae(rewards, values, after, ends, 0.9, 0), rewards + 0.9 * after - values
    )


def test_a_truncated_end_keeps_the_value_of_its_last_state():
    A = gae([1], [0], [10], [True], 0.5, 1)
    assert A.tolist() == [6]


# Losses: differences and torch


def policies(seed=0, n=9):
    r = rng(seed)
    z, advantage = r.normal(size=(n, K)), 2 * r.normal(size=n)
    a = r.integers(0, K, n)
    log_old = np.log(r.uniform(0.1, 0.9, n))
    return z, a, advantage, log_old


@pytest.mark.parametrize("entropy", [0, 0.3])
def test_the_policy_gradient_is_the_difference_and_torchs(entropy):
    z, a, advantage, _ = policies()
    loss = PolicyGradient(entropy)

    def value(z):
        return PolicyGradient(entropy).forward(z, a, advantage)

    L = loss.forward(z, a, advantage)
    check_gradients(value, {"z": z}, {"z": loss.backward()})
    t = torch.tensor(z, requires_grad=True)
    choice = torch.distributions.Categorical(logits=t)
    gain = choice.log_prob(torch.tensor(a)) * torch.tensor(advantage)
    twin = -gain.mean() - entropy * choice.entropy().mean()
    twin.backward()
    assert pytest.approx(twin.item(), rel=1e-12) == L
    np.testing.assert_allclose(loss.backward(), t.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("entropy", [0, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_the_clip_is_the_difference_and_torchs(entropy, seed):
    z, a, advantage, log_old = policies(seed)
    loss = ClippedPolicy(0.2, entropy)

    def value(z):
        return ClippedPolicy(0.2, entropy).forward(z, a, advantage, log_old)

    L = loss.forward(z, a, advantage, log_old)
    check_gradients(value, {"z": z}, {"z": loss.backward()})
    t, A = torch.tensor(z, requires_grad=True), torch.tensor(advantage)
    choice = torch.distributions.Categorical(logits=t)
    ratio = torch.exp(choice.log_prob(torch.tensor(a)) - torch.tensor(log_old))
    gain = torch.min(ratio * A, torch.clamp(ratio, 0.8, 1.2) * A).mean()
    twin = -gain - entropy * choice.entropy().mean()
    twin.backward()
    assert pytest.approx(twin.item(), rel=1e-12) == L
    np.testing.assert_allclose(loss.backward(), t.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("delta", [1, 0.5])
def test_hubers_loss_is_the_difference_and_torchs(delta):
    r = rng(2)
    q, y, loss = 2 * r.normal(size=8), r.normal(size=8), Huber(delta)
    L = loss.forward(q, y)
    check_gradients(lambda q: Huber(delta).forward(q, y), {"q": q}, {"q": loss.backward()})
    assert pytest.approx(torch.nn.HuberLoss(delta=delta)(*map(torch.tensor, (q, y))).item()) == L
    assert np.abs(loss.backward()).max() == delta / 8


def torch_of(module):
    return module.to_torch()


@pytest.mark.parametrize("double", [False, True])
def test_a_learning_step_of_dqn_is_torchs(double):
    online, b = net(K, dtype=np.float64), batch()
    agent = DQN(online, SGD(online, 0.1), Replay(9, D, np.float64), gamma=0.9, double=double)
    for p in agent.target.parameters.values():
        p += 0.3
    before = copy.deepcopy(agent.target)
    q, t = torch_of(online), torch_of(agent.target)
    states, actions, rewards, after, ends = map(torch.tensor, b)
    with torch.no_grad():
        best = (q if double else t)(after).argmax(1, keepdim=True)
        y = rewards + 0.9 * (1 - ends) * t(after).gather(1, best)[:, 0]
    loss = torch.nn.functional.smooth_l1_loss(q(states).gather(1, actions[:, None])[:, 0], y)
    loss.backward()
    np.testing.assert_allclose(agent.targets(b), y.numpy(), rtol=1e-12)
    assert agent.learn(b) == pytest.approx(loss.item(), rel=1e-12)
    for g, p in zip(online.gradients.values(), q.parameters(), strict=True):
        np.testing.assert_allclose(g, p.grad.numpy(), rtol=1e-10, atol=1e-13)
    for name, slow in agent.target.parameters.items():
        expected = before.parameters[name] + 0.02 * (
            online.parameters[name] - before.parameters[name]
        )
        np.testing.assert_allclose(slow, expected, rtol=1e-12)


def test_the_gradient_does_not_go_through_the_target():
    """One state that follows itself: the semi-gradient is that of Q alone, −clip(y − Q) x."""
    online = Linear(1, 1, rng=rng(), dtype=np.float64)
    online.W, online.b = [[2.0]], [0.0]
    agent = DQN(online, SGD(online, 1e-9), Replay(1, 1), gamma=0.5, tau=1.0)
    one = np.ones((1, 1))
    agent.learn(Batch(one, np.array([0]), np.array([0.5]), one, np.zeros(1)))
    # y = 0.5 + 0.5 · 2 = 1.5, Q − y = 0.5; through the target it would be 0.5 · (1 − 0.5).
    assert online.dW.item() == pytest.approx(0.5)


def test_one_step_of_reinforce_is_torchs():
    policy = net(2, dtype=np.float64)
    agent = Reinforce(policy, SGD(policy, 0.1), gamma=0.9, baseline="none")
    twin, r = torch_of(policy), rng(3)
    states, actions = r.normal(size=(5, D)), np.array([0, 1, 1, 0, 1])
    log_p = torch.log_softmax(twin(torch.tensor(states)), 1)[torch.arange(5), torch.tensor(actions)]
    G = torch.tensor(returns(np.ones(5), 0.9))
    (-(G * log_p).mean()).backward()
    for t in range(5):
        agent.observe(Step(states[t], actions[t], 1.0, states[t], t == 4, False), r)
    for g, p in zip(policy.gradients.values(), twin.parameters(), strict=True):
        np.testing.assert_allclose(g, p.grad.numpy(), rtol=1e-10, atol=1e-13)


def test_an_episode_is_learned_from_once(monkeypatch):
    policy, lengths = net(2, n_in=1), []
    agent = Reinforce(policy, SGD(policy, 0.1))
    monkeypatch.setattr(agent, "learn", lambda episode: lengths.append(len(episode.rewards)))
    train(agent, Choose(5), rng=rng(), steps=15)
    assert lengths == [5, 5, 5]


# Agents


class Choose(Environment):
    """One state; action 1 pays 1, the others nothing; five steps an episode."""

    n_actions = 2

    def _start(self):
        return np.ones(1, np.float32)

    def _move(self, action):
        return np.ones(1, np.float32), float(action), False


def agents(seed=0):
    r = rng(seed)
    policy, critic = net(2, n_in=1), net(1, seed=1, n_in=1)
    both = policy, Adam(policy, 0.02), critic, Adam(critic, 0.02)
    online = q_network([1, 8, 2], rng=r)
    with_critic = {"critic": critic, "critic_optimiser": Adam(critic, 0.02)}
    return {
        "dqn": lambda: DQN(
            online, Adam(online, 0.01), Replay(500, 1), gamma=0.5, batch=16, tau=0.1, epsilon=half
        ),
        "none": lambda: Reinforce(*both[:2], baseline="none"),
        "episode": lambda: Reinforce(*both[:2]),
        "critic": lambda: Reinforce(*both[:2], baseline="critic", **with_critic),
        "actor–critic": lambda: ActorCritic(*both, horizon=20),
        "PPO": lambda: PPO(*both, horizon=40, epochs=4, batch=20, entropy=0.001),
    }


def half(step):
    return 0.5


@pytest.mark.parametrize("name", agents())
def test_every_agent_finds_the_action_that_pays(name):
    agent = agents()[name]()
    run = train(agent, Choose(5), rng=rng(1), steps=800)
    assert agent.best(np.ones(1, np.float32)) == 1
    assert (run.steps, len(run.returns)) == (800, 160)
    if name == "dqn":  # the clock is no end: the value goes on beyond the five steps, 1 / (1 − ½)
        assert agent.values(np.ones(1, np.float32))[1] == pytest.approx(2, abs=0.1)
    else:
        assert agent.probabilities(np.ones(1, np.float32))[1] > 0.8


def test_taking_the_clock_for_an_end_lowers_the_values():
    online = q_network([1, 8, 2], rng=rng())
    settings = {"gamma": 0.5, "batch": 16, "tau": 0.1, "epsilon": half, "trust_clock": True}
    agent = DQN(online, Adam(online, 0.01), Replay(500, 1), **settings)
    train(agent, Choose(5), rng=rng(1), steps=800)
    # Every fifth target is 1 alone: v = 1 + ½ · 4/5 v.
    assert agent.values(np.ones(1, np.float32))[1] == pytest.approx(1 / 0.6, abs=0.15)


def test_an_advantage_goes_on_behind_the_clock_and_stops_at_an_end():
    agent = agents()["actor–critic"]()
    agent.lam = 0.0  # A = r + γ V(s′) − V(s)
    ends = [(False, False), (True, False), (False, True)]
    steps = [Step([i], 0, float(i), [i + 1], *end) for i, end in enumerate(ends)]
    V = agent.critic.forward(np.arange(4.0)[:, None])[:, 0]
    A, G = agent.advantages(Horizon.of(steps, float))
    np.testing.assert_allclose(G, [0, 1, 2] + agent.gamma * V[1:] * [1, 0, 1], rtol=1e-6)
    np.testing.assert_allclose(A, G - V[:-1], atol=1e-6)


def test_reinforce_learns_to_balance():
    policy = q_network([4, 32, 2], rng=rng())
    agent = Reinforce(policy, Adam(policy, 0.01))
    run = train(agent, CartPole(200), rng=rng(0), steps=20_000, watch=lambda run: run.mean() > 100)
    assert run.mean() > 100
    assert greedy_returns(agent, CartPole(200), range(3)).mean() > 100


def test_the_rng_decides_a_training():
    for name in ("dqn", "PPO"):
        runs = [train(agents()[name](), Choose(5), rng=rng(5), steps=100) for _ in range(2)]
        assert runs[0] == runs[1]


def test_actions_are_drawn_with_their_probabilities():
    policy = Linear(1, 2, rng=rng(), dtype=np.float64)
    policy.W, policy.b = np.zeros((2, 1)), np.log([0.3, 0.7])
    agent, r = Reinforce(policy, SGD(policy, 0.1)), rng(0)
    drawn = [agent.act(np.ones(1), r) for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(0.7, abs=0.025)
    np.testing.assert_allclose(agent.probabilities(np.ones(1)), [0.3, 0.7])


def test_exploration_falls_in_a_line_and_stays():
    assert [exploration(n) for n in (0, 750, 1500, 9000)] == pytest.approx([1, 0.51, 0.02, 0.02])
    online = net(K)
    agent = DQN(online, Adam(online), Replay(9, D), epsilon=lambda step: 1.0)
    drawn = {agent.act(np.zeros(D, np.float32), rng(i)) for i in range(30)}
    assert drawn == {0, 1, 2}


def test_the_target_is_a_network_of_its_own():
    online = net(K)
    agent = DQN(online, Adam(online), Replay(9, D), batch=1)
    assert not any(
        np.shares_memory(p, slow)
        for p, slow in zip(
            online.parameters.values(), agent.target.parameters.values(), strict=True
        )
    )
    with pytest.raises(ValueError, match=r"^target: expected a network of its own"):
        follow(online, online, 0.1)


def test_the_old_probabilities_stay_while_ppo_learns(monkeypatch):
    policy, critic = net(2), net(1, seed=1)
    agent = PPO(policy, Adam(policy, 0.05), critic, Adam(critic), horizon=32, epochs=5, batch=32)
    ratios = []

    class Spy(ClippedPolicy):
        def forward(self, z, a, advantage, log_old):
            log_p = np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))
            ratios.append(np.exp(log_p[np.arange(len(a)), a] - log_old))
            return super().forward(z, a, advantage, log_old)

    agent.loss = Spy()
    train(agent, CartPole(), rng=rng(0), steps=32)
    np.testing.assert_allclose(ratios[0], 1, rtol=1e-5)
    assert np.ptp(ratios[-1]) > 0.05  # a ratio that is always 1 never clips


# Replay


def step(i, n=D):
    return Step(np.full(n, float(i)), i % K, float(i), np.full(n, i + 1.0), i % 2 == 0, i % 3 == 0)


def test_a_memory_forgets_the_oldest_and_draws_the_others_alike():
    memory = Replay(5, D)
    for i in range(8):
        memory.add(step(i))
    assert len(memory) == 5
    drawn = memory.draw(5000, rng(0))
    values, counts = np.unique(drawn.rewards, return_counts=True)
    assert values.tolist() == [3, 4, 5, 6, 7]
    assert counts.min() > 850
    np.testing.assert_array_equal(drawn.after[:, 0], drawn.states[:, 0] + 1)
    np.testing.assert_array_equal(drawn.actions, drawn.rewards % K)
    np.testing.assert_array_equal(drawn.terminated, drawn.rewards % 2 == 0)  # truncated is no end
    assert drawn.states.dtype == np.float32


# Bad input


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Replay(0, 4), "^capacity: expected a whole number"),
        (lambda: Replay(4, 0), "^n_state: "),
        (lambda: Replay(4, D).draw(2, rng()), "^draw: expected a memory with steps"),
        (lambda: Replay(4, D).add(step(1, n=3)), r"^state: expected shape \(4,\)"),
        (lambda: Replay(4, D).add(step(math.nan)), "^state: expected finite"),
        (lambda: td_targets([1], [0], [[1, 2]], 1.5), "^gamma: .*from 0 to 1"),
        (lambda: td_targets([1], [0], [[1, 2]], 0.5, [[1, 2, 3]]), "^q_target, q_online: "),
        (lambda: td_targets([1], [0], [1, 2], 0.5), "^q_target, q_online: "),
        (lambda: td_targets([1, 2], [0], [[1, 2]], 0.5), "^terminated: expected 2 rows"),
        (lambda: td_targets([[1]], [0], [[1, 2]], 0.5), "^rewards: expected shape"),
        (lambda: follow(net(1), net(1), 1.1), "^tau: "),
        (lambda: q_network([4], rng=rng()), "^sizes: expected two or more"),
        (lambda: returns([], 0.9), "^rewards: expected at least one"),
        (lambda: returns([1, 2], 0.9, [True]), "^ends: expected 2 rows"),
        (lambda: gae([1], [1, 2], [1], [True], 0.9, 0.9), "^values: expected 1 rows"),
        (lambda: gae([1], [1], [1], [True], 0.9, -0.1), "^lam: "),
        (lambda: Huber(0), "^delta: expected a number above 0"),
        (lambda: Huber().backward(), "^Huber.backward: expected a forward pass"),
        (lambda: Huber().forward([1, 2], [1]), "^y: expected 2 rows"),
        (lambda: ClippedPolicy(1), "^clip: expected a number below 1"),
        (lambda: PolicyGradient(-1), "^entropy: "),
        (lambda: PolicyGradient().forward([[1, 2]], np.array([2]), [1]), "^y: expected labels"),
        (lambda: PolicyGradient().forward([1, 2], np.array([1]), [1]), "^z: expected logits"),
        (lambda: PolicyGradient().forward([[1, 2]], np.array([1]), [1, 2]), "^advantage: "),
        (
            lambda: ClippedPolicy().forward([[1, 2]], np.array([1]), [1], [1, 2]),
            "^log_old: expected 1 rows",
        ),
        (lambda: Reinforce(net(2), SGD(net(2), 1), baseline="mean"), "^baseline: .*got 'mean'"),
        (lambda: Reinforce(net(2), SGD(net(2), 1), baseline="critic"), "^baseline: .*NoneType"),
        (lambda: greedy_returns(SimpleNamespace(best=int), CartPole(), []), "^seeds: "),
        (lambda: train(None, CartPole(), rng=rng(), steps=0), "^steps: "),
        (lambda: Run().mean(0), "^episodes: "),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_run_is_solved_by_twenty_returns():
    run = Run([200.0] * 19)
    assert run.mean() == -math.inf
    assert not run.solved()
    run.returns.append(100)
    assert run.mean() == 195
    assert run.solved()
    assert not run.solved(196)


def test_a_horizon_marks_both_ends_and_keeps_the_networks_type():
    made = Horizon.of([step(i) for i in range(4)], np.float32)
    assert made.terminated.tolist() == [True, False, True, False]
    assert made.ends.tolist() == [True, False, True, True]
    assert made.states.dtype == made.rewards.dtype == np.float32
