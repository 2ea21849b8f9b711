// One training step written for three libraries, line against line, and the numbers that it makes in a 2-2-1 network.
import { h, svg, set, format, slider, tick } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { SPEC } from "./training_step.py";

const STEPS = SPEC.step.high;
const FAR = 1e6; // beyond it the training has diverged; the squares of such numbers are still finite
const ZERO = Array(9).fill(0);
export const FRAMEWORKS = { numpy: "NumPy", pytorch: "PyTorch", keras: "Keras" };
export const STAGES = ["set-up", "forward", "loss", "zero_grad", "backward", "update"];
/** The parameters in the order of every list of nine here. */
export const NAMES = ["w11", "w12", "b1", "w21", "w22", "b2", "v1", "v2", "c"];

/** The lines of each library, one text a stage; the tests run them. */
export const code = (rate) => ({
  numpy: [`opt = SGD(model, lr=${rate})`, "z = model.forward(X)", "L = mse.forward(z, y)", "opt.zero_grad()", "dz = mse.backward()\nmodel.backward(dz)", "opt.step()"],
  pytorch: [`w = model.parameters()\nopt = SGD(w, lr=${rate})`, "z = model(X)", "L = mse(z, y)", "opt.zero_grad()", "L.backward()", "opt.step()"],
  keras: [`w = model.trainable_weights\nopt = SGD(${rate})`, "with GradientTape() as tape:\n    z = model(X)", "    L = mse(y, z)", "# every tape starts empty", "g = tape.gradient(L, w)", "opt.apply(g, w)"],
});

/** Both passes with the nine parameters: a, h, z, L, then dz, dh, da and the nine gradients. */
export function pass([w11, w12, b1, w21, w22, b2, v1, v2, c], [x1, x2], y) {
  const a = [w11 * x1 + w12 * x2 + b1, w21 * x1 + w22 * x2 + b2], out = a.map((value) => Math.max(0, value));
  const z = v1 * out[0] + v2 * out[1] + c, e = z - y, dz = 2 * e;
  const dh = [dz * v1, dz * v2], da = dh.map((d, i) => (a[i] > 0 ? d : 0));
  const first = da.flatMap((d) => [d * x1, d * x2, d]);
  return { a, h: out, z, L: e * e, dz, dh, da, gradient: [...first, dz * out[0], dz * out[1], dz] };
}

/** Do gradients stay from one step to the next? A tape of Keras never holds those of another. */
export const keeps = (state) => state.forget && state.framework !== "keras";

/**
 * The step that the state shows, after all earlier ones: the numbers of `pass`, the parameters `theta` before it and
 * `after` it, the gradients `kept` from the step before, their `sum` with this step's, and the losses so far. Where
 * an update leaves ±FAR (`gone`), the training ends with it.
 */
export function train(state) {
  const { W, b, V, c, x, y, rate, step } = state, losses = [];
  let theta = [W[0], W[1], b[0], W[2], W[3], b[1], ...V, c], kept = ZERO;
  for (let k = 0; ; k++) {
    const now = pass(theta, x, y), base = keeps(state) ? kept : ZERO;
    const sum = now.gradient.map((g, i) => base[i] + g), after = theta.map((t, i) => t - rate * sum[i]);
    const gone = after.some((t) => !(Math.abs(t) <= FAR));
    losses.push(now.L);
    if (gone || k === step) return { ...now, k, stage: k < step ? 5 : state.stage, theta, kept, sum, after, gone, losses };
    [theta, kept] = [after, sum];
  }
}

/** The nine gradients that the library holds at this stage, or null where it holds none. */
export function stored(state, { k, stage, kept, sum } = train(state)) {
  if (stage >= 4) return sum;
  if (state.framework === "keras") return null;
  const cleared = k === 0 || (stage === 3 && !state.forget);
  return cleared ? (state.framework === "numpy" ? ZERO : null) : kept;
}

const label = (name) => name.replace(/\d/g, (digit) => "₀₁₂"[digit]), num = (x) => format(x, 3);

