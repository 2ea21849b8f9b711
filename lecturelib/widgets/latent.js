// The plane of a code: the reader drags a point, its picture is decoded, and the nearest real digit stands beside it.
import { choice, clamp, format, h, set, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { handle, plane } from "./kit/plane.js";
import { affine, unpack } from "./kit/record.js";
import { greys, INK, inkOf } from "./kit/pad.js";
import { SPEC } from "./latent.py";

const SIDE = 8, FAR = 4; // how many times the usual gap makes a hole
const NAMES = { autoencoder: "the autoencoder's plane", PCA: "PCA's plane", VAE: "the VAE's plane" };
const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a)));
const distance = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1]);

/** The recorded arrays, and for each plane the usual gap between neighbours; null where there is no record. */
export function decode(record) {
  const all = unpack(record);
  return all && { ...all, gaps: Object.fromEntries(SPEC.plane.among.map((name) => [name, spacing(all[`${name} codes`])])) };
}

/** The median distance of a code to the nearest other one. */
export function spacing(codes) {
  const gaps = codes.map((p, i) => codes.reduce((least, q, j) => (i === j ? least : Math.min(least, distance(p, q))), Infinity)).sort((a, b) => a - b);
  return (gaps[Math.floor((gaps.length - 1) / 2)] + gaps[Math.ceil((gaps.length - 1) / 2)]) / 2;
}

/** The code at the place `at`, 0 to 10 each way. */
export function code(all, { plane: name, at }) {
  const [low, high] = all[`${name} range`];
  return at.map((share, k) => low[k] + (share / 10) * (high[k] - low[k]));
}

/** The place of a code, back. */
export function place(all, name, z) {
  const [low, high] = all[`${name} range`];
  return z.map((value, k) => (10 * (value - low[k])) / (high[k] - low[k]));
}

/** The 64 grey values of a code. */
export function picture(all, name, z) {
  if (name === "PCA") return Array.from(all.mean, (m, k) => clamp(m + z[0] * all.directions[0][k] + z[1] * all.directions[1][k], 0, 1));
  const layers = Object.keys(all).filter((key) => key.startsWith(`${name} layers`) && key.endsWith(".W"));
  return layers.reduce((x, key, i) => affine({ W: all[key], b: all[key.replace(/W$/, "b")] }, x).map(i === layers.length - 1 ? sigmoid : (a) => Math.max(0, a)), z);
}

/** The nearest real digit: its number in the list, how far it is, and that in usual gaps. */
export function neighbour(all, name, z) {
  const far = all[`${name} codes`].map((q) => distance(z, q)), least = Math.min(...far);
  return { i: far.indexOf(least), far: least, gaps: least / all.gaps[name] };
}

const pixels = (text) => inkOf(text ?? "", SIDE).map((ink) => ink / INK);

/** Root of the mean squared difference of two pictures. */
export const difference = (a, b) => Math.sqrt(a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0) / a.length);

export function describe(all, digits, state) {
  if (!all) return "No networks are recorded in this figure; Latent.of(autoencoder, vae, X, y) makes one.";
  const z = code(all, state), { i, far, gaps } = neighbour(all, state.plane, z);
  const apart = difference(picture(all, state.plane, z), pixels(digits[i]));
  const where = `The code (${format(z[0])}, ${format(z[1])}) in ${NAMES[state.plane]}: the nearest real digit is a ${all.digits[i]}, ${format(far)} away, ${format(gaps, 1)} times the usual gap between neighbours.`;
  return `${where} ${gaps > FAR ? "You are in a hole: no digit taught the decoder what belongs here." : "Digits are near."} The two pictures differ by ${format(apart)} a pixel.`;
}

function screen(title) {
  const ink = svg("g"), root = svg("svg", { viewBox: "-0.2 -1.6 8.4 9.8", role: "img" }, ink, svg("rect", { width: SIDE, height: SIDE, class: "dl-thin", fill: "none", "vector-effect": "non-scaling-stroke" }));
  return { root, redraw(values, text) {
    ink.replaceChildren(...greys(values, SIDE, { levels: INK }));
    root.setAttribute("aria-label", `${title}: ${text}`);
  } };
}

function build(ui, all, digits) {
  const chart = plane({ x: [0, 10], y: [0, 10], width: 340, height: 340, ticksX: [], nameX: "first number of the code", nameY: "second number", margin: [8, 8, 26, 26] });
  const points = svg("g", { class: "dl-digits", "aria-hidden": "true" }), near = svg("circle", { r: 11, class: "dl-learned" });
  set(chart.root, { role: "group", "aria-label": "The plane of all codes, with real digits and the code to decode" });
  chart.layer.append(points);
  chart.over.append(near);
  const put = (at) => ui.put({ at: at.map((value) => clamp(Math.round(10 * value) / 10, 0, 10)) });
  const grip = handle(chart, { label: "Code to decode", className: "dl-input", range: [0, 10], get: () => ui.state().at, move: put });
  const made = screen("Decoded"), real = screen("Nearest real digit"), captions = [h("p", {}, "decoded"), h("p", {})];
  const beside = h("div", { class: "dl-screens dl-near" }, ...[made, real].map(({ root }, k) => h("div", {}, captions[k], root)));
  let drawn = null;
  return { drawing: [chart.root, beside], controls: [choice({ label: "plane", ...ui.own("plane") })], redraw(state) {
    const words = describe(all, digits, state);
    grip(words);
    if (!all) return { formula: [], words };
    if (drawn !== state.plane) {
      drawn = state.plane;
      points.replaceChildren(...all[`${drawn} codes`].map((z, i) => {
        const [x, y] = place(all, drawn, Array.from(z));
        return svg("text", { x: chart.sx(x).toFixed(1), y: (chart.sy(y) + 4).toFixed(1), "text-anchor": "middle" }, all.digits[i]);
      }));
    }
    const z = code(all, state), { i } = neighbour(all, state.plane, z), [x, y] = place(all, state.plane, Array.from(all[`${state.plane} codes`][i]));
    set(near, { cx: chart.sx(x).toFixed(1), cy: chart.sy(y).toFixed(1) });
    made.redraw(picture(all, state.plane, z), `a picture from the code ${z.map((value) => format(value)).join(", ")}`);
    real.redraw(pixels(digits[i]), `a ${all.digits[i]}`);
    captions[1].textContent = `nearest real digit, a ${all.digits[i]}`;
    return { formula: [], words };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: the plane of a code", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record")), view.model.get("_digits") ?? []),
    hint: "Drag the point, or move it by the arrow keys: the decoder draws what belongs there. Then change the plane." }),
};
