// A gradient stepped back through time: two states and a matrix that turns and scales.
import { cleaner, h, svg, set, slider, choice, tick } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./bptt_flow.py";

const REACH = SPEC.start.high;

export function clean(raw) {
  const state = cleaner(SPEC)(raw);
  return { ...state, lag: Math.min(state.lag, state.length) };
}

/** W, a turn by 30° times the radius: every vector is stretched by it. */
export const matrix = (r, c = r * Math.cos(Math.PI / 6), s = r * Math.sin(Math.PI / 6)) => [[c, -s], [s, c]];

/** f′ at the steps 1 … T, from the states of the forward pass. */
export function slopes({ radius, length, activation }) {
  const W = matrix(radius);
  let s = [0.8, -0.4];
  return Array.from({ length }, () => {
    s = W.map((row) => Math.tanh(row[0] * s[0] + row[1] * s[1]));
    return s.map((x) => (activation === "tanh" ? 1 - x * x : 1));
  });
}

/** g[j] = ∂L_T/∂s_{T−j} with its norms; db sums the steps walked, `clipped` is what clipping leaves. */
export function flow(state) {
  const { radius, length, lag, truncate, clip, threshold } = state, f = slopes(state), W = matrix(radius);
  const g = [state.start], da = [];
  for (let j = 0; j < length; j++) {
    da.push(g[j].map((x, i) => x * f[length - 1 - j][i]));
    const on = truncate <= j + 1 && truncate < length ? 0 : 1;
    g.push([0, 1].map((i) => on * (W[0][i] * da[j][0] + W[1][i] * da[j][1])));
  }
  const db = da.slice(0, lag).reduce((sum, x) => sum.map((c, i) => c + x[i]), [0, 0]), total = Math.hypot(...db);
  const factor = clip && total > threshold ? threshold / total : 1;
  return { g, f, norms: g.map((x) => Math.hypot(...x)), db, total, clipped: db.map((x) => x * factor), factor };
}

/** A number to three digits, short for the very large and small. */
export function brief(x) {
  const size = Math.abs(x), text = size !== 0 && (size < 1e-3 || size >= 1e5) ? x.toExponential(2) : `${Number(x.toPrecision(3))}`;
  return text.replaceAll("-", "−");
}
const point = (x) => `(${x.map(brief).join(", ")})`;

/** Marks the reader's own norm at the next lag; to 1 %. */
export function mark(state, value) {
  const { norms } = flow(state), k = state.lag + 1, r = state.radius, n0 = norms[0], now = norms[k - 1];
  const is = (x) => Math.abs(value - x) <= 0.01 * Math.abs(x);
  if (is(norms[k])) return { right: true, says: "Press Step to see it." };
  const says = [
    [value < 0, "A norm is never negative."],
    [norms[k] === 0, "The truncation lets nothing through to this lag."],
    [state.activation === "tanh" && is(r * now), "That is the linear step: the slopes 1 − s² are missing."],
    [is(now), "That is the norm shown; go one step back."],
    [is(norms[k + 1] ?? NaN), "That is one step too far back."],
    [is(r ** k) && state.activation === "linear", "The norm at the start is missing."],
    [is(r * k * n0) || is(r * k), "You multiplied by the number of steps. Each step is a factor."],
    [is(n0 / r ** k) || is(now / r), "You divided by the radius; going back multiplies."],
  ].find(([mistake]) => mistake)?.[1];
  return { right: false, says: says ?? "What does one more step multiply the norm shown with?" };
}

function size(n, ratio) {
  if (n < 1.4e-45) return " float32 would hold 0: underflow.";
  if (n > 3.4e38) return " float32 would hold infinity: overflow.";
  if (ratio < 1e-7) return " Vanished: float32's seven digits lose it beside the last step's gradient.";
  if (ratio > 1e3) return " Exploded: one update throws the weights far away.";
  return "";
}

export function describe(state) {
  const { norms, total, factor } = flow(state), { lag, length, truncate, clip, threshold } = state, n = norms[lag];
  if (norms[0] === 0) return "The gradient starts at zero: there is nothing to carry back.";
  if (lag === 0) return `The loss sends a gradient of norm ${brief(norms[0])} into the last state.`;
  const ratio = n / norms[0], word = Math.abs(ratio - 1) < 5e-4 ? "kept its size" : ratio < 1 ? "shrank" : "grew";
  const way = n === 0 ? `After ${truncate} steps the truncation cuts: nothing reaches lag ${lag}.`
    : `After ${lag} of ${length} steps back the gradient ${word}: norm ${brief(n)}, ${brief(ratio)} times the start, `
      + `a factor of ${brief(ratio ** (1 / lag))} a step.${size(n, ratio)}`;
  const clipping = !clip ? "" : factor < 1 ? `, clipped to ${brief(threshold)} in the same direction` : ", below the threshold";
  return `${way} db of the steps walked has norm ${brief(total)}${clipping}.`;
}

