"""Runs in Pyodide: the same computation with NumPy's own loops and with ours."""

import base64

import numpy as np

from fast_numpy import LIBRARIES, LOOPS, numpy_api

libraries = {path.stem: numpy_api.load([path]) for path in LIBRARIES}
library = libraries["loops"]
SUFFIX = {"f": "f32", "d": "f64"}
LIMITS = {"exp": 2, "log": 2, "tanh": 2}  # units in the last place; the other loops are exact
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0]
# Where exp, log and tanh change their ways: overflow, subnormal numbers, the two parts of tanh.
SPECIAL += [88.7, 88.8, -87.3, -103.9, -104.5, 709.7, 709.8, -708.3, -745.1, -746.0, 0.625, -0.625]
SPECIAL += [1e-30, 1e-39, 1e-45, 1e-310, 5e-324, 3e38, 1e308, 0.5**0.5, 2**0.5, 20.0, -20.0]


def address(name, types):
    """Where the ufunc's loop for these types is."""
    any_loop = library[f"{name}_{SUFFIX[types[0]]}"]
    before = numpy_api._exchange(getattr(np, name), types, numpy_api._address(any_loop))
    numpy_api._exchange(getattr(np, name), types, before)
    return before


def addresses():
    """Of all loops that can be replaced."""
    return [address(name, types.format(code)) for name, types in LOOPS.items() for code in SUFFIX]


def old_and_new(name, code, compute, of="loops"):
    """What ``compute()`` gives with NumPy's own loop and with ours; ``name`` may be dot."""
    old, loop = compute(), libraries[of][f"{name}_{SUFFIX[code]}"]
    if name == "dot":
        undo = numpy_api.replace_dot(code, loop)
    else:
        undo = numpy_api.replace(name, LOOPS[name].format(code), loop)
    try:
        return old, compute()
    finally:
        undo()


# Layouts: the same numbers, other strides. Each is a view whose base is an array of its own.


def plain(x):
    return x.copy()


def turned(x):
    return x.swapaxes(-1, -2).copy().swapaxes(-1, -2) if x.ndim > 1 else x.copy()


def gaps(x):
    wide = np.full([2 * n + 1 for n in x.shape], 77, x.dtype)
    view = wide[tuple(slice(1, 2 * n + 1, 2) for n in x.shape)]
    view[...] = x
    return view


def backwards(x):
    every = tuple(slice(None, None, -1) for _ in x.shape)
    return x[every].copy()[every]


def first_row(x):
    return np.broadcast_to(x[..., :1, :].copy(), x.shape)


def first_column(x):
    return np.broadcast_to(x[..., :1].copy(), x.shape)


def unaligned(x):
    raw = np.zeros(x.nbytes + 1, np.uint8)
    view = raw[1:].view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


LAYOUTS = [plain, turned, gaps, backwards, first_row, first_column]
OUTS = [plain, turned, gaps, backwards]


def products(of, code, m, k, p, seed, special):
    """Every layout of both matrices and of the product; how many products there were.

    The numbers are small and whole, so all sums are exact in any order; some are special.
    """
    rng, count = np.random.default_rng(seed), 0
    a, b = _whole(rng, (m, k), code, special), _whole(rng, (k, p), code, special)
    for left in LAYOUTS:
        for right in LAYOUTS:
            x, y = left(a), right(b)

            def compute(x=x, y=y):
                found = [np.matmul(x, y, out=out(np.full((m, p), 55, code))) for out in OUTS]
                return [np.matmul(x, y), *found], [_around(array) for array in found]

            (old, around), (new, still) = old_and_new("matmul", code, compute, of)
            case = f"{left.__name__} ({m}, {k}) @ {right.__name__} ({k}, {p}), {code}"
            for i, j in zip(old, new, strict=True):
                assert i.dtype == j.dtype, case
                assert np.array_equal(i, j, equal_nan=True), case
            assert around == still, f"{case}: written beside the product"
            count += len(new)
            _lines(of, x, y, code, case)
    return count


def _around(out):
    """The bytes of a product's memory that are not its own, or nothing."""
    base = out.base
    if base is None or base.size == out.size:
        return b""
    mine = np.zeros(base.shape, bool)
    mine[tuple(slice(1, 2 * n + 1, 2) for n in out.shape)] = True
    return base[~mine].tobytes()


def _lines(of, x, y, code, case):
    """A row, a column and both, as vectors."""
    if not x.size or not y.size:
        return
    for name, compute in {
        "matmul": lambda: [x[-1] @ y, x @ y[:, -1], np.array(x[0] @ y[:, 0])],
        "vecdot": lambda: [np.vecdot(x, y.T[:1]), np.array(np.vecdot(x[0], y[:, -1]))],
        "dot": lambda: [np.dot(x, y), np.inner(x, y.T), np.array(np.dot(x[0], y[:, 0]))],
    }.items():
        for i, j in zip(*old_and_new(name, code, compute, of), strict=True):
            assert np.array_equal(i, j, equal_nan=True), f"{name} of a line of {case}"


def _whole(rng, shape, code, special):
    x = rng.integers(-9, 10, shape).astype(code)
    if special and x.size:
        x.flat[rng.integers(0, x.size, 2)] = rng.choice([np.nan, np.inf, -np.inf, -0.0], 2)
    return x


def rounded(of, code, m, k, p, seed):
    """Numbers whose products are rounded: the difference in units of the bound of a sum."""
    rng = np.random.default_rng(seed)
    a, b = (
        rng.standard_normal((3, 1, m, k)).astype(code),
        rng.standard_normal((2, k, p)).astype(code),
    )
    old, new = old_and_new("matmul", code, lambda: a @ b, of)
    bound = (k + 2) * np.finfo(code).eps * (abs(a).astype("d") @ abs(b).astype("d"))
    return float((abs(old - new) / np.where(bound, bound, 1)).max(initial=0))


