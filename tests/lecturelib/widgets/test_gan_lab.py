"""The laboratory's JavaScript: a training step against the library, data, islands, moves."""

import math

import numpy as np
import pytest
from contracts.widgets import WidgetContract, centre

from lecturelib.gan import Game, Minimax, NonSaturating
from lecturelib.layers import LeakyReLU, Linear, ReLU, Sequential
from lecturelib.optim import Adam
from lecturelib.widgets import GanLab

SIDE = 20


def text(*cells):
    """A drawing with ink at these pixels, (column, row)."""
    ink = ["0"] * SIDE**2
    for x, y in cells:
        ink[y * SIDE + x] = "f"
    return "".join(ink).rstrip("0")


class TestGanLab(WidgetContract):
    widget = GanLab
    state = {"seed": 1, "moves": "B20"}
    other = {
        "data": "line",
        "ink": text((3, 3), (4, 3), (12, 14)),
        "pen": [3, 5],
        "erase": True,
        "rate_D": 1.0,
        "rate_G": 3.0,
        "loss": "minimax",
        "seed": 4,
        "moves": "B20D5G2",
    }
    controls = "range number checkbox select-one button unit"
    plays = True
    misread = {"moves": ""}
    sentences = """
    {"ink": "0"} The pad is empty: draw where real samples lie, or choose a drawing.
    {} 0 moves: 4 of 8 islands found, 0.25 of the samples on land.
    {"ink": "f", "moves": "D20"} 20 moves: 0 of 1 island found, 0.00 of the samples on land.
      Losses: D 0.33, G 2.36.
    """

    def test_playing_drawing_and_the_buttons(self, desk):
        desk.set(self.default())
        desk.button("Step").click()
        desk.button("D only").click()
        desk.button("G only").click()
        assert desk.look()[0]["moves"] == "B20D20G20"
        desk.button("Collapsed").click()
        state, words = desk.look()
        assert (state["rate_D"], state["moves"]) == (0.1, "")
        assert words.startswith("0 moves")
        desk.button("Empty the pad").click()
        assert desk.look()[1].startswith("The pad is empty")
        desk.button("Step").click()
        pad = desk.page.get_by_role("application")
        pad.scroll_into_view_if_needed()
        desk.page.mouse.click(*centre(pad))
        state, words = desk.look()
        assert state["moves"] == ""
        assert "of 1 island found" in words


# One training step

PLAY = """({gan_lab: w}, [G, D, rounds, loss]) => {
  const rng = w.random(1), game = { G: w.network([2, 24, 24, 2], 0, rng) };
  game.D = w.network([2, 24, 24, 1], 0.2, rng);
  game.G.p.set(G);
  game.D.p.set(D);
  const paid = rounds.map(([real, z, z2]) => [w.stepD(game, Float64Array.from(real),
    Float64Array.from(z), 0.005), w.stepG(game, Float64Array.from(z2), 0.002, loss)]);
  return { paid, G: [...game.G.p], D: [...game.D.p], left: game.D.g.some((g) => g) };
}"""


def library_game(loss):
    rng = np.random.default_rng(5)

    def network(n, activation):
        sizes = zip([2, 24, 24], [24, 24, n], strict=True)
        a, b, c = (Linear(i, o, rng=rng) for i, o in sizes)
        made = Sequential(a, activation(), b, activation(), c)
        for p in made.parameters.values():
            p += 0.1 * rng.normal(size=p.shape)
        return made

    G, D = network(2, ReLU), network(1, lambda: LeakyReLU(0.2))
    return Game(G, D, Adam(G, 2e-3, (0.5, 0.999)), Adam(D, 5e-3, (0.5, 0.999)), loss=loss)


def flat(model):
    return np.concatenate([p.ravel() for p in model.parameters.values()])


