"""Grid worlds from a text drawing: the corridor, the cliff walk, the frozen lake."""

from __future__ import annotations

import textwrap

import numpy as np

from lecturelib._validate import number
from lecturelib.rl.tabular import Tabular

ACTIONS = ("up", "right", "down", "left")
"""The names of the actions 0 to 3: Gymnasium's order in CliffWalking."""

ARROWS = "↑→↓←"
_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))
_WALL, _START, _GOAL, _HOLE, _CLIFF = "#SGXC"
_LEGEND = (
    "'S' start, 'G' goal, '.' free, '#' wall, 'X' a hole that ends the episode, 'C' a cliff that "
    "leads back to the start, or a letter that `rewards` names"
)


class GridWorld(Tabular):
    """A world of cells, drawn as text, in which 0 to 3 mean up, right, down and left.

    ``S`` is where episodes begin (one of several S by chance), ``G`` a goal and ``X`` a hole, which
    both end the episode, ``#`` a wall, ``C`` a cliff, from which one falls back to the start while
    the episode goes on, ``.`` a free cell. ``rewards`` has what *entering* a cell of that letter
    earns, further letters for free cells included; every other step earns ``step``, and so does a
    move against a wall or the border, which leaves you where you are. With probability ``slip``
    you go to one of the two sides instead, each half as likely. ``limit`` truncates episodes.

    States count the cells in reading order, walls included: s = row · columns + column. ValueError
    for a drawing with unequal rows, unknown letters, no start, no goal, or no way to a goal.
    """

    def __init__(self, drawing: str, rewards=None, *, step=0.0, slip=0.0, limit=None) -> None:
        self.rewards = {c: number(r, f"rewards[{c!r}]") for c, r in (rewards or {}).items()}
        self.step_reward, self.slip = number(step, "step"), number(slip, "slip")
        if not 0 <= self.slip <= 1:
            raise ValueError(f"slip: expected a probability from 0 to 1, got {slip}; use 0.2, say")
        self.rows = _rows_of(drawing, self.rewards)
        self.shape = len(self.rows), len(self.rows[0])
        self._letters = "".join(self.rows)
        start = [s for s, letter in enumerate(self._letters) if letter == _START]
        outcomes = [self._outcomes_of(s, start) for s in range(len(self._letters))]
        super().__init__(outcomes, start, limit)
        self._goal_in_reach()

    def _outcomes_of(self, s, start):
        """outcomes[s]: a list of (p, s', r) for each action, none where nobody can act."""
        if self._letters[s] in (_WALL, _GOAL, _HOLE, _CLIFF):
            return []
        turns = [
            (p, t) for p, t in ((1 - self.slip, 0), (self.slip / 2, 1), (self.slip / 2, 3)) if p
        ]
        return [
            [
                (p / len(places), s_next, r)
                for p, turn in turns
                for places, r in [self._entered(s, (a + turn) % 4, start)]
                for s_next in places
            ]
            for a in range(4)
        ]

    def _entered(self, s, direction, start):
        """Where a move in this direction ends, as a list of equally likely states, and r."""
        (row, column), (down, right) = divmod(s, self.shape[1]), _MOVES[direction]
        row, column = row + down, column + right
        inside = 0 <= row < self.shape[0] and 0 <= column < self.shape[1]
        if not inside or self.rows[row][column] == _WALL:
            return [s], self.step_reward
        letter = self.rows[row][column]
        reward = self.rewards.get(letter, self.step_reward)
        return (start if letter == _CLIFF else [self.state_at(row, column)]), reward

    def state_at(self, row: int, column: int) -> int:
        """The number of the cell: row · columns + column."""
        return row * self.shape[1] + column

    def as_grid(self, values) -> np.ndarray:
        """values (S,) as they lie in the drawing, (rows, columns); NaN where nobody can act."""
        grid = np.array(values, float)
        grid[self.ends] = np.nan
        return grid.reshape(self.shape)

    def arrows(self, policy) -> str:
        """The drawing with an arrow where the policy (S,) or (S, A) has one best action.

        Several equally good ones are shown as ``+``.
        """
        policy = np.asarray(policy)
        if policy.ndim == 1:
            policy = np.eye(4)[policy]
        best = policy == policy.max(axis=1, keepdims=True)
        shown = [
            letter if end else ARROWS[int(b.argmax())] if b.sum() == 1 else "+"
            for letter, end, b in zip(self._letters, self.ends, best, strict=True)
        ]
        return "\n".join("".join(row) for row in np.reshape(shown, self.shape))

    def _goal_in_reach(self):
        """ValueError unless a goal can be reached from every start."""
        goals = {s for s, letter in enumerate(self._letters) if letter == _GOAL}
        for start in self.start:
            seen, new = {start}, [start]
            while new:
                s = new.pop()
                after = set(np.flatnonzero(self.P[s].any(axis=0)).tolist()) - seen
                seen |= after
                new += after
            if not seen & goals:
                raise ValueError(
                    f"drawing: expected a way from every start to a goal, found none from row "
                    f"{start // self.shape[1]}, column {start % self.shape[1]}; open a wall"
                )


def _rows_of(drawing, rewards):
    """The rows of the drawing as strings of equal length, or ValueError."""
    rows = textwrap.dedent(drawing).strip("\n").split("\n")
    widths = [len(row) for row in rows]
    if len(set(widths)) != 1:
        raise ValueError(
            f"drawing: expected rows of equal length, got lengths {widths}; "
            "fill short rows up with '#' or '.'"
        )
    letters = set("".join(rows))
    unknown = letters - set(".#SGXC") - set(rewards)
    if unknown:
        raise ValueError(f"drawing: expected {_LEGEND}, got {sorted(unknown)}")
    for letter, name in ((_START, "start"), (_GOAL, "goal")):
        if letter not in letters:
            raise ValueError(
                f"drawing: expected at least one {name}, got no {letter!r} in {rows}; "
                f"put {letter!r} into a free cell"
            )
    return rows


CORRIDOR = "S..G"
CLIFF = """
............
............
............
SCCCCCCCCCCG
"""
LAKE = """
S...
.X.X
...X
X..G
"""


def corridor() -> GridWorld:
    """Cells A, B, C and a goal in a row; entering the goal earns 8, all else 0."""
    return GridWorld(CORRIDOR, {"G": 8})


def cliff_walk(limit: int | None = None) -> GridWorld:
    """The cliff walk: every step costs 1, a fall 100 and the way back to the start.

    Source: R. Sutton & A. Barto, Reinforcement Learning: An Introduction (2018), example 6.6.
    """
    return GridWorld(CLIFF, {"C": -100}, step=-1, limit=limit)


def frozen_lake(slippery: bool = True, limit: int | None = 100) -> GridWorld:
    """FrozenLake's 4 × 4 map: 1 for reaching the goal, holes end the episode.

    On slippery ice you go where you want to in one step of three, and to either side in the other
    two. Gymnasium truncates its episodes after 100 steps and counts its actions left, down, right,
    up; here they are up, right, down, left.
    """
    return GridWorld(LAKE, {"G": 1}, slip=2 / 3 if slippery else 0.0, limit=limit)
