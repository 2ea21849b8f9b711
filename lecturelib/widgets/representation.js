// What each layer makes of two tangled classes: recorded weights; points, grid and probe computed from them.
import { h, svg, set, format, slider, choice, tick } from "./kit/kit.js";
import { plane, path } from "./kit/plane.js";
import { affine, fill, unpack } from "./kit/record.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { SPEC } from "./representation.py";

const DATA = { circles: "two circles", spiral: "spiral", moons: "two moons" };
const LAYERS = SPEC.layer.among, LAST = SPEC.epoch.high, EVERY = 50, COUNT = 120, RIDGE = 1e-3;
const REACH = { 0: 2.2, 2: 1.1, 4: 1.1, 6: 1.1 }; // of the plane drawn; tanh stays within ±1
const SNAPSHOTS = LAST / EVERY + 1;
const layerName = (layer) => (layer ? `layer ${layer}` : "input");

/** Which of the recorded epochs, counted from 0, is nearest. */
export const snapshot = (epoch) => Math.round(epoch / EVERY);

/** The points of a data set, the first half of class 0: `[x1, x2, class]`. */
export const points = (record, data) => record[data].map(([x1, x2], i) => [x1, x2, i < COUNT / 2 ? 0 : 1]);

/** The layers of the network of a state. */
export const network = (record, { data, width, epoch }) =>
  fill(record[`${data} ${width}`][snapshot(epoch)], [2, width, 2, width, 2, width, 2, 2]);

/** h_l = tanh(W_l h_{l−1} + b_l) for the first `layer` layers. */
export function forward(net, layer, x) {
  for (const one of net.slice(0, layer)) x = affine(one, x).map(Math.tanh);
  return x;
}

/**
 * lecturelib's linear_probe for two units and two classes: `v` and `c` with v·h + c > 0 for class 1, the difference of
 * the two scores. `all` are points `[h1, h2, class]`.
 */
export function probe(all) {
  const n = all.length, mean = (f) => all.reduce((sum, p) => sum + f(p), 0) / n;
  const mu = [0, 1].map((j) => mean((p) => p[j]));
  const sigma = mu.map((m, j) => {
    const deviation = Math.sqrt(mean((p) => (p[j] - m) ** 2));
    return deviation <= 1e-12 * (1 + Math.abs(m)) ? 1 : deviation;
  });
  const a = (p, j) => (p[j] - mu[j]) / sigma[j], sign = (p) => (p[2] ? 1 : -1);
  const p = mean((q) => a(q, 0) ** 2) + RIDGE, q = mean((r) => a(r, 0) * a(r, 1)), r = mean((s) => a(s, 1) ** 2) + RIDGE;
  const [t1, t2] = [0, 1].map((j) => mean((s) => a(s, j) * sign(s))), D = p * r - q * q;
  const v = [(r * t1 - q * t2) / D / sigma[0], (p * t2 - q * t1) / D / sigma[1]];
  return { v, c: mean(sign) - v[0] * mu[0] - v[1] * mu[1] };
}

export const margin = ({ v, c }, [h1, h2]) => v[0] * h1 + v[1] * h2 + c;

/** The points after a layer, with the probe fitted to them and the number that it gets right. */
export function seen(record, state, layer = state.layer) {
  const net = network(record, state);
  const all = points(record, state.data).map(([x1, x2, y]) => [...forward(net, layer, [x1, x2]), y]);
  const line = probe(all);
  return { all, line, right: all.filter((p) => margin(line, p) > 0 === (p[2] === 1)).length };
}

/** The part of the square ±reach where f > 0: the corners of a polygon, none where there is no such part. */
export function half(f, reach) {
  const corners = [[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]];
  return corners.flatMap((p, k) => {
    const q = corners[(k + 1) % 4], [s, t] = [f(p), f(q)], kept = s > 0 ? [p] : [];
    return s > 0 === t > 0 ? kept : [...kept, [0, 1].map((j) => p[j] + (s / (s - t)) * (q[j] - p[j]))];
  });
}

