"""CartPole: a pole on a cart that is pushed left or right, fifty times a second.

The physics and the ends are those of Gymnasium's CartPole-v1, step by step to 1e-12. Source: A. G.
Barto, R. S. Sutton and C. W. Anderson, Neuronlike adaptive elements that can solve difficult
learning control problems (1983).
"""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.rl.environment import Environment

__all__ = ["CartPole", "accelerations", "next_state"]

GRAVITY = 9.8  # m/s²
CART, POLE = 1.0, 0.1  # kg
HALF = 0.5  # m, from the joint to the middle of the pole
FORCE = 10.0  # N
DT = 0.02  # s
FAR, TILT = 2.4, 12 * 2 * math.pi / 360  # where an episode ends: m, rad


def accelerations(v: float, angle: float, w: float, force: float) -> tuple[float, float]:
    """(v̇, ω̇) of cart and pole under a horizontal force, without friction.

    ω̇ = (g sin φ − u cos φ) / (ℓ (4/3 − m cos² φ / M)),  v̇ = u − m ℓ ω̇ cos φ / M, with
    u = (F + m ℓ ω² sin φ) / M; M the mass of both, m and ℓ mass and half length of the pole, φ the
    angle from upright. m/s² and rad/s² from rad, rad/s and N. v does not matter: no friction.
    """
    sin, cos, mass = math.sin(angle), math.cos(angle), CART + POLE
    u = (force + POLE * HALF * (w * w) * sin) / mass
    dw = (GRAVITY * sin - cos * u) / (HALF * (4.0 / 3.0 - POLE * (cos * cos) / mass))
    return u - POLE * HALF * dw * cos / mass, dw


def next_state(x: float, v: float, angle: float, w: float, force: float) -> tuple:
    """One step of Euler's method, Δt = 0.02 s: every number moves by Δt times its old rate."""
    dv, dw = accelerations(v, angle, w, force)
    return x + DT * v, v + DT * dv, angle + DT * w, w + DT * dw


class CartPole(Environment):
    """Observation (4,) float32: place x, speed v, angle φ, angular speed ω. Action 0 left, 1 right.

    Every step pays 1, the last one too. An episode terminates beyond |x| = 2.4 m or |φ| = 12°, and
    is truncated after ``limit`` steps; None is no limit. Place and angle start within ±0.05, and so
    do the speeds. ``state`` is the same in full precision, and may be set: to four finite numbers,
    or ValueError. Other errors as in ``Environment``.
    """

    n_actions = 2

    def __init__(self, limit: int | None = 500) -> None:
        super().__init__(limit)
        self._now = (0.0, 0.0, 0.0, 0.0)

    @property
    def state(self) -> np.ndarray:
        """x, v, φ, ω in m, m/s, rad, rad/s;  (4,) float64, a copy."""
        return np.array(self._now)

    @state.setter
    def state(self, value) -> None:
        value = finite_array(value, "state")
        if value.shape != (4,):
            raise ValueError(
                f"state: expected four numbers, place, speed, angle and angular speed, got shape "
                f"{value.shape}; pass np.array([x, v, angle, w])"
            )
        self._now = tuple(value.tolist())

    def _start(self):
        self._now = tuple(self.rng.uniform(-0.05, 0.05, 4).tolist())
        return np.array(self._now, np.float32)

    def _move(self, action: int):
        self._now = now = next_state(*self._now, FORCE if action else -FORCE)
        return np.array(now, np.float32), 1.0, abs(now[0]) > FAR or abs(now[2]) > TILT
