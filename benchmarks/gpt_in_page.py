"""How fast the GPT in the page writes: from opening its figure to the first token, then a token."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from statistics import median

from benchmarks.pages import open_browser
from benchmarks.report import Row, judged, percentile
from lecturelib.data import shakespeare_gpt
from lecturelib.widgets import Gpt

FIRST_LIMIT, TOKEN_LIMIT = 1000, 50  # ms
TOKENS = 90  # beyond the context of 64, where nothing can be kept

# Milliseconds: to import the module, decode the weights and draw the figure and its first token,
# then for each further press of Step, with the layout that it asks for.
WRITE = """async ([source, state, tokens]) => {
  const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; },
    on() {}, off() {}, save_changes() {} };
  const el = document.createElement("div");
  document.body.append(el);
  const start = performance.now();
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: widget } = await import(address), times = [];
  await widget.render({ model, el });
  const step = [...el.querySelectorAll("button")].find((one) => one.textContent === "Step");
  for (let i = 0, from = start; i < tokens; i++, from = performance.now()) {
    step.click();
    el.getBoundingClientRect();
    times.push(performance.now() - from);
  }
  return times;
}"""


def rows(options: Namespace) -> Iterator[Row]:
    """The first token, one while the context fills, and one when it is full."""
    figure = Gpt.of(shakespeare_gpt())
    state = figure.get_state(["_record", *figure.state_names()])
    with open_browser() as browser:
        pages = [browser.new_page() for _ in range(options.runs)]  # each compiles anew
        runs = [page.evaluate(WRITE, [Gpt._esm, state, TOKENS]) for page in pages]
    first = median(run[0] for run in runs)
    yield judged("GPT in the page, first token", f"{first:.0f} ms", first, FIRST_LIMIT, "ms")
    for measure, part in (("a token, keys kept", slice(1, 30)), ("context full", slice(-20, None))):
        times = [ms for run in runs for ms in run[part]]
        middle, p95 = median(times), percentile(times, 0.95)
        text = f"{middle:.1f} ms, p95 {p95:.1f} ms"
        yield judged(f"GPT in the page, {measure}", text, middle, TOKEN_LIMIT, "ms")
