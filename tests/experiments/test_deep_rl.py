"""The record of the deep RL chapter: its script, file and loaders, and a line measured again."""

import io

import numpy as np
import pytest

from experiments import deep_rl as script
from lecturelib.cartpole import CartPole
from lecturelib.data import cartpole_agents, deep_rl_runs
from lecturelib.deep_rl import DQN, Reinforce, q_network


def test_the_file_is_written_training_by_training_and_gone_on_with(tmp_path, monkeypatch):
    made = []

    def pretend(case, seed):
        made.append((case, seed))
        return [("solved", 0, float("nan")), ("greedy", 2000, 9.5)]

    monkeypatch.setattr(script, "measured", pretend)
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.deep_rl"
    assert lines[6:9] == [
        script.RECORD.columns,
        "double DQN;0;solved;0;nan",
        "double DQN;0;greedy;2000;9.50",
    ]
    assert [case for case, _ in made] == list(script.CASES)
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(1))
    assert made == [("PPO", 0)]
    assert path.read_text("utf-8").splitlines() == lines


def test_the_record_has_each_training_once():
    found = deep_rl_runs()
    assert found.about["command"] == "python -m experiments.deep_rl"
    cases = {case for case, _ in found.values}
    assert cases == set(script.CASES)
    for (case, measure), values in found.values.items():
        assert values.shape == (script.SEEDS, len(found.x[case, measure]))
        assert measure == "solved" or np.isfinite(values).all()
    assert found.x["PPO", "greedy"].tolist() == [2000 * n for n in range(1, 8)]
    assert found.x["no replay", "value"].tolist() == [2000 * n for n in range(1, 6)]


def test_a_case_is_what_its_name_says():
    rng = np.random.default_rng(0)
    agents = {case: script.made(case, rng) for case in script.CASES}
    full = agents["double DQN"][0]
    assert (full.tau, full.replay.capacity, full.double, full.trust_clock) == (
        *(0.02, 10_000, True),
        False,
    )
    assert agents["no replay"][0].replay.capacity == script.BATCH == full.batch
    assert agents["no target network"][0].tau == 1
    clock, env = agents["limit 100, truncated as terminated"]
    assert (clock.trust_clock, env.limit) == (True, 100)
    assert agents["limit 100"][0].trust_clock is False
    baselines = [agents[c][0].baseline for c in ("REINFORCE, no baseline", "REINFORCE")]
    assert baselines == ["none", "episode"]


def test_lines_can_be_measured_again(monkeypatch):
    monkeypatch.setattr(script, "LONG", 2000)
    found, case = deep_rl_runs(), "REINFORCE"
    again = {what: value for what, x, value in script.measured(case, 0)}
    # Other processors round otherwise, and a training amplifies it.
    assert again["greedy"] == pytest.approx(found.values[case, "greedy"][0, 0], abs=60)


def test_the_packaged_agents_are_three_stages_and_the_last_one_balances():
    arrays = cartpole_agents()
    for kind, sizes in (("policy", [4, 32, 2]), ("Q", [4, 32, 32, 2])):
        net, lasted = q_network(sizes, rng=np.random.default_rng(0)), []
        for stage in range(3):
            for name, p in net.parameters.items():
                p[...] = arrays[f"{kind}.{stage}.{name}"]
            state, over, env = None, False, CartPole()
            state, _ = env.reset(seed=0)
            while not over:
                action = int(net.forward(state[None])[0].argmax())
                state, _, *ends, _ = env.step(action)
                over = any(ends)
            lasted.append(env.steps)
        assert lasted[0] < 60 < lasted[1] < 400
        assert lasted[2] == 500


def test_stages_are_copies_from_the_start_to_the_last_limit(monkeypatch):
    rng = np.random.default_rng(0)
    policy = script.network(2, rng)
    agent = Reinforce(policy, script.Adam(policy, 1e-2))
    first = {name: p.copy() for name, p in policy.parameters.items()}
    kept = script.stages(agent, (15, 18), rng)
    assert len(kept) == 3
    for name, p in first.items():
        np.testing.assert_array_equal(kept[0][name], p.astype(np.float16))
        assert not np.array_equal(kept[0][name], kept[2][name])
    monkeypatch.setattr(script, "stages", lambda agent, limits, rng: kept[:1])
    file = io.BytesIO()
    script.agents(file)
    with np.load(io.BytesIO(file.getvalue())) as saved:
        assert {name.split(".")[0] for name in saved.files} == {"policy", "Q"}
    assert isinstance(script.dqn(rng), DQN)
