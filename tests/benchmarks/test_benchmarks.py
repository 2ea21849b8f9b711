"""The parts of the benchmarks that are the same on every machine; no timing is asserted."""

import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from myst_nb.core.config import ipywidgets_js_factory

from benchmarks import __main__ as command
from benchmarks import book, loops, numerics, pages, report, variants, workloads
from benchmarks.report import NotMeasuredError, Row
from lecturelib import activations
from tools.server import Sent


def test_table_is_aligned_markdown():
    rows = [Row("a", "1.0 ms", "≤ 2 ms", "yes"), Row("a longer | name", "3 kB")]
    assert report.markdown(rows).splitlines() == [
        "| measure          | value  | target | met |",
        "|------------------|--------|--------|-----|",
        "| a                | 1.0 ms | ≤ 2 ms | yes |",
        r"| a longer \| name | 3 kB   |        |     |",
    ]


@pytest.mark.parametrize(("value", "met"), [(1.9, "yes"), (2, "yes"), (2.1, "no")])
def test_target_is_met_up_to_the_limit(value, met):
    assert report.judged("x", "so much", value, 2, "ms") == Row("x", "so much", "≤ 2 ms", met)


def test_percentile_is_a_value_of_the_nearest_rank():
    values = list(range(200, 0, -1))
    assert report.percentile(values, 0.95) == 190
    assert report.percentile(values, 1) == 200
    assert report.percentile([7], 0.01) == 7


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 0), ([1], 1.1)])
def test_percentile_refuses_what_has_no_answer(values, share):
    with pytest.raises(ValueError, match=f"got {len(values)} values and {share}"):
        report.percentile(values, share)


def test_spread_gives_median_and_range():
    assert report.spread([3.0, 1.0, 10.0, 4.0], "s", 1) == "3.5 s (1.0–10.0)"


def test_weight_adds_up_and_leaves_out_the_icon():
    sent = [
        Sent("a.html", 200, 3000, 1000),
        Sent("b.js", 404, 50, 50),
        Sent("/favicon.ico", 404, 9, 9),
    ]
    weight = pages.weigh(sent)
    assert weight == pages.Weight(wire=1050, plain=3050, requests=2, missing=1)
    assert str(weight) == "1.1 kB gzip, 3.0 kB plain, 2 requests, 1 of them not found"


def test_costs_are_differences_and_only_the_host_has_a_target():
    weights = {
        "none": pages.Weight(100_000, 0, 10, 0),
        "host": pages.Weight(131_000, 0, 11, 0),
        "html-manager": pages.Weight(900_000, 0, 14, 0),
    }
    assert list(pages.costs(weights)) == [
        Row("two widgets cost, host", "+31.0 kB gzip, requests +1", "≤ 30 kB gzip", "no"),
        Row("two widgets cost, html-manager", "+800.0 kB gzip, requests +4"),
    ]
    assert list(pages.costs({"host": weights["host"]})) == []


def test_standard_route_has_the_versions_that_myst_nb_asks_for():
    requirejs, html_manager = ipywidgets_js_factory()
    assert f"/{variants.REQUIREJS}/" in requirejs
    assert f"@{variants.HTML_MANAGER}/" in html_manager


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(variants, "BENCH", tmp_path)
    monkeypatch.setattr(variants, "_digest", lambda: "0123456789ab")
    return tmp_path


def test_page_is_built_once(bench, monkeypatch):
    commands = []

    def build(*command, **options):
        commands.append(command)
        command[-1].mkdir()

    monkeypatch.setattr(variants, "_run", build)
    assert variants.page("host") == variants.page("host") == "0123456789ab/host/index.html"
    assert len(commands) == 1
    assert "'sphinxext.widgets.host'" in (bench / "source/host/conf.py").read_text("utf-8")


def test_without_npm_there_is_a_reason(bench, monkeypatch):
    monkeypatch.setattr(variants.shutil, "which", lambda name: None)
    with pytest.raises(NotMeasuredError, match="npm is not installed"):
        variants.page("html-manager")


