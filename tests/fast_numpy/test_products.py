"""matmul, vecdot and dot against NumPy's own loops: sizes, strides, types, special values."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Around the sides of a tile (4, 8) and of a vector, and across the depth of a panel (512).
SMALL = st.one_of(st.integers(0, 10), st.sampled_from([11, 12, 15, 16, 17, 31, 32, 33, 40]))
DEEP = st.sampled_from([511, 512, 513, 1024, 1100])
SIZES = st.one_of(
    st.tuples(SMALL, SMALL, SMALL), st.tuples(st.integers(1, 9), DEEP, st.integers(1, 9))
)
CODES, SEEDS = st.sampled_from("fd"), st.integers(0, 2**32 - 1)
# A job is computed in another process; the fixture is only a way to it.
JOBS = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("library", ["loops", "loops-fma"])
@settings(JOBS, max_examples=60)
@given(CODES, SIZES, SEEDS, st.booleans())
def test_exact_products_are_the_same_in_every_layout(pyodide, library, code, sizes, seed, special):
    count = pyodide.run(
        "inside.products(of, code, *sizes, seed, special)",
        of=library,
        code=code,
        sizes=sizes,
        seed=seed,
        special=special,
    )
    assert count == 180  # 6 layouts of each matrix, 5 of the product


@pytest.mark.parametrize("library", ["loops", "loops-fma"])
@settings(JOBS, max_examples=30)
@given(CODES, SIZES, SEEDS)
def test_rounded_products_differ_by_less_than_the_bound(pyodide, library, code, sizes, seed):
    job = "inside.rounded(of, code, *sizes, seed)"
    assert pyodide.run(job, of=library, code=code, sizes=sizes, seed=seed) <= 1
