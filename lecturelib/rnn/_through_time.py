"""The two ways back through time, as loops: all the way, or each loss for k steps.

Used by ``lecturelib.rnn.RNN.backward``, which says what they mean. dh (T, N, H) is what each loss
sends into the state of its own step through V; s (T, N, H) are the states s_1 … s_T.
"""

from __future__ import annotations

import numpy as np

from lecturelib.activations import tanh_grad_from_output


def rows(a):
    """(..., F) -> (M, F) with all leading axes in one, without a copy where memory allows."""
    return a.reshape(-1, a.shape[-1])


def times(x, W):
    """W x for every step and row, as one product;  x (..., F), W (G, F) -> (..., G)."""
    return (rows(x) @ W.T).reshape(*x.shape[:-1], len(W))


def through_time(dh, s, W):
    """da_t = (1 − s_t²) (dh_t + Wᵀ da_{t+1}) from the last step on;  -> da (T, N, H), ds_0."""
    da = tanh_grad_from_output.bare(s)
    ds = np.zeros_like(s[0])  # what later steps send back: nothing comes after the last one
    for t in reversed(range(len(s))):
        ds += dh[t]  # a state feeds its own output and the next state: both gradients add up
        da[t] *= ds
        np.matmul(da[t], W, out=ds)  # (N, H) @ (H, H) -> (N, H)
    return da, ds


def lag_by_lag(dh, s, W, k):
    """The same with each loss cut off after k steps, all losses one more step back at a time."""
    slope = tanh_grad_from_output.bare(s)
    da, ds0 = np.zeros_like(s), np.zeros_like(s[0])
    ds = dh  # at the lag j, ds[i] is what the loss of step i + j sends into the state of step i
    for _ in range(k):
        part = slope[: len(ds)] * ds
        da[: len(ds)] += part
        ds = times(part, W.T)  # (T − j, N, H) @ (H, H) -> (T − j, N, H), now one step earlier
        ds0 += ds[0]
        ds = ds[1:]
    return da, ds0
