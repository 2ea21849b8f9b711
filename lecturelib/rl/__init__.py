"""Reinforcement learning in tables: worlds, planning with a model, learning without one."""

from lecturelib.rl.environment import Environment

__all__ = ["Environment"]
