"""The cart in JavaScript against the library: physics, networks, ends, whole episodes."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.cartpole import CartPole, next_state
from lecturelib.widgets import Cartpole

PLAYERS = Cartpole.spec()["player"]["among"]
YOU, *AGENTS = PLAYERS


class TestCartpole(WidgetContract):
    widget = Cartpole
    state = {"player": "π trained", "seed": 2}
    other = {
        "player": "Q half-trained",
        "push": "left",
        "seed": 5,
        "now": [0.5, 0.1, 0.05, -0.2],
        "steps": 40,
    }
    controls = "select-one button"
    plays = True
    sentences = """
    {} Step 0 of 500: place 0.01 m, angle −2.6°; you push nowhere.
    {"push": "left", "seed": 1} Step 0 of 500: place 0.00 m, angle −2.0°; you push left.
    {"now": [0, 0, 0.3, 1], "steps": 37} You kept the pole up for 37 steps; then it tilted by more
      than 12°: terminated.
    {"now": [-2.5, 0, 0, 0], "steps": 1} You kept the pole up for 1 step; then the cart left the
      track: terminated.
    {"player": "Q trained", "now": [0.1, 0, 0.1, 1], "steps": 12} Step 12 of 500: place 0.10 m,
      angle 5.7°; the trained Q pushes right.
    {"player": "π half-trained", "now": [0, 0, 0, 0], "steps": 500} The half-trained π kept the
      pole up for 500 steps: the clock ends the episode, truncated, not terminated.
    """

    def test_keys_and_buttons_push_and_a_new_episode_lets_go(self, desk):
        desk.set(self.default())
        desk.page.locator("svg.dl-diagram").press("ArrowLeft")
        assert desk.look()[0]["push"] == "left"
        desk.button("Push right").click()
        assert desk.look()[0]["push"] == "right"
        desk.button("Step").press("ArrowDown")  # where the focus is after Step or Run
        assert desk.look()[0]["push"] == "none"
        desk.page.locator("svg.dl-diagram").press("Control+ArrowLeft")
        assert desk.look()[0]["push"] == "none"
        for _ in range(3):
            desk.button("Step").click()
        assert desk.look()[0]["steps"] == 3
        desk.button("New episode").click()
        assert desk.look()[0] == self.default() | {"now": desk.state()["now"]}

    def test_an_agent_takes_no_keys_but_is_nudged(self, desk):
        desk.page.locator("svg.dl-diagram").press("ArrowLeft")
        assert desk.look()[0]["push"] == "none"
        assert not desk.button("Push left").is_visible()
        before = CartPole()
        before.reset(seed=2)
        desk.button("Nudge the pole right").click()
        np.testing.assert_allclose(desk.look()[0]["now"], before.state + np.array([0, 0, 0, 0.7]))
        assert desk.state()["steps"] == 1

    def test_after_the_end_nothing_moves(self, desk):
        over = self.default() | {"now": [0, 0, 0.3, 1], "steps": 37}
        desk.set(over)
        for name in ("Step", "Nudge the pole left"):
            desk.button(name).click()
            assert desk.look()[0] == over


def test_without_motion_there_is_no_run(browser, site):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(site.put(Cartpole()))
    site.drawn(page)
    assert page.get_by_role("button", name="Run", exact=True).count() == 0
    assert page.get_by_role("button", name="Step", exact=True).count() == 1
    page.close()


def test_the_physics_is_the_librarys(javascript):
    rng = np.random.default_rng(0)
    cases = [[rng.uniform(-2, 2, 4).tolist(), force] for force in (-10, 0, 10) for _ in range(30)]
    found = javascript("({cartpole: w}, all) => all.map(([s, f]) => w.move(s, f))", cases)
    expected = [next_state(*state, force) for state, force in cases]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def run(layers, state):
    """The network in NumPy, from the rounded weights."""
    x = np.asarray(state)
    for i, (W, b) in enumerate(layers):
        x = W @ (np.maximum(x, 0) if i else x) + b
    return x


WORLD = "w.decode(record, starts)"


def test_the_networks_are_those_of_the_library(javascript):
    widget, rng = Cartpole(), np.random.default_rng(1)
    states = rng.uniform(-1, 1, (20, 4))
    body = "({cartpole: w}, [record, starts, states]) => { const { nets } = " + WORLD
    body += "; return Object.fromEntries(Object.entries(nets).map(([who, layers]) =>"
    body += " [who, states.map((s) => [w.outputs(layers, s), w.shares(w.outputs(layers, s))])])); }"
    found = javascript(body, [widget._record, widget._starts, states.tolist()])
    assert set(found) == set(AGENTS)
    for who, rows in found.items():
        for state, (out, shares) in zip(states, rows, strict=True):
            z = run(widget.layers(who), state)
            np.testing.assert_allclose(out, z, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(shares, np.exp(z) / np.exp(z).sum(), rtol=1e-9)


EPISODE = """({cartpole: w}, [record, starts, who, seed]) => {
  const world = w.decode(record, starts);
  let state = { player: who, push: "none", seed, now: [0, 0, 0, 0], steps: 0 };
  for (let next; (next = w.advance(world, state)); state = { ...state, ...next });
  return [state.steps, state.now];
}"""


@pytest.mark.parametrize("who", AGENTS)
def test_whole_episodes_are_those_of_the_library(javascript, who):
    widget = Cartpole()
    layers = widget.layers(who)
    for seed in (0, 3):
        steps, now = javascript(EPISODE, [widget._record, widget._starts, who, seed])
        env, over = CartPole(), False
        env.reset(seed=seed)
        while not over:
            z = run(layers, env.state)
            over = any(env.step(int(z[1] > z[0]))[2:4])
        assert steps == env.steps
        np.testing.assert_allclose(now, env.state, atol=1e-6)
        kept = {"untrained": (8, 60), "half-trained": (60, 400), "trained": (500, 500)}
        low, high = kept[who.split()[1]]
        assert low <= steps <= high
