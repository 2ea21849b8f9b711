"""Two processes take the step that one takes on the joint batch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from experiments import gpt_torch as script

ROOT = Path(__file__).parents[2]
SMALL = ["--steps=3", "--batch=6", "--context=8", "--width=16", "--heads=2", "--dtype=float64"]


def test_two_processes_take_the_steps_of_one(tmp_path, capsys):
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    # --standalone finds a free port by itself and ends when both processes have.
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc_per_node=2", "-m", "experiments.gpt_torch", *SMALL, "--save", str(two)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "process 0 of 2 on" in done.stdout
    script.main([*SMALL, "--save", str(one)])
    assert "process 0 of 1 on" in capsys.readouterr().out
    first = tmp_path / "first.npz"
    script.main([*SMALL, "--steps=1", "--save", str(first)])
    with np.load(one) as ones, np.load(two) as twos, np.load(first) as firsts:
        assert set(ones) == set(twos)
        for name in ones:
            np.testing.assert_allclose(twos[name], ones[name], atol=1e-6, err_msg=name)
        assert abs(ones["head.W"] - firsts["head.W"]).max() > 1e-3


def test_unequal_parts_are_refused():
    with pytest.raises(ValueError, match=r"N: expected a multiple of the 4 processes, got 6"):
        script.train(None, None, T=1, N=6, steps=1, lr=1, weight_decay=0, seed=0, world=4)
