"""A grid world to draw; Q-learning and SARSA learn in it from the same random numbers."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Text

WAYS = ["up", "right", "down", "left"]


class Gridworld(BookWidget, module="gridworld"):
    """Two learners in one world, four action values a cell, and one backup to compute by hand.

    ``drawing`` is the world in reading order, 4 rows of 6 cells: ``S`` start (one), ``G`` goal (at
    least one), ``X`` hole, ``#`` wall, ``.`` free; another text is replaced by the first world.
    Entering a goal earns ``goal``, a hole ``hole``, every other step ``pace``; with probability
    ``slip`` one goes to either side. ``done`` steps have been learned with ``alpha``, ``gamma``,
    ``epsilon`` and the random numbers of ``seed``. ``cell`` and ``way`` are the action value that
    is asked for, on the board ``learner``; in SARSA the next action is ``follow``. ``shown`` opens
    the calculation, ``brush`` says what a press on a cell does. A value outside its range raises
    ``TraitError``.
    """

    heights = (890, 1290)
    drawing = Text("......" + ".#.X.." + "S#...G" + "......", 24)
    brush = Choice("look", ["look", "wall", "free", "start", "goal", "hole"])
    goal = Number(10, -20, 20)
    hole = Number(-10, -20, 20)
    pace = Number(0, -2, 2)
    slip = Number(0, 0, 0.8)
    alpha = Number(0.5, 0.05, 1)
    gamma = Number(0.9, 0, 0.95)
    epsilon = Number(0.2, 0, 1)
    seed = Number(1, 0, 99, whole=True)
    done = Number(0, 0, 3000, whole=True)
    learner = Choice("Q-learning", ["Q-learning", "SARSA"])
    cell = Number(16, 0, 23, whole=True)
    way = Choice("right", WAYS)
    follow = Choice("down", WAYS)
    shown = Flag(False)
