// Forward and back through a 2-2-1 network, one number at a time, with the reader's own gradient marked.
import { h, svg, set, format, slider, choice } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./backprop_steps.py";

const LIMIT = SPEC.W.high;
const EPSILON = 1e-5;
/** Where each parameter stands in the state. */
export const PLACES = { w11: ["W", 0], w12: ["W", 1], b1: ["b", 0], w21: ["W", 2], w22: ["W", 3], b2: ["b", 1], v1: ["V", 0], v2: ["V", 1], c: ["c"] };
/** How each value comes from earlier ones; f′(…) is the slope of the sigmoid. */
export const RULES = {
  a1: "w11 · x1 + w12 · x2 + b1", h1: "f(a1)", a2: "w21 · x1 + w22 · x2 + b2", h2: "f(a2)", z: "v1 · h1 + v2 · h2 + c", o: "f(z)", L: "(o − y)²",
  do: "2 · (o − y)", dz: "do · f′(z)", dh1: "dz · v1", da1: "dh1 · f′(a1)", dh2: "dz · v2", da2: "dh2 · f′(a2)",
  dv1: "dz · h1", dv2: "dz · h2", dc: "dz", dw11: "da1 · x1", dw12: "da1 · x2", db1: "da1", dw21: "da2 · x1", dw22: "da2 · x2", db2: "da2",
};
export const STEPS = [...Object.keys(RULES), "update"];

const sigmoid = (a) => 1 / (1 + Math.exp(-a)), slope = (a) => sigmoid(a) * sigmoid(-a);
const get = (state, [key, i]) => (i === undefined ? state[key] : state[key][i]);
const put = (state, [key, i], value) => ({ ...state, [key]: i === undefined ? value : state[key].with(i, value) });
const read = (state, name) => get(state, PLACES[name]), write = (state, name, value) => put(state, PLACES[name], value);

/** Every number of both passes by its name; d… is the derivative of the loss with respect to …. */
export function compute(s) {
  const [x1, x2] = s.x, p = Object.fromEntries(Object.keys(PLACES).map((name) => [name, read(s, name)]));
  const a1 = p.w11 * x1 + p.w12 * x2 + p.b1, a2 = p.w21 * x1 + p.w22 * x2 + p.b2, h1 = sigmoid(a1), h2 = sigmoid(a2);
  const z = p.v1 * h1 + p.v2 * h2 + p.c, o = sigmoid(z), e = o - s.y, dz = 2 * e * slope(z);
  const dh1 = dz * p.v1, dh2 = dz * p.v2, da1 = dh1 * slope(a1), da2 = dh2 * slope(a2);
  return { ...p, x1, x2, y: s.y, a1, h1, a2, h2, z, o, L: e * e, "f′(z)": slope(z), "f′(a1)": slope(a1), "f′(a2)": slope(a2),
    do: 2 * e, dz, dh1, da1, dh2, da2, dv1: dz * h1, dv2: dz * h2, dc: dz,
    dw11: da1 * x1, dw12: da1 * x2, db1: da1, dw21: da2 * x1, dw22: da2 * x2, db2: da2 };
}

/** The central difference of the loss with respect to one parameter. */
export function difference(state, name) {
  const loss = (by) => compute(write(state, name, read(state, name) + by)).L;
  return (loss(EPSILON) - loss(-EPSILON)) / (2 * EPSILON);
}

/** The state after θ ← θ − η dθ for all parameters, back at the first step. */
export function updated(state) {
  const all = compute(state), next = (s, name) => write(s, name, all[name] - state.rate * all[`d${name}`]);
  return { ...Object.keys(PLACES).reduce(next, state), step: 0 };
}

const inRange = (state) => Object.keys(PLACES).every((name) => Math.abs(read(state, name)) <= LIMIT);
const label = (text) => text.replace(/(?<=[a-z]\d*)\d/g, (digit) => "₀₁₂"[digit]);
const num = (x) => (x === 0 || Math.abs(x) >= 5e-4 ? format(x, 3) : x.toExponential(1).replaceAll("-", "−"));
const filled = (rule, all) => rule.replace(/f′\(\w+\)|d?[a-z]\d+|d?[coyz]\b/g, (name) => (all[name] < 0 ? `(${num(all[name])})` : num(all[name])));

