"""Data sets that come with the package, and how to split them: nothing is downloaded.

Every loader reads its file anew and returns fresh arrays, so changing one result leaves the next as
it was. Where each file is from and under which licence: ``README.md`` beside this file.
"""

from lecturelib.data._autoencoder import AutoencoderRuns, autoencoder_runs, latent_networks
from lecturelib.data._cnn import CnnRuns, cnn_runs, digit_cnn
from lecturelib.data._dbn import DbnRuns, dbn_runs, digit_dbn
from lecturelib.data._deep_rl import DeepRlRuns, cartpole_agents, deep_rl_runs
from lecturelib.data._digits import Digits, digits
from lecturelib.data._gan import GanRuns, gan_runs
from lecturelib.data._gpt import GptRun, GptRuns, gpt_runs, shakespeare_gpt
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
from lecturelib.data._transformer import TransformerRuns, transformer_runs

__all__ = [
    "AutoencoderRuns",
    "CnnRuns",
    "DbnRuns",
    "DeepRlRuns",
    "Digits",
    "FrozenLakeRuns",
    "GanRuns",
    "GatedRuns",
    "GptRun",
    "GptRuns",
    "Houses",
    "LearningCurves",
    "Optimisers",
    "RegularizerScores",
    "Split",
    "Sunspots",
    "TransformerRuns",
    "autoencoder_runs",
    "cartpole_agents",
    "cnn_runs",
    "dbn_runs",
    "deep_rl_runs",
    "digit_cnn",
    "digit_dbn",
    "digits",
    "frozen_lake_runs",
    "gan_runs",
    "gated_runs",
    "gpt_runs",
    "houses",
    "houses_windsor",
    "latent_networks",
    "learning_curve",
    "mnist",
    "mnist1d",
    "optimisers",
    "purchases",
    "regularization",
    "shakespeare",
    "shakespeare_gpt",
    "split",
    "sunspots",
    "transformer_runs",
]
