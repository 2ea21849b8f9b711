"""Transformers: blocks of attention and a network for every token, stacked.

x is (N, T, n): N sequences of T tokens, each a vector of n numbers, the width of the model. Only
attention lets tokens see each other; everything else treats each token alone. ``backward`` adds to
``gradients``; the optimiser updates.
"""

from lecturelib.transformer.block import MLP, Block, DecoderBlock
from lecturelib.transformer.encoder_decoder import EncoderDecoder
from lecturelib.transformer.loss import TokenCrossEntropy
from lecturelib.transformer.model import Transformer
from lecturelib.transformer.tokens import Embedding, SigmoidGELU, TokenLinear
from lecturelib.transformer.vision import ViT, patches

__all__ = [
    "MLP",
    "Block",
    "DecoderBlock",
    "Embedding",
    "EncoderDecoder",
    "SigmoidGELU",
    "TokenCrossEntropy",
    "TokenLinear",
    "Transformer",
    "ViT",
    "patches",
]