@pytest.mark.parametrize("loss", [NonSaturating(), Minimax()], ids=repr)
def test_five_rounds_are_the_librarys_on_the_same_noise(javascript, loss):
    game, rng = library_game(loss), np.random.default_rng(6)
    rounds = rng.normal(size=(5, 3, 7, 2))
    start = [flat(game.G).tolist(), flat(game.D).tolist()]
    name = "minimax" if isinstance(loss, Minimax) else "non-saturating"
    given = [*start, rounds.reshape(5, 3, -1).tolist(), name]
    found = javascript(PLAY, given)
    paid = [(game.discriminator_step(x, z), game.generator_step(z2)) for x, z, z2 in rounds]
    np.testing.assert_allclose(found["paid"], paid, rtol=1e-9)
    np.testing.assert_allclose(found["G"], flat(game.G), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(found["D"], flat(game.D), rtol=1e-9, atol=1e-11)
    assert found["left"] is False
    assert np.abs(np.subtract(found["G"], start[0])).max() > 1e-3


# Data, islands, moves


def test_islands_touch_at_corners_and_are_counted(javascript):
    drawing = text((0, 0), (1, 1), (5, 5), (5, 6), (19, 19), (19, 0))
    # Two samples on the first island, one beside the second, one far away, one outside.
    at = lambda x, y: [(x + 0.5 - 10) / 4, (10 - y - 0.5) / 4]  # noqa: E731
    samples = [*at(0, 0), *at(1, 1), *at(6, 7), *at(12, 3), *at(30, 3)]
    body = """({gan_lab: w}, [ink, x]) => {
      const all = w.inks({ ink, data: "line" });
      return [w.islands(all).count, w.coverage(all, x)];
    }"""
    count, found = javascript(body, [drawing, samples])
    assert count == 4
    assert found == {"count": 4, "found": 2, "near": pytest.approx(3 / 5)}
    body = "({gan_lab: w}, all) => all.map((data) => w.islands(w.inks({ data, ink: '' })).count)"
    assert javascript(body, GanLab.spec()["data"]["among"]) == [8, 2, 1, 4]


def test_real_points_have_the_density_of_the_ink(javascript):
    ink = list("0" * SIDE**2)
    ink[3 * SIDE + 2], ink[10 * SIDE + 15] = "5", "f"
    body = """({gan_lab: w}, ink) => [...w.draw(w.inks({ ink }), 4000, w.random(2))]"""
    x = np.reshape(javascript(body, "".join(ink)), (-1, 2))
    column, row = np.floor(4 * x[:, 0] + 10), np.floor(10 - 4 * x[:, 1])
    first = (column == 2) & (row == 3)
    assert (first | ((column == 15) & (row == 10))).all()
    assert first.mean() == pytest.approx(0.25, abs=0.03)


def test_numbers_from_a_seed_are_even(javascript):
    body = "({gan_lab: w}) => { const r = w.random(3); return Array.from({ length: 4000 }, r); }"
    u = np.array(javascript(body))
    assert ((u >= 0) & (u < 1)).all()
    assert u.mean() == pytest.approx(0.5, abs=0.02)
    assert u.std() == pytest.approx(math.sqrt(1 / 12), abs=0.01)


def test_moves_are_read_and_written(javascript):
    body = "({gan_lab: w}, all) => all.map((m) => [w.expand(m), w.shorten(w.expand(m))])"
    given = ["", "B3D1", "B1B2G1", "X4", "B3D", "b2", "B9999"]
    found = javascript(body, given)
    assert found[:3] == [["", ""], ["BBBD", "B3D1"], ["BBBG", "B3G1"]]
    assert found[3:6] == [["", ""]] * 3
    assert found[6][1] == "B1000"


def test_a_game_goes_on_where_it_was_and_begins_anew_where_it_must(javascript):
    body = """({gan_lab: w}, base) => {
      const p = (moves) => [...w.played({ ...base, moves }).G.p];
      const [once, , again, back] = [p("B6"), p("B4"), p("B6"), p("B4")];
      const stepwise = (p("B5"), p("B6"));
      return { same: [again, stepwise].map((x) => x.every((v, i) => v === once[i])),
        other: back.some((v, i) => v !== once[i]) };
    }"""
    found = javascript(body, GanLab(seed=2).state())
    assert found == {"same": [True, True], "other": True}


def test_the_healthy_setting_finds_islands_and_a_slow_d_does_not(javascript):
    body = """({gan_lab: w}, all) => all.map((s) => w.coverage(w.inks(s),
      w.forward(w.played(s).G, w.played(s).shown).at(-1)))"""
    made = [GanLab(rate_D=rate, moves="B300").state() for rate in (5.0, 0.1)]
    healthy, slow = javascript(body, made)
    assert healthy["found"] >= 4 > slow["found"] + 1
    assert healthy["near"] > 2 * slow["near"]
