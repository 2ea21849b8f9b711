"""Loops entry by entry against NumPy's own, and exp, log and tanh against more digits."""

import base64

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONE = ["exp", "log", "tanh", "sqrt", "negative", "absolute", "square", "isfinite", "isnan"]
TWO = ["add", "subtract", "multiply", "divide", "maximum", "minimum"]
TWO += ["greater", "greater_equal", "less", "less_equal"]
UNITS = {"exp": 2, "log": 2, "tanh": 2}
CODES, SEEDS = st.sampled_from("fd"), st.integers(0, 2**32 - 1)
LENGTHS = st.one_of(st.integers(0, 20), st.sampled_from([31, 32, 33, 64, 67, 200]))
LAYOUT = st.sampled_from(["plain", "plain", "gaps", "backwards", "single", "unaligned"])
OUT = st.sampled_from(["new", "gaps", "first", "second", "after", "before"])
JOBS = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(JOBS, max_examples=60)
@given(st.data())
@pytest.mark.parametrize("name", ONE + TWO)
def test_a_loop_gives_what_numpys_own_gives(pyodide, name, data):
    layouts = [data.draw(LAYOUT) for _ in range(1 if name in ONE else 2)]
    found = pyodide.run(
        "inside.entries(name, code, n, layouts, out, seed)",
        name=name,
        code=data.draw(CODES),
        n=data.draw(LENGTHS),
        layouts=layouts,
        out=data.draw(OUT),
        seed=data.draw(SEEDS),
    )
    # NumPy's own may be off as well.
    assert found <= UNITS.get(name, 0) + (name in UNITS)


@settings(JOBS, max_examples=25)
@given(CODES, st.integers(0, 12), st.sampled_from([0, 1, 3, 8, 17, 64, 300, 1000]), SEEDS)
def test_reductions_and_their_kin_agree(pyodide, code, rows, columns, seed):
    job = "inside.reductions(code, rows, columns, seed)"
    assert pyodide.run(job, code=code, rows=rows, columns=columns, seed=seed) <= 1


@pytest.mark.parametrize("code", "fd")
def test_not_a_number_stays_where_it_is(pyodide, code):
    good, count = pyodide.run("inside.not_a_number(code)", code=code)
    assert good
    assert count == 162


@pytest.mark.parametrize("code", "fd")
@pytest.mark.parametrize("name", UNITS)
def test_a_function_is_off_by_two_units_at_most(pyodide, name, code):
    x = _numbers(name, code)
    packed = base64.b64encode(x.tobytes()).decode()
    job = "inside.values(name, code, packed)"
    answer = pyodide.run(job, name=name, code=code, packed=packed)
    found = np.frombuffer(base64.b64decode(answer), code)
    exact = getattr(np, name)(x.astype(np.longdouble if code == "d" else "d"))
    unit = np.spacing(np.abs(exact.astype(code)))
    assert np.max(np.abs(found - exact) / unit) <= UNITS[name]


def _numbers(name, code):
    """60,000 numbers, all over the function's range."""
    rng, n = np.random.default_rng(5), 20_000
    if name == "log":
        least = np.finfo(code).smallest_subnormal
        wide = np.exp(rng.uniform(np.log(least) + 1, np.log(np.finfo(code).max), n))
        return np.concatenate(
            [wide, rng.uniform(0.5, 2, n), 1 + 1e-3 * rng.standard_normal(n)]
        ).astype(code)
    ends = {("exp", "f"): (-103, 88.7), ("exp", "d"): (-745, 709.7)}.get((name, code), (-20, 20))
    near = rng.standard_normal(n)
    return np.concatenate([rng.uniform(*ends, n), near, 1e-4 * near]).astype(code)
