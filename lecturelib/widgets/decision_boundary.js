// Where a small network changes its mind while it learns: recorded weights, the field computed from them.
import { h, svg, set, format, slider, choice, tick } from "./kit/kit.js";
import { plane, path } from "./kit/plane.js";
import { fill, unpack } from "./kit/record.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { SPEC } from "./decision_boundary.py";

const DATA = { moons: "two moons", circles: "two circles", xor: "XOR clouds", spiral: "spiral" };
const LAST = SPEC.epoch.high, EVERY = 50, COUNT = 120;
const REACH = 2.2; // of the plane
const CELLS = 64; // of the field, on a side
const SNAPSHOTS = LAST / EVERY + 1;

/** Which of the recorded epochs, counted from 0, is nearest. */
export const snapshot = (epoch) => Math.round(epoch / EVERY);

/** The points of a data set, the first half of class 0: `[x1, x2, class]`. */
export const points = (record, data) => record[data].map(([x1, x2], i) => [x1, x2, i < COUNT / 2 ? 0 : 1]);

/** The two layers of the network of a state. */
export const network = (record, { data, width, epoch }) => fill(record[`${data} ${width}`][snapshot(epoch)], [2, width, 2]);

/** z₂ − z₁ of V tanh(W x + b) + c: above zero the network says class 1. */
export function margin([{ W, b }, { W: V, b: c }], x1, x2) {
  let m = c[1] - c[0];
  for (let i = 0; i < b.length; i++) m += (V[1][i] - V[0][i]) * Math.tanh(W[i][0] * x1 + W[i][1] * x2 + b[i]);
  return m;
}

/** The probability of class 1; of two logits the softmax is the sigmoid of their difference. */
export function output(net, x1, x2) {
  const m = margin(net, x1, x2), e = Math.exp(-Math.abs(m)); // exp of a negative number: no overflow
  return m >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** Mean cross-entropy and the number of points on the right side. */
export function score(net, all) {
  let loss = 0, right = 0;
  for (const [x1, x2, y] of all) {
    const m = (y ? 1 : -1) * margin(net, x1, x2);
    loss += Math.max(0, -m) + Math.log1p(Math.exp(-Math.abs(m)));
    right += y === (margin(net, x1, x2) > 0 ? 1 : 0);
  }
  return { loss: loss / all.length, right };
}

/** Values on a grid of (n + 1)² points, rows from below. */
export const field = (f, n = CELLS, r = REACH) => Array.from({ length: n + 1 }, (_, i) =>
  Array.from({ length: n + 1 }, (_, j) => f(-r + (2 * r * j) / n, -r + (2 * r * i) / n)));

/**
 * The part of the plane where a gridded field exceeds `level`: polygons, and the segments of its border. Whole cells of
 * a row are one rectangle; a cell that the border crosses is cut where the value, taken as linear, meets the level.
 */
export function above(values, level, r = REACH) {
  const n = values.length - 1, at = (k) => -r + (2 * r * k) / n, polygons = [], segments = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0, start = null; j <= n; j++) {
      const v = j < n ? [values[i][j], values[i][j + 1], values[i + 1][j + 1], values[i + 1][j]].map((x) => x - level) : [];
      const whole = v.length > 0 && v.every((x) => x > 0);
      if (whole && start === null) start = j;
      if (!whole && start !== null) {
        polygons.push([[at(start), at(i)], [at(j), at(i)], [at(j), at(i + 1)], [at(start), at(i + 1)]]);
        start = null;
      }
      if (whole || !v.some((x) => x > 0)) continue;
      const { polygon, cuts } = cut([[at(j), at(i)], [at(j + 1), at(i)], [at(j + 1), at(i + 1)], [at(j), at(i + 1)]], v);
      polygons.push(polygon);
      for (let k = 0; k < cuts.length; k += 2) segments.push([cuts[k], cuts[k + 1]]);
    }
  }
  return { polygons, segments };
}

/** The part of a cell with v > 0, and the points at which its edges cross zero. */
function cut(corners, v) {
  const cuts = [], polygon = corners.flatMap((p, k) => {
    const q = corners[(k + 1) % 4], w = v[(k + 1) % 4], kept = v[k] > 0 ? [p] : [];
    if (v[k] > 0 === w > 0) return kept;
    const t = v[k] / (v[k] - w), crossing = [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])];
    cuts.push(crossing);
    return [...kept, crossing];
  });
  return { polygon, cuts };
}

export function describe(record, state) {
  if (!record) return "No training is recorded in this figure; DecisionBoundary.trained(rng=…) makes one.";
  const { loss, right } = score(network(record, state), points(record, state.data));
  const units = state.width === 1 ? "1 hidden unit" : `${state.width} hidden units`;
  const near = EVERY * snapshot(state.epoch), epoch = near === state.epoch ? near : `${near} (the recorded one nearest to ${format(state.epoch, 0)})`;
  const end = right === COUNT ? " No point lies on the wrong side." : ` ${COUNT - right} on the wrong side.`;
  return `${DATA[state.data]}, ${units}, epoch ${epoch}: loss ${format(loss)}, ${right} of ${COUNT} points right (${format((100 * right) / COUNT, 0)} %).${end}`;
}

const closed = (polygon, { sx, sy }) => `${path(polygon, sx, sy)}Z`;

