// One neuron with two inputs: its sum, its output and the line where it changes its mind.
import { h, svg, set, format, slider, choice } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { FUNCTIONS, LECTURE } from "./kit/functions.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./neuron.py";

const REACH = SPEC.inputs.high;
const ARROW = 0.5; // the arrow shows the weights at half their size, so that all of them fit
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const TASKS = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0], XOR: [0, 1, 1, 0] };

/** The products w_i x_i, their sum with the bias a (pre-activation), and the output h = f(a). */
export function compute({ weights, bias, inputs, activation }) {
  const products = weights.map((w, i) => w * inputs[i]);
  const a = products[0] + products[1] + bias;
  return { products, a, h: FUNCTIONS[activation].f(a, LECTURE) };
}

/** For each corner of the unit square whether the neuron puts it on the side that the task asks for. */
export function corners({ weights, bias, task }) {
  return CORNERS.map((inputs, i) => {
    const side = compute({ weights, bias, inputs, activation: "step" }).h;
    return { side, right: TASKS[task] ? side === TASKS[task][i] : null };
  });
}

/** The part of the square [−r, r]² where w·x + b > 0, a polygon (clipped edge by edge). */
export function positiveSide(weights, bias, r) {
  const square = [[-r, -r], [r, -r], [r, r], [-r, r]];
  const sum = ([x, y]) => weights[0] * x + weights[1] * y + bias;
  return square.flatMap((p, i) => {
    const q = square[(i + 1) % 4], ap = sum(p), aq = sum(q), kept = ap > 0 ? [p] : [];
    if (ap > 0 === aq > 0) return kept;
    const t = ap / (ap - aq);
    return [...kept, [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]];
  });
}

/** Two points far outside the square on the line w·x + b = 0, or none where both weights are zero. */
export function line([w1, w2], bias) {
  const size = Math.hypot(w1, w2);
  if (size === 0) return [];
  const n = [w1 / size, w2 / size], foot = n.map((c) => (-bias / size) * c);
  return [-10, 10].map((t) => [foot[0] - t * n[1], foot[1] + t * n[0]]);
}

export function describe(state) {
  const { a, h: out } = compute(state), name = FUNCTIONS[state.activation].label;
  if (state.weights.every((w) => w === 0)) {
    return `Both weights are zero: there is no line, and every input gives a = b = ${format(a)}.`;
  }
  const side = a > 0 ? "above zero: the neuron says 1" : a < 0 ? "below zero: the neuron says 0" : "exactly zero: on the line";
  const score = corners(state).filter((corner) => corner.right).length;
  const task = state.task === "none" ? "" : ` ${state.task}: ${score} of 4 corners right${score === 4 ? ", solved" : ""}.`;
  return `a = ${format(a)}, ${name}(a) = ${format(out)}. a is ${side}.${task}`;
}

function drawPlane(ui) {
  const chart = plane({ x: [-REACH, REACH], y: [-REACH, REACH], width: 340, height: 340,
    ticksX: [-2, -1, 0, 1, 2], nameX: "input x₁", nameY: "input x₂" });
  set(chart.root, { role: "group", "aria-label": "Plane of the two inputs with the line where a is zero" });
  const side = svg("path", { class: "dl-side" }), arrow = svg("path", { class: "dl-arrow" });
  const levels = [-2, -1, 0, 1, 2].map((level) => ({ level, el: svg("path", { class: level ? "dl-level" : "dl-boundary" }) }));
  const marks = CORNERS.map(([x, y]) => svg("text", { x: chart.sx(x) - 13, y: chart.sy(y) - 7, class: "dl-corner" }));
  chart.layer.append(side, ...levels.map(({ el }) => el));
  const spots = CORNERS.map(([x, y]) => svg("circle", { cx: chart.sx(x), cy: chart.sy(y), r: 3.5 }));
  chart.over.append(arrow, ...spots, ...marks);
  const moveWeights = handle(chart, { label: "Weights, tip of the arrow", className: "dl-weights", square: true,
    range: [-REACH, REACH], step: 0.05,
    get: () => ui.state().weights.map((w) => w * ARROW), move: (p) => ui.put({ weights: p.map((c) => snap(c / ARROW)) }) });
  const moveInput = handle(chart, { label: "Input point", className: "dl-input", range: [-REACH, REACH],
    get: () => ui.state().inputs, move: (p) => ui.put({ inputs: p.map(snap) }) });
  return { root: chart.root, redraw(state) {
    const { weights: w, bias, inputs } = state, { sx, sy } = chart;
    side.setAttribute("d", path(positiveSide(w, bias, REACH), sx, sy));
    for (const { level, el } of levels) el.setAttribute("d", path(line(w, bias - level), sx, sy));
    arrow.setAttribute("d", `M${sx(0)} ${sy(0)}L${sx(w[0] * ARROW)} ${sy(w[1] * ARROW)}`);
    corners(state).forEach(({ side: says, right }, i) => {
      marks[i].textContent = right === null ? says : `${says}${right ? "✓" : "✗"}`;
      set(marks[i], { class: `dl-corner ${right === null ? "" : right ? "dl-right" : "dl-wrong"}` });
    });
    moveWeights(`weights ${w.map((c) => format(c, 1)).join(", ")}`);
    moveInput(`input ${inputs.map((c) => format(c, 1)).join(", ")}`);
  } };
}