/** Two points of the line v·h + c = 0, far outside; null where v is zero. */
export function ends({ v, c }) {
  const length = Math.hypot(...v), [n1, n2] = v.map((x) => x / length);
  return length ? [-9, 9].map((t) => [(-c / length) * n1 - t * n2, (-c / length) * n2 + t * n1]) : null;
}

/** The grid lines of the input, each a list of points after the layer. */
export function mesh(net, layer, reach = 2, every = 0.5, parts = 32) {
  const lines = [], spots = Array.from({ length: parts + 1 }, (_, i) => -reach + (2 * reach * i) / parts);
  for (let t = -reach; t <= reach; t += every) lines.push(spots.map((s) => [t, s]), spots.map((s) => [s, t]));
  return lines.map((line) => line.map((x) => forward(net, layer, x)));
}

const percent = (right) => `${format((100 * right) / COUNT, 0)} %`;

export function describe(record, state) {
  if (!record) return "No training is recorded in this figure; Representation.trained(rng=…) makes one.";
  const { data, width, layer, epoch } = state, near = EVERY * snapshot(epoch);
  const when = near === epoch ? near : `${near} (the recorded one nearest to ${format(epoch, 0)})`;
  const { right } = seen(record, state), compare = layer ? `; in the input ${percent(seen(record, state, 0).right)}` : "";
  const where = layer ? `after layer ${layer}` : "in the input";
  return `${DATA[data]}, ${width} units in layers 1, 3 and 5, epoch ${when}: ${where}, a line separates ${percent(right)} of the points (${right} of ${COUNT})${compare}.`;
}

/** The rule of the probe: "0.83 h₁ − 1.20 h₂ + 0.10 > 0: class 1". */
export function rule({ v, c }, layer) {
  const name = layer ? "h" : "x", term = (x) => `${x < 0 ? " − " : " + "}${format(Math.abs(x))}`;
  return `${format(v[0])} ${name}₁${term(v[1])} ${name}₂${term(c)} > 0: class 1`;
}

const closed = (polygon, { sx, sy }) => (polygon.length ? `${path(polygon, sx, sy)}Z` : "");

function drawPlane(layer) {
  const reach = REACH[layer], ticksX = layer ? [-1, 0, 1] : [-2, -1, 0, 1, 2], name = layer ? "output h" : "input x";
  const chart = plane({ x: [-reach, reach], y: [-reach, reach], width: 340, height: 340, ticksX, nameX: `${name}₁ of ${layerName(layer)}`, nameY: `${name}₂ of ${layerName(layer)}` });
  if (!layer) for (const [i, text] of chart.root.querySelectorAll(".dl-name").entries()) text.textContent = `input x${"₁₂"[i]}`;
  set(chart.root, { role: "img", "aria-label": `Plane of ${layer ? `the two outputs of layer ${layer}` : "the two inputs"}: points of two classes, the bent grid of the input, and the line of a probe` });
  const side = svg("path", { class: "dl-side" }), web = svg("path", { class: "dl-contour" }), line = svg("path", { class: "dl-boundary" }), marks = svg("g");
  chart.layer.append(side, web, line, marks);
  return { root: chart.root, redraw(record, state, found) {
    const { sx, sy } = chart, two = ends(found.line), f = (p) => margin(found.line, p);
    side.setAttribute("d", closed(half(f, reach), chart));
    web.setAttribute("d", state.mesh ? mesh(network(record, state), layer).map((points) => path(points, sx, sy)).join("") : "");
    line.setAttribute("d", two ? path(two, sx, sy) : "");
    marks.replaceChildren(...found.all.map((p) => mark(p, f(p) > 0 ? 1 : 0, chart)));
  } };
}