def test_a_build_that_fails_is_not_kept(bench, monkeypatch, capsys):
    failure = SimpleNamespace(returncode=2, stdout="", stderr="what went wrong")
    monkeypatch.setattr(subprocess, "run", lambda *command, **options: failure)
    with pytest.raises(NotMeasuredError, match="failed"):
        variants.page("host")
    assert "what went wrong" in capsys.readouterr().err
    assert not (bench / "0123456789ab").exists()
    with pytest.raises(NotMeasuredError, match="make book"):
        book.run("make", "book")


def test_the_book_is_measured_by_both_doors(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("A page.\n")
    nothing, changed = [0.1, 0.2, 0.3], [8.0, 99.0, 11.0, 99.0, 12.0, 99.0]
    seconds, asked = iter([99.0, *nothing, *changed, 99.0, 90.0, 600.0, 700.0]), []
    monkeypatch.setattr(book, "PAGE", page)
    monkeypatch.setattr(
        book, "run", lambda *command: asked.append((*command, page.read_text())) or next(seconds)
    )
    assert list(book.rows(SimpleNamespace(cold=True))) == [
        Row("make book, nothing changed", "0.2 s (0.1–0.3)", "≤ 2 s", "yes"),
        Row("make book, a page changed", "11.0 s (8.0–12.0)", "≤ 10 s", "no"),
        Row("jupyter-book build, nothing changed", "90.0 s"),
        Row("make book, cold", "600.0 s"),
        Row("jupyter-book build, cold", "700.0 s"),
    ]
    texts = [text for *_, text in asked[4:10]]
    assert texts == ["A page.\n\nOne more line.\n", "A page.\n"] * 3
    assert page.read_text() == "A page.\n"


@pytest.mark.parametrize("name", numerics.INLINE)
def test_contestants_compute_the_same(name):
    public, bare, inline, torch = (entrant() for entrant in numerics.contest(name, 1000))
    assert np.array_equal(public, bare)
    np.testing.assert_allclose(inline, public, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(torch.numpy(), public, rtol=1e-5, atol=1e-6)


def test_every_elementwise_activation_takes_part():
    assert set(activations.ACTIVATIONS) <= set(numerics.INLINE)


def test_race_has_one_positive_time_each():
    entrants = numerics.Contest(*[lambda: sum(range(50))] * 4)
    assert all(seconds > 0 for seconds in numerics.race(entrants, rounds=2, seconds=1e-4))


def broken(options):
    yield Row("before", "1")
    raise NotMeasuredError("no npm\nand more")


def test_command_prints_and_writes_one_table_whatever_fails(tmp_path, monkeypatch, capsys):
    parts = {"first": broken, "second": lambda options: [Row("runs", str(options.runs))]}
    monkeypatch.setattr(command, "PARTS", parts)
    command.main(["--output", str(tmp_path / "deep" / "table.md"), "--runs", "3"])
    printed = capsys.readouterr().out
    assert (tmp_path / "deep" / "table.md").read_text("utf-8") == printed
    for row in (Row("before", "1"), Row("first", "not measured: no npm"), Row("runs", "3")):
        assert f"| {row.measure:<7} | {row.value:<20} |" in printed


@pytest.mark.parametrize("wrong", [["speed"], ["--runs", "0"]])
def test_command_refuses_what_it_cannot_do(wrong, capsys):
    with pytest.raises(SystemExit):
        command.parse(wrong)
    assert wrong[-1] in capsys.readouterr().err


@pytest.mark.parametrize("dtype", workloads.TYPES)
@pytest.mark.parametrize("name", workloads.MAKE)
def test_a_workload_of_the_page_runs_here_in_its_type(name, dtype):
    run, count = workloads.MAKE[name](dtype)
    assert count == (57 if name == workloads.STEP else 1)  # 1797 digits in batches of 32
    result = run()
    assert name != workloads.PRODUCT or (result.shape, result.dtype) == ((32, 64), dtype)
    assert workloads.shortest(name, dtype, 0) > 0


def test_every_workload_of_the_page_has_a_target():
    pairs = {(dtype, name) for name in workloads.MAKE for dtype in workloads.TYPES}
    assert loops.LIMITS.keys() == pairs
