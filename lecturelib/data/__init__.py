"""Data sets that come with the package, and how to split them: nothing is downloaded.

Every loader reads its file anew and returns fresh arrays, so changing one result leaves the next as
it was. Where each file is from and under which licence: ``README.md`` beside this file.
"""

from lecturelib.data._cnn import CnnRuns, cnn_runs, digit_cnn
from lecturelib.data._deep_rl import DeepRlRuns, cartpole_agents, deep_rl_runs
from lecturelib.data._digits import Digits, digits
from lecturelib.data._houses import Houses, houses, houses_windsor
from lecturelib.data._learning_curve import LearningCurves, learning_curve
from lecturelib.data._lstm import GatedRuns, gated_runs
from lecturelib.data._mnist import mnist
from lecturelib.data._mnist1d import mnist1d
from lecturelib.data._optimisers import Optimisers, optimisers
from lecturelib.data._purchases import purchases
from lecturelib.data._regularization import RegularizerScores, regularization
from lecturelib.data._reinforcement_learning import FrozenLakeRuns, frozen_lake_runs
from lecturelib.data._shakespeare import shakespeare
from lecturelib.data._split import Split, split
from lecturelib.data._sunspots import Sunspots, sunspots

__all__ = [
    "CnnRuns",
    "DeepRlRuns",
    "Digits",
    "FrozenLakeRuns",
    "GatedRuns",
    "Houses",
    "LearningCurves",
    "Optimisers",
    "RegularizerScores",
    "Split",
    "Sunspots",
    "cartpole_agents",
    "cnn_runs",
    "deep_rl_runs",
    "digit_cnn",
    "digits",
    "frozen_lake_runs",
    "gated_runs",
    "houses",
    "houses_windsor",
    "learning_curve",
    "mnist",
    "mnist1d",
    "optimisers",
    "purchases",
    "regularization",
    "shakespeare",
    "split",
    "sunspots",
]
