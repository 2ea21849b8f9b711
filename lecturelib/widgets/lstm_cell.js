// One unit with gates: a step by hand, forward and back; a latch; gradients over twenty steps beside a tanh unit's.
import { cleaner, format, h, scale, slider, choice, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./lstm_cell.py";

const GATES = ["i", "f", "g", "o"], LAGS = 20;
const [HAND, WEIGHTS, KEEPS, RENEWS, LATCH, BARS] = SPEC.view.among;
const NAMES = { c: "c′", s: "s′", dc: "dc′", da: "da_f", back: "dc" };
const lstm = ({ view }) => view === HAND || view === WEIGHTS;
const gru = ({ view }) => view === KEEPS || view === RENEWS;
/** What is asked for, in order. */
export const asked = (state) => (lstm(state) ? ["c", "s", "dc", "da", "back"] : gru(state) ? ["s"] : []);

export function clean(raw) {
  const state = cleaner(SPEC)(raw);
  return { ...state, done: Math.min(state.done, asked(state).length) };
}

export const sigmoid = (a) => 1 / (1 + Math.exp(-a));

/** The gates i, f, g, o: as they are set, or σ and tanh of u x + w s + b. */
export function gates({ view, i, f, g, o, W, x, s }) {
  if (view !== WEIGHTS) return { i, f, g, o };
  return Object.fromEntries(GATES.map((name, k) => {
    const a = W[3 * k] * x + W[3 * k + 1] * s + W[3 * k + 2];
    return [name, name === "g" ? Math.tanh(a) : sigmoid(a)];
  }));
}

/** The step and its way back: the new c and s, dc′ in full, da of the forget gate, dc of the old cell. */
export function step(state, round = (value) => value) {
  const { c: old, s: before, ds, dc: direct, view } = state;
  const { i, f, g, o } = Object.fromEntries(Object.entries(gates(state)).map(([name, value]) => [name, round(value)]));
  if (gru(state)) {
    const keep = view === KEEPS ? f : 1 - f;
    return { s: round(keep * before + (1 - keep) * g), i, f, g, o };
  }
  const c = round(f * old + i * g), out = round(Math.tanh(c)), dc = round(direct + ds * o * (1 - out * out));
  return { i, f, g, o, c, out, s: round(o * out), dc, da: round(dc * old * f * (1 - f)), back: round(dc * f) };
}

/** The known wrong ways to a value, each as `[what comes out, what to say about it]`. */
export function mistakes(state, name) {
  const { i, f, g, o, c, out, dc } = step(state), { c: old, s: before, ds, dc: direct, view } = state;
  const slope = f * (1 - f), bend = 1 - out * out, keep = view === KEEPS ? f : 1 - f;
  if (gru(state)) return [
    [(1 - keep) * before + keep * g, "That is the other convention of z."],
    [keep * before + g, "The candidate goes in whole; it has a factor too."],
    [before + (1 - keep) * g, "The old state stays whole; it has a factor too."],
    [keep * before + keep * g, "Both have the same factor; they share 1 between them."],
  ];
  return {
    c: [[i * old + f * g, "Two gates are swapped: f belongs to the old cell, i to the candidate."],
      [f * old + g, "The candidate goes in whole; the input gate stands before it."],
      [old + i * g, "The old cell stays whole; the forget gate stands before it."],
      [f * old + i * Math.tanh(g), "g has been through tanh already."],
      [f * old, "The candidate is missing."], [i * g, "The old cell is missing."]],
    s: [[o * c, "tanh is forgotten between the cell and the output gate."], [out, "The output gate is missing."],
      [Math.tanh(o * c), "tanh comes first, then the gate."], [c, "That is the cell; the state is what leaves it."]],
    dc: [[direct, "What comes through s′ is missing."], [ds * o * bend, "What comes into the cell directly is missing."],
      [direct + ds * o, "The slope of tanh is missing."], [direct + ds * bend, "The output gate is missing."],
      [direct + ds * o * out, "That is tanh itself; its slope is 1 − tanh²."], [direct + ds, "Gate and slope are missing: ds passes both."]],
    da: [[dc * old, "The slope f(1 − f) of the sigmoid is missing."], [dc * c * slope, "f multiplied the old cell, not the new one."],
      [dc * g * slope, "The candidate belongs to the input gate."], [dc * old * (1 - f * f), "That is the slope of tanh; a gate is a sigmoid."],
      [direct * old * slope, "Start from dc′ in full, with the part that comes through s′."]],
    back: [[dc, "The forget gate is missing: the old cell was multiplied by f."], [dc * i, "That gate belongs to the candidate."],
      [dc * (1 - f), "What was kept passes back, not what was forgotten."], [direct * f, "Start from dc′ in full, with the part that comes through s′."],
      [dc * old, "That is the gradient of f itself."]],
  }[name];
}

const ASK = {
  c: "Old cell times forget gate, plus candidate times input gate.", s: "tanh of the new cell, times the output gate.",
  dc: "Add what comes directly and what comes through s′: output gate, then the slope of tanh.",
  da: "dc′, times what f was multiplied with, times the slope of the sigmoid.", back: "One factor: which gate multiplied the old cell?",
};

/** `{right, says}` for the reader's value of what is asked next, to two decimals. */
export function mark(state, value) {
  const name = asked(state)[state.done], near = (other) => Math.abs(value - other) <= 0.00501;
  const cents = (x) => Math.round(100 * x) / 100; // who rounds on the way is right too
  if ([step(state), step(state, cents)].some((all) => near(all[name]))) return { right: true, says: "Press Show to go on." };
  const right = step(state)[name], known = mistakes(state, name).find(([other]) => near(other));
  const says = known?.[1] ?? (near(-right) ? "The sign is turned round." : gru(state) ? "z stands before one of the two, 1 − z before the other." : ASK[name]);
  return { right: false, says };
}

const NOISE = [0.6, -0.9, 0, 0.8, -0.7, 0.9, -0.4, -0.8, 0.7, 0.5, -0.9, 0.9, -0.6, 0.4, -0.8, 0.7];
const MARKED = 2;

/** The cell after each of the sixteen steps when `bit`, ±1, stands at the marked one. */
export function remember({ latch: [p, q, r, t] }, bit) {
  let c = 0;
  return NOISE.map((v, n) => {
    const m = n === MARKED ? 1 : 0;
    c = sigmoid(r * m + t) * c + sigmoid(p * m + q) * Math.tanh(2 * (m ? bit : v));
    return c;
  });
}

/** Is what is read at the end, for both bits, what was written, to a tenth? */
export const kept = (state) => [1, -1].every((bit) => Math.abs(remember(state, bit).at(-1) - Math.tanh(2 * bit)) < 0.1);

/** What is left after 0 … 20 steps back: fᵏ in the cell, Π w(1 − s²) in a tanh unit that starts at 0.8. */
export function bars({ f, w }) {
  let s = 0.8;
  const slopes = Array.from({ length: LAGS }, () => (s = Math.tanh(w * s), w * (1 - s * s)));
  const rnn = [1];
  for (const slope of slopes.reverse()) rnn.push(rnn.at(-1) * slope);
  return { cell: rnn.map((_, k) => f ** k), rnn };
}

const share = (x) => (x !== 0 && x < 0.005 ? "less than 0.01" : format(x));

export function describe(state) {
  const { view, done } = state, all = step(state), names = asked(state);
  if (view === LATCH) {
    const [up, down] = [1, -1].map((bit) => format(remember(state, bit).at(-1)));
    return `Written +1, the cell ends at ${up}; written −1, at ${down}. ${kept(state) ? "It is a latch: both bits are kept." : "That is no latch yet."}`;
  }
  if (view === BARS) {
    const { cell, rnn } = bars(state);
    return `After 20 steps back ${share(cell[LAGS])} of the gradient is left in the cell, ${share(rnn[LAGS])} in the tanh unit.`;
  }
  const known = names.slice(0, done).map((name) => `${NAMES[name]} = ${format(all[name])}`).join(", ");
  const shut = lstm(state) && done === 5 && all.da === 0 && state.c !== 0 && all.dc !== 0;
  return `${done} of ${names.length} value${names.length > 1 ? "s" : ""} shown${known && `: ${known}`}.${shut ? " The forget gate is saturated: it learns nothing." : ""}`;
}

const line = (d, name = "dl-out") => svg("path", { d, class: name, fill: "none" });
const word = (x, y, text, name = "dl-symbol") => svg("text", { x, y, class: name, "text-anchor": "middle" }, text);
const round = (x, y, text) => [svg("circle", { cx: x, cy: y, r: 15, class: "dl-node" }), word(x, y + 5, text, "dl-value")];

/** The diagram of the step, with the numbers that are known. */
function drawStep(state) {
  const all = step(state), seen = (name) => (asked(state).indexOf(name) < state.done ? format(all[name]) : "?");
  const gate = (x, name, label = name) => [word(x, 196, label), word(x, 214, format(all[name]), "dl-value")];
  if (gru(state)) {
    const [left, right] = state.view === KEEPS ? ["z", "1 − z"] : ["1 − z", "z"];
    return [line("M60 60H330", "dl-trail"), line("M210 170V75"), ...round(120, 60, "×"), ...round(210, 60, "+"), ...round(210, 115, "×"),
      word(40, 50, "s"), word(40, 70, format(state.s), "dl-value"), word(360, 50, "s′"), word(360, 70, seen("s"), "dl-value"),
      word(120, 100, left), word(258, 120, right), ...gate(120, "f", "z"), ...gate(210, "g")];
  }
  return [line("M60 50H330", "dl-trail"), line("M110 180V65M200 100V65M165 180L192 118M235 180L208 118M300 50V180M300 115H330"),
    ...round(110, 50, "×"), ...round(200, 50, "+"), ...round(200, 112, "×"), ...round(300, 115, "×"), word(322, 85, "tanh"),
    word(40, 40, "c"), word(40, 60, format(state.c), "dl-value"), word(360, 40, "c′"), word(360, 60, seen("c"), "dl-value"),
    word(360, 108, "s′"), word(360, 128, seen("s"), "dl-value"), ...gate(110, "f"), ...gate(163, "i"), ...gate(237, "g"), ...gate(300, "o"),
    word(40, 88, "dc"), word(40, 106, seen("back"), "dl-value"), word(40, 140, "da_f"), word(40, 158, seen("da"), "dl-value"),
    word(360, 164, "dc′"), word(360, 182, seen("dc"), "dl-value")];
}

const curve = (values, sx, sy) => values.map((y, k) => `${k ? "L" : "M"}${sx(k).toFixed(1)} ${sy(y).toFixed(1)}`).join("");

function drawLatch(state) {
  const sx = scale([0, 15], [50, 385]), sy = scale([-2, 2], [195, 15]), runs = [1, -1].map((bit) => remember(state, bit));
  const clip = (y) => Math.max(-2, Math.min(2, y));
  return [line(`M50 ${sy(0)}H385M${sx(MARKED)} 15V195`), ...[-1, 0, 1].map((y) => word(32, sy(y) + 4, format(y, 0))),
    ...NOISE.map((v, n) => line(`M${sx(n)} ${sy(0)}V${sy(n === MARKED ? 1 : v)}`, "dl-positive dl-faint")),
    ...runs.map((run, k) => svg("path", { d: curve(run.map(clip), sx, sy), class: "dl-trail", fill: "none", "stroke-dasharray": k ? "5 4" : "none" })),
    word(sx(MARKED), 212, "mark"), word(300, 212, "step 16: read →")];
}

function drawBars(state) {
  const sx = scale([0, LAGS], [50, 380]), sy = scale([0, 1], [180, 20]), { cell, rnn } = bars(state), top = (y) => sy(Math.min(1.1, y));
  const bar = (x, y, name) => svg("path", { d: `M${x} 180V${top(y)}h6V180Z`, class: name });
  return [line("M45 180H390"), ...cell.map((y, k) => bar(sx(k) - 6, y, "dl-bar dl-bar-now")), ...rnn.map((y, k) => bar(sx(k), y, "dl-bar")),
    ...[0, 0.5, 1].map((y) => word(25, sy(y) + 4, format(y, 1))), ...[0, 5, 10, 15, 20].map((k) => word(sx(k), 197, k)), word(215, 215, "lag: steps back (full: cell, pale: tanh unit)")];
}

function formula(state) {
  const { i, f, g, o } = step(state), b = (x) => (x < 0 ? `(${format(x)})` : format(x));
  const lines = lstm(state) ? [`c′ = f c + i g = ${b(f)} · ${b(state.c)} + ${b(i)} · ${b(g)}`, `s′ = o tanh(c′), o = ${b(o)}; back come ds′ = ${format(state.ds)} and, into c′, ${format(state.dc)}`]
    : gru(state) ? [state.view === KEEPS ? `s′ = z s + (1 − z) g, z = ${b(f)}, s = ${b(state.s)}, g = ${b(g)}` : `s′ = (1 − z) s + z g, z = ${b(f)}, s = ${b(state.s)}, g = ${b(g)}`]
      : state.view === LATCH ? ["c ← f c + i tanh(2v); i = σ(weight · mark + bias), f likewise"]
        : [`cell: ${b(f)}ᵏ; tanh unit: the product of w(1 − s²), w = ${b(state.w)}`];
  return lines.map((text) => h("div", {}, text));
}

/** A table of number fields with rows and columns of these names. */
function fields(ui, trait, caption, rows, columns, view) {
  const all = rows.map((row, i) => columns.map((column, j) => slider({ label: `${column} of ${row}`, ...ui.own(trait, i * columns.length + j) })));
  const cells = (list) => list.map(({ element }) => h("td", {}, element.lastChild));
  const head = h("tr", {}, ...["", ...columns].map((text) => h("th", { scope: "col" }, text)));
  const element = h("table", { class: "dl-fields" }, h("caption", {}, caption), h("thead", {}, head),
    h("tbody", {}, ...rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, row), ...cells(all[i])))));
  return { element, update() {
    element.hidden = ui.state().view !== view;
    all.flat().forEach((one) => one.update());
  } };
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 400 225", class: "dl-diagram", role: "img" });
  const at = (...views) => () => views.includes(ui.state().view);
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const state = ui.state(), name = asked(state)[state.done];
    return name ? `Your ${NAMES[name]}, to two decimals:` : null;
  } });
  const number = (name, label, when, step = 0.05) => slider({ label, step, when, ...ui.own(name) });
  const controls = [choice({ label: "view", ...ui.own("view") }), ask,
    number("f", "f, in a GRU z", at(HAND, KEEPS, RENEWS, BARS), 0.01), number("i", "input gate i", at(HAND)),
    number("g", "candidate g", at(HAND, KEEPS, RENEWS)), number("o", "output gate o", at(HAND)),
    number("c", "old cell c", at(HAND, WEIGHTS), 0.1), number("s", "old state s", at(WEIGHTS, KEEPS, RENEWS)), number("x", "input x", at(WEIGHTS)),
    fields(ui, "W", "Weights and biases", GATES, ["x", "s", "bias"], WEIGHTS),
    number("ds", "ds′, back into s′", at(HAND, WEIGHTS)), number("dc", "back into c′", at(HAND, WEIGHTS)),
    fields(ui, "latch", "Weights and biases of the gates", ["gate i", "gate f"], ["mark", "bias"], LATCH), number("w", "w of the tanh unit", at(BARS))];
  const button = (text, act) => h("button", { type: "button", onclick: act }, text);
  const actions = [button("Show", () => ui.put({ done: ui.state().done + 1 })), button("Hide all", () => ui.put({ done: 0 }))];
  return { drawing: [root], controls, actions, redraw(state) {
    root.replaceChildren(...(state.view === LATCH ? drawLatch : state.view === BARS ? drawBars : drawStep)(state));
    for (const one of actions) one.hidden = !asked(state).length;
    root.setAttribute("aria-label", `${state.view}: ${describe(state)}`);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a unit with gates", spec: SPEC, clean, build,
    hint: "Compute the value that is asked for and enter it; Show goes on to the next. The view has a latch and gradients too." }),
};