/** The local derivatives on the way from the loss back to a parameter. */
function way(name) {
  const [kind, i, j] = name, top = ["do", "f′(z)"];
  if (kind === "c") return top;
  return kind === "v" ? [...top, `h${i}`] : [...top, `v${i}`, `f′(a${i})`, ...(kind === "w" ? [`x${j}`] : [])];
}

/** The known wrong ways to a gradient, each as `[what comes out, what to say about it]`. */
export function mistakes(state, name) {
  const all = compute(state), right = all[`d${name}`], [kind, i] = name, path = way(name);
  const product = (factors) => factors.reduce((p, factor) => p * all[factor], 1), slopes = path.filter((f) => f[0] === "f");
  const without = (...gone) => product(path.filter((f) => !gone.includes(f)));
  const known = [[-right, "The sign is turned round. Follow the signs of o − y and of the weights on the way."]];
  for (const f of path) known.push([without(f), `The ${slopes.includes(f) ? "slope" : "factor"} ${label(f)} is missing.`]);
  known.push([without(...slopes), "Every slope f′ is missing."], [right / 2, "The square in the loss gives a factor 2."]);
  for (const n of [1, 2]) known.push([product(path.slice(-n)), "That is a local derivative only: multiply it by the delta that comes from above."]);
  for (const f of slopes) {
    const a = f.slice(3, -1), out = a === "z" ? "o" : `h${a[1]}`;
    known.push([without(f) * slope(all[out]), `f′ was taken at the output ${label(out)}; it belongs to the pre-activation ${label(a)}.`]);
  }
  const last = product(path.slice(0, -1));
  const weight = "wv".includes(kind), out = kind === "v" ? "o" : `h${i}`;
  if (weight) known.push([last * all[out], `You used the output ${label(out)} of the unit; the weight meets its input.`]);
  if (kind === "v") known.push([last * all[`a${i}`], "The weight meets h, after f, not a."]);
  if (!weight) for (const f of kind === "b" ? ["x1", "x2"] : ["h1", "h2"]) known.push([right * all[f], "A bias has no input to multiply by."]);
  known.push([-state.rate * right, "That is the step −η · gradient; asked is the gradient."]);
  return [...known, ...Object.keys(PLACES).map((other) => [all[`d${other}`], `That belongs to ${label(other)}.`])];
}

/** `{right, says}` for the gradient that the reader computed; 1 % is left for rounding on the way. */
export function mark(state, name, value) {
  const near = ([other]) => Math.abs(value - other) <= 0.01 * Math.max(Math.abs(value), Math.abs(other)) + 1e-9;
  if (near([compute(state)[`d${name}`]])) return { right: true, says: "Step on until you see where it comes from." };
  return { right: false, says: mistakes(state, name).find(near)?.[1] ?? `Multiply all local derivatives on the way from L to ${label(name)}.` };
}

const shown = (state, name) => STEPS.indexOf(name) < state.step;
const told = (state, d) => STEPS.includes(d) && shown(state, d);

export function describe(state) {
  const all = compute(state), k = state.step, name = STEPS[k - 1], of = `step ${k} of ${STEPS.length}`;
  const flat = k > 8 && all["f′(z)"] < 0.0125 ? " The output unit is saturated: hardly any gradient gets past it." : "";
  if (!k) return "Nothing is computed yet. Step begins with a₁.";
  if (name !== "update") return `${k < 8 ? "Forward" : k < 14 ? "Backward" : "Gradients"}, ${of}: ${label(name)} = ${num(all[name])}.${flat}`;
  const after = updated(state), loss = compute(after).L;
  const rose = loss > all.L ? " It rises: the learning rate is too large." : "";
  return `Update, ${of}: the loss goes from ${num(all.L)} to ${num(loss)}.${rose}${inRange(after) ? "" : ` A parameter would leave ±${LIMIT}: take a smaller rate.`}${flat}`;
}

