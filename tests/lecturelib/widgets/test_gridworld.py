"""The grid world's JavaScript against lecturelib.rl; drawing, and backups entered by hand."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import rl
from lecturelib.widgets import Gridworld

SPEC = {name: one["start"] for name, one in Gridworld.spec().items()}
CORRIDOR = "S..G##" + "#" * 18


class TestGridworld(WidgetContract):
    widget = Gridworld
    state = {"slip": 0.3, "done": 200, "learner": "SARSA", "cell": 14}
    other = {
        "drawing": "S....." + ".##.X." + "..#..." + "....#G",
        "brush": "hole",
        "goal": 5.0,
        "hole": -3.0,
        "pace": -0.5,
        "slip": 0.1,
        "alpha": 0.25,
        "gamma": 0.8,
        "epsilon": 0.5,
        "seed": 7,
        "done": 120,
        "cell": 22,
        "way": "up",
        "follow": "left",
        "shown": True,
    }
    controls = "range number text select-one checkbox button"
    plays = True
    sentences = """
    {} 0 steps. Mean distance to the optimum: Q-learning 7.03 after 0 episodes, SARSA 7.03
      after 0 episodes. From S the best play is worth 5.31.
    {"drawing": "S#G...##................", "done": 1} 1 step. Mean distance to the optimum:
      Q-learning 6.75 after 0 episodes, SARSA 6.75 after 0 episodes. No way leads from S to a
      goal: open a wall.
    """

    def test_a_triangle_is_pressed_and_its_backup_entered(self, desk):
        desk.set(self.default())
        board = desk.page.locator(".dl-drawing svg").nth(1)
        box = board.bounding_box()
        unit = box["width"] / 364
        board.click(position={"x": (4 * 60 + 2 + 52) * unit, "y": (2 * 60 + 26 + 30) * unit})
        assert desk.state().items() >= {"cell": 16, "way": "right", "learner": "SARSA"}.items()
        field, verdict = (
            desk.page.get_by_label("Your new Q(row 3"),
            desk.page.locator(".dl-verdict"),
        )
        field.fill("9.5")
        field.press("Enter")
        assert "looked beyond the end" in verdict.inner_text()
        field.fill("5")
        desk.button("Check").click()
        assert verdict.inner_text().startswith("✓ Right.")
        desk.page.get_by_label("show the calculation").check()
        assert not field.is_visible()
        desk.look()

    def test_a_brush_draws_by_mouse_and_by_keys(self, desk):
        desk.set(self.default() | {"brush": "wall", "cell": 3})
        desk.button("Paint the cell").press("Enter")
        board = desk.page.locator(".dl-drawing svg").first
        unit = board.bounding_box()["width"] / 364
        board.click(position={"x": 32 * unit, "y": 56 * unit})
        assert desk.state()["drawing"] == "#..#.." + SPEC["drawing"][6:]
        desk.look()

    def test_step_goes_on_by_one_and_run_faster_and_faster(self, desk):
        desk.set(self.default())
        desk.button("Step").click()
        assert desk.words().startswith("1 step.")
        desk.set({"done": 100})
        desk.button("Step").click()
        assert desk.state()["done"] == 106
        desk.set({"done": 3000})
        desk.button("Step").click()
        assert desk.state()["done"] == 3000


# The mathematics


def settings(count=12):
    """Random worlds with a way to the goal, and random settings."""
    rng = np.random.default_rng(3)
    while count:
        cells = rng.choice(list("....#X"), 24)
        start, goal = rng.choice(24, 2, replace=False)
        cells[start], cells[goal] = "S", "G"
        state = SPEC | {
            "drawing": "".join(cells),
            "goal": float(rng.integers(1, 20)),
            "hole": float(rng.integers(-20, 5)),
            "pace": float(rng.choice([-1, 0, 0.5])),
            "slip": float(rng.choice([0, 0.2, 0.8])),
            "alpha": float(rng.choice([0.1, 0.5, 1])),
            "gamma": float(rng.choice([0, 0.5, 0.95])),
            "epsilon": float(rng.choice([0, 0.2, 1])),
            "seed": int(rng.integers(100)),
            "done": int(rng.integers(1, 400)),
        }
        try:
            yield state, world_of(state)
        except ValueError:
            continue
        count -= 1


def world_of(state):
    rows = [state["drawing"][i : i + 6] for i in range(0, 24, 6)]
    rewards = {"G": state["goal"], "X": state["hole"]}
    return rl.GridWorld("\n".join(rows), rewards, step=state["pace"], slip=state["slip"])


class Numbers(np.random.Generator):
    """The figure's random numbers, one row a step: ``t`` is set, ``first`` is where it begins."""

    def __init__(self, rows, first):
        super().__init__(np.random.PCG64(0))
        self.rows, self.first, self.k = rows, first, 0

    def at(self, t):
        self.t, self.k = t, self.first

    def random(self):
        self.k += 1
        return self.rows[self.t][self.k - 1]


