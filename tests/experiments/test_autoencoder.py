"""The script that measures autoencoders: its file, its splits, and a baseline."""

import numpy as np
import pytest

from experiments import autoencoder as script
from lecturelib.autoencoder import trained
from lecturelib.data import autoencoder_runs, digits


def test_the_file_is_written_case_by_case_and_gone_on_with(tmp_path, monkeypatch):
    made = []

    def pretend(case, seed):
        made.append((case, seed))
        yield from [("error", 0.5), ("KL", 0.25)]

    parts = {"a": (pretend, ["x", "y"]), "b": (pretend, ["x"])}
    monkeypatch.setattr(script, "PARTS", parts)
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.autoencoder"
    assert lines[3:6] == [script.RECORD.columns, "a;x;0;error;0.5000", "a;x;0;KL;0.2500"]
    assert made == [("x", 0), ("y", 0), ("x", 0)]
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(2))
    assert made == [("x", 0), ("x", 1), ("y", 1), ("x", 1)]


def test_the_record_has_each_training_once():
    runs = autoencoder_runs()
    assert runs.about["command"] == "python -m experiments.autoencoder"
    found = {(part, case) for part, case, _ in runs.values}
    assert found == {(p, case) for p, (_, cases) in script.PARTS.items() for case in cases}
    assert {len(values) for values in runs.values.values()} == {3}
    assert all((values >= 0).all() for values in runs.values.values())


def test_the_prototypes_results_came_again():
    runs = autoencoder_runs().values
    mean = {way: runs["stacked", "tanh", way].mean() for way in ("then jointly", "from scratch")}
    assert mean == pytest.approx({"then jointly": 0.0107, "from scratch": 0.0117}, abs=0.0004)
    assert runs["stacked", "tanh", "PCA"].mean() == pytest.approx(0.0115, abs=0.0002)
    assert runs["codes", "PCA", "neighbours"].mean() == pytest.approx(0.65, abs=0.03)
    assert runs["codes", "autoencoder", "neighbours"].mean() == pytest.approx(0.86, abs=0.03)


def test_training_and_test_digits_are_different():
    X, y, X_test, y_test = script.split_of(0)
    assert (X.shape, y.shape, X_test.shape, y_test.shape) == (
        (1347, 64),
        (1347,),
        (450, 64),
        (450,),
    )
    both = np.concatenate([X, X_test])
    assert len(np.unique(both, axis=0)) == len(np.unique(digits().X, axis=0))
    assert not np.array_equal(y_test, script.split_of(1)[3])


def test_a_linear_map_is_found_where_there_is_one():
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(200, 5)), rng.normal(size=(3, 5)), rng.normal(size=3)
    made = script.linear_map(X, X @ W.T + b, X[:7] + 1, ridge=1e-9)
    np.testing.assert_allclose(made, (X[:7] + 1) @ W.T + b, rtol=1e-4)


def test_the_networks_of_the_figure_go_to_a_file_in_half_precision(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "EPOCHS", script.EPOCHS | {"codes": 1})
    script.networks(tmp_path / "latent.npz")
    with np.load(tmp_path / "latent.npz") as file:
        plain, vae = trained()
        names = {f"autoencoder.{name}" for name in plain.parameters}
        names |= {f"vae.{name}" for name in vae.parameters}
        assert set(file.files) == names
        assert {file[name].dtype for name in file.files} == {np.dtype(np.float16)}
