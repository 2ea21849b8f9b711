// Gradient descent on four surfaces: the path from a start that the reader drops, step by step.
import { h, svg, set, format, scale, slider, choice } from "./kit/kit.js";
import { at, plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./descent.py";

const REACH = SPEC.start.high, STEPS = SPEC.steps.high;
const FAR = 100; // from the origin: the path has diverged
const BOX = { y: [-REACH, REACH], width: 340, height: 340, ticksY: [-4, -2, 0, 2, 4] };

const quadratic = (a, lambda) => ({ lambda, f: ([x, y]) => (a * x * x + lambda * y * y) / 2, df: ([x, y]) => [a * x, lambda * y] });

/** Loss f and gradient df, in words too; λ is the largest curvature where one holds everywhere. */
export const SURFACES = {
  bowl: { loss: "w₁² + w₂²", gradient: "(2w₁, 2w₂)", ...quadratic(2, 2) },
  valley: { loss: "½w₁² + 10w₂²", gradient: "(w₁, 20w₂)", ...quadratic(1, 20) },
  saddle: { loss: "½w₁² + (w₂² − 4)²/16", gradient: "(w₁, w₂(w₂² − 4)/4)",
    f: ([x, y]) => x * x / 2 + (y * y - 4) ** 2 / 16, df: ([x, y]) => [x, y * (y * y - 4) / 4] },
  "four minima": { loss: "(p² + q²)/50, p = w₁² + w₂ − 11, q = w₁ + w₂² − 7", gradient: "(2w₁p + q, p + 2w₂q)/25",
    f: ([x, y]) => ((x * x + y - 11) ** 2 + (x + y * y - 7) ** 2) / 50,
    df: ([x, y], p = x * x + y - 11, q = x + y * y - 7) => [(2 * x * p + q) / 25, (p + 2 * y * q) / 25] },
};

/** w ← w − η∇L(w), `steps` times: all points; w, gradient g and loss of the last. The step `gone` went too FAR. */
export function descend({ kind, start, rate, steps }) {
  const { f, df } = SURFACES[kind], points = [start];
  let gone = 0;
  while (!gone && points.length <= steps) {
    const next = update(points.at(-1), rate, df);
    if (Math.hypot(...next) <= FAR) points.push(next);
    else gone = points.length;
  }
  const w = points.at(-1);
  return { points, gone, w, g: df(w), loss: f(w) };
}
const update = (w, rate, df) => df(w).map((c, i) => w[i] - rate * c);

/** Segments [[x, y], [x, y]] on which f is about `level`, from squares of width d. */
export function contour(f, level, d = 0.25) {
  const found = [];
  for (let x = -REACH; x < REACH; x += d) for (let y = -REACH; y < REACH; y += d) {
    const ring = [[x, y], [x + d, y], [x + d, y + d], [x, y + d]].map((p) => [p, f(p) - level]);
    const cuts = ring.flatMap(([p, a], k) => {
      const [q, b] = ring[(k + 1) % 4];
      return a > 0 === b > 0 ? [] : [p.map((c, i) => c + ((q[i] - c) * a) / (a - b))];
    });
    while (cuts.length) found.push(cuts.splice(0, 2));
  }
  return found;
}

const point = (w, digits = 2) => `(${w.map((c) => format(c, digits)).join(", ")})`;
const brief = (x) => `${Number(x.toPrecision(3))}`;

/** Marks the reader's own w_i after one more step. */
export function mark(state, i, value) {
  const { w, g, loss } = descend(state), step = state.rate * g[i], is = (x) => Math.abs(value - x) <= 0.0051;
  if (is(w[i] - step)) return { right: true, says: "Press Step to see it go there." };
  const says = [
    [w[i] + step, "That goes uphill: the gradient points up."],
    [w[i] - g[i], "The learning rate is missing."],
    [w[i] - state.rate * loss, "That subtracts the loss; the step needs its gradient."],
    [step, "That is the step alone."],
  ].find(([wrong]) => is(wrong))?.[1];
  return { right: false, says: says ?? "Gradient at the point, times the rate, taken away from the weight." };
}

export function describe(state) {
  const { points, gone, w, g, loss } = descend(state), { lambda } = SURFACES[state.kind], eta = `η = ${brief(state.rate)}`;
  const most = `2/λ = 2/${lambda} = ${brief(2 / lambda)}`, ratio = state.rate * lambda / 2;
  if (gone) return `Diverged: with ${eta}, step ${gone} went more than ${FAR} away. ` + (lambda
    ? `From ${most} on, every step overshoots by more than it mends.`
    : "Each overshoot ends on steeper ground. Take a smaller rate.");
  const here = `After ${points.length - 1} steps with ${eta}: w = ${point(w)}, loss ${loss < 5e-4 ? "below 0.001" : format(loss, 3)}. `;
  if (Math.hypot(...g) < 0.01) return `${here}The gradient is almost zero: ${loss < 0.01 ? "a minimum" : "flat, yet no minimum"}.`;
  if (!lambda) return `${here}The gradient is ${point(g)}.`;
  if (Math.abs(ratio - 1) < 1e-9) return `${here}The rate is exactly ${most}: it never settles.`;
  return `${here}The rate is ${ratio < 1 ? "below" : "above"} ${most}.`;
}

function drawMap(ui) {
  const chart = plane({ ...BOX, x: BOX.y, ticksX: BOX.ticksY, nameX: "weight w₁", nameY: "weight w₂" });
  const { sx, sy, layer, root } = chart, [levels, trail, stops, needle] = ["contour", "trail", "stops", "uphill"].map((name) => svg("path", { class: `dl-${name}` }));
  set(root, { role: "group", "aria-label": "Map of the loss, with the path" });
  layer.append(levels, trail, stops, needle);
  const drop = (p) => ui.put({ start: p.map((c) => Number(c.toFixed(1))) });
  const grip = handle(chart, { label: "Start", className: "dl-input", range: [-REACH, REACH], get: () => ui.state().start,
    move: drop });
  let held = null; // the click that ends a drag is no tap
  root.addEventListener("pointerdown", ({ target }) => (held = target.closest(".dl-handle")));
  root.addEventListener("click", (event) => held ?? drop(at(chart, event)));
  let drawn;
  return { root, redraw({ kind, start }, { points, w, g }) {
    if (drawn !== kind) {
      drawn = kind;
      const { f } = SURFACES[kind], lines = [...Array(12).keys()].flatMap((i) => contour(f, f(BOX.y) * ((i + 0.7) / 12) ** 2));
      levels.setAttribute("d", lines.map((pair) => path(pair, sx, sy)).join(""));
    }
    trail.setAttribute("d", path(points, sx, sy));
    stops.setAttribute("d", points.map((p) => path([p, p], sx, sy)).join("")); // round caps make them dots
    const [u, v] = g.map((c) => (2 * c) / (1 + Math.hypot(...g))), [x, y] = w; // as long as 2 at most
    needle.setAttribute("d", path([[x - v / 9, y + u / 9], [x + u, y + v], [x + v / 9, y - u / 9]], sx, sy));
    grip(`start ${point(start, 1)}`);
  } };
}

function drawLosses() {
  const { root, layer, sx, sy } = plane({ ...BOX, x: [0, STEPS], ticksX: [0, 50, 100], nameX: "step", nameY: "log₁₀ of the loss" });
  const curve = svg("path", { class: "dl-curve dl-loss" });
  layer.append(curve);
  set(root, { role: "img", "aria-label": "Loss by step" });
  return { root, redraw: ({ kind }, { points }) =>
    curve.setAttribute("d", path(points.map((w, k) => [k, Math.log10(SURFACES[kind].f(w) + 1e-9)]), sx, sy)) };
}

/** The kit's control with a logarithmic axis in the place of its slider, and 2/λ marked on it. */
function rateControl(ui) {
  const own = ui.own("rate"), { low, high, get, put } = own, label = "rate η";
  const { element, update } = slider({ label, ...own });
  const range = [low, high].map(Math.log10), sx = scale(range, [22, 246]), over = svg("g"), limit = svg("path", { class: "dl-limit" });
  const root = svg("svg", { viewBox: "0 0 268 46", role: "group", "aria-label": "Learning rate, logarithmic" }, svg("path", { d: "M22 23H246", class: "dl-out" }),
    ...[-3, -2, -1, 0].map((e) => svg("text", { x: sx(e), y: 44, "text-anchor": "middle" }, 10 ** e)), limit, over);
  const grip = handle({ root, over, sx, sy: scale([0, 1], [23, 22]) }, { label, className: "", line: true, range, step: 0.05,
    get: () => [Math.log10(get()), 0], move: ([e]) => put(Number((10 ** (Math.round(e * 20) / 20)).toPrecision(3))) });
  element.querySelector("[type=range]").replaceWith(root);
  element.classList.add("dl-rate");
  return { element, update() {
    update();
    const { lambda } = SURFACES[ui.state().kind];
    limit.setAttribute("d", lambda ? `M${sx(Math.log10(2 / lambda))} 10V23H246` : "");
    grip(brief(get()));
  } };
}

function formula({ kind, rate }, { points, gone }) {
  const { loss, gradient, df } = SURFACES[kind], k = gone || points.length - 1, w = points[k - 1];
  return [`L = ${loss}`, `∇L = ${gradient}`, k ? `step ${k}: w − η∇L = ${point(w)} − ${brief(rate)} · ${point(df(w))} = ${point(update(w, rate, df))}` : "w ← w − η∇L"]
    .map((line) => h("div", {}, line));
}

function build(ui) {
  const parts = [drawMap(ui), drawLosses()];
  const ask = (name, i) => answer({ mark: (value) => mark(ui.state(), i, value), question() {
    const state = ui.state(), { w, gone } = descend(state);
    return gone ? null : `${state.kind}, from ${point(w)} with η = ${brief(state.rate)}: next ${name} =`;
  } });
  const controls = [
    rateControl(ui),
    choice({ label: "surface", ...ui.own("kind") }), slider({ label: "steps", ...ui.own("steps") }),
    ask("w₁", 0), ask("w₂", 1),
  ];
  const step = () => {
    const state = ui.state(), steps = state.steps + 1;
    return steps <= STEPS && !descend(state).gone && (ui.put({ steps }), true);
  };
  return { drawing: parts.map((part) => part.root), controls, ...player(ui, { step, pause: 150 }), redraw(state) {
    const found = descend(state);
    for (const part of parts) part.redraw(state, found);
    return { formula: formula(state, found), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: gradient descent", spec: SPEC, build,
    hint: "Tap the map or drag the point to drop the start, choose a rate, press Step." }),
};
