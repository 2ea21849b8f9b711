// One digit through two flows: features that a person wrote, and layers that were learned.
import { h, svg, set, format, clamp, onpress, pressed, choice } from "./kit/kit.js";
import { affine, fill, softmax, unpack } from "./kit/record.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { SPEC } from "./ml_vs_dl_flow.py";

const LAST = SPEC.stage.among.length - 1, SIDE = 8;
export const NAMES = ["ink", "left-right symmetry", "top-bottom symmetry", "holes",
  ...["row", "column"].flatMap((name) => Array.from({ length: SIDE }, (_, i) => `${name} ${i + 1}`))];
const K = NAMES.length;

/** What Python recorded, with the layers of both models, or null where there is nothing. */
export function decode(record) {
  const arrays = unpack(record);
  return arrays && { ...arrays, linear: fill(arrays.linear, [K, 10])[0], layers: fill(arrays.network, [64, 24, 16, 10]) };
}

/** The 64 pixels that are shown: a toggled one is erased where it was inked, and inked where it was not. */
export const picture = (record, { example, toggled }) =>
  Array.from(record.pictures[example], (x, i) => (toggled.includes(i) ? (x > 0.5 ? 0 : 1) : x));

const sum = (values) => values.reduce((total, x) => total + x, 0);
const mean = (values) => sum(values) / values.length;

/** How many patches of paper the ink encloses; ink is darker than 0.5, paper joins along edges. */
export function holes(pixels) {
  const size = SIDE + 2; // a frame of paper joins all that lies outside
  const paper = Array.from({ length: size * size }, (_, k) => {
    const r = Math.floor(k / size) - 1, c = (k % size) - 1;
    return r < 0 || c < 0 || r === SIDE || c === SIDE || pixels[SIDE * r + c] <= 0.5;
  });
  let patches = 0;
  for (let start = 0; start < paper.length; start++) {
    if (!paper[start]) continue;
    patches++;
    for (const stack = [start]; stack.length;) {
      const k = stack.pop(), column = k % size;
      if (!paper[k]) continue;
      paper[k] = false;
      stack.push(k - size, k + size, ...(column ? [k - 1] : []), ...(column < size - 1 ? [k + 1] : []));
    }
  }
  return patches - 1;
}

/** The features of lecturelib.features, in its order, of 64 pixels. */
export function features(pixels) {
  const at = (r, c) => pixels[SIDE * r + c], all = [...pixels.keys()], lines = [...Array(SIDE).keys()];
  const like = (other) => 1 - mean(all.map((i) => Math.abs(pixels[i] - other(Math.floor(i / SIDE), i % SIDE))));
  return [
    mean(pixels), like((r, c) => at(r, SIDE - 1 - c)), like((r, c) => at(SIDE - 1 - r, c)), holes(pixels),
    ...lines.map((r) => mean(lines.map((c) => at(r, c)))), ...lines.map((c) => mean(lines.map((r) => at(r, c)))),
  ];
}

/** Every number of both flows for a picture. */
export function flow(record, pixels) {
  const found = features(pixels), scaled = found.map((f, k) => (f - record.mean[k]) / record.deviation[k]);
  const relu = (values) => values.map((a) => Math.max(0, a)), [first, second, last] = record.layers;
  const h1 = relu(affine(first, pixels)), h2 = relu(affine(second, h1));
  return { features: found, scaled, ml: softmax(affine(record.linear, scaled)).o, h1, h2, dl: softmax(affine(last, h2)).o };
}

const best = (o) => o.indexOf(Math.max(...o));

export function describe(record, state) {
  if (!record) return "Nothing is recorded in this figure; MlVsDlFlow.trained(rng=…) makes one.";
  const { example, stage, toggled } = state, digit = record.labels[example], now = flow(record, picture(record, state));
  const active = (values) => values.filter((value) => value > 0).length;
  const verdict = (o) => `${best(o)} (${format(Math.max(...o))})${toggled.length ? "" : best(o) === digit ? ", right" : ", wrong"}`;
  const changed = toggled.length ? `, ${toggled.length} ${toggled.length === 1 ? "pixel" : "pixels"} changed` : "";
  const said = [
    `Both flows get the same 64 pixels; their mean is ${format(now.features[0])}.`,
    `${K} features by rules that a person wrote; 24 hidden units by learned weights, ${active(now.h1)} of them above 0.`,
    `The features are scaled; 16 more hidden units, ${active(now.h2)} of them above 0.`,
    `The features say ${verdict(now.ml)}; the network says ${verdict(now.dl)}.`,
  ];
  return `Example ${example + 1}, labelled ${digit}${changed}. Stage ${stage} of ${LAST}: ${said[stage]}`;
}

