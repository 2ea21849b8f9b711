"""The entrances: what passes, and what the messages say about what does not."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib import _validate
from lecturelib._validate import below_one, checked, finite_array, number, positive


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floating_arrays_pass_untouched(dtype):
    array = np.ones((2, 3), dtype)
    assert finite_array(array, "a") is array


@pytest.mark.parametrize(
    "value", [[1, 2], (True, False), 3, np.int8([1]), np.uint64([7]), [[1.5], [2]]]
)
def test_other_numbers_become_float64(value):
    array = finite_array(value, "a")
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, value)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (["a", "b"], ["<U1", "(2,)", "convert"]),
        (np.array([1, None]), ["object", "(2,)", "convert"]),
        (None, ["object", "()", "convert"]),
        ([1j], ["complex128", "(1,)", "real numbers"]),
        (np.array(["2020-01-01"], "datetime64[D]"), ["datetime64[D]", "convert"]),
        ([[1, 2], [3]], ["list", "equally long"]),
        ([], ["empty", "(0,)", "slice"]),
        (np.ones((3, 0)), ["empty", "(3, 0)", "slice"]),
        ([[0.0, 1.0], [np.nan, np.nan]], ["nan at index (1, 0)", "(2, 2)", "drop"]),
        (np.float32([1, -np.inf]), ["-inf at index (1,)", "overflowed"]),
        (np.nan, ["nan at index ()", "finite"]),
    ],
)
def test_what_is_no_finite_array_is_named(value, parts):
    with pytest.raises(ValueError, match=r"^W_hh: expected") as caught:
        finite_array(value, "W_hh")
    for part in parts:
        assert part in str(caught.value)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.data())
def test_the_first_bad_index_is_the_one_named(rows, columns, data):
    array = np.zeros((rows, columns))
    bad = data.draw(st.integers(0, array.size - 1))
    array.flat[bad:] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    index = divmod(bad, columns)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the message is compared below
        finite_array(array, "x")
    assert f"at index {index} of shape {(rows, columns)}" in str(caught.value)


@pytest.mark.parametrize("value", [0.5, 1, np.float32(2), np.int64(3), Fraction(1, 4)])
def test_numbers_become_python_floats(value):
    assert type(number(value, "x")) is float
    assert positive(value, "x") == float(value)


@pytest.mark.parametrize("value", [None, "1", True, np.nan, np.inf, 1j, [1.0], np.ones(1)])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^eps: expected one finite real number, got .*plain"):
        number(value, "eps")


@pytest.mark.parametrize("value", [0, -1e-9, -3])
def test_positive_means_above_zero(value):
    with pytest.raises(ValueError, match=r"^alpha: expected a number above 0, got .*positive"):
        positive(value, "alpha")


def test_below_one_is_half_open():
    assert below_one(0, "slope") == 0
    assert below_one(0.999, "slope") == 0.999
    for value in (1, 1.5, -0.001):
        with pytest.raises(ValueError, match=r"^slope: expected a number in \[0, 1\), got"):
            below_one(value, "slope")


@pytest.mark.parametrize("value", [[-0.1], [0.5, 1.1]])
def test_array_between_names_bounds_and_remedy(value):
    with pytest.raises(ValueError, match=r"h: expected values from 0 to 1, got .*; look here"):
        _validate.array_between(0, 1, "look here")(value, "h")


@pytest.mark.parametrize("value", [1.0, [1.0]])
def test_last_axis_of_names_shape_and_remedy(value):
    with pytest.raises(ValueError, match=r"a: expected shape \(..., n\) with n ≥ 2.*; stack"):
        _validate.last_axis_of(2, "stack")(value, "a")


def _scale_fits(x, scale):
    if scale > len(x):
        raise ValueError("scale: too large")


@checked(_scale_fits, x=finite_array, scale=positive)
def scaled(x, scale=2.0):
    """x · scale."""
    return x * scale


def test_checked_converts_and_keeps_the_bare_formula():
    np.testing.assert_array_equal(scaled([1, 2]), [2.0, 4.0])
    np.testing.assert_array_equal(scaled(scale=1, x=[1, 2]), [1.0, 2.0])
    assert (scaled.__name__, scaled.__doc__) == ("scaled", "x · scale.")
    assert scaled.bare("ab", 3) == "ababab"


def test_checked_refuses_bad_arguments_relations_and_calls():
    with pytest.raises(ValueError, match=r"^x: expected finite"):
        scaled([np.nan, 1])
    with pytest.raises(ValueError, match=r"^scale: expected a number above"):
        scaled([1, 2], scale=0)
    with pytest.raises(ValueError, match=r"^scale: too large"):
        scaled([1, 2], 3)
    with pytest.raises(ValueError, match=r"^scale: too large"):
        scaled([1])  # the default takes part in the relations
    with pytest.raises(TypeError, match="factor"):
        scaled([1, 2], factor=3)


def test_the_core_imports_numpy_only():
    code = (
        "import sys; before = set(sys.modules)\n"
        "import lecturelib, lecturelib.activations, lecturelib.data, lecturelib.gradcheck\n"
        "lecturelib.data.digits(), lecturelib.data.purchases()\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(n for n in new - sys.stdlib_module_names if not n.startswith('_')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["lecturelib", "numpy"]