def by_the_library(state, world, kind, rows):
    """Table, place and episodes after the figure's steps, with an agent of lecturelib.rl."""
    mine, worlds = Numbers(rows, 0), Numbers(rows, 2)
    names = ("alpha", "gamma", "epsilon")
    agent = kind(world, rng=mine, **{name: state[name] for name in names})
    start, episodes = world.start[0], 0
    mine.at(0)
    world.reset(seed=0)
    world.rng, s, a = worlds, start, agent.act(start)
    for t in range(state["done"]):
        worlds.at(t)
        s_next, r, terminated, *_ = world.step(a)
        mine.at(t + 1)
        a = agent.learn(s, a, r, s_next, terminated)
        s = s_next
        if terminated:
            episodes += 1
            worlds.at(t)
            world.reset()
            mine.at(t + 1)
            s, a = start, agent.act(start)
    return agent.Q, s, episodes


LEARN = """({gridworld: w}, states) => states.map((s) => ({
  rows: Array.from({length: s.done + 1}, (_, t) => [0, 1, 2].map((k) => w.random(s.seed, t, k))),
  found: ["Q-learning", "SARSA"].map((learner) => {
    const one = w.learned(s, learner);
    return {...one, off: w.distance(s, one.Q, w.optimum(s))};
  }), best: w.optimum(s) }))"""


def test_both_learners_and_the_optimum_are_the_librarys(javascript):
    cases = list(settings())
    for (state, world), found in zip(cases, javascript(LEARN, [s for s, _ in cases]), strict=True):
        V, _ = rl.value_iteration(world, state["gamma"], tolerance=1e-11)
        best = rl.action_values(world, V, state["gamma"])
        np.testing.assert_allclose(found["best"], best, atol=1e-6)
        for kind, mine in zip((rl.QLearning, rl.Sarsa), found["found"], strict=True):
            Q, s, episodes = by_the_library(state, world, kind, found["rows"])
            np.testing.assert_allclose(mine["Q"], Q, atol=1e-9)
            assert (mine["at"], mine["episodes"]) == (s, episodes)
            assert mine["off"] == pytest.approx(np.abs(Q - best)[~world.ends].mean(), abs=1e-6)


def test_the_random_numbers_are_spread_evenly(javascript):
    body = """({gridworld: w}) => Array.from({length: 3000}, (_, t) =>
      [0, 1, 2].map((k) => w.random(5, t, k)))"""
    drawn = np.array(javascript(body))
    assert ((drawn >= 0) & (drawn < 1)).all()
    for column in drawn.T:
        assert np.histogram(column, 10, (0, 1))[0] == pytest.approx(300, abs=70)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.06


def test_a_world_is_painted_and_keeps_its_start_and_a_goal(javascript):
    body = """({gridworld: w}, all) => all.map(([brush, cell]) =>
      w.painted({...w.clean({}), brush}, cell))"""
    asked = [["wall", 0], ["start", 0], ["goal", 1], ["free", 12], ["hole", 17], ["look", 0]]
    first = SPEC["drawing"]
    found = javascript(body, asked)
    assert found[0] == "#" + first[1:]
    assert found[1] == "S" + first[1:12] + "." + first[13:]
    assert found[2] == first[0] + "G" + first[2:]
    assert found[3:] == [first] * 3