const AT = { x1: [26, 95], x2: [26, 325], a1: [131, 95], a2: [131, 325], h1: [201, 95], h2: [201, 325], z: [311, 210], o: [371, 210], L: [431, 210], y: [431, 305] };
// From, to, and for an edge with a weight: its name, where the weight stands, where its gradient.
const EDGES = [["x1", "a1", "w11", [74, 87], [74, 116]], ["x1", "a2", "w21", [33, 165], [33, 186]], ["x2", "a1", "w12", [33, 240], [33, 261]],
  ["x2", "a2", "w22", [74, 317], [74, 346]], ["a1", "h1"], ["a2", "h2"], ["h1", "z", "v1", [279, 146], [230, 172]], ["h2", "z", "v2", [232, 258], [284, 286]],
  ["z", "o"], ["o", "L"], ["y", "L"]];
const BESIDE = { b1: [100, 48], b2: [100, 278], c: [340, 270], "f′(a1)": [180, 48], "f′(a2)": [186, 278], "f′(z)": [362, 166] };

/** A line from one node to the next, `shift` beside the middle, with its end left free for the node. */
function between([x1, y1], [x2, y2], shift) {
  const size = Math.hypot(x2 - x1, y2 - y1), [ux, uy] = [(x2 - x1) / size, (y2 - y1) / size];
  const at = (t) => `${(x1 + t * ux - shift * uy).toFixed(1)} ${(y1 + t * uy + shift * ux).toFixed(1)}`;
  return `M${at(18)}L${at(size - 18)}`;
}

function drawGraph() {
  const root = svg("svg", { viewBox: "0 0 458 392", class: "dl-steps", role: "img" });
  const text = ([x, y], kind, says = "") => (root.append(svg("text", { x, y, class: kind }, says)), root.lastChild);
  const edges = EDGES.map(([from, to, name, at, below]) => {
    const line = (shift) => between(AT[from], AT[to], shift);
    const there = svg("path", { d: line(-2) }), back = svg("path", { d: line(3), class: "dl-curve dl-series-3" });
    root.append(there, back);
    return { to, name, there, back, by: `d${name?.[0] === "w" ? name : from}`, value: name && text(at, "dl-weight"), gradient: name && text(below, "dl-gradient") };
  });
  const nodes = Object.entries(AT).map(([name, [x, y]]) => {
    const circle = svg("circle", { cx: x, cy: y, r: 16 });
    root.append(circle, svg("text", { x, y: y + 6, class: "dl-symbol" }, label(name)));
    return { name, circle, value: text([x, y - 22], name === "y" ? "dl-right" : "dl-flow"), gradient: text([x, y + 34], "dl-gradient") };
  });
  const beside = Object.entries(BESIDE).map(([name, at]) => ({ name, place: text(at, PLACES[name] ? "dl-weight" : "dl-gradient") }));
  text([4, 16], "dl-flow dl-start", "▸ forward: values, above the nodes");
  text([4, 386], "dl-gradient dl-start", "◂ backward: gradients, below");
  return { root, redraw(state) {
    const all = compute(state), now = STEPS[state.step - 1];
    const gradient = (name) => (told(state, `d${name}`) ? num(all[`d${name}`]) : "");
    const weight = (name) => `${name === state.parameter ? "▸" : ""}${BESIDE[name] ? `${label(name)} ` : ""}${format(all[name])}`;
    for (const { to, name, there, back, by, ...place } of edges) {
      set(there, { class: `dl-curve ${shown(state, to) ? "dl-series-0" : "dl-grid-line"}` });
      back.style.display = told(state, by) ? "" : "none";
      if (name) [place.value.textContent, place.gradient.textContent] = [weight(name), gradient(name)];
    }
    for (const { name, circle, ...place } of nodes) {
      [place.value.textContent, place.gradient.textContent] = [shown(state, name) ? num(all[name]) : "?", gradient(name)];
      set(circle, { class: `dl-node ${now === name ? "dl-now" : now === `d${name}` ? "dl-back" : ""}` });
    }
    for (const { name, place } of beside) {
      const slope = () => (shown(state, `d${name.slice(3, -1)}`) ? `f′ ${num(all[name])}` : "");
      place.textContent = PLACES[name] ? weight(name) : slope();
    }
    const known = Object.keys(RULES).slice(0, state.step).map((name) => `${label(name)} ${num(all[name])}`);
    root.setAttribute("aria-label", `Graph of the network: ${known.join(", ") || "nothing is computed yet"}`);
  } };
}

