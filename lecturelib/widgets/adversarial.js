// How far a picture must be changed until a small network misreads it.
import { h, svg, set, format, clamp, slider, choice } from "./kit/kit.js";
import { affine, fill, softmax, unpack } from "./kit/record.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./adversarial.py";

const CLASSES = 10, PIXELS = 64, SIDE = 8, MOST = SPEC.epsilon.high;
const DIRECTIONS = { gradient: "gradient sign", random: "random signs" };

/** The recorded network, its `layers`, and the `pictures`; null where there is none. */
export function decode(record) {
  const arrays = unpack(record);
  if (!arrays) return null;
  const H = (arrays.network.length - CLASSES) / (PIXELS + 1 + CLASSES);
  return { layers: fill(arrays.network, [PIXELS, H, CLASSES]), pictures: arrays.pictures };
}

export const picture = ({ pictures }, digit) => Array.from(pictures[digit]);

/** Hidden outputs h = max(0, W x + b) and the probabilities o = softmax(V h + c). */
export function forward({ layers }, x) {
  const hidden = affine(layers[0], x).map((a) => Math.max(0, a)), z = affine(layers[1], hidden), { o, log } = softmax(z);
  return { hidden, o, loss: (y) => log - z[y] };
}

/** ∂L/∂x of the cross-entropy of class y: back through the softmax, V, the ReLU and W. */
export function gradient(net, x, y) {
  const [{ W }, { W: V }] = net.layers, { hidden, o } = forward(net, x), dz = o.map((ok, k) => ok - (k === y ? 1 : 0));
  const da = hidden.map((hi, i) => (hi > 0 ? dz.reduce((sum, d, k) => sum + V[k][i] * d, 0) : 0));
  return x.map((_, j) => da.reduce((sum, d, i) => sum + W[i][j] * d, 0));
}

/** A fair coin for each pixel, the same each time: the multiplier and the offset of a linear congruential generator. */
export function coins(digit) {
  let seed = Math.imul(digit + 1, 2654435761); // neighbours would begin alike
  return Array.from({ length: PIXELS }, () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >= 2 ** 31 ? 1 : -1));
}

/** The picture x′ = clip(x + ε · direction, 0, 1) of a state. */
export function nudged(net, { digit, epsilon, direction }) {
  const x = picture(net, digit), signs = direction === "random" ? coins(digit) : gradient(net, x, digit).map(Math.sign);
  return x.map((xj, j) => clamp(xj + epsilon * signs[j], 0, 1));
}

export const best = (o) => o.indexOf(Math.max(...o));

export function describe(net, state) {
  if (!net) return "No network is recorded in this figure; Adversarial.of(model, X) makes one.";
  const { o } = forward(net, nudged(net, state)), says = best(o), y = state.digit;
  const how = state.epsilon ? `Every pixel moved by up to ${format(state.epsilon)}, ${DIRECTIONS[state.direction]}` : "Unchanged";
  const wrong = says === y ? "Right." : `Wrong: the ${y} has p = ${format(o[y])}.`;
  return `${how}: the ${y} is read as ${says} with p = ${format(o[says])}. ${wrong}`;
}

const CELL = 12, GAP = 26;
const left = (k) => k * (SIDE * CELL + GAP);

function drawPictures() {
  const root = svg("svg", { viewBox: "-2 -2 344 130", role: "img" }), layers = ["picture x", "change", "seen: x′"];
  const groups = layers.map((name, k) => {
    const group = svg("g");
    root.append(group, svg("rect", { x: left(k), y: 0, width: SIDE * CELL, height: SIDE * CELL, class: "dl-out" }),
      svg("text", { x: left(k) + SIDE * CELL / 2, y: SIDE * CELL + 20, class: "dl-value" }, name));
    return group;
  });
  const cell = (k, j, size, name) => {
    const x = left(k) + (j % SIDE + 0.5) * CELL, y = (Math.floor(j / SIDE) + 0.5) * CELL;
    return name === "dl-minus" ? svg("circle", { cx: x, cy: y, r: size / 2, class: name })
      : svg("rect", { x: x - size / 2, y: y - size / 2, width: size, height: size, class: name });
  };
  const ink = (x, k) => x.map((value, j) => {
    const dot = cell(k, j, CELL, "dl-ink");
    dot.setAttribute("fill-opacity", value.toFixed(3));
    return dot;
  });
  return { root, redraw({ digit, epsilon }, x, after) {
    const change = after.map((value, j) => value - x[j]);
    groups[0].replaceChildren(...ink(x, 0));
    groups[1].replaceChildren(...change.flatMap((d, j) => (d ? [cell(1, j, CELL * Math.min(1, Math.abs(d) / MOST), d > 0 ? "dl-plus" : "dl-minus")] : [])));
    groups[2].replaceChildren(...ink(after, 2));
    root.setAttribute("aria-label", `Three pictures of 8 by 8 pixels: the ${digit} as it is, the change of each pixel `
      + `(squares add ink, circles take it away, at most ${format(epsilon)}), and their sum`);
  } };
}

function drawBars() {
  const root = svg("svg", { viewBox: "0 0 340 226", role: "img" });
  const rows = Array.from({ length: CLASSES }, (_, k) => {
    const y = 4 + 22 * k;
    const bar = svg("rect", { x: 46, y: y + 2, height: 14, class: "dl-share" }), name = svg("text", { x: 6, y: y + 14 }), value = svg("text", { y: y + 14 });
    root.append(bar, name, value);
    return { bar, name, value };
  });
  return { root, redraw({ digit }, o) {
    rows.forEach(({ bar, name, value }, k) => {
      set(bar, { width: (176 * o[k]).toFixed(2), class: `dl-share ${k === digit ? "dl-true" : ""}` });
      name.textContent = k === digit ? `${k} true` : k;
      set(value, { x: (52 + 176 * o[k]).toFixed(2), "font-weight": k === best(o) ? 700 : 400 });
      value.textContent = `${format(o[k])}${k === best(o) ? " ← answer" : ""}`;
    });
    root.setAttribute("aria-label", `Bars of the ten probabilities; the largest is ${format(o[best(o)])} for ${best(o)}`);
  } };
}

function build(ui, net) {
  const pictures = drawPictures(), bars = drawBars();
  const controls = [slider({ label: "ε", ...ui.own("epsilon"), step: 0.01 }), choice({ label: "digit", ...ui.own("digit") }),
    choice({ label: "direction", say: (name) => DIRECTIONS[name], ...ui.own("direction") })];
  return { drawing: [pictures.root, bars.root], controls, redraw(state) {
    if (!net) return { formula: [], words: describe(net, state) };
    const x = picture(net, state.digit), after = nudged(net, state), then = forward(net, after);
    pictures.redraw(state, x, after);
    bars.redraw(state, then.o);
    const rule = state.direction === "random" ? "random signs" : "sign ∂L/∂x";
    return { words: describe(net, state), formula: h("div", {}, `x′ = clip(x + ε · ${rule}, 0, 1), ε = `, h("b", {}, format(state.epsilon)),
      "; loss L = ", h("b", {}, `${format(forward(net, x).loss(state.digit))} → ${format(then.loss(state.digit))}`)) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: an adversarial example", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record"))),
    hint: "Raise ε until the network misreads the digit. Then try random signs." }),
};