function formula(record, { stage }, now) {
  const line = (flow, person, learned) => h("div", {}, `${flow}. A person: `, h("b", {}, person), ". Learned: ", h("b", {}, learned), ".");
  const unit = (values) => `all weights; in unit ${best(values) + 1}, the largest: max(0, w·${values === now.h1 ? "x" : "h"} + b) = ${format(Math.max(...values))}`;
  const answer = (o) => `o = eᶻ / Σ eᶻ, largest ${format(Math.max(...o))} for ${best(o)}`;
  const [f, m, d, s] = [now.features, record.mean, record.deviation, now.scaled].map((values) => format(values[0]));
  return [
    [line("Both flows", "8 × 8 squares, the ink in each scaled to 0 … 1", "nothing yet")],
    [line("ML", `ink = (x₁ + … + x₆₄) / 64 = ${f}, and 19 rules more`, "nothing yet"),
      line("DL", "24 units with ReLU", unit(now.h1))],
    [line("ML", `scaled ink = (${f} − ${m}) / ${d} = ${s}`, "mean and deviation, measured on the training set"),
      line("DL", "16 units with ReLU", unit(now.h2))],
    [line("ML", "ten outputs, softmax", `z = W f + b, ${answer(now.ml)}`), line("DL", "ten outputs, softmax", `z = W h + b, ${answer(now.dl)}`)],
  ][stage];
}

/** The picture: a click, or the arrow keys and Space, inks or erases a pixel. */
function drawPicture(ui, record) {
  const size = 30, root = svg("svg", { viewBox: "-2 -2 244 244", class: "dl-picture", role: "group", "aria-label": "The digit: 8 rows of 8 pixels to ink or erase" });
  const toggle = (i) => {
    const { toggled } = ui.state();
    ui.put({ toggled: toggled.includes(i) ? toggled.filter((other) => other !== i) : [...toggled, i] });
  };
  const cells = Array.from({ length: 64 }, (_, i) => svg("rect", { x: size * (i % SIDE), y: size * Math.floor(i / SIDE), width: size, height: size,
    class: "dl-cell", ...onpress(() => (focus(i), toggle(i))), tabindex: i ? -1 : 0 }));
  function focus(i) { // one stop of the Tab key for all pixels: the one last visited
    cells.forEach((cell, k) => set(cell, { tabindex: k === i ? 0 : -1 }));
    cells[i].focus();
  }
  root.addEventListener("keydown", (event) => {
    const i = cells.indexOf(event.target), r = Math.floor(i / SIDE), c = i % SIDE;
    const to = pressed(event, { ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], ArrowUp: [r - 1, c], ArrowDown: [r + 1, c] });
    if (!to) return;
    event.preventDefault();
    focus(SIDE * clamp(to[0], 0, SIDE - 1) + clamp(to[1], 0, SIDE - 1));
  });
  root.append(...cells);
  return { root, redraw(state) {
    picture(record, state).forEach((x, i) => {
      const changed = state.toggled.includes(i);
      set(cells[i], { "fill-opacity": x, class: `dl-cell${changed ? " dl-changed" : ""}`,
        "aria-label": `row ${Math.floor(i / SIDE) + 1}, column ${(i % SIDE) + 1}, ink ${format(x)}${changed ? ", changed" : ""}`, "aria-pressed": x > 0.5 });
    });
  } };
}

const text = (x, y, words, className = "") => svg("text", { x, y, class: className }, words);
const box = (y, height, kind) => svg("rect", { x: 2, y, width: 336, height, rx: 8, class: kind });

/** Upright bars over `base`, `height` for the largest; returns how to set them (`null`: not computed yet). */
function bars(root, count, base, height, labels) {
  const width = 324 / count, rects = Array.from({ length: count }, (_, i) => svg("rect", { x: 8 + i * width + 1.5, width: width - 3, class: "dl-plus" }));
  const names = labels ? rects.map((_, i) => text(8 + (i + 0.5) * width, base + 15, i, "dl-value")) : [];
  root.append(svg("path", { d: `M8 ${base}H332`, class: "dl-axis" }), ...rects, ...names);
  return (values, full) => rects.forEach((rect, i) => {
    const size = values ? (height * values[i]) / full : 0;
    set(rect, { y: base - size, height: size });
    if (labels) set(names[i], { class: values && i === best(values) ? "dl-value dl-best" : "dl-value" });
  });
}

