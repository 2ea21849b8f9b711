"""The script that measures networks on moved images: its file, and its images."""

from datetime import date

import numpy as np
import pytest

from experiments import cnn as script
from lecturelib.data import digits, mnist


@pytest.fixture
def calls(monkeypatch):
    """Instead of trainings, a list of what would have been trained."""
    made = []

    def pretend(case, seed):
        made.append((case, seed))
        yield from [(0, 0.5), (1, 0.25)]

    monkeypatch.setattr(script, "PARTS", {"a": (pretend, ["x", "y + z"]), "b": (pretend, ["x"])})
    return made


def test_the_file_is_written_case_by_case_and_gone_on_with(tmp_path, calls):
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.cnn"
    assert lines[1] == f"# date: {date.today().isoformat()}"
    assert lines[3:6] == [script.RECORD.columns, "a;x;0;0;0.5000", "a;x;0;1;0.2500"]
    assert calls == [("x", 0), ("y + z", 0), ("x", 0)]
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    calls.clear()
    script.main(path, range(2))
    assert calls == [("x", 0), ("x", 1), ("y + z", 1), ("x", 1)]
    assert path.read_text("utf-8").splitlines()[: len(lines)] == lines


def test_training_and_test_images_are_different():
    X, y, X_test, y_test = script.split_of(digits(), 0, 450)
    assert (len(X), len(y), len(X_test), len(y_test)) == (1347, 1347, 450, 450)
    both = np.concatenate([X, X_test]).reshape(1797, -1)
    assert len(np.unique(both, axis=0)) == len(np.unique(digits().X, axis=0))
    assert not np.array_equal(y_test, script.split_of(digits(), 1, 450)[3])


def test_images_shrink_to_those_of_the_digits():
    images, _ = script.images_of(mnist())
    small = script.shrunk(images[::100])
    assert small.shape == (50, 1, 8, 8)
    assert small.dtype == np.float32
    assert small.min() == 0
    assert (small.max(axis=(1, 2, 3)) == 1).all()


def test_transfer_keeps_the_convolutions_or_trains_them_on():
    images, y = script.images_of(digits())
    rng = np.random.default_rng(5)
    taught = script.SMALL["CNN"](rng)
    for case, same in ((script.STARTS[1], False), (script.STARTS[2], True)):
        model = script.adapted(taught, case, images[:20], y[:20], 0)
        for i in (0, 3):
            assert (model.layers[i].W == taught.layers[i].W).all() == same
        assert (model.layers[-1].W != taught.layers[-1].W).any()
