// Eight optimisers on one bowl: paths, the memory of the chosen one, and the reader's next weights, marked.
import { h, svg, set, format, slider, choice, checklist } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./optimizer_race.py";

const KINDS = SPEC.kind.among, REACH = SPEC.start.high, STEPS = SPEC.steps.high;
const FAR = 100; // from the origin: the path has diverged
const BOX = { x: [-REACH, REACH], width: 340, height: 340, ticksX: [-4, -2, 0, 2, 4] };
const SUB = ["₁", "₂"], both = (f) => [0, 1].map(f), root = Math.sqrt;
const adam = (kind) => kind.startsWith("Adam");
const rateOf = ({ kind, rates }) => rates[KINDS.indexOf(kind)];

const CURVATURES = [1, 4];
export const loss = ([x, y]) => (x * x + 4 * y * y) / 2;

/** Does it keep m, does it keep v? */
const remembers = (kind) => [adam(kind) || kind === "momentum" || kind === "Nesterov", adam(kind) || kind === "AdaGrad" || kind === "RMSProp"];

/** One step of one weight: from w and the memory m, v to all that the step computes; t counts from 1. */
export function step({ kind, beta1, beta2, decay, rate }, t, w, slope, m, v) {
  const [first, second] = remembers(kind), full = adam(kind), sum = kind === "AdaGrad", g = kind === "Adam + L2" ? slope + decay * w : slope;
  if (first) m = beta1 * m + (full ? 1 - beta1 : 1) * g;
  if (second) v = sum ? v + g * g : beta2 * v + (1 - beta2) * g * g;
  const mHat = m / (1 - beta1 ** t), vHat = v / (1 - beta2 ** t);
  const top = kind === "Nesterov" ? g + beta1 * m : full ? mHat : first ? m : g, under = full ? vHat : v;
  const move = second ? (rate * top) / (root(under) + (sum ? 1e-10 : 1e-8)) : rate * top;
  return { g, m, v, mHat, vHat, top, under, next: (kind === "AdamW" ? w * (1 - rate * decay) : w) - move };
}

/** All points of a path and what each of its steps computed for both weights. */
export function race(state) {
  const settings = { ...state, rate: rateOf(state) }, points = [state.start], done = [];
  while (done.length < state.steps) {
    const w = points.at(-1), last = done.at(-1) ?? both(() => ({ m: 0, v: 0 }));
    done.push(both((i) => step(settings, points.length, w[i], CURVATURES[i] * w[i], last[i].m, last[i].v)));
    points.push(done.at(-1).map(({ next }) => next));
  }
  return { points, done, w: points.at(-1), gone: Math.hypot(...points.at(-1)) > FAR };
}

/** The known wrong ways to the next w_i, each as `[where it leads, what to say]`. */
export function mistakes(state, i) {
  const { done, points } = race({ ...state, steps: state.steps + 1 }), { kind, beta1, beta2, decay } = state, rate = rateOf(state), t = done.length;
  const { g, m, v, mHat, vHat, next } = done[t - 1][i], old = done[t - 2]?.[i] ?? { m: 0, v: 0 }, w = points[t - 1][i], from = kind === "AdamW" ? w * (1 - rate * decay) : w;
  const other = (kind) => step({ ...state, rate, kind }, t, w, CURVATURES[i] * w, old.m, old.v).next, less = (step, says) => [from - rate * step, says];
  const alone = less(g, "That uses this gradient alone."), square = "Divide by the root of v.", bare = "The learning rate is missing.", undecayed = [other("Adam"), "The decay is missing."];
  const known = {
    SGD: () => [[w - g, bare]],
    momentum: () => [alone, [w - m, bare], [other("Nesterov"), "That looks ahead, as Nesterov does."],
      less(beta1 * old.m + (1 - beta1) * g, "The share 1 − β₁ is Adam's.")],
    Nesterov: () => [[other("momentum"), "Without the look-ahead that is plain momentum."], alone],
    AdaGrad: () => [less(g / v, square), less(Math.sign(g), "AdaGrad adds up all squares so far."), alone],
    RMSProp: () => [less(g / v, square), less(g / root(v / (1 - beta2 ** t)), "RMSProp does not correct its mean; Adam does."),
      less(g / root(old.v + g * g), "You added the square; RMSProp takes a mean."), alone],
    Adam: () => [less(m / root(v), "The bias correction is missing: m and v start at 0."),
      less((m * (1 - beta1 ** t)) / root(v * (1 - beta2 ** t)), "Divide by the bias correction, do not multiply."),
      less(mHat / vHat, square), less(g / root(vHat), "On top stands the corrected m.")],
    "Adam + L2": () => [[other("AdamW"), "That shrinks the weight itself, as AdamW does."], undecayed, ...known.Adam()],
    AdamW: () => [[other("Adam + L2"), "With the decay in the gradient it is Adam + L2."], undecayed, ...known.Adam()],
  };
  return [...known[kind](), [2 * from - next, "That goes uphill."], [from - next, "That is the step alone."]];
}

