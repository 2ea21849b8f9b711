"""Notebooks run side by side before their pages are read; all else is as it is without that."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from sphinxext.execution.parallel import count_jobs, longest_first, seconds_noted

ROOT = Path(__file__).parents[3]
OURS = '"sphinxext.execution.library_cache", "sphinxext.execution.parallel"'
# What myst-nb itself runs is written down, by the folder in which it runs and by its first line.
CONFIG = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the shell of the tests does
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_nb", {OURS}]
library_cache_sources = ["lib.py"]
parallel_execution_jobs = 2  # whatever machine this is
exclude_patterns = ["_build"]
html_theme = "basic"
nb_execution_mode = "cache"
nb_execution_timeout = 90

import myst_nb.core.execute.cache as cache
run = cache.single_nb_execution

def noted(notebook, **settings):
    open("late.txt", "a").write(notebook.cells[0].source + "\\n")
    return run(notebook, **settings)

cache.single_nb_execution = noted
"""
NOTE = """
from pathlib import Path
with Path("runs.txt").open("a") as file:
    file.write("{0} ")
"""
MEET = (
    NOTE
    + """
import time
Path("{0}.here").touch()
end = time.monotonic() + 45
while not Path("{1}.here").exists():
    assert time.monotonic() < end, "{1} did not start while {0} ran"
    time.sleep(0.05)
print("{0} met", "{1}")
"""
)
TEXT = f"""---
file_format: mystnb
kernelspec: {{name: python3}}
---
# Text

```{{code-cell}}
{NOTE.format("text")}
print("as", "text")
```
"""


class Tiny:
    """A book in a folder; what ran, what myst-nb ran itself, and what the last build said."""

    def __init__(self, folder, notebook):
        self.folder, self.notebook, self.pages = folder, notebook, []
        (folder / "conf.py").write_text(CONFIG, "utf-8")
        (folder / "lib.py").write_text("ANSWER = 42\n", "utf-8")

    def add(self, name, source, **metadata):
        made = self.notebook(f"# {name.title()}", (source, [], {}))
        made.metadata.update(metadata)
        self.write(f"{name}.ipynb", nbformat.writes(made))

    def write(self, file, text):
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self.pages = sorted({*self.pages, file.rsplit(".", 1)[0]})
        toctree = "\n".join(["# Start", "", "```{toctree}", *self.pages, "```", ""])
        (self.folder / "index.md").write_text(toctree, "utf-8")

    def start(self, *options):
        for name in ("runs.txt", "late.txt"):
            (self.folder / name).write_text("", "utf-8")
        # A process of its own: the kernel's event loop and the browser's do not share one.
        command = [sys.executable, "-m", "sphinx", "-W", *options, ".", "_build/html"]
        env = os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "NO_COLOR": "1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=env, **pipes)

    def build(self, *options, status=0):
        process = self.start(*options)
        self.out, self.err = process.communicate(timeout=240)
        assert process.returncode == status, self.err
        return self.runs

    @property
    def runs(self):
        return (self.folder / "runs.txt").read_text("utf-8").split()

    @property
    def late(self):
        return (self.folder / "late.txt").read_text("utf-8").splitlines()

    def page(self, name):
        return (self.folder / f"_build/html/{name}.html").read_text("utf-8")

    def databases(self):
        return list((self.folder / "_build" / ".jupyter_cache").glob("*/global.db"))

    def cached(self):
        (database,) = self.databases()
        return sorted(Path(r.uri).stem for r in get_cache(database.parent).list_cache_records())


@pytest.fixture
def book(tmp_path, notebook):
    return Tiny(tmp_path, notebook)


def test_notebooks_run_at_the_same_time_and_myst_nb_runs_none(book):
    book.add("left", MEET.format("left", "right"))
    book.add("right", MEET.format("right", "left"))
    book.write("text.md", TEXT)
    assert sorted(book.build()) == ["left", "right", "text"]
    assert book.late == []
    assert "left met right" in book.page("left")
    assert "as text" in book.page("text")
    said = re.findall(r"^notebook (\d) of 3: (\w+) ran in \d+ s$", book.out, re.M)
    assert [count for count, _ in said] == ["1", "2", "3"]
    assert {name for _, name in said} == {"left", "right", "text"}

    assert book.build("-q") == []

    book.add("left", NOTE.format("left") + "print('left', 'edited')")
    assert book.build("-q") == ["left"]
    assert (book.out, book.err, book.late) == ("", "", [])
    assert "left edited" in book.page("left")


def test_longest_of_last_time_starts_first(book):
    for name in ("a", "b", "c"):
        book.add(name, NOTE.format(name))
    alone = ("-q", "-D", "parallel_execution_jobs=1")
    assert book.build(*alone) == ["a", "b", "c"]
    (database,) = book.databases()
    with sqlite3.connect(database) as connection:
        for seconds, name in enumerate(("a", "c", "b")):
            change = "UPDATE nbcache SET data = ? WHERE uri LIKE ?"
            connection.execute(change, (f'{{"execution_seconds": {seconds}}}', f"%/{name}.ipynb"))
    connection.close()
    (book.folder / "lib.py").write_text("ANSWER = 43\n", "utf-8")
    assert book.build(*alone) == ["b", "c", "a"]
    assert book.late == []


