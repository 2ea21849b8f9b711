"""Recurrent networks with gates: LSTM and GRU, two directions, sequence to sequence.

Sequences are time-major, x (T, N, D), as in ``lecturelib.rnn`` and PyTorch. The hidden state is
s_t, which PyTorch calls h_t; the LSTM's cell is c_t. The gates' blocks stand in PyTorch's order: i,
f, g, o in an LSTM and r, z, g in a GRU, g for the candidate that PyTorch's GRU calls n.
``backward`` adds to ``gradients``; the optimiser updates.
"""

from lecturelib.lstm.bidirectional import Bidirectional
from lecturelib.lstm.gru import GRU, gru_step
from lecturelib.lstm.network import LSTM, lstm_step, lstm_step_backward
from lecturelib.lstm.seq2seq import Seq2Seq, attend, attend_backward

__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "Seq2Seq",
    "attend",
    "attend_backward",
    "gru_step",
    "lstm_step",
    "lstm_step_backward",
]
