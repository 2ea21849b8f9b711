"""Activations: the lecture's formulas, their derivatives, their limits and their entrances."""

import inspect
from decimal import Context, Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lecturelib import activations as act
from lecturelib.activations import ACTIVATIONS
from lecturelib.gradcheck import check_gradients, numerical_gradient, relative_error

ROWS = pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
FLOATS = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
# Parameters other than the default ones, for the functions that have any.
VARIANTS = [
    ("sigmoid", {}),
    ("tanh", {}),
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"slope": 0.0}),
    ("leaky_relu", {"slope": 0.3}),
    ("elu", {}),
    ("elu", {"alpha": 0.4}),
    ("elu", {"alpha": 1.7}),
]
EACH = pytest.mark.parametrize(("name", "parameters"), VARIANTS)

moderate = st.floats(-3, 3)
off_kinks = moderate.filter(lambda a: abs(a) > 1e-3)
shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)


# The lecture's formulas


def test_the_formulas_of_the_slide_literally():
    x = np.linspace(-4, 4, 33)
    for function, formula in [
        (act.sigmoid, 1 / (1 + np.exp(-x))),
        (act.tanh, np.sinh(x) / np.cosh(x)),
        (act.relu, [max(0, v) for v in x]),
        (act.leaky_relu, [max(0.1 * v, v) for v in x]),
        (act.elu, [v if v >= 0 else 1.0 * (np.exp(v) - 1) for v in x]),
    ]:
        np.testing.assert_allclose(function(x), formula, rtol=1e-14, atol=1e-15)


def test_the_defaults_are_the_lectures():
    assert inspect.signature(act.leaky_relu).parameters["slope"].default == 0.1
    assert inspect.signature(act.elu).parameters["alpha"].default == 1.0
    assert act.leaky_relu(-2.0) == -0.2
    assert act.elu(-1.0, alpha=2) == pytest.approx(2 * (np.exp(-1) - 1))


def test_maxout_of_two_linear_pieces():
    rng = np.random.default_rng(0)
    x, w1, w2 = rng.normal(size=(3, 4))
    b1, b2 = 0.3, -0.2
    expected = max(w1 @ x + b1, w2 @ x + b2)
    assert act.maxout([w1 @ x + b1, w2 @ x + b2]) == expected
    assert act.maxout(rng.normal(size=(5, 3, 2))).shape == (5, 3)


def test_softmax_of_the_lectures_rnn_example():
    V = np.array([[0.9, 0.8, 0.3], [0.2, 0.3, 0.4], [0.6, 0.9, 0.1], [0.5, 0.0, 0.3]])
    h = act.tanh([0.6, 0.2, 0.9])
    np.testing.assert_array_equal(h.round(2), [0.54, 0.20, 0.72])
    np.testing.assert_array_equal(act.softmax(V @ h).round(2), [0.32, 0.21, 0.24, 0.22])


# Derivatives against central differences and against torch


@EACH
@settings(max_examples=30, deadline=None)
@given(a=arrays(np.float64, shapes, elements=off_kinks))
def test_derivatives_are_those_of_the_functions(name, parameters, a):
    row = ACTIVATIONS[name]
    expected = numerical_gradient(lambda v: row.function(v, **parameters).sum(), a)
    from_input = row.grad(a, **parameters)
    from_output = row.grad_from_output(row.function(a, **parameters), **parameters)
    assert from_input.shape == from_output.shape == a.shape
    assert relative_error(expected, from_input).max() < 1e-6
    assert relative_error(expected, from_output).max() < 1e-6


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float64, (2, 3), elements=moderate, unique=True),
    arrays(np.float64, 2, elements=moderate),
)
def test_maxout_gradient(a, dh):
    assume(np.diff(np.sort(a), axis=-1).min() > 1e-3)  # equal pieces are a kink
    da = dh[:, None] * act.maxout_grad(a)
    check_gradients(lambda a: dh @ act.maxout(a), {"a": a}, {"a": da})


def test_maxout_gradient_goes_to_the_first_of_equal_pieces():
    grad = act.maxout_grad([[1.0, 3.0, 3.0], [2.0, 2.0, 0.0], [0.0, -1.0, 5.0]])
    np.testing.assert_array_equal(grad, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, (2, 4), elements=moderate), arrays(np.float64, (2, 4), elements=moderate))
def test_softmax_gradients(z, dp):
    p = act.softmax(z)
    dz = act.softmax_backward(dp, p)
    check_gradients(lambda z: (dp * act.softmax(z)).sum(), {"z": z}, {"z": dz})
    J = act.softmax_grad(z)  # (2, 4, 4)
    np.testing.assert_allclose((J @ dp[..., None])[..., 0], dz, atol=1e-14)
    for n in range(2):
        np.testing.assert_allclose(J[n], np.diag(p[n]) - np.outer(p[n], p[n]), atol=1e-14)


