// The activation functions side by side: value and slope at a point that the reader drags.
import { h, svg, set, format, slider, checklist } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { FUNCTIONS } from "./kit/functions.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./activations.py";

const REACH = SPEC.a.high, NAMES = SPEC.shown.among;
const SATURATED = 0.05; // of the steepest slope

/** Value and slope of the function `name` at a. */
export function compute(name, a, settings) {
  return { f: FUNCTIONS[name].f(a, settings), df: FUNCTIONS[name].df(a, settings) };
}

/** The two-point form of the tangent at a: [[a − 1.5, …], [a + 1.5, …]]. */
export function tangent(name, a, settings) {
  const { f, df } = compute(name, a, settings);
  return [-1.5, 1.5].map((step) => [a + step, f + df * step]);
}

/** What the slope at a means for learning: "saturated", "dead" or nothing to remark. */
export function remark(name, a, settings) {
  const { df } = compute(name, a, settings);
  if (name === "relu" && df === 0) return "dead here";
  const steepest = { sigmoid: 0.25, tanh: 1, elu: Math.max(1, settings.alpha) }[name];
  return steepest && df < SATURATED * steepest ? "saturated" : "";
}

export function describe(state) {
  if (!state.shown.length) return "No function is shown: tick one.";
  return `At a = ${format(state.a, 1)}: ` + state.shown.map((name) => {
    const { f, df } = compute(name, state.a, state), note = remark(name, state.a, state);
    return `${FUNCTIONS[name].label} ${format(f)}, slope ${format(df)}${note && ` (${note})`}`;
  }).join("; ") + ".";
}

/** Points of y = g(x) over the whole axis, with a gap where the value jumps. */
export function samples(g, jump = Infinity) {
  const points = [];
  for (let i = 0; i <= 400; i++) {
    const x = -REACH + (2 * REACH * i) / 400, y = g(x), last = points.at(-1);
    if (last && Math.abs(y - last[1]) > jump) points.push([x, NaN]);
    points.push([x, y]);
  }
  return points;
}

function drawChart(y, ticksY, nameY, label) {
  const chart = plane({ x: [-REACH, REACH], y, width: 340, height: 270, ticksX: [-4, -2, 0, 2, 4], ticksY, nameX: "a", nameY });
  set(chart.root, { role: "group", "aria-label": label });
  const here = svg("path", { class: "dl-here" });
  const curves = NAMES.map((name, i) => svg("path", { class: `dl-curve dl-series-${i}` }));
  const dots = NAMES.map((name, i) => svg("circle", { r: 4.5, class: `dl-point dl-series-${i}` }));
  chart.layer.append(here, ...curves, ...dots);
  return { ...chart, here, curves, dots };
}

function drawLines(chart, state, value, extra) {
  const { sx, sy } = chart;
  chart.here.setAttribute("d", `M${sx(state.a)} ${sy(-9)}V${sy(9)}`);
  NAMES.forEach((name, i) => {
    const visible = state.shown.includes(name) ? "" : "none";
    for (const element of [chart.curves[i], chart.dots[i]]) element.style.display = visible;
    if (visible) return;
    chart.curves[i].setAttribute("d", path(samples((a) => value(name, a), 0.4), sx, sy));
    set(chart.dots[i], { cx: sx(state.a), cy: sy(value(name, state.a)) });
    extra?.(name, i);
  });
}

function drawTable() {
  const rows = NAMES.map((name, i) => {
    const cells = ["value", "slope", "remark"].map(() => h("td"));
    const sample = svg("svg", { viewBox: "0 0 36 8", class: "dl-sample", "aria-hidden": "true" }, svg("path", { d: "M0 4H36", class: `dl-curve dl-series-${i}` }));
    return { name, cells, row: h("tr", {}, h("th", { scope: "row" }, sample, FUNCTIONS[name].label), h("td", { class: "dl-left dl-formula-column" }, FUNCTIONS[name].formula), ...cells) };
  });
  const head = h("tr", {}, ...["function", "f(a)", "value", "slope f′(a)", "remark"].map((text) =>
    h("th", { scope: "col", class: text === "f(a)" ? "dl-left dl-formula-column" : "" }, text)));
  const root = h("table", { class: "dl-table" }, h("thead", {}, head), h("tbody", {}, ...rows.map(({ row }) => row)));
  return { root, redraw(state) {
    for (const { name, cells, row } of rows) {
      row.hidden = !state.shown.includes(name);
      const { f, df } = compute(name, state.a, state);
      [cells[0].textContent, cells[1].textContent, cells[2].textContent] = [format(f), format(df), remark(name, state.a, state)];
    }
  } };
}

function buildControls(ui) {
  const when = (name) => () => ui.state().shown.includes(name), say = (name) => FUNCTIONS[name].label;
  return [checklist({ say, ...ui.own("shown") }), slider({ label: "point a", ...ui.own("a") }),
    slider({ label: "Leaky slope", step: 0.05, when: when("leaky_relu"), ...ui.own("slope") }),
    slider({ label: "ELU α", when: when("elu"), ...ui.own("alpha") }),
    ...["w₁", "b₁", "w₂", "b₂"].map((name, i) => slider({ label: `Maxout ${name}`, when: when("maxout"), ...ui.own("pieces", i) }))];
}

function build(ui) {
  const values = drawChart([-2, 4], [-2, -1, 0, 1, 2, 3, 4], "f(a)", "Curves of the functions, with tangents at the point");
  const slopes = drawChart([-1.6, 1.6], [-1, 0, 1], "slope f′(a)", "Curves of the slopes");
  const tangents = NAMES.map((name, i) => svg("path", { class: `dl-tangent dl-series-${i}` }));
  values.layer.append(...tangents);
  const grip = handle(values, { label: "Point a", className: "dl-input", line: true, range: [-REACH, REACH],
    get: () => [ui.state().a, 0], move: ([a]) => ui.put({ a: Number(a.toFixed(1)) }) });
  const table = drawTable();
  return { drawing: [values.root, slopes.root, h("div", { class: "dl-wide", tabindex: 0, role: "group", "aria-label": "Values and slopes" }, table.root)], controls: buildControls(ui), redraw(state) {
    for (const element of tangents) element.style.display = "none";
    drawLines(values, state, (name, a) => compute(name, a, state).f, (name, i) => {
      tangents[i].style.display = "";
      tangents[i].setAttribute("d", path(tangent(name, state.a, state), values.sx, values.sy));
    });
    drawLines(slopes, state, (name, a) => compute(name, a, state).df);
    table.redraw(state);
    grip(`a = ${format(state.a, 1)}`);
    return { formula: [], words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: activation functions", spec: SPEC, build,
    hint: "Tick functions, then drag the point along a. Where does a slope vanish?" }),
};
