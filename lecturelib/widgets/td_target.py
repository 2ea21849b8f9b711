"""One transition and its four targets: DQN, double DQN, terminated, truncated, marked."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Number, Numbers


class TdTarget(BookWidget, module="td_target"):
    """y = r + γ Q⁻(s′, a*) four times, and each TD error y − Q(s, a); the reader's are marked.

    ``slow`` and ``now`` are the values of the two actions in s′ by the target network and by the
    learning one, ``Q`` the present value of the action taken. ``done`` of the eight values, a
    target and its error in turn, are shown. A value outside its range raises ``TraitError``.
    """

    heights = (777, 1017)
    r = Number(1, -10, 10)
    gamma = Number(0.5, 0, 1)
    slow = Numbers([2, 6], -10, 10)
    now = Numbers([5, 3], -10, 10)
    Q = Number(1, -10, 10)
    done = Number(0, 0, 8, whole=True)