function outputs(root, count) {
  root.append(box(358, 110, "dl-learned"), text(10, 376, `3 · softmax: ${count} learned numbers`));
  const draw = bars(root, 10, 448, 50, true), says = text(332, 394, "", "dl-end");
  root.append(says);
  return (o) => {
    draw(o, 1);
    says.textContent = o ? `${best(o)}: ${format(Math.max(...o))}` : "";
  };
}

function panel(label) {
  return svg("svg", { viewBox: "0 0 340 470", role: "img", "aria-label": label });
}

function drawML() {
  const root = panel("Machine learning flow: features that a person wrote, scaled, then learned weights"), step = 15;
  root.append(box(2, 348, "dl-person"), text(10, 20, "ML · 1 · a person wrote each feature"), text(290, 38, "2 · scaled", "dl-value"), text(184, 38, "value", "dl-value"));
  const rows = NAMES.map((name, k) => {
    const y = 44 + step * k, row = { bar: svg("rect", { x: 154, y: y + 2, height: 10, class: "dl-plus" }), value: text(246, y + 11, "", "dl-end"), scaled: svg("rect", { y: y + 2, height: 10 }) };
    root.append(text(10, y + 11, name), row.bar, row.value, row.scaled);
    return row;
  });
  root.append(svg("path", { d: "M154 42V344M292 42V344", class: "dl-axis" }));
  const answer = outputs(root, "210");
  return { root, redraw(stage, now) {
    rows.forEach(({ bar, value, scaled }, k) => {
      const f = now.features[k], full = NAMES[k] === "holes" ? 3 : 1, length = stage > 1 ? 14 * clamp(now.scaled[k], -3, 3) : 0; // ±3 deviations fill the column
      bar.setAttribute("width", stage > 0 ? 54 * clamp(f / full, 0, 1) : 0);
      value.textContent = stage > 0 ? format(f, NAMES[k] === "holes" ? 0 : 2) : "";
      set(scaled, { x: 292 + Math.min(0, length), width: Math.abs(length), class: length < 0 ? "dl-minus" : "dl-plus" });
    });
    answer(stage > 2 ? now.ml : null);
  } };
}

function drawDL() {
  const root = panel("Deep learning flow: two layers of hidden units and the outputs, all with learned weights");
  const layers = [[24, "1,560", 2], [16, "400", 180]].map(([count, numbers, y], k) => {
    const largest = text(332, y + 38, "", "dl-end");
    root.append(box(y, 170, "dl-learned"), text(10, y + 18, `${k ? "" : "DL · "}${k + 1} · ${count} units: ${numbers} learned numbers`), largest);
    const draw = bars(root, count, y + 160, 112);
    return (values) => {
      const top = values ? Math.max(...values) : 0;
      draw(values, Math.max(top, 1e-9));
      largest.textContent = values ? `largest ${format(top)}` : "";
    };
  });
  const answer = outputs(root, "170");
  return { root, redraw(stage, now) {
    layers[0](stage > 0 ? now.h1 : null);
    layers[1](stage > 1 ? now.h2 : null);
    answer(stage > 2 ? now.dl : null);
  } };
}

function build(ui, record) {
  if (!record) return { drawing: [], redraw: (state) => ({ formula: [], words: describe(record, state) }) };
  const drawing = [drawPicture(ui, record), drawML(), drawDL()];
  const stages = ["0: pixels", "1: features, layer 1", "2: scaled, layer 2", "3: answers"];
  const controls = [
    choice({ label: "example", say: (i) => `${i + 1}: a ${record.labels[i]}`, ...ui.own("example"), put: (example) => ui.put({ example, toggled: [] }) }),
    choice({ label: "stage", say: (stage) => stages[stage], ...ui.own("stage") }),
  ];
  const { actions, stop } = player(ui, { pause: 1500, step() {
    const { stage } = ui.state();
    if (stage < LAST) ui.put({ stage: stage + 1 });
    return stage < LAST;
  } });
  const back = h("button", { type: "button", onclick: () => (stop(), ui.put({ stage: Math.max(0, ui.state().stage - 1) })) }, "Back");
  return { drawing: drawing.map(({ root }) => root), controls, actions: [back, ...actions], stop, redraw(state) {
    const now = flow(record, picture(record, state));
    drawing[0].redraw(state);
    drawing.slice(1).forEach((part) => part.redraw(state.stage, now));
    return { formula: formula(record, state, now), words: describe(record, state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a digit through two flows", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record"))),
    hint: "Step both flows to their answers. Then click pixels to ink or erase them: which answer changes first?" }),
};
