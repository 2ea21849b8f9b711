// Measured learning curves: a cursor that reads every model at n, who leads there, and where two curves cross.
import { h, svg, set, clamp, format, slider, choice, tick, checklist } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./learning_curve.py";

const MODELS = SPEC.shown.among;
const DATA = { mnist1d: "MNIST-1D signals", digits: "digits 8 × 8", houses: "King County prices", windsor: "Windsor prices" };
const LOG_AXIS = ", log axis";
const MEASURES = { accuracy: "accuracy (%)", error: "error (%)", "log error": `error (%)${LOG_AXIS}` };
const { low: LOW, high: HIGH } = SPEC.n;

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

/** One seed's curve at x, a straight line over ln n between two sizes; the ends go on level. */
export function interpolate(n, curve, x) {
  const at = clamp(x, n[0], n.at(-1)), i = Math.max(1, n.findIndex((size) => size >= at));
  const share = Math.log(at / n[i - 1]) / Math.log(n[i] / n[i - 1]);
  return curve[i - 1] + share * (curve[i] - curve[i - 1]);
}

/** Mean and standard deviation over the seeds at x. */
export function read(n, curves, x) {
  const values = curves.map((curve) => interpolate(n, curve, x));
  return { mean: mean(values), spread: deviation(values) };
}

/** Where d, a straight line over ln n between the sizes, is above 0 for good; Infinity where it does not end there. */
export function above(n, d) {
  if (d.at(-1) <= 0) return Infinity;
  const i = d.findLastIndex((value) => value <= 0);
  return i < 0 ? n[0] : n[i] * (n[i + 1] / n[i]) ** (d[i] / (d[i] - d[i + 1]));
}

/** The n from which b stays above a: of the mean curves, and of each seed. */
export function crossing(n, a, b) {
  const seeds = b.map((curve, s) => above(n, curve.map((value, k) => value - a[s][k])));
  return { at: above(n, n.map((_, k) => mean(b.map((curve) => curve[k])) - mean(a.map((curve) => curve[k])))), seeds };
}

/** The shown models that were measured on this data set, best first at the cursor. */
export function ranking(record, { data, shown, n }) {
  const { n: sizes, curves } = record[data];
  return shown.filter((name) => curves[name]).map((name) => ({ name, ...read(sizes, curves[name], n) })).sort((p, q) => q.mean - p.mean);
}

const about = (n) => format(Number(n.toPrecision(2)), 0);

/** Which of two models is ahead at the largest n, and from where on. */
export function overtaking({ n, curves }, one, other) {
  const [a, b] = [curves[one], curves[other]];
  const [winner, loser, { at, seeds }] = Number.isFinite(crossing(n, b, a).at) ? [one, other, crossing(n, b, a)] : [other, one, crossing(n, a, b)];
  if (!Number.isFinite(at)) return `${one} and ${other} end level.`;
  if (at === n[0]) return `${winner} is ahead of ${loser} at every size measured.`;
  const low = Math.min(...seeds), never = seeds.filter((x) => !Number.isFinite(x)).length;
  const late = Math.max(...seeds.filter(Number.isFinite)), count = `${seeds.length} seeds`;
  const range = never ? `${seeds.length - never} of ${count}: ${about(low)}–${about(late)}, never in the others` : `${count}: ${about(low)}–${about(late)}`;
  return `${winner} overtakes ${loser} for good at about n = ${about(at)} (${range}).`;
}

const value = (state, accuracy) => 100 * (state.measure === "accuracy" ? accuracy : 1 - accuracy);
const percent = (state, { mean: m, spread }) => `${format(value(state, m), 1)} ± ${format(100 * spread, 1)} %`;
const within = (record, { data, n }) => clamp(n, LOW, record[data].n.at(-1));

