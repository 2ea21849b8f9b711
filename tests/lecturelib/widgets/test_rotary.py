"""The dial's JavaScript against the library's rotations."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.attention import rotate
from lecturelib.widgets import Rotary


class TestRotary(WidgetContract):
    widget = Rotary
    state = {"m": 5, "angle": 30.0}
    other = {"q": [1.0, -2.0], "k": [0.5, 3.0], "m": 2, "n": 7, "angle": 45.0}
    controls = "range number button"
    sentences = """
    {} The query is turned by 270°, the key by 270°. With the key at the same place the dot product
      is 4.00.
    {"m": 4} The query is turned by 0°, the key by 270°. With the key 1 place before the query the
      dot product is 3.00.
    {"n": 5, "angle": 22.5} The query is turned by 67.5°, the key by 112.5°. With the key 2 places
      behind the query the dot product is 0.71.
    """

    def test_both_move_and_the_product_stays(self, desk):
        desk.set(self.default() | {"m": 15, "n": 13, "angle": 50})
        product = desk.words().rpartition(" ")[2]
        for expected in ((16, 14), (2, 0), (3, 1)):
            desk.button("Move both").click()
            state = desk.state()
            assert (state["m"], state["n"]) == expected
            assert desk.words().endswith(product)


def test_it_turns_as_the_library_does(javascript):
    rng = np.random.default_rng(0)
    states = [
        Rotary(
            q=rng.uniform(-3, 3, 2),
            k=rng.uniform(-3, 3, 2),
            m=int(rng.integers(13)),
            n=int(rng.integers(13)),
            angle=rng.uniform(0, 180),
        ).state()
        for _ in range(60)
    ]
    got = javascript("({rotary: w}, all) => all.map(w.look)", states)
    for state, found in zip(states, got, strict=True):
        at = {p: [[state[p] * np.radians(state["angle"])]] for p in "mn"}
        a, b = (rotate(np.array([state[x]]), at[p]) for x, p in (("q", "m"), ("k", "n")))
        np.testing.assert_allclose(found["a"], a[0], atol=1e-12)
        np.testing.assert_allclose(found["b"], b[0], atol=1e-12)
        assert found["product"] == pytest.approx((a @ b.T).item(), abs=1e-12)
        # Only the distance counts.
        back = rotate(np.array([state["q"]]), np.subtract(at["m"], at["n"]))
        assert found["product"] == pytest.approx((back @ state["k"]).item(), abs=1e-10)
