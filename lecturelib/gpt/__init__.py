"""GPT: learning to predict the next token, writing, and learning what people prefer.

``GPT`` is the model. ``windows`` cuts a text for training, ``next_probabilities`` and ``draw``
choose a token, ``LogLikelihood``, ``perplexity`` and ``bits_per_character`` say how well a text is
predicted, ``LoRA`` adapts a trained model with few numbers, and ``preference_loss``, ``dpo_loss``
and ``RewardModel`` learn from pairs of answers.
"""

from lecturelib.gpt.likelihood import LogLikelihood, bits_per_character, perplexity
from lecturelib.gpt.lora import LoRA
from lecturelib.gpt.model import GPT
from lecturelib.gpt.preferences import dpo_loss, group_advantages, preference_loss
from lecturelib.gpt.reward import RewardModel
from lecturelib.gpt.sampling import draw, next_probabilities
from lecturelib.gpt.windows import in_order, windows

__all__ = [
    "GPT",
    "LoRA",
    "LogLikelihood",
    "RewardModel",
    "bits_per_character",
    "dpo_loss",
    "draw",
    "group_advantages",
    "in_order",
    "next_probabilities",
    "perplexity",
    "preference_loss",
    "windows",
]