function drawField(record) {
  const chart = plane({ x: [-REACH, REACH], y: [-REACH, REACH], width: 340, height: 340, ticksX: [-2, -1, 0, 1, 2], nameX: "input x₁", nameY: "input x₂" });
  set(chart.root, { role: "img", "aria-label": "Plane of the two inputs: points of two classes and the border between the network's answers" });
  const side = svg("path", { class: "dl-side" }), hidden = svg("path", { class: "dl-thin" });
  const levels = [0.1, 0.9, 0.5].map((level) => ({ level, el: svg("path", { class: level === 0.5 ? "dl-boundary" : "dl-level" }) }));
  const marks = svg("g");
  chart.layer.append(side, hidden, ...levels.map(({ el }) => el), marks);
  return { root: chart.root, redraw(state, net) {
    const { sx, sy } = chart, values = field((x1, x2) => output(net, x1, x2));
    for (const { level, el } of levels) {
      const { polygons, segments } = above(values, level);
      el.setAttribute("d", segments.map((segment) => path(segment, sx, sy)).join(""));
      if (level === 0.5) side.setAttribute("d", polygons.map((polygon) => closed(polygon, chart)).join(""));
    }
    hidden.setAttribute("d", state.lines ? hiddenLines(net).map((line) => path(line, sx, sy)).join("") : "");
    marks.replaceChildren(...points(record, state.data).map((point) => mark(point, margin(net, ...point) > 0 ? 1 : 0, chart)));
  } };
}

/** For each hidden unit the line w·x + b = 0, two points far outside the plane; none where both weights are zero. */
export function hiddenLines([{ W, b }]) {
  return Array.from(b).flatMap((bias, i) => {
    const w = Array.from(W[i]), length = Math.hypot(...w);
    if (!length) return [];
    const [n1, n2] = w.map((wi) => wi / length), d = -bias / length;
    return [[-9, 9].map((t) => [d * n1 - t * n2, d * n2 + t * n1])];
  });
}

/** A round point for class 0, a filled square for class 1; a cross behind it where the network is wrong. */
function mark([x1, x2, y], says, { sx, sy }) {
  const x = Number(sx(x1).toFixed(1)), top = Number(sy(x2).toFixed(1));
  const shape = y ? svg("rect", { x: x - 3.5, y: top - 3.5, width: 7, height: 7, class: "dl-square" }) : svg("circle", { cx: x, cy: top, r: 3.8, class: "dl-ring" });
  return svg("g", {}, shape, says === y ? null : svg("path", { d: `M${x - 6} ${top - 6}l12 12m0 -12l-12 12`, class: "dl-cross" }));
}

function drawLoss(record) {
  const chart = plane({ x: [0, LAST], y: [0, 1], width: 340, height: 220, ticksX: [0, 250, 500, 750, 1000], ticksY: [0, 1], nameX: "epoch", nameY: "loss (nats)" });
  set(chart.root, { role: "img", "aria-label": "Curve of the training loss with a point at the epoch shown" });
  const guess = svg("path", { class: "dl-level", d: `M${chart.sx(0)} ${chart.sy(Math.LN2)}H${chart.sx(LAST)}` });
  const curve = svg("path", { class: "dl-curve dl-series-0" }), dot = svg("circle", { r: 5, class: "dl-point dl-series-0" });
  chart.layer.append(guess, curve);
  chart.over.append(svg("text", { x: chart.sx(LAST), y: chart.sy(Math.LN2) - 5, "text-anchor": "end" }, "guessing"), dot);
  return { root: chart.root, redraw(state) {
    const all = points(record, state.data);
    const losses = Array.from({ length: SNAPSHOTS }, (_, k) => [k * EVERY, score(network(record, { ...state, epoch: k * EVERY }), all).loss]);
    curve.setAttribute("d", path(losses, chart.sx, chart.sy));
    const [x, y] = losses[snapshot(state.epoch)];
    set(dot, { cx: chart.sx(x), cy: chart.sy(Math.min(1, y)) });
  } };
}

function build(ui, record) {
  const plot = drawField(record), losses = drawLoss(record);
  const controls = [
    slider({ label: "epoch", ...ui.own("epoch"), step: EVERY }), choice({ label: "data set", say: (name) => DATA[name], ...ui.own("data") }),
    choice({ label: "width", ...ui.own("width") }), tick({ label: "a line for each hidden unit", ...ui.own("lines") }),
  ];
  const { actions, stop } = player(ui, { pause: 400, step() {
    const now = snapshot(ui.state().epoch);
    if (now < SNAPSHOTS - 1) ui.put({ epoch: EVERY * (now + 1) });
    return now < SNAPSHOTS - 1;
  } });
  return { drawing: [plot.root, losses.root], controls, actions, stop, redraw(state) {
    if (record) {
      plot.redraw(state, network(record, state));
      losses.redraw(state);
    }
    const H = state.width;
    return { formula: h("div", {}, `o = softmax(V tanh(W x + b) + c): ${2 * H} + ${H} + ${2 * H} + 2 = `, h("b", {}, `${5 * H + 2} numbers`)), words: describe(record, state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: the decision boundary during training", spec: SPEC,
    build: (ui) => build(ui, unpack(view.model.get("_record"))),
    hint: "Move the epoch, or press Run. Which data set needs how many hidden units?" }),
};
