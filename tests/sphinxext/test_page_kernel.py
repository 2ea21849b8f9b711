"""What cells give, as messages to the page; Pyodide's own evaluator is tested in the browser."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import traitlets

from lecturelib import plots
from sphinxext.page_kernel import figures, kernel, magics, standard_library, streams
from sphinxext.page_kernel.kernel import LIMIT, OF_IPYTHON, current, start
from sphinxext.page_kernel.magics import plain
from sphinxext.page_kernel.streams import WAIT, Stream

STAND_INS = Path(kernel.__file__).parent / "stand_ins"


async def evaluate(source, namespace, filename):
    """The last expression's value, as Pyodide's ``eval_code_async`` gives it."""
    tree = ast.parse(source, filename)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), filename, "eval"), namespace)


def finished(coroutine):
    """The result of one that waits for nothing: an open browser has this thread's event loop."""
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return end.value.value


@pytest.fixture
def page(monkeypatch):
    """``page(source, cell="cell 1") -> (ok, messages)``; ``page.kernel`` is the kernel."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    messages = []
    made = start(lambda text: messages.append(json.loads(text)), evaluate)

    def run(source, cell="cell 1"):
        messages.clear()
        return finished(made.run(source, cell)), list(messages)

    run.kernel, run.messages = made, messages
    yield run
    monkeypatch.setattr(kernel, "_running", None)
    plt.close("all")


@pytest.fixture
def archives(tmp_path, monkeypatch):
    """Two archives, the second with what the first says is there; the finder is gone afterwards."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    first, rest = tmp_path / "first.zip", tmp_path / "rest.zip"
    with zipfile.ZipFile(first, "w") as archive:
        archive.writestr("python_rest.txt", "late\nlater")
    with zipfile.ZipFile(rest, "w") as archive:
        archive.writestr("late.py", "import later\nvalue = later.value")
        archive.writestr("later.py", "value = 3")
        archive.writestr("unnamed.py", "")
    yield str(first), str(rest)
    for name in ("late", "later"):
        sys.modules.pop(name, None)


def test_what_the_first_archive_names_is_found_in_the_rest(archives):
    standard_library.find_rest(*archives)
    standard_library.find_rest(*archives)
    assert [type(finder) for finder in sys.meta_path].count(standard_library.Rest) == 1
    assert importlib.import_module("late").value == 3
    for name in ("unnamed", "nowhere"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)


def test_a_python_in_one_piece_gets_no_finder(archives, monkeypatch):
    before = list(sys.meta_path)
    standard_library.find_rest("/nowhere.zip", archives[1])
    standard_library.find_rest(archives[1], archives[1])
    assert sys.meta_path == before


def stand_in(name):
    """A module of ``stand_ins``, although the real one is installed here."""
    path = STAND_INS / f"{name.replace('.', '/')}.py"
    spec = importlib.util.spec_from_file_location(f"stand_in_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_last_value_is_shown_after_what_was_printed(page):
    ok, messages = page("print('a', end='')\n1 + 1")
    assert ok
    assert [m["kind"] for m in messages] == ["stream", "display"]
    assert messages[0] == {"kind": "stream", "cell": "cell 1", "name": "stdout", "text": "a"}
    assert messages[1]["data"] == {"text/plain": "2"}


def test_a_cell_without_a_value_shows_nothing(page):
    assert page("x = 3") == (True, [])
    assert page("x", "cell 2")[1][0]["data"] == {"text/plain": "3"}
    assert page("None") == (True, [])


def test_lines_leave_one_by_one_and_long_ones_in_pieces(page):
    _, messages = page("import sys\nprint('one')\nprint('two')\nsys.stderr.write('x' * 5000)\n0;")
    texts = [(m["name"], m["text"]) for m in messages if m["kind"] == "stream"]
    assert texts[:2] == [("stdout", "one\n"), ("stdout", "two\n")]
    assert texts[2] == ("stderr", "x" * 5000)


def test_a_flood_is_cut_and_says_so(page):
    _, messages = page("for _ in range(300): print('x' * 999)")
    text = "".join(m["text"] for m in messages)
    assert LIMIT < len(text) < LIMIT + 1100
    assert text.endswith("… the rest is cut: a run may print 200,000 characters.\n")
    assert page("print(1)")[1][0]["text"] == "1\n"  # the next run has its own share


def test_an_error_has_its_line_and_no_frame_of_the_kernel(page):
    page("def f():\n    return 1 / 0", "cell 1")
    ok, messages = page("x = 1\n\nf()", "cell 2")
    assert not ok
    (error,) = messages
    assert (error["kind"], error["line"]) == ("error", 3)
    assert error["text"].startswith("Traceback")
    assert 'File "cell 2", line 3' in error["text"]
    assert "return 1 / 0" in error["text"]  # the line of the other cell
    assert "ZeroDivisionError: division by zero" in error["text"]
    assert "kernel.py" not in error["text"]


def test_a_syntax_error_has_its_line(page):
    ok, (error,) = page("x = 1\nif x\n    pass")
    assert not ok
    assert error["line"] == 2
    assert "expected ':'" in error["text"]
    assert "kernel.py" not in error["text"]


def test_what_was_printed_before_an_error_stays(page):
    _, messages = page("print('so far', end='')\nraise SystemExit(3)")
    assert [m["kind"] for m in messages] == ["stream", "error"]
    assert "SystemExit: 3" in messages[1]["text"]


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("torch", "torch does not run in this page: open the notebook in Colab"),
        ("nobody.knows", "Python in this page has NumPy, matplotlib and lecturelib; nobody"),
    ],
)
def test_a_missing_module_comes_with_advice(page, monkeypatch, module, says):
    monkeypatch.setitem(sys.modules, module.partition(".")[0], None)
    assert says in page(f"import {module}")[1][0]["text"]


