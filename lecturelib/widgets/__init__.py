"""Interactive figures, one module each; they need ``lecturelib[widgets]``."""

from lecturelib.widgets.activations import Activations
from lecturelib.widgets.adversarial import Adversarial
from lecturelib.widgets.backprop_steps import BackpropSteps
from lecturelib.widgets.bptt_flow import BpttFlow
from lecturelib.widgets.decision_boundary import DecisionBoundary
from lecturelib.widgets.descent import Descent
from lecturelib.widgets.forward_pass import ForwardPass
from lecturelib.widgets.learning_curve import LearningCurve
from lecturelib.widgets.ml_vs_dl_flow import MlVsDlFlow
from lecturelib.widgets.neuron import Neuron
from lecturelib.widgets.quiz import Quiz
from lecturelib.widgets.representation import Representation
from lecturelib.widgets.rnn_unroll import RnnUnroll
from lecturelib.widgets.timeline import Timeline
from lecturelib.widgets.training_step import TrainingStep

__all__ = [
    "Activations",
    "Adversarial",
    "BackpropSteps",
    "BpttFlow",
    "DecisionBoundary",
    "Descent",
    "ForwardPass",
    "LearningCurve",
    "MlVsDlFlow",
    "Neuron",
    "Quiz",
    "Representation",
    "RnnUnroll",
    "Timeline",
    "TrainingStep",
]