/** A round point for class 0, a filled square for class 1; a cross behind it where the probe is wrong. */
function mark([h1, h2, y], says, { sx, sy }) {
  const x = Number(sx(h1).toFixed(1)), top = Number(sy(h2).toFixed(1));
  const shape = y ? svg("rect", { x: x - 3.5, y: top - 3.5, width: 7, height: 7, class: "dl-square" }) : svg("circle", { cx: x, cy: top, r: 3.8, class: "dl-ring" });
  return svg("g", {}, shape, says === y ? null : svg("path", { d: `M${x - 6} ${top - 6}l12 12m0 -12l-12 12`, class: "dl-cross" }));
}

function drawShares(record) {
  const chart = plane({ x: [0, LAST], y: [40, 101], width: 340, height: 220, ticksX: [0, 250, 500, 750, 1000], ticksY: [50, 75, 100], nameX: "epoch", nameY: "separated by a line (%)" });
  set(chart.root, { role: "img", "aria-label": "Share of the points that a line separates over the epochs: the chosen layer heavy, the others thin, the input dashed" });
  const others = svg("path", { class: "dl-thin" }), input = svg("path", { class: "dl-level" }), word = svg("text", { "text-anchor": "end" }, "input");
  const curve = svg("path", { class: "dl-curve dl-series-0" }), dot = svg("circle", { r: 5, class: "dl-point dl-series-0" });
  chart.layer.append(input, others, curve);
  chart.over.append(word, dot);
  return { root: chart.root, redraw(state) {
    const { sx, sy } = chart, curves = Object.fromEntries(LAYERS.map((layer) => [layer, Array.from({ length: SNAPSHOTS }, (_, k) => [k * EVERY, (100 * seen(record, { ...state, epoch: k * EVERY }, layer).right) / COUNT])]));
    const draw = (layer) => path(curves[layer], sx, sy), [x, y] = curves[state.layer][snapshot(state.epoch)];
    input.setAttribute("d", draw(0));
    others.setAttribute("d", LAYERS.slice(1).filter((layer) => layer !== state.layer).map(draw).join(""));
    curve.setAttribute("d", draw(state.layer));
    set(word, { x: sx(LAST), y: sy(curves[0][0][1]) + 16 });
    set(dot, { cx: sx(x), cy: sy(y) });
  } };
}

function build(ui, record) {
  const planes = LAYERS.map(drawPlane), shares = drawShares(record);
  const controls = [
    slider({ label: "epoch", ...ui.own("epoch"), step: EVERY }),
    choice({ label: "shown", say: (layer) => (layer ? `after layer ${layer}` : "input"), ...ui.own("layer") }),
    choice({ label: "data set", say: (name) => DATA[name], ...ui.own("data") }),
    choice({ label: "width", say: (width) => `${width} units in layers 1, 3, 5`, ...ui.own("width") }),
    tick({ label: "the grid of the input", ...ui.own("mesh") }),
  ];
  const { actions, stop } = player(ui, { pause: 400, step() {
    const now = snapshot(ui.state().epoch);
    if (now < SNAPSHOTS - 1) ui.put({ epoch: EVERY * (now + 1) });
    return now < SNAPSHOTS - 1;
  } });
  const stage = h("div", {}, ...planes.map(({ root }) => root));
  return { drawing: [stage, shares.root], controls, actions, stop, redraw(state) {
    planes.forEach(({ root }, i) => root.toggleAttribute("hidden", LAYERS[i] !== state.layer));
    if (!record) return { formula: "", words: describe(record, state) };
    const found = seen(record, state), now = LAYERS.indexOf(state.layer);
    planes[now].redraw(record, state, found);
    shares.redraw(state);
    const all = LAYERS.map((layer) => [layer, `${layerName(layer)} ${percent(seen(record, state, layer).right)}`]);
    return { formula: [h("div", {}, "probe: ", h("b", {}, rule(found.line, state.layer))),
      h("div", {}, ...all.flatMap(([layer, text], i) => [i ? " · " : "", layer === state.layer ? h("b", {}, text) : text]))], words: describe(record, state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: what the layers make of the data", spec: SPEC,
    build: (ui) => build(ui, unpack(view.model.get("_record"))),
    hint: "Move the epoch, or press Run, and walk through the layers. Where can a line separate the classes?" }),
};
