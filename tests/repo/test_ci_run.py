""".ci/run answers with make's exit status and closes with the line that counts the tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"
COUNTED = "====== 2 failed, 3 passed, 1 warning in 61.20s (0:01:01) ======"
LATER = "make: *** [Makefile:37: test] Error 1"


def ci(tmp_path, lines, status):
    """Run a copy of the script with a make that prints ``lines`` and exits with ``status``."""
    (tmp_path / ".ci").mkdir()
    copy = shutil.copy(RUN, tmp_path / ".ci")
    (tmp_path / "lines").write_text("\n".join(lines) + "\n")
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$PWD make $*" >calls\ncat lines >&2\nexit {status}\n')
    make.chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [copy],
        cwd="/",
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "calls").read_text() == f"{tmp_path} make test\n"
    return done


@pytest.mark.parametrize("status", [0, 2])
def test_the_status_is_that_of_make_and_the_count_comes_last(tmp_path, status):
    done = ci(tmp_path, ["collected 5 items", COUNTED, LATER], status)
    assert done.returncode == status
    assert done.stdout.splitlines() == ["collected 5 items", COUNTED, LATER, COUNTED]


def test_a_quiet_run_is_counted_too(tmp_path):
    done = ci(tmp_path, ["4 passed, 1 skipped in 0.12s", "done"], 0)
    assert done.stdout.splitlines()[-1] == "4 passed, 1 skipped in 0.12s"


def test_a_run_that_never_reached_the_tests_keeps_its_status(tmp_path):
    done = ci(tmp_path, ["The book was not built."], 2)
    assert done.returncode == 2
    assert done.stdout == "The book was not built.\n"


def test_it_can_be_executed():
    assert os.access(RUN, os.X_OK)
