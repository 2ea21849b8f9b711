"""Reinforcement learning in tables: worlds, planning with a model, learning without one.

States and actions are counted from 0. A policy π is an array (S, A) of probabilities, V has the
shape (S,), Q the shape (S, A). The reward of the step from s_t to s_{t+1} is r_{t+1}. Terminal
states are worth 0, and no target looks beyond them.
"""

from lecturelib.rl.bandits import Pulls, best_arms, explore, pull, upper_confidence
from lecturelib.rl.environment import Environment
from lecturelib.rl.gridworld import ACTIONS, GridWorld, cliff_walk, corridor, frozen_lake
from lecturelib.rl.learning import (
    Agent,
    DoubleQLearning,
    ExpectedSarsa,
    MonteCarlo,
    QLearning,
    Sarsa,
    Training,
    best_action,
    epsilon_greedy,
    monte_carlo,
    play,
    td_zero,
    train,
)
from lecturelib.rl.maximisation import LeftOrRight
from lecturelib.rl.planning import (
    action_values,
    best_actions,
    evaluate,
    policy_iteration,
    random_policy,
    sweep,
    value_iteration,
    value_within,
)
from lecturelib.rl.returns import returns
from lecturelib.rl.tabular import Tabular

__all__ = [
    "ACTIONS",
    "Agent",
    "DoubleQLearning",
    "Environment",
    "ExpectedSarsa",
    "GridWorld",
    "LeftOrRight",
    "MonteCarlo",
    "Pulls",
    "QLearning",
    "Sarsa",
    "Tabular",
    "Training",
    "action_values",
    "best_action",
    "best_actions",
    "best_arms",
    "cliff_walk",
    "corridor",
    "epsilon_greedy",
    "evaluate",
    "explore",
    "frozen_lake",
    "monte_carlo",
    "play",
    "policy_iteration",
    "pull",
    "random_policy",
    "returns",
    "sweep",
    "td_zero",
    "train",
    "upper_confidence",
    "value_iteration",
    "value_within",
]
