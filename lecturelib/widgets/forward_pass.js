// A 2-3-2 network: every weight and input can be changed, every product seen, every result entered by hand.
import { h, svg, set, format, slider, choice, onpress } from "./kit/kit.js";
import { FUNCTIONS, LECTURE } from "./kit/functions.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./forward_pass.py";

const SUB = "₀₁₂₃";
const ORDER = SPEC.unit.among;

/** Sums Σ_j M_ij v_j + bias_i of a layer; M holds its rows one after the other. */
const sums = (M, v, bias) => bias.map((b, i) => v.reduce((sum, vj, j) => sum + M[i * v.length + j] * vj, 0) + b);

export function softmax(z) {
  const top = Math.max(...z), e = z.map((zk) => Math.exp(zk - top)), total = e.reduce((p, q) => p + q);
  return e.map((ek) => ek / total);
}

/** a = W x + b, h = f(a), z = V h + c, o = softmax(z); `round` is applied to each before it is used further. */
export function compute({ x, W, b, V, c, activation }, round = (value) => value) {
  const a = sums(W, x, b).map(round), h = a.map((ai) => round(FUNCTIONS[activation].f(ai, LECTURE)));
  const z = sums(V, h, c).map(round);
  return { a, h, z, o: softmax(z).map(round) };
}

const place = (unit) => [unit[0], Number(unit[1]) - 1];
const title = (unit) => unit[0] + SUB[unit[1]];

/** What the sum of a unit is made of, in the numbers of the layer below: weights, inputs, products, bias, sum. */
export function terms(state, unit) {
  const [kind, i] = place(unit), all = compute(state), hidden = kind === "h";
  const [M, bias, inputs] = hidden ? [state.W, state.b, state.x] : [state.V, state.c, all.h];
  const weights = M.slice(i * inputs.length, (i + 1) * inputs.length);
  return { weights, inputs, products: weights.map((w, j) => w * inputs[j]), bias: bias[i], sum: all[hidden ? "a" : "z"][i],
    names: inputs.map((_, j) => `${hidden ? "w" : "v"}${SUB[i + 1]}${SUB[j + 1]}${hidden ? "x" : "h"}${SUB[j + 1]}`), biasName: `${hidden ? "b" : "c"}${SUB[i + 1]}` };
}

/** The known wrong ways to a value, each as `[what comes out, what to say about it]`. */
export function mistakes(state, unit) {
  const [kind, i] = place(unit), all = compute(state);
  if (kind === "o") return ofSoftmax(all, i);
  const { weights, inputs, products, bias, sum, names, biasName } = terms(state, unit);
  const f = kind === "h" ? (a) => FUNCTIONS[state.activation].f(a, LECTURE) : (a) => a;
  const known = [[f(sum - bias), `The bias ${biasName} is not added yet.`]];
  if (kind === "h") known.push([sum, "That is the sum, the pre-activation; f has not been applied to it yet."], [sum - bias, "Neither the bias nor f is in it yet."]);
  if (kind === "z") known.push([weights.reduce((s, w, j) => s + w * all.a[j], bias), "You used the sums a of the hidden units; the next layer gets their outputs h."]);
  known.push([f(sum - 2 * bias), `Look at the sign of the bias ${biasName}.`]);
  known.push(...products.map((p, j) => [f(sum - 2 * p), `Look at the sign of the product ${names[j]}.`]));
  known.push(...products.map((p, j) => [f(sum - p), `The product ${names[j]} is missing.`]));
  known.push([f(products.reduce((s, p) => s + Math.abs(p), bias)), "Minus signs got lost: some products are negative."]);
  known.push([f(weights.reduce((s, w, j) => s + w * inputs.at(-1 - j), bias)), "Each weight belongs to one input: you took the inputs in the opposite order."]);
  known.push(...all[kind].map((value, k) => [value, `That is ${kind}${SUB[k + 1]}: each unit has its own row of weights and its own bias.`]).filter((_, k) => k !== i));
  return [...known, [-f(sum), "The sign is turned round."]];
}

function ofSoftmax({ z, o }, i) {
  const total = z[0] + z[1];
  return [
    [o[1 - i], "That is the probability of the other class."],
    [z[i], "That is the logit; the softmax has not been applied yet."],
    [Math.exp(z[i]), "That is the exponential; it is not divided by the sum of both yet."],
    [z[i] / total, "You divided the logits themselves; take the exponentials first."],
    [FUNCTIONS.sigmoid.f(z[i], LECTURE), "That is the sigmoid of one logit; the softmax uses both."],
  ];
}

const ASK = {
  h: "Multiply each weight of the unit's row by its own input, add the bias once, then apply f.",
  z: "Multiply each weight of the unit's row by its own h, and add the bias once.",
  o: "Divide the exponential of this logit by the sum of the exponentials of both.",
};