/** Marks the reader's own w_i after one more step, to two decimals. */
export function mark(state, i, value) {
  const { next } = race({ ...state, steps: state.steps + 1 }).done.at(-1)[i], near = (x, far) => Math.abs(value - x) <= far;
  if (near(next, 0.0101)) return { right: true, says: "Press Step." }; // who rounds on the way is right too
  const says = mistakes(state, i).find(([wrong]) => near(wrong, 0.0051))?.[1];
  return { right: false, says: says ?? "Gradient first, then memory, then step." };
}

const point = (w, digits = 3) => `(${w.map((c) => format(c, digits)).join(", ")})`;
const brief = (x) => `${Number(x.toPrecision(3))}`;
/** The chosen path and those shown beside it, in the order of the choices. */
const names = ({ kind, shown }) => KINDS.filter((name) => name === kind || shown.includes(name));

export function describe(state) {
  const { kind, steps: k } = state, { gone, w } = race(state), eta = `η = ${brief(rateOf(state))}`;
  if (gone) return `${kind} diverged: after ${k} steps with ${eta} it is farther than ${FAR} away.`;
  return `After ${k} step${k === 1 ? "" : "s"} of ${kind} with ${eta}: w = ${point(w)}, loss ${format(loss(w), 3)}.`;
}

/** The formula of the last step, with its numbers, for both weights; without numbers before the first. */
export function formula(state) {
  const { kind, beta1, beta2, decay, steps: k } = state, { points, done } = race(state), eta = brief(rateOf(state));
  const rules = { SGD: "w − ηg", momentum: "m ← μm + g; w − ηm", Nesterov: "m ← μm + g; w − η(g + μm)", AdaGrad: "v ← v + g²; w − ηg/√v", RMSProp: "v ← β₂v + (1 − β₂)g²; w − ηg/√v" };
  const head = `L = ½(w₁² + 4w₂²), g = slope${kind === "Adam + L2" ? " + λw" : ""}; ${rules[kind] ?? `m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; w − ηm̂/√v̂${kind === "AdamW" ? " − ηλw" : ""}`}`;
  if (!k) return [head];
  const f = (x) => (x < 0 ? `(${format(x, 3)})` : format(x, 3)), [first, second] = remembers(kind), full = adam(kind);
  return [head, ...both((i) => {
    const all = done[k - 1][i], { m, v } = done[k - 2]?.[i] ?? { m: 0, v: 0 }, g = f(all.g), rows = [`g = ${g}`];
    if (first) rows.push(`m = ${beta1} · ${f(m)} + ${full ? `${format(1 - beta1)} · ` : ""}${g} = ${f(all.m)}`);
    if (second) rows.push(`v = ${kind === "AdaGrad" ? `${f(v)} + ` : `${beta2} · ${f(v)} + ${format(1 - beta2)} · `}${g}² = ${f(all.v)}`);
    if (full) rows.push(`m̂ = ${f(all.mHat)}, v̂ = ${f(all.vHat)}`);
    rows.push(`${kind === "AdamW" ? `(1 − ${eta} · ${decay}) · ` : ""}${f(points[k - 1][i])} − ${eta} · ${f(all.top)}${second ? `/√${f(all.under)}` : ""}`);
    return `step ${k}, w${SUB[i]}: ${rows.join(", ")} = ${format(all.next, 3)}`;
  })];
}

/** Rows [name, value] of the chosen optimiser's memory. */
export function memory(state) {
  const last = race(state).done.at(-1), keeps = remembers(state.kind);
  return [["m", "m", 0], ["m̂", "mHat", 0], ["v", "v", 1], ["v̂", "vHat", 1]].filter(([name, , i]) => keeps[i] && (adam(state.kind) || !name[1]))
    .flatMap(([name, key]) => both((i) => [name + SUB[i], last?.[i][key] ?? 0]));
}

const series = (name) => `dl-curve dl-series-${KINDS.indexOf(name)}`;

