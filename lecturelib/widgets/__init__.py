"""Interactive figures, one module each; they need ``lecturelib[widgets]``."""

from lecturelib.widgets.activations import Activations
from lecturelib.widgets.neuron import Neuron
from lecturelib.widgets.quiz import Quiz

__all__ = ["Activations", "Neuron", "Quiz"]
