"""Interactive figures, one module each; they need ``lecturelib[widgets]``."""

from lecturelib.widgets.activations import Activations
from lecturelib.widgets.backprop_steps import BackpropSteps
from lecturelib.widgets.bptt_flow import BpttFlow
from lecturelib.widgets.decision_boundary import DecisionBoundary
from lecturelib.widgets.descent import Descent
from lecturelib.widgets.forward_pass import ForwardPass
from lecturelib.widgets.neuron import Neuron
from lecturelib.widgets.quiz import Quiz
from lecturelib.widgets.rnn_unroll import RnnUnroll

__all__ = [
    "Activations",
    "BackpropSteps",
    "BpttFlow",
    "DecisionBoundary",
    "Descent",
    "ForwardPass",
    "Neuron",
    "Quiz",
    "RnnUnroll",
]