function drawMap(ui) {
  const chart = plane({ ...BOX, y: BOX.x, nameX: "weight w₁", nameY: "weight w₂" }), { sx, sy, layer, root } = chart;
  set(root, { role: "group", "aria-label": "Paths" });
  const rings = [1, 2, 3, 4, 5, 6].map((r) => svg("ellipse", { class: "dl-contour", cx: sx(0), cy: sy(0), rx: sx(r) - sx(0), ry: sy(0) - sy(r / 2) }));
  const trails = KINDS.map((name) => [name, svg("path", { class: series(name) })]), stops = svg("path", { class: "dl-stops" });
  layer.append(...rings, ...trails.map(([, trail]) => trail), stops);
  const grip = handle(chart, { label: "Start", className: "dl-input", range: [-REACH, REACH], get: () => ui.state().start,
    move: (p) => ui.put({ start: p.map((c) => Number(c.toFixed(1))) }) });
  return { root, redraw(state) {
    for (const [name, trail] of trails) set(trail, { d: names(state).includes(name) ? path(race({ ...state, kind: name }).points, sx, sy) : "" });
    set(stops, { d: race(state).points.map((p) => path([p, p], sx, sy)).join("") }); // round caps make them dots
    grip(`start ${point(state.start, 1)}`);
  } };
}

function drawMemory() {
  const figure = svg("svg", { viewBox: "0 0 340 176", role: "img", "aria-label": "Memory" });
  return { root: figure, redraw(state) {
    const rows = memory(state), most = Math.max(1e-9, ...rows.map(([, value]) => Math.abs(value)));
    figure.replaceChildren(...rows.flatMap(([name, value], k) => {
      const y = 8 + 21 * k, width = (95 * Math.abs(value)) / most;
      return [svg("text", { x: 4, y: y + 12 }, name), svg("text", { x: 104, y: y + 12, class: "dl-end" }, format(value, 3)),
        svg("rect", { x: value < 0 ? 220 - width : 220, y, width, height: 14, class: value < 0 ? "dl-minus" : "dl-plus" })];
    }));
  } };
}

function drawTable() {
  const body = h("tbody"), table = h("table", { class: "dl-table" }, body);
  return { root: table, redraw(state) {
    body.replaceChildren(...names(state).map((kind) => {
      const { w, gone } = race({ ...state, kind });
      const sample = svg("svg", { viewBox: "0 0 36 8", class: "dl-sample", "aria-hidden": "true" }, svg("path", { d: "M0 4H36", class: series(kind) }));
      return h("tr", {}, h("th", { scope: "row" }, sample, kind), h("td", {}, gone ? "diverged" : `loss ${format(loss(w), 3)}`));
    }));
  } };
}

function build(ui) {
  const parts = [drawMap(ui), drawMemory(), drawTable()], kind = () => ui.state().kind;
  const ask = (i) => answer({ mark: (value) => mark(ui.state(), i, value), question() {
    const state = ui.state(), { w, gone } = race(state);
    return gone ? null : `${state.kind}, η = ${brief(rateOf(state))}, from ${point(w)}: next w${SUB[i]} =`;
  } });
  const rate = { ...SPEC.rates, step: 0.05, get: () => rateOf(ui.state()), put: (value) => ui.put({ rates: ui.state().rates.with(KINDS.indexOf(kind()), value) }) };
  const fine = (label, name, when) => slider({ label, ...ui.own(name), step: 0.05, when });
  const controls = [choice({ label: "optimiser", ...ui.own("kind") }), slider({ label: "its rate η", ...rate }),
    fine("μ or β₁", "beta1", () => remembers(kind())[0]),
    fine("β₂", "beta2", () => adam(kind()) || kind() === "RMSProp"),
    fine("decay λ", "decay", () => ["Adam + L2", "AdamW"].includes(kind())),
    slider({ label: "steps", ...ui.own("steps") }),
    ask(0), ask(1), checklist(ui.own("shown"))];
  const time = player(ui, { pause: 300, step() {
    const steps = ui.state().steps + 1;
    return steps <= STEPS && !race(ui.state()).gone && (ui.put({ steps }), true);
  } });
  return { drawing: parts.map((part) => part.root), controls, ...time, redraw(state) {
    for (const part of parts) part.redraw(state);
    return { formula: formula(state).map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: optimisers", spec: SPEC, build,
    hint: "Compute the next point on paper, enter it, press Step. Tick others to see them." }),
};