/** `{right, says}` for the value that the reader computed for a unit, to two decimals. */
export function mark(state, unit, value) {
  const [kind, i] = place(unit), near = (other) => Math.abs(value - other) <= 0.00501;
  const cents = (x) => Math.round(100 * x) / 100; // who rounds on the way is right too
  if ([compute(state), compute(state, cents)].some((all) => near(all[kind][i]))) {
    return { right: true, says: "Press Step to see it term by term." };
  }
  const known = mistakes(state, unit).find(([other]) => near(other));
  if (!known && kind === "o" && (value < 0 || value > 1)) return { right: false, says: "A probability lies between 0 and 1." };
  return { right: false, says: known?.[1] ?? ASK[kind] };
}

const shown = (state, unit) => ORDER.indexOf(unit) < state.done;

/** What Step changes: it shows the marked value, or, where that is shown, marks the next one; null at the end. */
export function next(state) {
  if (!shown(state, state.unit)) return { done: ORDER.indexOf(state.unit) + 1 };
  return state.done < ORDER.length ? { unit: ORDER[state.done] } : null;
}

export function describe(state) {
  const [kind, i] = place(state.unit), all = compute(state), name = title(state.unit);
  const label = FUNCTIONS[state.activation].label;
  const inner = kind === "h" ? `${label}(${format(all.a[i])}) = ` : "";
  const start = shown(state, state.unit) ? `${name} = ${inner}${format(all[kind][i])}.` : `${name} is marked and not computed yet.`;
  const silent = state.done >= 3 && all.h.every((h) => h === 0) ? " All hidden outputs are zero: the logits are the biases c." : "";
  const end = state.done < ORDER.length ? "" : ` The network says class ${all.o[0] >= all.o[1] ? 1 : 2}, with probability ${format(Math.max(...all.o))}.`;
  return `${start} ${state.done} of 7 values are shown.${silent}${end}`;
}

const wrap = (x) => (x < 0 ? `(${format(x)})` : format(x));

/** Rows `[name, calculation, result]` that lead to a unit's value; what is not computed yet stays a question mark. */
export function calculation(state, unit) {
  const [kind, i] = place(unit), all = compute(state), open = shown(state, unit), n = i + 1;
  const result = (x) => (open ? format(x) : "?");
  if (kind === "o") {
    const known = state.done >= 5, e = all.z.map(Math.exp);
    return [...e.map((value, k) => [`exp(z${SUB[k + 1]})`, `exp(${known ? format(all.z[k]) : "?"})`, result(value)]),
      ["sum", open ? `${format(e[0])} + ${format(e[1])}` : "? + ?", result(e[0] + e[1])],
      [title(unit), `exp(z${SUB[n]}) / sum`, result(all.o[i])]];
  }
  const { weights, inputs, products, bias, sum, names, biasName } = terms(state, unit);
  const known = kind === "h" || state.done >= 3;
  const rows = products.map((p, j) => [names[j], `${format(weights[j])} · ${known ? wrap(inputs[j]) : "?"}`, result(p)]);
  rows.push([biasName, "bias", format(bias)], [`${kind === "h" ? "a" : "z"}${SUB[n]}`, "sum", result(sum)]);
  if (kind === "h") rows.push([title(unit), `${FUNCTIONS[state.activation].label}(a${SUB[n]})`, result(all.h[i])]);
  return rows;
}

const AT = { x: [[30, 100], [30, 200]], h: [[145, 62], [145, 150], [145, 238]], z: [[262, 100], [262, 200]], o: [[368, 100], [368, 200]] };
const BELOW = { h: "x", z: "h", o: "z" };