# Lines that are IPython's

REMAINDERS = """total = (7
% 4)
text = \"\"\"
%timeit is a magic
!ls is none here
what?
\"\"\"
total += 9 \\
  % 5
print(total, text.count("%"), '%d' % 5, 7 != 8)  # x = !ls
"""


def test_remainders_and_strings_keep_their_lines(page):
    assert plain(REMAINDERS) == REMAINDERS
    assert page(REMAINDERS)[1][0]["text"] == "7 1 5 True\n"


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%matplotlib inline", "__magic__('%matplotlib', 'inline')"),
        ("if x:\n    !ls -l\ny = 5 % 3", "if x:\n    __magic__('!ls', '-l')\ny = 5 % 3"),
        ("a, b = !ls\nc", "a, b = __magic__('!ls', '')\nc"),
        ("%time f(1, \\\n  2)\nx", "__magic__('%time', 'f(1,    2)')\n\nx"),
        ("np.tanh?\n?f", "help(np.tanh)\nhelp(f)"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\nx = 1", "__magic__('%%capture', 'out')\n\nx = 1"),
        ("%%timeit n = 3\nn + 1", "__magic__('%%timeit', 'n = 3', 'n + 1')"),
        ("%%bash\nls | sort", "__magic__('%%bash', '')"),
        ("%time it's not closed\nx", "__magic__('%time', \"it's not closed\")\nx"),
        ("x = 'not closed\n%who", "x = 'not closed\n__magic__('%who', '')"),
    ],
)
def test_commands_become_calls_on_their_lines(source, python):
    assert plain(source) == python


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("!ls -l", "!ls does nothing here: a page has no shell."),
        ("x = !ls", "!ls does nothing here: a page has no shell."),
        ("%pip install torch", "Nothing can be installed here: this page has NumPy, matplotlib"),
        ("!pip install torch", "Nothing can be installed here"),
        ("%who", "%who is a command of Jupyter: it does nothing in a page, which knows %time"),
        ("%%bash\nls | sort", "%%bash is a command of Jupyter: this cell does nothing in a page"),
        ("x = 1\n%%timeit\nx", "%%timeit does nothing here: it has to be the first line of its"),
    ],
)
def test_a_command_that_does_nothing_says_so(page, source, says):
    ok, messages = page(source)
    assert ok
    assert messages[0]["name"] == "stderr"
    assert messages[0]["text"].startswith(says)


def test_what_a_page_does_anyway_says_nothing(page):
    assert page("%matplotlib inline\n%matplotlib") == (True, [])


def test_a_cell_magic_that_is_left_out_lets_its_cell_run(page):
    _, (excuse, value) = page("%%capture\n6 * 7")
    assert excuse["text"].startswith("%%capture is a command of Jupyter: it does nothing")
    assert value["data"] == {"text/plain": "42"}


SPAN = r"\d+(\.\d+)? (s|ms|μs|ns)"


