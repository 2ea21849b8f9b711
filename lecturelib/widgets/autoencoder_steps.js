// An autoencoder with two inputs and a code of one number, by hand: forward, loss, and every gradient.
import { format, h, slider, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./autoencoder_steps.py";

/** What is asked for, in order, under the names of the page. */
export const ASKED = ["z", "x̂₁", "x̂₂", "L", "dv₁", "dv₂", "dz", "dw₁", "dw₂"];

/** All values in the order of `ASKED`, and the residual `e`. */
export function values({ x, w, v }) {
  const z = w[0] * x[0] + w[1] * x[1], out = v.map((one) => one * z), e = out.map((one, k) => one - x[k]);
  const dz = e[0] * v[0] + e[1] * v[1];
  return { z, out, e, dz, all: [z, ...out, (e[0] ** 2 + e[1] ** 2) / 2, ...e.map((one) => one * z), dz, ...x.map((one) => dz * one)] };
}

/** The known wrong ways to the value number `i`, each as `[what comes out, what to say about it]`. */
export function mistakes(state, i) {
  const { x, w, v } = state, { z, out, e, dz } = values(state), k = i === 2 || i === 5 || i === 8 ? 1 : 0, other = 1 - k;
  const known = {
    z: [[v[0] * x[0] + v[1] * x[1], "Those are the decoder's weights; the code comes from the encoder's."], [w[0] * x[0], "The second input is missing."],
      [w[1] * x[1], "The first input is missing."], [x[0] + x[1], "Each input is multiplied by its weight first."], [w[0] + w[1], "The weights multiply the inputs."]],
    out: [[v[other] * z, "That is the other output's weight."], [w[k] * z, "Those are the encoder's weights; the decoder has its own."],
      [v[k] * x[k], "The decoder sees the code, not the input."], [z, "The code is multiplied by the decoder's weight."], [v[k], "The weight multiplies the code."]],
    L: [[e[0] ** 2 + e[1] ** 2, "The factor ½ is missing."], [(e[0] + e[1]) ** 2 / 2, "Square each residual first, then add."],
      [(Math.abs(e[0]) + Math.abs(e[1])) / 2, "The residuals are squared."], [(out[0] ** 2 + out[1] ** 2) / 2, "Compare with the input: subtract it first."]],
    dv: [[e[k], "The factor z is missing: the weight multiplied the code."], [e[k] * x[k], "The decoder's weight multiplied the code, not the input."],
      [2 * e[k] * z, "The 2 of the square and the ½ of the loss cancel."], [e[k] * v[k], "That is this output's share of dz; the weight itself multiplied z."], [e[other] * z, "That is the residual of the other output."],
      [out[k] * z, "Start from the residual x̂ − x, not from the output."]],
    dz: [[e[0] * v[0], "The second output is missing: both use the code."], [e[1] * v[1], "The first output is missing: both use the code."],
      [e[0] * w[0] + e[1] * w[1], "The way back to z leads through the decoder's weights."], [e[0] + e[1], "Each residual is weighted by its decoder's weight."], [dz * z, "z itself is no factor here."]],
    dw: [[dz, "The factor of the input is missing."], [dz * w[k], "That would be the gradient of the input; the weight multiplied the input."], [dz * z, "The encoder's weight multiplied the input, not the code."],
      [dz * x[other], "That is the other input."], [e[k] * x[k], "The gradient comes through the code: start from dz."]],
  };
  return known[["z", "out", "out", "L", "dv", "dv", "dz", "dw", "dw"][i]];
}

const HINTS = ["Each input times its encoder's weight, added.", "The code times this output's weight.", "The code times this output's weight.", "Half of the sum of both squared residuals.",
  "The residual of this output, times what the weight multiplied.", "The residual of this output, times what the weight multiplied.", "Both residuals, each times the weight that led to it, added.",
  "dz, times what the weight multiplied.", "dz, times what the weight multiplied."];

/** `{right, says}` for the reader's value of what is asked next, to two decimals. */
export function mark(state, value) {
  const i = state.done, right = values(state).all[i], near = (one) => Math.abs(value - one) <= 0.00501;
  if (near(right)) return { right: true, says: "Press Show to go on." };
  const known = mistakes(state, i).find(([one]) => near(one)), turned = right !== 0 && near(-right);
  return { right: false, says: turned ? (i > 3 ? "The sign is turned round: the residual is x̂ − x." : "The sign is turned round.") : (known?.[1] ?? HINTS[i]) };
}

export function describe(state) {
  const { all } = values(state), { done } = state, last = done === ASKED.length;
  const known = ASKED.slice(0, done).map((name, i) => `${name} = ${format(all[i])}`).join(", ");
  const still = last && all.slice(4).every((one) => Math.abs(one) < 0.005);
  return `${done} of 9 values shown${known && `: ${known}`}.${still ? " Every gradient is 0: a step would change nothing." : ""}`;
}

const word = (x, y, text, name = "dl-value") => svg("text", { x, y, class: name, "text-anchor": "middle" }, text);
const edge = (x1, y1, x2, y2, weight) => svg("path", { d: `M${x1} ${y1}L${x2} ${y2}`, class: weight < 0 ? "dl-negative" : "dl-positive", fill: "none", "stroke-width": (1 + Math.min(3, Math.abs(weight))).toFixed(2) });
const node = (x, y, name, text) => [svg("circle", { cx: x, cy: y, r: 24, class: "dl-node" }), word(x, y + 5, text), word(x, y - 31, name, "dl-symbol")];

/** The network with the numbers that are known; gradients stand below the weights that they belong to. */
function draw(state) {
  const { x, w, v, done } = state, { all } = values(state), seen = (i) => (i < done ? format(all[i]) : "?");
  const rows = [75, 185], labels = [[115, 82, 190], [285, 82, 190]];
  const gradient = (px, py, i) => (i < done ? word(px, py, `d ${format(all[i])}`, "dl-gradient") : null);
  return [...rows.map((y, k) => edge(64, y, 176, 130, w[k])), ...rows.map((y, k) => edge(224, 130, 336, y, v[k])),
    ...rows.flatMap((y, k) => node(40, y, `x${"₁₂"[k]}`, format(x[k]))), ...node(200, 130, "z", seen(0)), ...rows.flatMap((y, k) => node(360, y, ASKED[k + 1], seen(k + 1))),
    ...[w, v].flatMap((weights, j) => weights.flatMap((one, k) => [word(labels[j][0], labels[j][k + 1], `${"wv"[j]}${"₁₂"[k]} = ${format(one)}`, "dl-weight"), gradient(labels[j][0], labels[j][k + 1] + 18, j ? 4 + k : 7 + k)])),
    gradient(200, 178, 6), word(200, 236, `L = ${seen(3)}`)].filter(Boolean);
}

function formula({ x, w, v }) {
  const b = (one) => (one < 0 ? `(${format(one)})` : format(one));
  return [`z = w₁x₁ + w₂x₂ = ${b(w[0])} · ${b(x[0])} + ${b(w[1])} · ${b(x[1])}`, `x̂ = v z with v = (${format(v[0])}, ${format(v[1])}); L = ½ |x̂ − x|²`].map((text) => h("div", {}, text));
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 400 245", class: "dl-diagram", role: "img" });
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const { done } = ui.state();
    return done < ASKED.length ? `Your ${ASKED[done]}, to two decimals:` : null;
  } });
  const pair = (trait, label) => [0, 1].map((i) => slider({ label: `${label}${"₁₂"[i]}`, step: 0.1, ...ui.own(trait, i) }));
  const button = (text, act) => h("button", { type: "button", onclick: act }, text);
  return { drawing: [root], controls: [ask, ...pair("x", "input x"), ...pair("w", "encoder w"), ...pair("v", "decoder v")],
    actions: [button("Show", () => ui.put({ done: ui.state().done + 1 })), button("Hide all", () => ui.put({ done: 0 }))], redraw(state) {
      root.replaceChildren(...draw(state));
      root.setAttribute("aria-label", `Two inputs, one code, two outputs: ${describe(state)}`);
      return { formula: formula(state), words: describe(state) };
    } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: an autoencoder by hand", spec: SPEC, build,
    hint: "Compute the value that is asked for and enter it; Show goes on to the next. All numbers can be changed." }),
};