export function describe(record, state) {
  if (!record) return "No measurement is in this figure; LearningCurve.measured() makes one.";
  const order = ranking(record, state);
  if (!order.length) return "No model is shown: tick one.";
  const [first, second] = order, what = state.measure === "accuracy" ? "accuracy" : "error";
  const n = within(record, state), limit = n < state.n ? " (measured no further)" : "";
  const lead = `${DATA[state.data]}, n = ${format(n, 0)}${limit}: ${first.name} leads, ${what} ${percent(state, first)}`;
  if (!second) return `${lead}.`;
  const close = first.mean - second.mean < Math.max(first.spread, second.spread) ? " The lead is smaller than the spread over the seeds." : "";
  const told = overtaking(record[state.data], first.name, second.name);
  return `${lead}; then ${second.name}, ${percent(state, second)}.${close} ${told[0].toUpperCase()}${told.slice(1)}`;
}

/** Where n stands on the axis, from 0 to 1, and back with `share`. */
export const place = (n, last, log) => (log ? Math.log(n / LOW) / Math.log(last / LOW) : (n - LOW) / (last - LOW));
export const size = (x, last, log) => Math.round(clamp(log ? LOW * (last / LOW) ** x : LOW + x * (last - LOW), LOW, last));

/** Height on the axis of a percentage, from 0 to 1; the logarithmic one begins at 1 %. */
export const height = (p, measure) => (measure === "log error" ? Math.max(0, Math.log10(p) / 2) : p / 100);

const TICKS = { accuracy: [0, 20, 40, 60, 80, 100], "log error": [1, 2, 5, 10, 20, 50, 100] };

function drawAxes(chart, names) {
  const ticks = svg("g", { class: "dl-grid", "aria-hidden": "true" });
  chart.layer.before(ticks);
  return (state, last) => {
    const { sx, sy } = chart, sizes = [...[100, 200, 500, 1000, 2000, 5000].filter((n) => n < last), last];
    const marked = state.logarithmic ? sizes : [100, last / 4, last / 2, (3 * last) / 4, last];
    ticks.replaceChildren(...marked.flatMap((n) => {
      const x = sx(place(n, last, state.logarithmic));
      return [svg("path", { d: `M${x} ${sy(0)}V${sy(1)}` }), svg("text", { x, y: sy(0) + 23, "text-anchor": "middle" }, format(n, 0))];
    }), ...(TICKS[state.measure] ?? TICKS.accuracy).flatMap((p) => {
      const y = sy(height(p, state.measure));
      return [svg("path", { d: `M${sx(0)} ${y}H${sx(1)}` }), svg("text", { x: 38, y: y + 4, "text-anchor": "end" }, format(p, 0))];
    }));
    names[1].textContent = MEASURES[state.measure].replace(LOG_AXIS, "");
  };
}

function drawChart(ui, record) {
  const chart = plane({ x: [0, 1], y: [0, 1], width: 400, height: 340, margin: [14, 22, 48, 46], ticksX: [], ticksY: [], nameX: "training examples n", nameY: " " });
  set(chart.root, { role: "group", "aria-label": "Curves of the models against the number of training examples" });
  const axes = drawAxes(chart, chart.root.querySelectorAll(".dl-name"));
  const here = svg("path", { class: "dl-here" }), marks = svg("g");
  chart.layer.append(here);
  chart.over.append(marks);
  const last = () => (record ? record[ui.state().data].n.at(-1) : HIGH);
  const where = () => { const { n, logarithmic } = ui.state(); return place(Math.min(n, last()), last(), logarithmic); };
  const grip = handle(chart, { label: "Cursor n", className: "dl-input", line: true, step: 0.01, range: [0, 1],
    get: () => [where(), 0], move: ([x]) => ui.put({ n: size(x, last(), ui.state().logarithmic) }) });
  return { root: chart.root, redraw(state) {
    axes(state, last());
    here.setAttribute("d", `M${chart.sx(where())} ${chart.sy(0)}V${chart.sy(1)}`);
    grip(`n = ${format(Math.min(state.n, last()), 0)}`);
    const models = record ? state.shown.filter((name) => record[state.data].curves[name]) : [];
    marks.replaceChildren(...models.flatMap((name) => series(chart, record[state.data], name, state)));
  } };
}