const snap = (x) => Number(x.toFixed(1));

function drawNeuron() {
  const root = svg("svg", { viewBox: "0 0 340 230", class: "dl-diagram", role: "img" });
  const at = [42, 115, 188], names = ["x₁", "x₂", "1"], sum = [196, 115];
  const edges = at.map((y) => svg("path", { d: `M52 ${y}L${sum[0] - 24} ${sum[1]}` }));
  const values = at.map((y) => svg("text", { x: 30, y: y + 5, class: "dl-value" }));
  const labels = at.map((y) => svg("text", { x: 108, y: (y + sum[1]) / 2 + (y === 115 ? -6 : y < 115 ? -10 : 20), class: "dl-weight" }));
  const total = svg("text", { x: sum[0], y: sum[1] + 15 }), out = svg("text", { x: 312, y: sum[1] + 15 }), f = svg("text", { x: 256, y: sum[1] - 8 });
  root.append(...edges, svg("path", { d: `M${sum[0] + 26} 115H286`, class: "dl-out" }),
    ...at.map((y) => svg("circle", { cx: 30, cy: y, r: 22, class: "dl-node" })),
    svg("circle", { cx: sum[0], cy: 115, r: 28, class: "dl-node" }), svg("circle", { cx: 312, cy: 115, r: 26, class: "dl-node" }),
    svg("text", { x: sum[0], y: 108, class: "dl-symbol" }, "a"), svg("text", { x: 312, y: 108, class: "dl-symbol" }, "h"),
    ...values, ...labels, total, out, f);
  for (const text of [total, out]) set(text, { class: "dl-value" });
  set(f, { class: "dl-weight" });
  return { root, redraw(state) {
    const { products, a, h: output } = compute(state), w = [...state.weights, state.bias];
    const terms = [...products, state.bias];
    edges.forEach((edge, i) => set(edge, { class: w[i] < 0 ? "dl-negative" : "dl-positive", "stroke-width": 0.5 + 1.6 * Math.abs(w[i]) }));
    values.forEach((text, i) => (text.textContent = i < 2 ? format(state.inputs[i]) : names[2]));
    labels.forEach((text, i) => (text.textContent = i < 2
      ? `${["w₁x₁", "w₂x₂"][i]} = ${format(terms[i])}` : `b = ${format(terms[i])}`));
    [total.textContent, out.textContent, f.textContent] = [format(a), format(output), FUNCTIONS[state.activation].label];
    root.setAttribute("aria-label", `Diagram: the products ${format(products[0])} and ${format(products[1])} and the bias `
      + `${format(state.bias)} add up to a = ${format(a)}; the output is h = ${format(output)}`);
  } };
}

function formula(state) {
  const { weights: [w1, w2], bias, inputs: [x1, x2], activation } = state, { a, h: out } = compute(state);
  const signed = (x) => (x < 0 ? `− ${format(-x)}` : `+ ${format(x)}`);
  const wrap = (x) => (x < 0 ? `(${format(x)})` : format(x));
  return [
    h("div", {}, "a = w₁x₁ + w₂x₂ + b = ", h("b", {}, `${format(w1)} · ${wrap(x1)} ${signed(w2)} · ${wrap(x2)} ${signed(bias)} = ${format(a)}`)),
    h("div", {}, `h = ${FUNCTIONS[activation].label}(a) = `, h("b", {}, format(out))),
  ];
}

function build(ui) {
  const chart = drawPlane(ui), diagram = drawNeuron();
  const controls = [
    slider({ label: "weight w₁", ...ui.own("weights", 0) }), slider({ label: "weight w₂", ...ui.own("weights", 1) }),
    slider({ label: "bias b", ...ui.own("bias") }),
    slider({ label: "input x₁", ...ui.own("inputs", 0) }), slider({ label: "input x₂", ...ui.own("inputs", 1) }),
    choice({ label: "activation", say: (name) => FUNCTIONS[name].label, ...ui.own("activation") }),
    choice({ label: "task", ...ui.own("task") }),
  ];
  return { drawing: [chart.root, diagram.root], controls, redraw(state) {
    chart.redraw(state);
    diagram.redraw(state);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: one neuron", spec: SPEC, build,
    hint: "Drag the round handle to move the input, the square one to turn the weights. Where does the neuron change its mind?" }),
};