/** A row for each parameter: its value to type, its gradient, its value after the update. */
function drawTable(ui) {
  const rows = Object.keys(PLACES).map((name) => {
    const { element, update } = slider({ label: label(name), ...ui.own(...PLACES[name]) }), cells = [h("td", { class: "dl-gradient" }), h("td")];
    return { name, update, cells, row: h("tr", {}, h("th", { scope: "row" }, label(name)), h("td", {}, element.lastChild), ...cells) };
  });
  const head = h("tr", {}, ...["θ", "value", "dθ", "new θ"].map((text) => h("th", { scope: "col" }, text)));
  const root = h("table", { class: "dl-table dl-parameters" }, h("thead", {}, head), h("tbody", {}, ...rows.map(({ row }) => row)));
  return { root, redraw(state) {
    const all = compute(state), after = updated(state);
    for (const { name, update, cells } of rows) {
      update();
      cells[0].textContent = shown(state, `d${name}`) ? num(all[`d${name}`]) : "?";
      cells[1].textContent = shown(state, "update") ? num(read(after, name)) : "?";
    }
  } };
}

function formula(state) {
  const all = compute(state), { parameter } = state, name = STEPS[state.step - 1], d = `d${parameter}`, rows = [];
  const row = (start, end) => rows.push(h("div", {}, start, h("b", {}, end)));
  if (name === "update") row(`${label(parameter)} ← ${label(parameter)} − η ${label(d)} = `, `${num(all[parameter])} − ${num(state.rate)} · ${filled(d, all)} = ${num(read(updated(state), parameter))}`);
  else if (name) row(`${label(name)}${name[0] === "d" ? ` = ∂L/∂${label(name.slice(1))}` : ""} = ${label(RULES[name])} = `, `${RULES[name].includes(" ") ? `${filled(RULES[name], all)} = ` : ""}${num(all[name])}`);
  if (shown(state, d)) row(`Check: (L(${label(parameter)} + ε) − L(${label(parameter)} − ε)) / 2ε = `, [difference(state, parameter), all[d]].map((x) => x.toPrecision(6).replaceAll("-", "−")).join(", gradient "));
  return rows;
}

function build(ui) {
  const graph = drawGraph(), table = drawTable(ui), play = player(ui, { pause: 1200, step() {
    const { step } = ui.state();
    if (step < STEPS.length) ui.put({ step: step + 1 });
    return step < STEPS.length;
  } });
  const take = h("button", { type: "button", onclick: () => (play.stop(), ui.put(updated(ui.state()))) }, "Apply update");
  const controls = [
    choice({ label: "parameter", say: label, ...ui.own("parameter") }), slider({ label: "step", ...ui.own("step") }),
    answer({ question: () => shown(ui.state(), `d${ui.state().parameter}`) ? null : `Your ${label(`d${ui.state().parameter}`)}, to three digits:`, mark: (value) => mark(ui.state(), ui.state().parameter, value) }),
    slider({ label: "input x₁", ...ui.own("x", 0) }), slider({ label: "input x₂", ...ui.own("x", 1) }),
    slider({ label: "target y", step: 0.05, ...ui.own("y") }), slider({ label: "rate η", ...ui.own("rate") }),
  ];
  return { drawing: [graph.root, table.root], controls, actions: [...play.actions, take], stop: play.stop, redraw(state) {
    graph.redraw(state);
    table.redraw(state);
    take.disabled = !shown(state, "update") || !inRange(updated(state));
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: backpropagation by hand", spec: SPEC, build,
    hint: "Compute a gradient on paper and enter it. Then step forward and back through the network." }),
};