def test_settings_of_myst_nb_hold(book):
    where = "\nprint('in', Path.cwd().name)"
    with (book.folder / "conf.py").open("a", encoding="utf-8") as file:
        file.write("nb_execution_excludepatterns = ['excluded*']\n")
        file.write("nb_kernel_rgx_aliases = {'my-.*': 'python3'}\n")
    book.add("excluded", NOTE.format("excluded"))
    book.add("off", NOTE.format("off"), mystnb={"execution_mode": "off"})
    # A folder of its own, where no runs.txt of the book's is.
    temporary = "print('runs there:', __import__('os').listdir())"
    book.add("temporary", temporary, mystnb={"execution_in_temp": True})
    book.add("sub/here", NOTE.format("here") + where)
    named = {"name": "my-kernel", "display_name": "Mine", "language": "python"}
    book.add("named", NOTE.format("named"), kernelspec=named)
    book.add("twin", NOTE.format("named"), kernelspec=named)
    wrong = NOTE.format("wrong") + "1 / 0"
    book.add("wrong", wrong, mystnb={"execution_allow_errors": True})
    assert sorted(book.build("-q")) == ["named", "wrong"]
    assert (book.folder / "sub" / "runs.txt").read_text("utf-8") == "here "
    assert book.late == []
    assert "in sub" in book.page("sub/here")
    assert "runs there: []" in book.page("temporary").replace("&#39;", "'")
    assert "ZeroDivisionError" in book.page("wrong")


def reported(book):
    """What the build said of the bad notebook; a kernel that was stopped has words of its own."""
    return [line for line in book.err.splitlines() if "bad.ipynb" in line]


RAISES, HANGS = "raise ValueError('on', 'purpose')", "import time; time.sleep(80)"
FAILURES = {
    "raise": (True, RAISES, "CellExecutionError"),
    "warn": (False, HANGS, "CellTimeoutError"),
}


@pytest.mark.parametrize(("stop", "source", "error"), FAILURES.values(), ids=FAILURES)
def test_failing_notebook_is_reported_as_ever_and_not_cached(book, stop, source, error):
    conf = book.folder / "conf.py"
    with conf.open("a", encoding="utf-8") as file:
        file.write(f"nb_execution_raise_on_error = {stop}\n")
    settings = {"mystnb": {"execution_timeout": 5}} if source == HANGS else {}
    book.add("bad", NOTE.format("bad") + source, **settings)
    book.add("good", NOTE.format("good"))
    build = {"status": 2 if stop else 1}
    assert sorted(book.build("-q", "--keep-going", **build)) == ["bad", "bad", "good"]
    assert book.late == ["# Bad"]
    assert book.cached() == ["good"]
    ours = reported(book)
    assert error in ours[0]

    conf.write_text(
        conf.read_text("utf-8").replace(OURS, '"sphinxext.execution.library_cache"'), "utf-8"
    )
    assert book.build("-q", "--keep-going", "-E", **build) == ["bad"]
    assert reported(book) == ours


def test_what_is_no_notebook_is_left_to_myst_nb(book):
    book.write("bad.ipynb", "{")
    book.add("good", NOTE.format("good"))
    assert book.build("-q", status=2) == ["good"]
    assert "NotJSONError" in book.err
    assert book.cached() == ["good"]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_interrupted_build_shuts_its_kernels_down(book):
    sleep = "import os, time\nPath('pid').write_text(str(os.getpid()))\ntime.sleep(300)"
    book.add("first", NOTE.format("first") + sleep)
    book.add("second", NOTE.format("second"))
    process = book.start("-q", "-D", "parallel_execution_jobs=1")
    pid = book.folder / "pid"
    wait_until(lambda: pid.exists() and pid.read_text("utf-8"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    wait_until(lambda: not is_running(int(pid.read_text("utf-8"))))
    assert book.runs == ["first"]


# Parts


def test_seconds_are_those_of_the_last_run_in_any_cache(tmp_path, notebook):
    for age, (name, times) in enumerate({"new": {"a": 1}, "old": {"a": 5, "b": 7}}.items()):
        cache = get_cache(tmp_path / name)
        for page, seconds in times.items():
            data = {"execution_seconds": seconds}
            bundle = CacheBundleIn(notebook((page, [], {})), page, data=data)
            cache.cache_notebook_bundle(bundle, check_validity=False)
        cache.db.dispose()
        os.utime(tmp_path / name / "global.db", (1000 - age, 1000 - age))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "global.db").write_text("no database", "utf-8")
    assert seconds_noted(tmp_path / "next") == {"a": 1, "b": 7}


def test_unknown_notebooks_start_before_the_known():
    waiting = {name: SimpleNamespace(path=Path(name)) for name in "abcd"}
    assert longest_first(waiting, {"a": 1, "c": 3}) == ["b", "d", "c", "a"]


def test_jobs_are_a_number_or_the_cores():
    assert count_jobs(3) == 3
    assert count_jobs(0) >= 1
    with pytest.raises(ValueError, match=r"parallel_execution_jobs is -1; expected how many"):
        count_jobs(-1)