# Entry by entry.


def entries(name, code, n, layouts, out, seed):
    """One call with operands in these layouts and an output of that kind; how many units it is off.

    ``out`` is one of: new, gaps, first (in place of the first operand), second, after and before
    (overlapping by all but one entry).
    """
    rng, operands = np.random.default_rng(seed), len(layouts)
    numbers = [_mixed(rng, n, code) for _ in layouts]
    views = [ENTRIES[layout](x) for layout, x in zip(layouts, numbers, strict=True)]

    def compute():
        given = [_own(view) for view in views]
        target = _target(given, out, LOOPS[name].format(code)[operands])
        if target is not None and out in ("after", "before"):
            given = [x[:-1] if out == "after" else x[1:] for x in given]
        return getattr(np, name)(*given, out=target).copy()

    old, new = old_and_new(name, code, compute)
    return _units(old, new, LIMITS.get(name, 0))


def _own(view):
    """A copy that keeps the strides."""
    if view.base is None:
        return view.copy()
    if not view.size or not view.flags.writeable:
        return view
    base = view.base.copy()
    offset = view.__array_interface__["data"][0] - view.base.__array_interface__["data"][0]
    return np.ndarray(view.shape, view.dtype, base.data, offset, view.strides)


def _target(given, out, code):
    first, last = given[0], given[-1]
    if out == "gaps":
        return gaps(np.zeros(first.shape, code))
    shared = {"first": first, "second": last, "after": first, "before": first}.get(out)
    if shared is None or not shared.flags.writeable or code != shared.dtype.char:
        return None
    return {"after": shared[1:], "before": shared[:-1]}.get(out, shared)


def single(x):
    return np.broadcast_to(x[:1].copy(), x.shape)


ENTRIES = {f.__name__: f for f in (plain, gaps, backwards, single, unaligned)}


def _mixed(rng, n, code):
    x = rng.standard_normal(n) * rng.choice([1e-3, 1, 30, 300], n)
    if n:
        x = np.where(rng.random(n) < 0.15, rng.choice(SPECIAL, n), x)
    with np.errstate(all="ignore"):
        return x.astype(code)


def _units(old, new, limit):
    """How many units in the last place apart; infinite if they differ in kind, 0 if not at all."""
    assert old.shape == new.shape
    assert old.dtype == new.dtype
    if limit == 0:  # the very same, but for the sign of NaN
        kind = np.isnan(old) if old.dtype.kind == "f" else np.zeros(old.shape, bool)
        same = np.signbit(old) == np.signbit(new) if old.dtype.kind == "f" else True
        equal = np.where(kind, new != new, (old == new) & same)
        return 0.0 if equal.all() else float("inf")
    special = ~np.isfinite(old)
    if not np.array_equal(old[special], new[special], equal_nan=True):
        return float("inf")
    if not np.array_equal(np.signbit(old[~special]), np.signbit(new[~special])):
        return float("inf")
    apart = abs(old[~special] - new[~special]) / np.spacing(abs(old[~special]))
    return float(apart.max(initial=0))


def reductions(code, rows, columns, seed):
    """Sums, largest and smallest, and what else a ufunc does; how many units of the bound."""
    rng, worst = np.random.default_rng(seed), 0.0
    for layout in (plain, turned, gaps, backwards):
        x = layout(rng.standard_normal((rows, columns)).astype(code))
        for name in ("add", "maximum", "minimum", "multiply"):
            ufunc = getattr(np, name)
            old, new = old_and_new(name, code, lambda u=ufunc, x=x: _ways(u, x))
            for i, j in zip(old, new, strict=True):
                assert i.shape == j.shape
                if name != "add":
                    assert np.array_equal(i, j), name
                bound = 64 * np.finfo(code).eps * max(1.0, float(abs(x).sum()))
                worst = max(worst, float(abs(i - j).max(initial=0) / bound))
    return worst


def _ways(ufunc, x):
    found = [ufunc.accumulate(x, axis=0), ufunc.accumulate(x, axis=1), ufunc.outer(x[:, :1], x)]
    if x.size:
        found += [ufunc.reduce(x, axis=axis) for axis in (0, 1, (0, 1))]
        found.append(ufunc.reduceat(x, [0, x.shape[1] // 2], axis=1))
        at = x.copy()
        ufunc.at(at, ([0, 0],), x[:1])
        found.append(at)
    return [np.asarray(array) for array in found]


def values(name, code, packed):
    """The loop's values of packed numbers, packed."""
    x = np.frombuffer(base64.b64decode(packed), code)
    new = old_and_new(name, code, lambda: getattr(np, name)(x))[1]
    return base64.b64encode(new.tobytes()).decode()


def not_a_number(code):
    """Where NaN goes in maximum and minimum, in any place of a vector and of a reduction."""
    found = []
    for name in ("maximum", "minimum"):
        for n in (1, 2, 3, 4, 5, 8, 9, 16, 33):
            for place in range(n):
                x, y = np.arange(n, dtype=code), np.ones(n, code)
                x[place] = np.nan
                ufunc = getattr(np, name)

                def compute(ufunc=ufunc, x=x, y=y):
                    both = [ufunc(x, y), ufunc(y, x), ufunc(x, 1), ufunc(1, x)]
                    return [np.isnan(array).nonzero()[0].tolist() for array in both], ufunc.reduce(
                        x
                    )

                _, (both, whole) = old_and_new(name, code, compute)
                found.append(both == [[place]] * 4 and bool(np.isnan(whole)))
    return all(found), len(found)