@EACH
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 2e-6)])
def test_values_and_derivatives_agree_with_torch_kinks_included(name, parameters, dtype, tolerance):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    reference = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda x, slope=0.1: functional.leaky_relu(x, slope),
        "elu": functional.elu,
    }[name]
    a = np.concatenate([[0, -1e4, 1e4, -50, 50], np.linspace(-9, 9, 60)]).astype(dtype)
    x = torch.tensor(a, requires_grad=True)
    h = reference(x, **parameters)
    h.sum().backward()
    row = ACTIVATIONS[name]
    close = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(row.function(a, **parameters), h.detach().numpy(), **close)
    np.testing.assert_allclose(row.grad(a, **parameters), x.grad.numpy(), **close)
    from_output = row.grad_from_output(row.function(a, **parameters), **parameters)
    np.testing.assert_allclose(from_output, x.grad.numpy(), **close)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_softmax_and_maxout_agree_with_torch(dtype, tolerance):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    z, dp = rng.normal(size=(2, 3, 5, 4)).astype(dtype) * 4
    x = torch.tensor(z, requires_grad=True)
    close = {"rtol": tolerance, "atol": tolerance}
    for axis in (-1, 0, 1):
        expected = torch.softmax(x, dim=axis).detach().numpy()
        np.testing.assert_allclose(act.softmax(z, axis=axis), expected, **close)
    p = torch.softmax(x, dim=-1)
    p.backward(torch.tensor(dp))
    np.testing.assert_allclose(act.softmax_backward(dp, act.softmax(z)), x.grad.numpy(), **close)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda v: torch.softmax(v, -1)))(
        torch.tensor(z).reshape(-1, 4)
    )
    np.testing.assert_allclose(act.softmax_grad(z).reshape(-1, 4, 4), jacobian.numpy(), **close)
    x.grad = None
    x.max(dim=-1).values.sum().backward()
    np.testing.assert_array_equal(act.maxout_grad(z), x.grad.numpy())


def test_the_derivative_at_the_kink_is_the_left_one():
    assert act.relu_grad(0.0) == act.relu_grad_from_output(0.0) == 0
    assert act.leaky_relu_grad(0.0) == act.leaky_relu_grad_from_output(0.0) == 0.1
    assert act.elu_grad(0.0, 0.4) == act.elu_grad_from_output(0.0, 0.4) == 0.4
    assert act.elu_grad(0.0) == 1


# Limits: large arguments, small values, dtypes


def everything(a):
    """Name -> result of every public function on pre-activations a (..., K)."""
    results = {}
    for row in ACTIVATIONS.values():
        h = row.function(a)
        results[row.name] = h
        results[row.name + "_grad"] = row.grad(a)
        results[row.name + "_grad_from_output"] = row.grad_from_output(h)
    p = act.softmax(a)
    return results | {
        "maxout": act.maxout(a),
        "maxout_grad": act.maxout_grad(a),
        "softmax": p,
        "softmax_grad": act.softmax_grad(a),
        "softmax_backward": act.softmax_backward(a, p),
    }


def test_everything_public_is_covered_here():
    assert {*everything(np.ones(2)), "ACTIVATIONS", "Activation"} == set(act.__all__)


