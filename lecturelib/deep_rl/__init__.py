"""Deep reinforcement learning on the library's own networks: DQN, REINFORCE, actor–critic, PPO.

An agent has ``act(state, rng)``, which explores, ``best(state)``, which does not, and
``observe(step, rng)``, which learns from a ``Step``; ``train`` lets it act in an environment.
States are vectors of floating numbers, actions whole numbers from 0. All losses are minimised.
"""

from lecturelib.deep_rl.dqn import DQN, follow, q_network, td_targets
from lecturelib.deep_rl.losses import ClippedPolicy, Huber, PolicyGradient
from lecturelib.deep_rl.policy import PPO, ActorCritic, Reinforce, gae, returns
from lecturelib.deep_rl.replay import Batch, Replay, Step
from lecturelib.deep_rl.training import Run, greedy_returns, train

__all__ = [
    "DQN",
    "PPO",
    "ActorCritic",
    "Batch",
    "ClippedPolicy",
    "Huber",
    "PolicyGradient",
    "Reinforce",
    "Replay",
    "Run",
    "Step",
    "follow",
    "gae",
    "greedy_returns",
    "q_network",
    "returns",
    "td_targets",
    "train",
]
