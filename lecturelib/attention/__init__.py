"""Attention: every token asks all others and takes a weighted mean of what they hold.

Batches come first and time second, x (N, T, D), as in PyTorch's ``scaled_dot_product_attention``;
inside, heads stand before time. A mask is boolean, True where a query may look. ``backward`` adds
to ``gradients``; the optimiser updates.
"""

from lecturelib.attention.blockwise import attention_by_blocks, online_softmax
from lecturelib.attention.cache import KVCache, cache_bytes
from lecturelib.attention.core import attention, attention_backward, masked_softmax
from lecturelib.attention.masks import causal_mask, padding_mask
from lecturelib.attention.multihead import MultiHeadAttention
from lecturelib.attention.positions import rotary_angles, rotate, sinusoidal

__all__ = [
    "KVCache",
    "MultiHeadAttention",
    "attention",
    "attention_backward",
    "attention_by_blocks",
    "cache_bytes",
    "causal_mask",
    "masked_softmax",
    "online_softmax",
    "padding_mask",
    "rotary_angles",
    "rotate",
    "sinusoidal",
]
