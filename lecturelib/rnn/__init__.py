"""The recurrent network of the lecture and backpropagation through time (slides "RNN").

``s_t = tanh(U x_t + W s_{t−1})`` and ``o_t = softmax(V s_t)``. Sequences are time-major,
x (T, N, D), as in PyTorch's ``nn.RNN``. The network returns logits z_t = V s_t, which the losses
take; o_t is ``softmax(z_t)``. ``backward`` adds to ``gradients``; the optimiser updates.
"""

from lecturelib.initialisation import matrix_of_radius
from lecturelib.optim import clip_gradients
from lecturelib.rnn._through_time import through_time
from lecturelib.rnn.gradient_flow import gradient_norms_by_lag, spectral_radius
from lecturelib.rnn.network import RNN, step

__all__ = [
    "RNN",
    "clip_gradients",
    "gradient_norms_by_lag",
    "matrix_of_radius",
    "spectral_radius",
    "step",
    "through_time",
]