def test_time_tells_it_and_gives_the_value(page):
    _, (*told, value) = page("%time x = 20\n%time x + 1")
    assert [bool(re.fullmatch(rf"Wall time: {SPAN}\n", m["text"])) for m in told] == [True] * 2
    assert value["data"] == {"text/plain": "21"}
    _, (told, value) = page("%%time\nx = 30\nx + 1")
    assert re.fullmatch(rf"Wall time: {SPAN}\n", told["text"])
    assert value["data"] == {"text/plain": "31"}


def test_time_of_a_cell_that_fails_is_told_with_its_line(page):
    ok, (told, error) = page("%%time\n1 / 0")
    assert not ok
    assert told["text"].startswith("Wall time: ")
    assert error["line"] == 2


@pytest.mark.parametrize(
    "source",
    [
        "%timeit -n 20 -r 3 seen.append(x)",
        "%timeit -r3 -n20 for i in range(1): seen.append(x)",
        "%%timeit -n 20 -r 3\nseen.append(\n  x)",
        "%%timeit -n 20 -r 3 y = x\nseen.append(y)",
        "def f(x):\n    %timeit -n 20 -r 3 seen.append(x)\nf(8)",
    ],
)
def test_timeit_runs_a_statement_and_tells_the_mean(page, source):
    page.kernel.namespace.update(x=8, seen=[])
    ok, (told,) = page(source)
    assert ok
    pattern = rf"{SPAN} ± {SPAN} per loop \(mean ± std\. dev\. of 3 runs, 20 loops each\)\n"
    assert re.fullmatch(pattern, told["text"])
    assert page.kernel.namespace["seen"] == [8] * 60


def test_timeit_finds_how_often_and_names_the_unit(page, monkeypatch):
    now = 0.0

    def work():
        nonlocal now
        now += 0.05

    page.kernel.namespace["work"] = work
    monkeypatch.setattr(magics.time, "perf_counter", lambda: now)
    _, (told,) = page("%timeit work()")
    assert told["text"] == "50 ms ± 0 ns per loop (mean ± std. dev. of 7 runs, 5 loops each)\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.34, "12.3 s"), (1.0, "1 s"), (0.9994, "999 ms"), (2.5e-4, "250 μs"), (3e-8, "30 ns")],
)
def test_a_span_has_three_digits_and_its_unit(seconds, text):
    assert magics._span(seconds) == text


def test_help_is_pythons_own(page):
    asked = []
    page.kernel.namespace.update(help=asked.append, f=3)
    assert page("f?\n?f") == (True, [])
    assert asked == [3, 3]


# What notebooks do to outputs


def test_clear_output_comes_in_its_order(page):
    page.kernel.namespace["clear_output"] = stand_in("IPython.display").clear_output
    _, messages = page("print('a', end='')\nclear_output(wait=True)\nprint('b')\nclear_output()")
    assert [(m["kind"], m.get("text"), m.get("wait")) for m in messages] == [
        ("stream", "a", None),
        ("clear", None, True),
        ("stream", "b\n", None),
        ("clear", None, False),
    ]


def test_what_is_cleared_does_not_count_as_printed(page):
    page.kernel.namespace["clear_output"] = stand_in("IPython.display").clear_output
    _, messages = page("for _ in range(300):\n    clear_output()\n    print('x' * 999)")
    assert messages[-1]["text"] == "x" * 999 + "\n"


def test_display_clears_and_says_which_options_it_lacks(page):
    _, messages = page("display(1)\ndisplay(2, clear=True)")
    assert [m["kind"] for m in messages] == ["display", "clear", "display"]
    text = page("display(1, display_id=True)")[1][0]["text"]
    assert "display(display_id=…) does not work in a page: clear_output(wait=True)" in text


def test_the_list_of_what_is_there_of_ipython_is_the_stand_in(page, monkeypatch):
    assert set(OF_IPYTHON) == set(stand_in("IPython.display").__all__)
    monkeypatch.setitem(sys.modules, "IPython.display", stand_in("IPython.display"))
    monkeypatch.setattr(sys.modules["IPython.display"], "__name__", "IPython.display")
    text = page("from IPython.display import Audio")[1][0]["text"]
    assert "Of IPython this page has display, clear_output, HTML, SVG, Markdown and Latex." in text


@pytest.fixture
def stream(monkeypatch):
    """A stream; ``stream.given`` is what it has handed over, ``stream.now`` its clock."""
    made = Stream("stdout", lambda name, text: made.given.append(text))
    made.given, made.now = [], 0.0
    monkeypatch.setattr(streams.time, "monotonic", lambda: made.now)
    return made