/** What Step (`by` 1) or Back (−1) changes; null at either end. */
export function turn(state, by) {
  const { k, stage, gone } = train(state), last = STAGES.length - 1, next = stage + by;
  if (by > 0 ? stage === last && (gone || k === STEPS) : !stage || (stage === 1 && !k)) return stage && by < 0 ? { step: 0, stage: 0 } : null;
  if (next > last) return { step: k + 1, stage: 1 };
  return next ? { step: k, stage: next } : { step: k - 1, stage: last };
}

export function describe(state) {
  const t = train(state), { k, stage, sum, gradient } = t, n = k + 1, start = `${FRAMEWORKS[state.framework]}, step ${n}`;
  const silent = t.a.every((a) => a <= 0) ? " Both hidden units are silent: nothing reaches their weights." : "";
  if (stage === 0) return `${start}: nothing is computed yet.`;
  if (stage === 1) return `${start}, forward: z = ${num(t.z)}.`;
  if (stage === 2) return `${start}, loss: L = ${num(t.L)}.`;
  if (stage === 3) {
    if (state.framework === "keras") return `${start}: there is nothing to clear, the tape is new.`;
    if (!state.forget) return `${start}, zero_grad: no gradient is left of the step before.`;
    return `${start}, zero_grad is forgotten: ${k ? `the gradients of ${k === 1 ? "the first step" : `${k} steps`} are still there` : "no harm yet, there are no gradients"}.`;
  }
  if (stage === 4) return `${start}, backward: dw₁₁ = ${num(sum[0])}${keeps(state) && k ? `, a sum over ${n} steps; this step alone gives ${num(gradient[0])}` : ""}.${silent}`;
  if (t.gone) return `${start}, update: diverged, a parameter has passed a million. Take a smaller rate${keeps(state) ? " or clear the gradients" : ""}.`;
  const loss = pass(t.after, state.x, state.y).L;
  return `${start}, update: the loss goes from ${num(t.L)} to ${num(loss)}.${loss > t.L ? " It rises." : ""}`;
}

const wrap = (x) => (x < 0 ? `(${num(x)})` : num(x));

/** The calculations of a stage with their numbers, one a line. */
export function calculation(state) {
  const t = train(state), [w11, w12, b1, w21, w22, b2, v1, v2, c] = t.theta.map(wrap), [x1, x2] = state.x.map(wrap), dz = wrap(t.dz);
  const kept = keeps(state) ? `${num(t.kept[0])} + ` : "", slope = t.a[0] > 0 ? 1 : 0;
  return [[], [`a₁ = ${w11} · ${x1} + ${w12} · ${x2} + ${b1} = ${num(t.a[0])}`, `a₂ = ${w21} · ${x1} + ${w22} · ${x2} + ${b2} = ${num(t.a[1])}`,
    `z = ${v1} · ${num(t.h[0])} + ${v2} · ${num(t.h[1])} + ${c} = ${num(t.z)}`],
  [`L = (z − y)² = (${num(t.z)} − ${wrap(state.y)})² = ${num(t.L)}`], [],
  [`dz = 2 (z − y) = ${num(t.dz)}`, `dw₁₁ = ${kept}dz · v₁ · f′(a₁) · x₁ = ${kept}${dz} · ${v1} · ${slope} · ${x1} = ${num(t.sum[0])}`],
  [`w₁₁ ← w₁₁ − η dw₁₁ = ${num(t.theta[0])} − ${state.rate} · ${wrap(t.sum[0])} = ${num(t.after[0])}`]][t.stage];
}