function drawNetwork(ui) {
  const root = svg("svg", { viewBox: "0 0 400 280", class: "dl-diagram", role: "group", "aria-label": "The network; choose a unit" });
  const edges = ORDER.flatMap((unit) => {
    const [kind, i] = place(unit), [x2, y2] = AT[kind][i];
    return AT[BELOW[kind]].map(([x1, y1], j) => ({ unit, kind, i, j, line: svg("path", { d: `M${x1} ${y1}L${x2} ${y2}` }),
      label: svg("text", { x: x1 + 0.45 * (x2 - x1), y: y1 + 0.45 * (y2 - y1) + 4, class: "dl-weight" }) }));
  });
  const heads = [[30, "inputs x"], [145, ""], [262, "logits z"], [362, "softmax o"]].map(([x, text]) =>
    svg("text", { x, y: 16, class: "dl-symbol" }, text));
  const inputs = AT.x.map(([x, y], i) => node(svg("g", {}), x, y, `x${SUB[i + 1]}`));
  const units = ORDER.map((unit) => {
    const [kind, i] = place(unit);
    const g = svg("g", { class: "dl-unit", ...onpress(() => ui.put({ unit })) }, svg("circle", { cx: AT[kind][i][0], cy: AT[kind][i][1], r: 28, class: "dl-touch" }));
    return { unit, kind, i, ...node(g, ...AT[kind][i], title(unit)) };
  });
  root.append(...heads, ...edges.map(({ line }) => line), ...inputs.map(({ g }) => g), ...units.map(({ g }) => g), ...edges.map(({ label }) => label));
  return { root, redraw(state) {
    const all = compute(state);
    heads[1].textContent = `h = ${FUNCTIONS[state.activation].label}(a)`;
    for (const { unit, kind, i, j, line, label } of edges) {
      const chosen = unit === state.unit, w = { h: state.W, z: state.V }[kind]?.[i * AT[BELOW[kind]].length + j] ?? 0;
      set(line, { class: `${w < 0 ? "dl-negative" : "dl-positive"} ${chosen ? "" : "dl-faint"}`, "stroke-width": chosen ? 1.2 + Math.abs(w) : 1 });
      label.textContent = chosen && kind !== "o" ? format(w) : "";
    }
    inputs.forEach(({ value }, i) => (value.textContent = format(state.x[i])));
    for (const { unit, kind, i, g, value } of units) {
      value.textContent = shown(state, unit) ? format(all[kind][i]) : "?";
      const chosen = unit === state.unit;
      set(g, { class: `dl-unit ${chosen ? "dl-chosen" : ""}`, "aria-pressed": chosen,
        "aria-label": `${title(unit)}, ${shown(state, unit) ? value.textContent : "not computed yet"}` });
    }
  } };
}

function node(g, x, y, name) {
  const value = svg("text", { x, y: y + 14, class: "dl-value" });
  g.append(svg("circle", { cx: x, cy: y, r: 26, class: "dl-node" }), svg("text", { x, y: y - 4, class: "dl-symbol" }, name), value);
  return { g, value };
}

/** The number field of a slider, without the slider: a matrix of sliders would fill the page. */
function field(ui, name, i, label) {
  const { element, update } = slider({ label, ...ui.own(name, i) }), typed = element.lastChild;
  return { typed, update };
}

/** A table of number fields: a row for each unit, a column for each input, and the biases. */
function fields(ui, caption, [M, bias], rows, columns) {
  const all = [], cell = (...args) => (all.push(field(ui, ...args)), h("td", {}, all.at(-1).typed));
  const body = rows.map((row, i) => h("tr", {}, h("th", { scope: "row" }, row),
    ...columns.map((column, j) => cell(M, i * columns.length + j, bias ? `weight from ${column} to ${row}` : `input ${column}`)),
    bias && cell(bias, i, `bias of ${row}`)));
  const head = h("tr", {}, ...["", ...columns, ...(bias ? [bias] : [])].map((text) => h("th", { scope: "col" }, text)));
  const element = h("table", { class: "dl-fields" }, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...body));
  return { element, update: () => all.forEach((one) => one.update()) };
}

function build(ui) {
  const network = drawNetwork(ui), x = ["x₁", "x₂"], hidden = ["h₁", "h₂", "h₃"];
  const play = player(ui, { pause: 1200, step() {
    const patch = next(ui.state());
    if (patch) ui.put(patch);
    return patch !== null;
  } });
  const ask = answer({ question: () => shown(ui.state(), ui.state().unit) ? null : `Your ${title(ui.state().unit)}, to two decimals:`,
    mark: (value) => mark(ui.state(), ui.state().unit, value) });
  const controls = [ask,
    fields(ui, "Weights W (3, 2) and biases b (3,)", ["W", "b"], hidden, x),
    fields(ui, "Weights V (2, 3) and biases c (2,)", ["V", "c"], ["z₁", "z₂"], hidden),
    fields(ui, "Inputs x (2,)", ["x"], ["x"], x),
    choice({ label: "activation", say: (name) => FUNCTIONS[name].label, ...ui.own("activation") })];
  const hide = h("button", { type: "button", onclick: () => (play.stop(), ui.put({ done: 0, unit: "h1" })) }, "Hide all");
  const table = h("tbody"), steps = h("table", { class: "dl-table" }, table);
  return { drawing: [network.root, steps], controls, actions: [hide, ...play.actions], stop: play.stop, redraw(state) {
    network.redraw(state);
    table.replaceChildren(...calculation(state, state.unit).map(([name, text, value]) =>
      h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, text), h("td", {}, value))));
    return { formula: [], words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a forward pass by hand", spec: SPEC, build,
    hint: "Compute the marked unit with pencil and paper and enter it. Step shows it term by term, then marks the next." }),
};