def test_a_line_that_does_not_end_leaves_when_it_has_waited(stream):
    print("\r", 1, end="", file=stream)
    stream.now += WAIT
    print("\r", 2, end="", file=stream)
    assert stream.given == []
    stream.now += 0.01
    print("\r", 3, end="", file=stream)
    assert stream.given == ["\r 2\r"]
    stream.flush()
    assert "".join(stream.given) == "\r 2\r 3"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("10 %\r20 %\r30 %", "10 %\r30 %"),
        ("\rlong\rxy", "\rxyng\rxy"),
        ("done\r\nnext\n", "done\r\nnext\n"),
        ("a\rb\nc\rd\re", "a\rb\nc\re"),
        ("\r\x1b[31mred\r\x1b[0mxy", "\r\x1b[31mred\r\x1b[0mxy"),
    ],
)
def test_what_is_overwritten_is_not_sent(text, left):
    assert streams.overwritten(text) == left


def test_a_counter_in_one_line_never_counts_as_a_flood(page):
    _, messages = page("for i in range(60_000): print('\\r', i, end='')")
    assert "".join(m["text"] for m in messages).endswith("\r 59999")


class Described:
    def __init__(self, **methods):
        for name, value in methods.items():
            setattr(self, name, lambda value=value: value)

    def __repr__(self):
        return "described"


@pytest.mark.parametrize(
    ("methods", "data"),
    [
        ({"_repr_html_": "<b>x</b>"}, {"text/html": "<b>x</b>"}),
        ({"_repr_svg_": "<svg/>"}, {"image/svg+xml": "<svg/>"}),
        ({"_repr_png_": b"\x89PNG"}, {"image/png": "iVBORw=="}),
        ({"_repr_latex_": ("$x$", {})}, {"text/latex": "$x$"}),
        ({"_repr_html_": None}, {}),
    ],
)
def test_an_object_describes_itself(page, methods, data):
    page.kernel.namespace["thing"] = Described(**methods)
    assert page("thing")[1][0]["data"] == {"text/plain": "described"} | data


def test_a_class_is_not_its_instances(page):
    page.kernel.namespace["Thing"] = type("Thing", (), {"_repr_html_": lambda self: "<i>"})
    assert set(page("Thing")[1][0]["data"]) == {"text/plain"}


@pytest.fixture
def matplotlib_in_a_page(monkeypatch):
    monkeypatch.setattr(figures, "options", {"format": "png"})
    with mpl.rc_context():
        yield


@pytest.mark.usefixtures("matplotlib_in_a_page")
def test_figures_come_at_the_end_in_both_palettes_and_once(page):
    plots.use()
    inline = stand_in("matplotlib_inline.backend_inline")
    inline.set_matplotlib_formats("svg", metadata={"Date": None})
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\nprint('after')"
    _, messages = page(source)
    assert [m["kind"] for m in messages] == ["stream", "display", "display"]
    light, dark = messages[1]["data"]["image/svg+xml"], messages[1]["dark"]
    assert light.lstrip().startswith("<?xml")
    assert light != dark
    assert len(light) == len(dark)
    assert 300 < messages[1]["width"] < 800
    assert page("1") == (True, [{"kind": "display", "cell": "cell 1", "data": {"text/plain": "1"}}])


@pytest.mark.usefixtures("matplotlib_in_a_page")
def test_a_figure_as_value_is_shown_once_as_a_picture_of_pixels(page):
    _, messages = page("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nfig")
    assert [set(m["data"]) for m in messages] == [{"image/png"}]


def test_formats_that_a_page_does_not_know_are_refused():
    with pytest.raises(ValueError, match="expected svg or png, got pdf"):
        stand_in("matplotlib_inline.backend_inline").set_matplotlib_formats("pdf")


@pytest.fixture
def dial(page):
    """A widget on the stand-in, shown by a cell."""
    anywidget = stand_in("anywidget")

    class Dial(anywidget.AnyWidget):
        _esm, _css = "export default {}", "b {}"
        angle = traitlets.Float(1.0).tag(sync=True)
        hidden = traitlets.Int(7)

        @traitlets.validate("angle")
        def _in_range(self, proposal):
            return min(proposal["value"], 9.0)

    page.kernel.namespace["Dial"] = Dial
    page("d = Dial(angle=2)\nd")
    return page