function drawPlane(ui) {
  const chart = plane({ x: [-REACH, REACH], y: [-REACH, REACH], width: 340, height: 340, ticksX: [-2, -1, 0, 1, 2],
    nameX: "gradient of state 1", nameY: "gradient of state 2" });
  const { root, layer, sx, sy } = chart, [trail, stops] = ["trail", "stops"].map((name) => svg("path", { class: `dl-${name} dl-lag` }));
  const limit = svg("circle", { class: "dl-limit", cx: sx(0), cy: sy(0) }), sum = svg("path", { class: "dl-arrow" });
  layer.append(limit, trail, stops, sum);
  set(root, { role: "group", "aria-label": "Plane of the gradient, with the sum db as an arrow" });
  const grip = handle(chart, { label: "Gradient at the last step", className: "dl-input", range: [-REACH, REACH],
    get: () => ui.state().start, move: (p) => ui.put({ start: p.map((c) => Number(c.toFixed(1))) }) });
  return { root, redraw(state, { g, clipped }) {
    const seen = g.slice(0, state.lag + 1);
    trail.setAttribute("d", path(seen, sx, sy));
    stops.setAttribute("d", seen.map((p) => path([p, p], sx, sy)).join(""));
    sum.setAttribute("d", path([[0, 0], clipped], sx, sy));
    set(limit, { r: state.clip ? sx(state.threshold) - sx(0) : 0 });
    grip(`gradient ${point(state.start)}`);
  } };
}

function drawNorms() {
  const root = svg("svg", { viewBox: "0 0 340 340", class: "dl-plane", role: "img" });
  return { root, redraw({ length, lag }, { norms }) {
    const logs = norms.map((n) => (n ? Math.log10(n) : null)), far = Math.max(...logs.map(Math.abs));
    const e = [2, 4, 8, 20, 50, 100, 200].find((power) => power >= far) ?? 400, width = Math.min(0.8, length / 20);
    const chart = plane({ x: [-0.6, length + 0.6], y: [-e, e], width: 340, height: 340, ticksX: ticks(length),
      ticksY: [-e, -e / 2, 0, e / 2, e], nameX: "lag: steps back", nameY: "log₁₀ of the norm" });
    logs.slice(0, lag + 1).forEach((y, j) => y !== null && chart.over.append(svg("path", { class: j === lag ? "dl-bar dl-bar-now" : "dl-bar",
      d: `${path([[j - width / 2, 0], [j - width / 2, y], [j + width / 2, y], [j + width / 2, 0]], chart.sx, chart.sy)}Z` })));
    const [, grid, , bars] = chart.root.childNodes; // nothing here needs clipping
    root.replaceChildren(grid, bars);
    set(root, { "aria-label": `Norm by lag; at lag ${lag} it is ${brief(norms[lag])}` });
  } };
}
const ticks = (length) => [...new Set([0, 1, 2, 3, 4].map((i) => Math.round((i * length) / 4)))];

function formula({ radius, length, lag, activation }, { g, f, norms }) {
  const lines = [`W = ${brief(radius)} × turn by 30°; g at lag ${lag} = ${point(g[lag])}, norm ${brief(norms[lag])}`];
  if (lag < length) lines.push(activation === "tanh" ? `next: Wᵀ(${point(f[length - 1 - lag])} ⊙ ${point(g[lag])}), the slopes 1 − s² first` : `next: Wᵀ${point(g[lag])}`);
  return lines.map((line) => h("div", {}, line));
}

function build(ui) {
  const parts = [drawPlane(ui), drawNorms()];
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const state = ui.state(), { norms } = flow(state);
    return state.lag === state.length || !norms[0] ? null
      : `${state.activation}, radius ${brief(state.radius)}, start ${point(state.start)}, k = ${state.truncate}: norm at lag ${state.lag + 1} =`;
  } });
  const controls = [
    slider({ label: "radius of W", step: 0.05, ...ui.own("radius") }), slider({ label: "length T", ...ui.own("length") }),
    choice({ label: "activation", ...ui.own("activation") }), slider({ label: "truncate k", ...ui.own("truncate") }),
    tick({ label: "clip db", ...ui.own("clip") }), slider({ label: "threshold", when: ui.own("clip").get, ...ui.own("threshold") }),
    ask,
  ];
  const step = () => ui.state().lag < ui.state().length && (ui.put({ lag: ui.state().lag + 1 }), true);
  const { actions, stop } = player(ui, { step, pause: 200 });
  actions.push(h("button", { type: "button", onclick: () => (stop(), ui.put({ lag: ui.state().length })) }, "All"));
  return { drawing: parts.map((part) => part.root), controls, actions, stop, redraw(state) {
    const found = flow(state);
    for (const part of parts) part.redraw(state, found);
    return { formula: formula(state, found), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a gradient back through time", spec: SPEC, clean, build,
    hint: "Choose the radius of W, then press Step: the gradient goes back one state." }),
};