def test_a_wrong_drawing_is_replaced(javascript):
    body = "({gridworld: w}, all) => all.map((drawing) => w.clean({drawing}).drawing)"
    wrong = ["", "S" * 24, "." * 24, "S" + "." * 23, "G" * 24, "SG" + "?" * 22]
    assert javascript(body, wrong) == [SPEC["drawing"]] * len(wrong)
    assert javascript(body, [CORRIDOR]) == [CORRIDOR]


def test_a_goal_that_cannot_be_reached_is_named(javascript):
    state = SPEC | {"drawing": "S#G" + "#" * 21}
    body = "({gridworld: w}, s) => [w.describe(s), w.reachable(s)]"
    words, reachable = javascript(body, state)
    assert words.endswith("No way leads from S to a goal: open a wall.")
    assert not reachable


def test_a_point_of_the_board_is_a_cell_and_a_direction(javascript):
    body = "({gridworld: w}, all) => all.map(([x, y]) => w.pointed(x, y))"
    points = [(30, 5), (55, 30), (30, 55), (5, 30), (355, 210), (-1, 5), (5, 241)]
    found = javascript(body, points)
    ways = ["up", "right", "down", "left"]
    assert found[:4] == [{"cell": 0, "way": way} for way in ways]
    assert found[4]["cell"] == 23
    assert found[5:] == [None, None]


# Marking: Q = 2, r = −1, next values (4, 8, 1, 0), α ½, γ ½, the next action the first

TABLE = [[0.0] * 4 for _ in range(24)]
TABLE[0], TABLE[1] = [0.0, 2.0, 5.0, 0.0], [4.0, 8.0, 1.0, 0.0]
BASE = SPEC | {
    "drawing": CORRIDOR,
    "pace": -1.0,
    "alpha": 0.5,
    "gamma": 0.5,
    "cell": 0,
    "way": "right",
    "follow": "up",
    "goal": 8.0,
}
MARK = "({gridworld: w}, all) => all.map(([s, v, Q]) => w.mark(s, v, Q))"


def test_the_updates_by_hand(javascript):
    asked = [[BASE, 2.5, TABLE], [BASE | {"learner": "SARSA"}, 1.5, TABLE]]
    asked.append([BASE | {"cell": 2}, 4.0, TABLE])
    assert all(found["right"] for found in javascript(MARK, asked))


@pytest.mark.parametrize(
    ("more", "typed", "words"),
    [
        ({}, 3, "That is the target"),
        ({"follow": "down"}, 1.5, "The sign is turned round"),
        ({}, 3.5, "old value is not subtracted"),
        ({}, 2, "That is the old value"),
        ({}, 4.5, "next value is not discounted"),
        ({}, 0.5, "value of the next cell is missing"),
        ({}, 1.75, "the cell that is left"),
        ({}, 1.3125, "mean of the next values"),
        ({}, -2.5, "sign of the result"),
        ({}, 77, "First the target"),
        ({"follow": "down"}, 0.75, "That is SARSA"),
        ({"learner": "SARSA"}, 2.5, "That is Q-learning"),
        ({"cell": 2}, 6, "beyond the end"),
        ({"cell": 2}, 2, "is not discounted"),
        ({"cell": 2}, 8, "That is the target"),
    ],
)
def test_the_mistake_is_named(javascript, more, typed, words):
    (found,) = javascript(MARK, [[BASE | more, typed, TABLE]])
    assert not found["right"]
    assert words in found["says"]


def test_the_calculation_keeps_its_result_until_it_is_shown(javascript):
    body = "({gridworld: w}, [s, Q]) => w.calculation(s, Q)"
    hidden = javascript(body, [BASE, TABLE])
    assert "2.50" not in " ".join(hidden)
    assert hidden[0].startswith("Q-learning, row 1, column 1, right: Q = 2.00, r = −1.00")
    shown = javascript(body, [BASE | {"shown": True}, TABLE])
    assert shown[-1].endswith("= 2.50")
    assert "next action is up" in javascript(body, [BASE | {"learner": "SARSA"}, TABLE])[1]
    assert "terminal" in javascript(body, [BASE | {"cell": 2}, TABLE])[0]
    assert "Choose a free cell" in javascript(body, [BASE | {"cell": 3}, TABLE])[0]
