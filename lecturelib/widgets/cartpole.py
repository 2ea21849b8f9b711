"""The cart and its pole: played by the reader, or by an agent at three stages of its training."""

from __future__ import annotations

import numpy as np
import traitlets

from lecturelib.cartpole import CartPole
from lecturelib.data import cartpole_agents
from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers
from lecturelib.widgets.record import Record, pack, unpack

UNIT = 4096
STAGES = ["untrained", "half-trained", "trained"]
SEEDS = 10


class Cartpole(BookWidget, module="cartpole"):
    """CartPole in the page: 0.02 s a step, ended by a fall, the track's end or 500 steps.

    ``player`` is "you", whose ``push`` holds until it is changed, or a network, policy π or values
    Q, which plays greedily. ``seed`` says where an episode starts, as ``CartPole().reset(seed)``;
    ``now`` is the state x, v, φ, ω after ``steps`` steps. The weights are those of
    ``data.cartpole_agents()``, in units of 1/4096. A value outside its range raises ``TraitError``.
    """

    heights = (732, 800)
    player = Choice("you", ["you", *(f"{kind} {stage}" for kind in "πQ" for stage in STAGES)])
    push = Choice("none", ["left", "none", "right"])
    seed = Choice(0, range(SEEDS))
    now = Numbers([0, 0, 0, 0], -100, 100)
    steps = Number(0, 0, 500, whole=True)
    _record = Record()
    _starts = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)

    def __init__(self, **state) -> None:
        """Take the packaged agents along, and where the episodes of each seed start."""
        arrays = {name.replace("policy", "π"): p for name, p in cartpole_agents().items()}
        super().__init__(_record=pack(arrays, UNIT), _starts=_starts(), **state)

    def layers(self, player: str) -> list[tuple[np.ndarray, np.ndarray]]:
        """(W, b) of every layer of a player's network, as rounded for the figure."""
        kind, stage = player.split()
        head, arrays = f"{kind}.{STAGES.index(stage)}.", unpack(self._record, "Cartpole()")
        own = [array for name, array in arrays.items() if name.startswith(head)]
        return list(zip(own[::2], own[1::2], strict=True))


def _starts():
    env, found = CartPole(), []
    for seed in range(SEEDS):
        env.reset(seed=seed)
        found.append(env.state.tolist())
    return found
