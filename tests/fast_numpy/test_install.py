"""How the loops come into NumPy and out of it, and what happens where they do not fit."""

import re
import zipfile
from pathlib import Path

import pytest

from fast_numpy.session import PyodideError

REPO = Path(__file__).parents[2]
PYODIDE = REPO / ".cache" / "pyodide"
LOOPS_FOLDER = REPO / "fast_numpy" / "loops"
WHERE = "inside.addresses()"
MOVED = (
    "NumPy has another {what} than the loops are installed by. Take its number from the header "
    "{header} of the new wheel for fast_numpy/src/fast_numpy/numpy_api.py, look whether the "
    "signatures of the loops are still as fast_numpy/loops has them, and run tests/fast_numpy."
)


@pytest.fixture
def installing(pyodide):
    """A Pyodide whose NumPy is looked at before and after: it must be the same."""
    before = pyodide.run(WHERE)
    yield pyodide
    assert pyodide.run(WHERE) == before


def test_install_replaces_every_loop_and_undo_puts_all_back(installing):
    before = installing.run(WHERE)
    during = installing.run(f"undo = fast_numpy.install()\n{WHERE}")
    assert installing.run("[fast_numpy.installed(), fast_numpy.install() is undo]") == [True, True]
    assert len(during) == 2 * installing.run("len(fast_numpy.LOOPS)")
    assert not set(before) & set(during)
    assert installing.run(f"undo()\n{WHERE}") == before
    installing.run("undo()\nNone")  # a second time is nothing
    assert installing.run("fast_numpy.installed()") is False


def test_products_survive_a_growing_memory(installing):
    grown = installing.run(
        "undo = fast_numpy.install()\n"
        "import numpy as np\n"
        "a = np.arange(64.0).reshape(8, 8); before = a @ a; e = np.exp(a[0])\n"
        "much = [np.ones(10_000_000) for _ in range(5)]\n"
        "same = bool((a @ a == before).all() and (np.exp(a[0]) == e).all())\n"
        "right = float((much[0].reshape(-1, 10)[:1000] @ much[1][:10]).sum()) == 10_000\n"
        "del much; undo()\n"
        "[same, right]"
    )
    assert grown == [True, True]


def test_another_numpy_keeps_its_own_loops(installing):
    with pytest.raises(PyodideError, match=r"the loops are for NumPy 1\.0 in Pyodide"):
        installing.run(
            "real, fast_numpy.numpy_api.NUMPY = fast_numpy.numpy_api.NUMPY, '1.0'\n"
            "try: fast_numpy.install()\nfinally: fast_numpy.numpy_api.NUMPY = real"
        )


def test_the_next_library_is_tried_where_one_does_not_load(installing):
    installing.run(
        "from pathlib import Path\nPath('/broken.so').write_bytes(b'nothing')\n"
        "undo = fast_numpy.install([Path('/broken.so'), fast_numpy.LIBRARIES[1]])\n"
        "None"
    )
    assert installing.run("fast_numpy.installed()") is True
    installing.run("undo()")


def test_a_library_that_does_not_load_changes_nothing(installing):
    with pytest.raises(PyodideError, match="OSError"):
        installing.run(
            "from pathlib import Path\nPath('/broken.so').write_bytes(b'nothing')\n"
            "fast_numpy.install([Path('/broken.so')])"
        )


@pytest.mark.parametrize("name", ["matmul", "exp", "maximum", "isnan"])
def test_a_wrong_number_in_the_self_test_changes_nothing(installing, name):
    """Another loop of the same form in the place of this one."""
    other = {"matmul": "vecdot", "exp": "tanh", "maximum": "minimum", "isnan": "isfinite"}[name]
    with pytest.raises(PyodideError, match=f"np.{name} in float64 gives"):
        installing.run(
            "import types\nreal = fast_numpy.numpy_api.load\n"
            "class Other(dict):\n"
            "    def __missing__(self, key):\n"
            f"        return inside.library['{other}_f64' if key == '{name}_f64' else key]\n"
            "fast_numpy.numpy_api.load = lambda libraries: Other()\n"
            "try: fast_numpy.install()\nfinally: fast_numpy.numpy_api.load = real"
        )


def test_every_loop_of_the_library_is_installed(pyodide):
    names = pyodide.run(
        "sorted(f'{n}_{s}' for n in [*fast_numpy.LOOPS, 'dot'] for s in ('f32', 'f64'))"
    )
    sources = "".join(path.read_text("utf-8") for path in LOOPS_FOLDER.glob("*.ts"))
    assert sorted(re.findall(r"^export function (\w+_f\d\d)\(", sources, re.M)) == names


def test_without_simd_numpy_keeps_its_own_loops(start):
    session = start("--no-enable-sse4-1")
    session.run("import numpy as np\nfrom fast_numpy import install\nNone")
    with pytest.raises(PyodideError, match=r"OSError[\s\S]*SIMD"):
        session.run("install()")
    assert session.run("float((np.ones((5, 5)) @ np.ones((5, 5))).sum())") == 125
    assert session.run("float(np.exp(np.zeros(3)).sum())") == 3


def test_the_numbers_of_the_c_api_are_those_of_the_pinned_numpy(pyodide):
    api = pyodide.run(
        "import numpy\nfrom fast_numpy import numpy_api as n\n"
        "[n.NUMPY, numpy.__version__, n.REPLACE_LOOP, n.GET_ARRFUNCS, n.DOTFUNC]"
    )
    assert api[0] == api[1], MOVED.format(what="version", header="version.py")
    found = _numbers_in_headers()
    for number, (what, header, there) in zip(api[2:], found, strict=True):
        assert number == there, MOVED.format(what=what, header=header)


def _numbers_in_headers():
    (wheel,) = PYODIDE.glob("numpy-*.whl")
    folder = "numpy/_core/include/numpy/"
    with zipfile.ZipFile(wheel) as archive:
        names = ("__ufunc_api.h", "__multiarray_api.h", "ndarraytypes.h")
        ufuncs, arrays, types = (archive.read(folder + name).decode() for name in names)
    yield (
        "PyUFunc_ReplaceLoopBySignature",
        names[0],
        _entry(ufuncs, "PyUFunc_ReplaceLoopBySignature"),
    )
    yield "_PyDataType_GetArrFuncs", names[1], _entry(arrays, "_PyDataType_GetArrFuncs")
    yield "PyArray_ArrFuncs", names[2], _place_of_dotfunc(types)


def _entry(header, name):
    """The index that the macro of a function uses."""
    return int(re.search(rf"#define {name} [\s\S]*?_API\[(\d+)\]", header)[1])


def _place_of_dotfunc(header):
    """How many pointers stand before it in the struct, the first of which are an array of casts."""
    struct = header[
        header.index("PyArray_VectorUnaryFunc *cast[") : header.index("} PyArray_ArrFuncs;")
    ]
    fields = re.findall(r"\*(\w+)(?:\[\w+\])?;", struct)
    casts = int(re.search(r"NPY_NTYPES_ABI_COMPATIBLE=(\d+)", header)[1])
    return casts + fields.index("dotfunc") - 1
