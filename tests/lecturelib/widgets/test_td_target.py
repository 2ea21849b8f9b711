"""The four targets in JavaScript against the library, and marking."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.deep_rl import td_targets
from lecturelib.widgets import TdTarget

NAMES = ["DQN", "double DQN", "terminated", "truncated"]


class TestTdTarget(WidgetContract):
    widget = TdTarget
    state = {"gamma": 0.75, "done": 2}
    other = {
        "r": -2.0,
        "gamma": 0.25,
        "slow": [8.0, -4.0],
        "now": [-1.0, 2.5],
        "Q": 3.0,
        "done": 5,
    }
    controls = "range number text button"
    sentences = """
    {} 0 of 8 values shown. The two networks prefer different actions.
    {"done": 1} 1 of 8 values shown; last: target, DQN = 4.00. The two networks prefer different
      actions.
    {"done": 8, "now": [3, 5]} 8 of 8 values shown; last: TD error, truncated = 3.00. Both
      networks prefer the same action.
    """

    def test_an_answer_then_show_then_the_next(self, desk):
        desk.set(self.default())
        field = desk.page.get_by_label("Your target, DQN")
        verdict = desk.page.locator(".dl-verdict")
        field.fill("6.5")  # double DQN's mistake is another: this is nobody's
        field.press("Enter")
        assert verdict.inner_text().startswith("✗ Not yet.")
        field.fill("4")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        assert desk.page.locator("svg.dl-diagram").text_content().count("?") == 8
        for shown in range(1, 9):
            desk.button("Show").click()
            assert desk.look()[0]["done"] == shown
        assert not desk.page.locator(".dl-ask").is_visible()
        desk.button("Hide all").click()
        assert desk.look()[0]["done"] == 0


def cases(count=80):
    rng = np.random.default_rng(4)
    for _ in range(count):
        r, Q = rng.uniform(-10, 10, 2)
        values = rng.uniform(-10, 10, (2, 2))
        yield TdTarget(r=r, gamma=rng.uniform(), slow=values[0], now=values[1], Q=Q).state()


CASES = list(cases())


def by_the_library(state):
    given, slow = ([state["r"]], [0]), [state["slow"]]
    gamma, now = state["gamma"], [state["now"]]
    dqn = td_targets(*given, slow, gamma)
    y = [dqn, td_targets(*given, slow, gamma, now), td_targets([state["r"]], [1], slow, gamma), dqn]
    return {name: target.item() for name, target in zip(NAMES, y, strict=True)}


def test_the_targets_are_the_librarys(javascript):
    found = javascript("({td_target: w}, all) => all.map(w.targets)", CASES)
    for state, targets in zip(CASES, found, strict=True):
        assert targets == pytest.approx(by_the_library(state), rel=1e-12)


def test_the_numbers_of_the_page(javascript):
    body = "({td_target: w}, s) => w.ASKED.map((_, k) => w.value(s, k))"
    assert javascript(body, TdTarget().state()) == [4, 3, 2, 1, 1, 0, 4, 3]


MARK = "({td_target: w}, all) => all.map(([state, v]) => w.mark(state, v))"


def test_the_right_value_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES[:40]:
        for k, name in enumerate(NAMES):
            y = by_the_library(state)[name]
            for done, value in ((2 * k, y), (2 * k + 1, y - state["Q"])):
                asked += [(state | {"done": done}, v) for v in (value, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


BASE = TdTarget(r=2, gamma=0.9, slow=[4, 1], now=[2, 5], Q=3).state()  # y 5.6, 2.9, 2, 5.6
MISTAKES = [
    (0, 2 + 0.9 * 5, "both chooses and judges"),
    (0, 2.9, "That is double DQN"),
    (0, 6, "discount is missing"),
    (0, 3.6, "reward is missing"),
    (0, 0.9 * 6, "not discounted"),
    (0, 2, "terminated step"),
    (0, 77, "largest value of the target network"),
    (1, -2.6, "sign is turned"),
    (1, 5.6, "still to be taken away"),
    (1, -0.1, "another of the four"),
    (1, 8.6, "not added"),
    (1, 77, "Take Q(s, a) away"),
    (2, 5.6, "There the target network chooses"),
    (2, 6.5, "but the target network judges"),
    (2, 3.8, "roles are exchanged"),
    (2, 3, "discount is missing"),
    (2, 0.9, "reward is missing"),
    (2, 2, "terminated step"),
    (2, 77, "learning network prefers"),
    (4, 5.6, "after a terminated step there is nothing"),
    (4, 2.9, "after a terminated step there is nothing"),
    (4, 0, "was paid"),
    (4, 77, "after the end"),
    (6, 2, "The clock ended the episode"),
    (6, 2.9, "this line is DQN's"),
    (6, 0, "like any other"),
    (6, 77, "Does the state know"),
]


@pytest.mark.parametrize(("done", "value", "says"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, done, value, says):
    (found,) = javascript(MARK, [(BASE | {"done": done}, value)])
    assert found["right"] is False
    assert says in found["says"]
    right = list(by_the_library(BASE).values())[done // 2] - (BASE["Q"] if done % 2 else 0)
    assert f"{right:.1f}" not in found["says"]


def test_the_smaller_value_is_named(javascript):
    state = BASE | {"now": [9.0, 2], "slow": [4.0, 1]}
    (found,) = javascript(MARK, [(state, 2.9)])
    assert "smaller value" in found["says"]