@FLOATS
def test_nothing_overflows_up_to_ten_thousand_and_the_dtype_stays(dtype):
    a = np.array([[-1e4, 1e4], [1e4, -1e4], [-1e4, -1e4], [-745, 100], [0, 1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        results = everything(a)
    for name, result in results.items():
        assert result.dtype == dtype, name
        assert np.isfinite(result).all(), name


@FLOATS
def test_parameters_of_any_kind_keep_the_dtype(dtype):
    a = np.array([-1.0, 2.0], dtype)
    for slope in (0, np.float64(0.2)):
        assert act.leaky_relu(a, slope).dtype == act.leaky_relu_grad(a, slope).dtype == dtype
    for alpha in (2, np.float64(0.3)):
        h = act.elu(a, alpha)
        assert h.dtype == act.elu_grad(a, alpha).dtype == dtype
        assert act.elu_grad_from_output(h, alpha).dtype == dtype


def test_the_limits_themselves():
    far = np.array([-1e4, 1e4])
    np.testing.assert_array_equal(act.sigmoid(far), [0, 1])
    np.testing.assert_array_equal(act.tanh(far), [-1, 1])
    np.testing.assert_array_equal(act.elu(far, 0.7), [-0.7, 1e4])
    np.testing.assert_array_equal(act.leaky_relu(far), [-1e3, 1e4])
    np.testing.assert_array_equal(act.softmax(far), [0, 1])
    for grad in (act.sigmoid_grad, act.tanh_grad):
        np.testing.assert_array_equal(grad(far), [0, 0])


def exact(formula, a):
    """The formula in 60 decimal digits: formula(a, exp) with Decimals, rounded once at the end."""
    context = Context(prec=60, Emin=-(10**6), Emax=10**6)
    with_digits = [formula(Decimal(float(v)), context.exp, context) for v in a.ravel()]
    return np.array([float(v) for v in with_digits]).reshape(a.shape)


def exact_sigmoid(a, exp, c):
    return c.divide(1, c.add(1, exp(-a)))


def exact_sigmoid_grad(a, exp, c):
    return c.divide(exp(-a), c.power(c.add(1, exp(-a)), 2))


def exact_tanh_grad(a, exp, c):
    return c.divide(c.multiply(4, exp(-2 * a)), c.power(c.add(1, exp(-2 * a)), 2))


def exact_elu(a, exp, c):
    return a if a >= 0 else c.subtract(exp(a), 1)


def exact_elu_grad(a, exp, c):
    return Decimal(1) if a > 0 else exp(a)


@pytest.mark.parametrize(
    ("function", "formula", "reach"),
    [
        (act.sigmoid, exact_sigmoid, 1),
        (act.sigmoid_grad, exact_sigmoid_grad, 1),
        (act.tanh_grad, exact_tanh_grad, 0.5),
        (act.elu, exact_elu, 1),
        (act.elu_grad, exact_elu_grad, 1),
    ],
)
@pytest.mark.parametrize(("dtype", "largest"), [(np.float32, 86), (np.float64, 700)])
def test_small_values_are_right_to_the_last_digits(function, formula, reach, dtype, largest):
    near = np.geomspace(1e-12, largest * reach, 80)
    a = np.concatenate([-near, near]).astype(dtype)
    expected = exact(formula, a)
    got = function(a).astype(np.float64)
    assert np.abs(got / expected - 1).max() < 16 * np.finfo(dtype).eps


def test_sigmoid_of_minus_forty():
    assert act.sigmoid(-40.0) == pytest.approx(4.248354255291589e-18, rel=1e-14, abs=0)
    assert act.sigmoid_grad(40.0) == pytest.approx(4.248354255291589e-18, rel=1e-14, abs=0)


def test_the_softmax_jacobian_keeps_its_digits_where_one_class_is_certain():
    J = act.softmax_grad([40.0, 0.0])  # two classes: softmax is the sigmoid of the difference
    s = act.sigmoid_grad(40.0)
    np.testing.assert_allclose(J, [[s, -s], [-s, s]], rtol=1e-14)


# Properties


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, shapes, elements=st.floats(-1e4, 1e4)))
def test_symmetries(a):
    np.testing.assert_allclose(act.sigmoid(a) + act.sigmoid(-a), 1, rtol=1e-14)
    np.testing.assert_array_equal(act.sigmoid_grad(a), act.sigmoid_grad(-a))
    np.testing.assert_array_equal(act.tanh(-a), -act.tanh(a))
    np.testing.assert_allclose(act.tanh(a), 2 * act.sigmoid(2 * a) - 1, atol=1e-14)
    np.testing.assert_array_equal(act.relu(a) - act.relu(-a), a)
    np.testing.assert_array_equal(act.leaky_relu(a, 0), act.relu(a))
    np.testing.assert_array_equal(act.maxout(np.stack([0.1 * a, a], -1)), act.leaky_relu(a))


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, (3, 4), elements=st.floats(-1e4, 1e4)), st.floats(-100, 100))
def test_softmax_is_a_distribution_and_ignores_a_shift(z, shift):
    p = act.softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(act.softmax(z + shift), p, atol=1e-9)
    np.testing.assert_array_equal(act.softmax(z.T, axis=0), p.T)
    np.testing.assert_allclose(act.softmax_grad(z).sum(axis=-1), 0, atol=1e-14)


@ROWS
@settings(max_examples=30, deadline=None)
@given(a=arrays(np.float64, 8, elements=st.floats(-1e4, 1e4)))
def test_functions_rise_and_leave_their_argument_alone(row, a):
    a.sort()
    before = a.copy()
    assert (np.diff(row.function(a)) >= -1e-15).all()  # exp itself is only good to an ulp
    assert (row.grad(a) >= 0).all()
    np.testing.assert_array_equal(a, before)


# The table


def test_the_table_has_the_elementwise_functions_of_the_slide():
    labels = {name: row.label for name, row in ACTIVATIONS.items()}
    assert labels == {
        "sigmoid": "Sigmoid",
        "tanh": "tanh",
        "relu": "ReLU",
        "leaky_relu": "Leaky ReLU",
        "elu": "ELU",
    }
    for name, row in ACTIVATIONS.items():
        assert row.name == name
        assert row.function is getattr(act, name)
        assert row.grad is getattr(act, f"{name}_grad")
        assert row.grad_from_output is getattr(act, f"{name}_grad_from_output")


