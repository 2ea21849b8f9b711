// Dropout on six outputs: one mask after the other, and the mean of all so far beside the full layer.
import { h, svg, set, format, slider } from "./kit/kit.js";
import { plane, path } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./dropout_masks.py";

const UNITS = SPEC.h.start.length, MOST = SPEC.draws.high, REACH = 12;

/** Uniform numbers in [0, 1), one a unit, of draw 1, 2, …: a small hash, so that a link shows the same masks. */
export function uniform(draw, unit) {
  let x = Math.imul(draw * 8 + unit + 1, 0x9e3779b1);
  for (const [shift, factor] of [[16, 0x85ebca6b], [13, 0xc2b2ae35], [16, 1]]) x = Math.imul(x ^ (x >>> shift), factor);
  return (x >>> 0) / 2 ** 32;
}

/** Which units a draw keeps: 0 or 1 each. */
export const mask = (p, draw) => [...Array(UNITS).keys()].map((unit) => (uniform(draw, unit) >= p ? 1 : 0));

/** m h / (1 − p). */
export const drop = (values, p, kept) => values.map((value, i) => (kept[i] * value) / (1 - p));

/** The mask and the outputs of the newest draw, and the mean of all; null before the first. */
export function follow({ h: values, p, draws }) {
  if (!draws) return null;
  const sums = Array(UNITS).fill(0);
  let kept, out;
  for (let draw = 1; draw <= draws; draw++) {
    kept = mask(p, draw);
    out = drop(values, p, kept);
    out.forEach((value, i) => (sums[i] += value));
  }
  return { kept, out, mean: sums.map((sum) => sum / draws) };
}

/** `{right, says}` for what the reader expects the first unit to become where it is kept, to two decimals. */
export function mark({ h: [value], p }, typed) {
  const near = (other) => Math.abs(typed - other) <= 0.00501;
  if (near(value / (1 - p))) return { right: true, says: "Press Step to see it, in a mask that keeps the unit." };
  const known = [
    [value, "That is not scaled: the mean over the masks would be too small."],
    [value * (1 - p), "That is what the original form does when the network is used; in training it grows."],
    [value / p, "You divided by the probability of dropping it."],
    [0, "That is a unit that is dropped; this one is kept."],
    [-value / (1 - p), "The size is right, the sign is not."],
  ].find(([wrong]) => near(wrong));
  return { right: false, says: known?.[1] ?? "Divide the output by the probability that it is kept." };
}

const row = (values) => `(${values.map((value) => format(value)).join(", ")})`;

export function describe(state) {
  const found = follow(state), { p, draws } = state;
  if (p === 0) return "With p = 0 every mask keeps all units: dropout does nothing.";
  if (!found) return `No mask is drawn yet. With p = ${format(p)}, each unit is dropped with that probability.`;
  const count = found.kept.filter((kept) => kept).length;
  const off = Math.max(...found.mean.map((value, i) => Math.abs(value - state.h[i])));
  return `Mask ${draws} keeps ${count} of ${UNITS} units. Over ${draws} masks the mean is off the full layer by ${format(off)} at most.`;
}

function drawBars() {
  const { root, layer, over, sx, sy } = plane({ x: [0.5, UNITS + 0.5], y: [-REACH, REACH], width: 400, height: 300, ticksX: [1, 2, 3, 4, 5, 6],
    ticksY: [-12, -6, 0, 6, 12], nameX: "unit", nameY: "output" });
  const full = svg("path", { class: "dl-out" }), now = svg("path", { class: "dl-share" }), mean = svg("path", { class: "dl-limit" });
  const keys = [["dl-out", "full layer h"], ["dl-limit", "mean of the masks"]].flatMap(([kind, text], i) => [
    svg("path", { class: kind, d: `M${60 + 150 * i} 24h22` }), svg("text", { x: 88 + 150 * i, y: 28 }, text)]);
  layer.append(now, full, mean);
  over.append(...keys);
  set(root, { role: "img", "aria-label": "Outputs of six units: full, after the newest mask, and the mean" });
  const lines = (values) => values.map((value, i) => path([[i + 0.6, value], [i + 1.4, value]], sx, sy)).join("");
  const bars = (values) => values.map((value, i) => `${path([[i + 0.8, 0], [i + 0.8, value], [i + 1.2, value], [i + 1.2, 0]], sx, sy)}Z`).join("");
  return { root, redraw(state) {
    const found = follow(state);
    full.setAttribute("d", lines(state.h));
    now.setAttribute("d", found ? bars(found.out) : "");
    mean.setAttribute("d", found ? lines(found.mean) : "");
  } };
}

function build(ui) {
  const chart = drawBars();
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const { h: [value], p, draws } = ui.state();
    return draws || !p ? null : `h₁ = ${format(value)}, p = ${format(p)}, kept: h̃₁ =`;
  } });
  const step = () => ui.state().draws < MOST && (ui.put({ draws: ui.state().draws + 1 }), true);
  const first = slider({ label: "output h₁", ...ui.own("h", 0) });
  const controls = [slider({ label: "drop with p", step: 0.05, ...ui.own("p") }), first, slider({ label: "masks", ...ui.own("draws") }), ask];
  return { drawing: [chart.root], controls, ...player(ui, { step, pause: 150 }), redraw(state) {
    chart.redraw(state);
    const found = follow(state);
    const formula = [`h = ${row(state.h)}`, `h̃ = m h / (1 − p) = ${found ? row(found.out) : "?"}`];
    return { formula: formula.map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: dropout masks", spec: SPEC, build,
    hint: "Say what a kept unit becomes, then draw masks: bars are the newest, the dashes the mean of all." }),
};