/** The lines of the three libraries; those of the stage are marked in all three columns. */
function drawLines(ui) {
  const tabs = Object.entries(FRAMEWORKS).map(([framework, name]) => ({ framework,
    button: h("button", { type: "button", onclick: () => ui.put({ framework }) }, name) }));
  const rows = STAGES.map((name, stage) => ({ stage, name: h("div", { class: "dl-part" }, name),
    cells: tabs.map(({ framework }) => ({ framework, cell: h("pre", {}, h("code")) })) }));
  const root = h("div", { class: "dl-lines" }, h("div", { class: "dl-part" }),
    ...tabs.map(({ framework, button }) => h("div", { class: "dl-tab", "data-name": FRAMEWORKS[framework] }, button)),
    ...rows.flatMap(({ name, cells }) => [name, ...cells.map(({ cell }) => cell)]));
  return { root, redraw(state, now) {
    const lines = code(state.rate);
    for (const { framework, button } of tabs) set(button, { "aria-pressed": framework === state.framework });
    for (const { stage, name, cells } of rows) {
      name.textContent = `${stage === now ? "▸ " : ""}${STAGES[stage]}`;
      for (const { framework, cell } of cells) {
        const gone = stage === 3 && state.forget && framework !== "keras";
        cell.firstChild.textContent = `${gone ? "# " : ""}${lines[framework][stage]}`;
        set(cell, { class: `${stage === now ? "dl-lit" : ""} ${framework === state.framework ? "dl-front" : ""} ${gone ? "dl-faint" : ""}` });
      }
    }
  } };
}

const AT = { x1: [30, 70], x2: [30, 220], h1: [180, 70], h2: [180, 220], z: [320, 145], L: [422, 145], y: [422, 240] };
// From, to, which parameter, and where the gradient stands when the weight is above it.
const EDGES = [["x1", "h1", 0, 102, 62], ["x1", "h2", 3, 74, 106], ["x2", "h1", 1, 74, 168], ["x2", "h2", 4, 102, 212], ["h1", "z", 6, 262, 96], ["h2", "z", 7, 262, 186],
  ["z", "L"], ["y", "L"]];
const BIASES = { h1: [2, 180, 22], h2: [5, 180, 172], z: [8, 334, 97] };

function drawNetwork() {
  const root = svg("svg", { viewBox: "0 0 458 290", class: "dl-steps dl-near", role: "img" });
  const text = (x, y, kind) => (root.append(svg("text", { x, y, class: kind })), root.lastChild);
  const lines = EDGES.map(([from, to]) => {
    const [[x1, y1], [x2, y2]] = [AT[from], AT[to]], line = svg("path", { d: `M${x1} ${y1}L${x2} ${y2}` });
    root.append(line);
    return line;
  });
  const nodes = Object.entries(AT).map(([name, [x, y]]) => {
    root.append(svg("circle", { cx: x, cy: y, r: 16, class: "dl-node" }), svg("text", { x, y: y + 6, class: "dl-symbol" }, label(name)));
    return { name, value: text(x, y - 22, name === "y" ? "dl-right dl-weight" : "dl-flow"), back: text(x, y + 34, "dl-gradient") };
  });
  const weights = [...EDGES.filter((edge) => edge.length > 2).map(([, , ...place]) => place), ...Object.values(BIASES)]
    .map(([i, x, y]) => ({ i, value: text(x, y, "dl-weight"), back: i % 3 === 2 ? null : text(x, y + (i % 4 ? 18 : 26), "dl-gradient") }));
  return { root, redraw(state, t) {
    const { stage } = t, theta = stage === 5 ? t.after : t.theta, grads = stored(state, t);
    const forward = { x1: state.x[0], x2: state.x[1], y: state.y }, back = {};
    if (stage >= 1) Object.assign(forward, { h1: t.h[0], h2: t.h[1], z: t.z });
    if (stage >= 2) forward.L = t.L;
    if (stage >= 4) Object.assign(back, { h1: t.dh[0], h2: t.dh[1], z: t.dz });
    const show = (value) => (value === undefined ? "" : format(value));
    lines.forEach((line, i) => set(line, { class: stage >= 4 && i < 7 ? "dl-back" : stage ? "dl-curve dl-series-0" : "dl-curve dl-grid-line" }));
    for (const { name, value, back: below } of nodes) [value.textContent, below.textContent] = [show(forward[name]) || "?", show(back[name])];
    for (const { i, value, back: below } of weights) {
      value.textContent = `${below ? "" : `${label(NAMES[i])} `}${format(theta[i])}`;
      if (below) below.textContent = grads ? format(grads[i]) : "";
    }
    root.setAttribute("aria-label", `Network: ${Object.entries(forward).map(([name, value]) => `${label(name)} ${format(value)}`).join(", ")}`);
  } };
}