@ROWS
def test_the_range_is_reached_and_kept(row):
    plain = row.range.translate(str.maketrans({"−": "-", "∞": "inf", "α": "1"}))
    low, high = map(float, plain[1:-1].split(", "))
    values = row.function(np.linspace(-1e4, 1e4, 2001))
    assert values.min() >= low
    assert values.max() <= high
    assert values.min() == low if np.isfinite(low) else values.min() <= -1e3
    assert values.max() == high if np.isfinite(high) else values.max() == 1e4
    # Well inside floating point an open end is not reached, a closed one is.
    inside = row.function(np.linspace(-15, 15, 31))
    assert (inside.min() == low) == row.range.startswith("[")
    assert inside.max() < high


@ROWS
def test_saturates_means_that_the_derivative_goes_to_zero_on_one_side(row):
    assert row.saturates == bool((row.grad([-1e3, 1e3]) < 1e-12).any())


# Entrances


@pytest.mark.parametrize("bad", [[np.nan, 1], [1, np.inf], [], ["x", "y"], [1j, 0]])
@pytest.mark.parametrize("name", sorted(set(act.__all__) - {"ACTIVATIONS", "Activation"}))
def test_every_function_checks_its_first_argument(name, bad):
    function = getattr(act, name)
    first = next(iter(inspect.signature(function).parameters))
    arguments = (bad, [0.5, 0.5]) if name == "softmax_backward" else (bad,)
    with pytest.raises(ValueError, match=f"^{first}: expected"):
        function(*arguments)


@pytest.mark.parametrize("name", sorted(set(act.__all__) - {"ACTIVATIONS", "Activation"}))
def test_the_bare_formula_is_at_wrapped_and_unchecked(name):
    bare = getattr(act, name).bare
    a = np.array([0.25, 0.75])  # good as a, h, z, p and dp
    arguments = (a, a) if name == "softmax_backward" else (a,)
    np.testing.assert_array_equal(bare(*arguments), getattr(act, name)(*arguments))
    nan = np.array([np.nan, 0.5])
    bare(*((nan, nan) if name == "softmax_backward" else (nan,)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: act.leaky_relu([1.0], slope=1), r"^slope: expected a number in \[0, 1\), got 1"),
        (lambda: act.leaky_relu_grad([1.0], -0.1), r"^slope: expected a number in \[0, 1\)"),
        (lambda: act.leaky_relu_grad_from_output([1.0], 2), r"^slope: expected a number in"),
        (lambda: act.elu([1.0], alpha=0), r"^alpha: expected a number above 0"),
        (lambda: act.elu_grad([1.0], alpha=-1), r"^alpha: expected a number above 0"),
        (lambda: act.elu_grad_from_output([-1.0], 0.5), r"^h: .*−alpha = -0.5, got -1.0; pass elu"),
        (lambda: act.sigmoid_grad_from_output([2.0]), r"^h: .*from 0 to 1, got 2.0.*sigmoid\(a\)"),
        (lambda: act.tanh_grad_from_output([-3.0]), r"^h: .*from -1 to 1, got -3.0.*tanh\(a\)"),
        (lambda: act.relu_grad_from_output([-1.0]), r"^h: .*from 0 to inf, got -1.0.*relu\(a\)"),
        (lambda: act.maxout([[1.0], [2.0]]), r"^a: .*n ≥ 2, got \(2, 1\); stack"),
        (lambda: act.maxout_grad(3.0), r"^a: .*n ≥ 2, got \(\); stack"),
        (lambda: act.softmax([1.0, 2.0], axis=1), r"^axis: .*from -1 to 0, got 1 for z of shape"),
        (lambda: act.softmax([1.0, 2.0], axis=None), r"^axis: .*got None"),
        (lambda: act.softmax(1.0), r"^axis: .*shape \(\)"),
        (lambda: act.softmax_grad(1.0), r"^z: .*n ≥ 1, got \(\)"),
        (lambda: act.softmax_backward([1.0], [0.5, 0.5]), r"^dp: .*shape of p, \(2,\), got \(1,\)"),
        (lambda: act.softmax_backward([1, 1], [2.0, -1.0]), r"^p: .*from 0 to 1.*not z"),
        (lambda: act.softmax_backward([1, 1], [0.3, 0.3]), r"^p: .*sum to 1.*0.6.*not z"),
    ],
)
def test_parameters_and_mixed_up_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_probabilities_copied_from_paper_are_accepted():
    act.softmax_backward([1, 0, 0, 0], [0.32, 0.21, 0.24, 0.22])