/** The mean curve of a model, with a bar of ± one standard deviation and a point at each size measured. */
function series({ sx, sy }, { n, curves }, name, state) {
  const look = `dl-series-${MODELS.indexOf(name)}`, x = (size) => place(size, n.at(-1), state.logarithmic);
  const y = (accuracy) => height(value(state, clamp(accuracy, 0, 1)), state.measure);
  const found = n.map((size) => ({ x: x(size), ...read(n, curves[name], size) }));
  // Drawn through many points: what is straight over ln n is bent on the other axes.
  const fine = Array.from({ length: 97 }, (_, i) => LOW * (n.at(-1) / LOW) ** (i / 96));
  const line = path(fine.map((at) => [x(at), y(read(n, curves[name], at).mean)]), sx, sy);
  const bars = found.map((p) => `M${sx(p.x)} ${sy(y(p.mean - p.spread))}V${sy(y(p.mean + p.spread))}`).join("");
  return [svg("path", { class: `dl-curve ${look}`, d: line }), svg("path", { class: `dl-whisker ${look}`, d: bars }),
    ...found.map((p) => svg("circle", { r: 3.5, class: `dl-point ${look}`, cx: sx(p.x), cy: sy(y(p.mean)) }))];
}

function drawTable(record) {
  const body = h("tbody"), what = h("th", { scope: "col" });
  const root = h("table", { class: "dl-table dl-readings" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "model"), what)), body);
  return { root, redraw(state) {
    if (!record) return;
    what.textContent = MEASURES[state.measure].replace(LOG_AXIS, "");
    body.replaceChildren(...ranking(record, state).map((entry) => {
      const sample = svg("svg", { viewBox: "0 0 36 8", class: "dl-sample", "aria-hidden": "true" }, svg("path", { d: "M0 4H36", class: `dl-curve dl-series-${MODELS.indexOf(entry.name)}` }));
      return h("tr", {}, h("th", { scope: "row" }, sample, entry.name), h("td", {}, percent(state, entry).slice(0, -2)));
    }));
  } };
}

/** How the leader's number comes about between the two sizes measured around the cursor. */
export function calculation(record, state) {
  const [first] = record ? ranking(record, state) : [];
  if (!first) return "";
  const { n, curves } = record[state.data], x = within(record, state), i = Math.max(1, n.findIndex((size) => size >= x));
  const [low, high] = [n[i - 1], n[i]], share = Math.log(x / low) / Math.log(high / low);
  const [p, q, here] = [low, high, x].map((at) => format(value(state, read(n, curves[first.name], at).mean), 1));
  return `t = ln(${format(x, 0)}/${low}) / ln(${high}/${low}) = ${format(share)};  ${first.name}: (1 − t) · ${p} + t · ${q} = ${here} %`;
}

function build(ui, record) {
  const chart = drawChart(ui, record), table = drawTable(record);
  const menu = (name, label, texts) => choice({ label, say: (value) => texts[value], ...ui.own(name) });
  const controls = [checklist(ui.own("shown")),
    slider({ label: "size n", ...ui.own("n"), step: 100, put: (n) => ui.put({ n: Math.round(n) }) }),
    menu("data", "data set", DATA), menu("measure", "show", MEASURES), tick({ label: "logarithmic axis of n", ...ui.own("logarithmic") }),
  ];
  return { drawing: [chart.root, table.root], controls, redraw(state) {
    chart.redraw(state);
    table.redraw(state);
    return { formula: h("div", {}, calculation(record, state)), words: describe(record, state) };
  } };
}

/** The record as an object, or null where there is none. */
export const decode = (text) => (text ? JSON.parse(text) : null);

export default {
  render: (view) => frame(view, { title: "Interactive figure: measured learning curves", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record"))),
    hint: "Move the cursor n. Who leads with 200 examples, and who with 4000? Where do they change places?" }),
};