def test_a_widget_gives_its_state_before_it_is_shown(dial):
    opened, shown = dial.messages
    assert opened["kind"] == "widget"
    own = {name: opened["state"][name] for name in ("angle", "_esm", "_css")}
    assert own == {"angle": 2.0, "_esm": "export default {}", "_css": "b {}"}
    assert "hidden" not in opened["state"]
    assert shown["widget"] == opened["id"]


def test_python_tells_the_page_what_it_sets(dial):
    key = dial.messages[0]["id"]
    (told,) = dial("d.angle = 5", "cell 2")[1]
    assert told["state"] == {"angle": 5.0}
    assert told["cell"] == "cell 1"  # where the view is
    assert dial("d.angle = 5", "cell 2")[1] == []  # no change, no message
    assert key in dial.kernel.widgets


def test_the_page_tells_python_what_a_reader_sets(dial):
    key = dial.messages[0]["id"]
    dial("d.observe(lambda c: print(c.new), 'angle')", "cell 2")
    dial.messages.clear()
    dial.kernel.receive(key, {"angle": 4.0})
    assert dial.messages == [
        {"kind": "stream", "cell": "cell 1", "name": "stdout", "text": "4.0\n"}
    ]
    dial.messages.clear()
    dial.kernel.receive(key, {"angle": 20.0})  # a validator makes 9 of it: the page must know
    assert {"angle": 9.0} in [m.get("state") for m in dial.messages]


def test_a_bad_value_from_the_page_is_an_error_below_the_widget(dial):
    key = dial.messages[0]["id"]
    dial.messages.clear()
    dial.kernel.receive(key, {"angle": "much"})
    assert "TraitError" in dial.messages[0]["text"]
    dial.kernel.receive("nobody", {"angle": 1.0})  # a view that has gone


def test_a_cell_run_again_forgets_its_widgets(dial):
    old = dial.messages[0]["id"]
    dial("d", "cell 1")
    assert old in dial.kernel.widgets
    dial("0", "cell 1")
    assert old not in dial.kernel.widgets


def test_a_widget_that_two_cells_show_lives_until_neither_does(dial):
    key = dial.messages[0]["id"]
    dial("d", "cell 2")
    assert dial("d.angle = 5", "cell 3")[1][0]["cell"] == "cell 2"
    dial("0", "cell 2")
    assert dial("d.angle = 6", "cell 3")[1][0]["cell"] == "cell 1"
    dial("0", "cell 1")
    assert key not in dial.kernel.widgets


def test_bytes_are_refused(page):
    anywidget = stand_in("anywidget")

    class Raw(anywidget.AnyWidget):
        data = traitlets.Bytes(b"x").tag(sync=True)

    page.kernel.namespace["Raw"] = Raw
    assert "data is bytes; a page takes text and numbers" in page("Raw()")[1][0]["text"]


def test_wrappers_of_texts(page):
    display = stand_in("IPython.display")
    page.kernel.namespace.update(HTML=display.HTML, show=display.display)
    _, messages = page("show(HTML('<p>1</p>'))\nHTML('<p>2</p>')")
    assert [m["data"]["text/html"] for m in messages] == ["<p>1</p>", "<p>2</p>"]


def test_there_is_no_kernel_outside_a_page(monkeypatch):
    monkeypatch.setattr(kernel, "_running", None)
    with pytest.raises(RuntimeError, match="no page runs here"):
        current()


QUICK = """
import io, sys
from sphinxext.page_kernel import quick_matplotlib
quick_matplotlib.prepare()
import matplotlib as mpl
mpl.use("agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 4], label="doubling")
axes.legend()
axes.set(title="powers", xlabel="n")
for kind in ("png", "svg"):
    figure.savefig(io.BytesIO(), format=kind, bbox_inches="tight")
assert "PIL.PngImagePlugin" in sys.modules
assert "PIL.GifImagePlugin" not in sys.modules, "more formats than a figure needs"
assert "agg_filter" not in plt.Line2D.set.__doc__, "a list of properties in a docstring"
picture = io.BytesIO()
figure.savefig(picture, format="jpg")
from PIL import Image
assert Image.open(picture).format == "JPEG"
Image.open(picture).save(io.BytesIO(), format="GIF")
"""


def test_matplotlib_starts_without_what_no_figure_needs_and_has_the_rest_when_asked():
    subprocess.run([sys.executable, "-c", QUICK], check=True, cwd=Path(__file__).parents[2])