/** The losses of all steps up to this one, and those of a training that clears its gradients. */
function drawLosses() {
  const root = svg("svg", { viewBox: "0 0 458 150", class: "dl-steps", role: "img" });
  const own = svg("path", { class: "dl-curve dl-loss" }), clear = svg("path", { class: "dl-curve dl-series-2" });
  const words = [10, 448].map((x, i) => svg("text", { x, y: 16, class: i ? "dl-end" : "dl-start" }));
  root.append(svg("path", { d: "M10 130H448", class: "dl-curve dl-grid-line" }), clear, own, ...words, svg("text", { x: 229, y: 147 }, `loss before step 1 … ${STEPS + 1}`));
  return { root, redraw(state, { losses }) {
    const cleared = train({ ...state, framework: "keras" }).losses, top = Math.max(...losses, ...cleared) || 1;
    const d = (all) => all.map((L, i) => `${i ? "L" : "M"}${(12 + (i * 434) / STEPS).toFixed(1)} ${(130 - (L / top) * 104).toFixed(1)}`).join("") + "h2";
    set(own, { d: d(losses) });
    set(clear, { d: d(cleared), visibility: keeps(state) ? "visible" : "hidden" });
    words[0].textContent = `— ${num(losses.at(-1))} now`;
    words[1].textContent = keeps(state) ? `··· ${num(cleared.at(-1))} with cleared gradients` : "";
    root.setAttribute("aria-label", `Loss before each step: ${losses.map(num).join(", ")}`);
  } };
}

/** Where each parameter stands in the state. */
const PLACES = [["W", 0], ["W", 1], ["b", 0], ["W", 2], ["W", 3], ["b", 1], ["V", 0], ["V", 1], ["c"]];

/** A row for each parameter: its first value to type, its value now, its gradient as the library holds it. */
function drawTable(ui) {
  const rows = NAMES.map((name, i) => {
    const { element, update } = slider({ label: `${label(name)} at first`, ...ui.own(...PLACES[i]) }), cells = [h("td"), h("td", { class: "dl-gradient" })];
    return { update, cells, row: h("tr", {}, h("th", { scope: "row" }, label(name)), h("td", {}, element.lastChild), ...cells) };
  });
  const head = h("tr", {}, ...["θ", "at first", "now", "gradient"].map((text) => h("th", { scope: "col" }, text)));
  const root = h("table", { class: "dl-table dl-parameters dl-tall" }, h("thead", {}, head), h("tbody", {}, ...rows.map(({ row }) => row)));
  return { root, redraw(state, t) {
    const grads = stored(state, t), none = state.framework === "keras" ? "–" : "None";
    rows.forEach(({ update, cells }, i) => {
      update();
      cells[0].textContent = num((t.stage === 5 ? t.after : t.theta)[i]);
      cells[1].textContent = grads ? num(grads[i]) : none;
    });
  } };
}

function build(ui) {
  const parts = [drawLines(ui), drawNetwork(), drawTable(ui), drawLosses()];
  const go = (by) => {
    const patch = turn(ui.state(), by);
    if (patch) ui.put(patch);
    return patch !== null;
  };
  const play = player(ui, { pause: 900, step: () => go(1) });
  const back = h("button", { type: "button", onclick: () => (play.stop(), go(-1)) }, "Back");
  const controls = [
    tick({ label: "forget zero_grad", ...ui.own("forget") }),
    slider({ label: "steps done", ...ui.own("step") }), slider({ label: "rate η", step: 0.01, ...ui.own("rate") }),
    slider({ label: "input x₁", ...ui.own("x", 0) }), slider({ label: "input x₂", ...ui.own("x", 1) }), slider({ label: "target y", ...ui.own("y") }),
  ];
  return { drawing: parts.map(({ root }) => root), controls, actions: [back, ...play.actions], stop: play.stop, redraw(state) {
    const t = train(state);
    parts[0].redraw(state, t.stage);
    for (const part of parts.slice(1)) part.redraw(state, t);
    return { formula: calculation(state).map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: one training step in three libraries", spec: SPEC, build,
    hint: "Step through the lines; then forget zero_grad and watch the gradients over several steps." }),
};
