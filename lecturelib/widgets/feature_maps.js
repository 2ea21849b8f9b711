// Inside a trained CNN: a digit that the reader draws, moves and covers, and all that the network makes of it.
import { h, svg, set, format, choice, tick, onpress } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { nn } from "./kit/nn.js";
import { greys, INK, inkOf, inkText, pad } from "./kit/pad.js";
import { SPEC } from "./feature_maps.py";

const SIDE = 28;
// Rows and columns from, to of what is covered.
const COVERS = { nothing: [0, 0, 0, 0], "upper left": [4, 14, 4, 14], "upper right": [4, 14, 14, 24], "lower left": [14, 24, 4, 14], "lower right": [14, 24, 14, 24], middle: [9, 19, 9, 19] };

/** The recorded arrays as tensors, by name; null where there is none. */
export function decode(record) {
  if (!record.data) return null;
  const bytes = Uint8Array.from(atob(record.data), (char) => char.charCodeAt(0)), numbers = new Int16Array(bytes.buffer);
  let at = 0;
  return Object.fromEntries(Object.entries(record.shapes).map(([name, shape]) => {
    const size = shape.reduce((p, n) => p * n, 1);
    return [name, nn.tensor(shape, Array.from(numbers.subarray(at, (at += size)), (n) => n / record.unit))];
  }));
}

/** What the pad shows: the drawing or the example, whole numbers from 0 to 15. */
export const inks = (examples, { digit, ink }) => inkOf(ink || examples[digit] || "", SIDE);

/** The image that the network sees, from 0 to 1: moved, then covered. */
export function seen(examples, state) {
  const ink = inks(examples, state), [top, bottom, left, right] = COVERS[state.cover];
  return ink.map((_, i) => {
    const row = Math.floor(i / SIDE), column = i % SIDE, r = row - state.down, c = column - state.right;
    if (r < 0 || c < 0 || r >= SIDE || c >= SIDE || (row >= top && row < bottom && column >= left && column < right)) return 0;
    return ink[r * SIDE + c] / INK;
  });
}

/** All maps and the probabilities: `first` (8, 28, 28) and `second` (16, 14, 14) behind the ReLU, both pooled, and `o`. */
export function forward(net, x) {
  const first = nn.relu(nn.conv2d(nn.tensor([1, 1, SIDE, SIDE], x), net["layers.0.W"], net["layers.0.b"], { padding: 1 })), pooled = nn.maxPool(first);
  const second = nn.relu(nn.conv2d(pooled, net["layers.3.W"], net["layers.3.b"], { padding: 1 })), small = nn.maxPool(second);
  const z = nn.dense(nn.tensor([1, 784], small.data), net["layers.7.W"], net["layers.7.b"]);
  return { first, pooled, second, small, z: z.data, o: nn.softmax(z).data };
}

const best = (o) => o.indexOf(Math.max(...o));

export function describe(net, examples, state) {
  if (!net) return "No network is recorded in this figure; FeatureMaps.of(model, images, y) makes one.";
  const x = seen(examples, state);
  if (!x.some((value) => value)) return "The image is empty: draw a digit, or choose an example.";
  const { o } = forward(net, x), says = best(o), { down, right } = state;
  const moves = [[down, "down", "up"], [right, "right", "left"]].filter(([n]) => n).map(([n, more, less]) => `${Math.abs(n)} ${n > 0 ? more : less}`);
  const what = [state.ink ? "Your drawing" : `The example ${state.digit}`, ...(moves.length ? [`moved ${moves.join(" and ")}`] : []), ...(state.cover === "nothing" ? [] : [`${state.cover} covered`])];
  return `${what.join(", ")}${what.length > 1 ? "," : ""} is read as ${says} with p = ${format(o[says])}.`;
}

/** A kernel of 3 × 3 at (x, y): squares for positive weights, circles for negative ones, by size. */
function drawKernel(weights, x, y, cell, most) {
  return Array.from(weights, (w, i) => {
    const size = (cell * Math.sqrt(Math.abs(w) / most)).toFixed(2), cx = x + ((i % 3) + 0.5) * cell, cy = y + (Math.floor(i / 3) + 0.5) * cell;
    return w < 0 ? svg("circle", { cx, cy, r: size / 2, class: "dl-minus" }) : svg("rect", { x: cx - size / 2, y: cy - size / 2, width: size, height: size, class: "dl-plus" });
  });
}

const largest = (data) => data.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
const box = (x, y, width) => svg("rect", { x, y, width, height: width, class: "dl-thin" });
const part = ({ shape, data }, k) => data.subarray(k * shape[2] * shape[3], (k + 1) * shape[2] * shape[3]);

/** The map number `k` of a layer in a square `width` wide, as a share of the layer's largest number. */
function drawMap(maps, k, x, y, width) {
  const side = maps.shape[3], top = largest(maps.data);
  return [box(x, y, width), ...greys(Array.from(part(maps, k), (value) => value / top), side, { x, y, cell: width / side, className: "dl-share" })];
}

const STEP = 48, WIDTH = 44;

function drawFirst() {
  const root = svg("svg", { viewBox: `-2 -20 ${8 * STEP} 148`, class: "dl-wide", role: "img", "aria-label": "The eight kernels of the first layer, their maps, and the same maps pooled" });
  return { root, redraw(net, all) {
    const W = net["layers.0.W"], most = largest(W.data);
    root.replaceChildren(svg("text", { x: 0, y: -6, class: "dl-start" }, "8 kernels, their maps, pooled"), ...Array.from({ length: 8 }, (_, k) => [box(k * STEP + 7, 2, 30),
      ...drawKernel(W.data.subarray(9 * k, 9 * k + 9), k * STEP + 7, 2, 10, most), ...drawMap(all.first, k, k * STEP, 40, WIDTH), ...drawMap(all.pooled, k, k * STEP + 8, 92, 28)]).flat());
  } };
}

function drawSecond(ui) {
  const root = svg("svg", { viewBox: `-2 -20 ${8 * STEP} 212`, class: "dl-wide", role: "group", "aria-label": "The sixteen maps of the second layer and the eight kernels of the chosen one" });
  const kernels = svg("g"), title = svg("text", { x: 0, y: 148, class: "dl-start" });
  const units = Array.from({ length: 16 }, (_, k) => {
    const x = (k % 8) * STEP, y = Math.floor(k / 8) * 68, maps = svg("g"), g = svg("g", { class: "dl-unit", ...onpress(() => ui.put({ map: k })) });
    g.append(svg("rect", { x, y, width: WIDTH, height: 62, class: "dl-touch" }), maps, svg("rect", { x: x - 1, y: y - 1, width: WIDTH + 2, height: 64, fill: "none" }));
    root.append(g);
    return { g, maps, x, y };
  });
  root.append(svg("text", { x: 0, y: -6, class: "dl-start" }, "16 maps of these, pooled; choose one"), title, kernels);
  return { root, redraw(net, all, state) {
    units.forEach(({ g, maps, x, y }, k) => {
      const here = k === state.map;
      maps.replaceChildren(...drawMap(all.second, k, x + 3, y + 1, 38), ...drawMap(all.small, k, x + 12, y + 41, 20));
      set(g, { "aria-pressed": here, "aria-label": `map ${k + 1} of 16` });
      set(g.lastChild, { class: here ? "dl-learned" : "" });
    });
    const W = net["layers.3.W"], own = W.data.subarray(72 * state.map, 72 * state.map + 72), most = largest(W.data);
    title.textContent = `map ${state.map + 1}: a kernel for each of the 8 maps before`;
    kernels.replaceChildren(...Array.from({ length: 8 }, (_, c) => [box(c * STEP + 7, 156, 30), ...drawKernel(own.subarray(9 * c, 9 * c + 9), c * STEP + 7, 156, 10, most)]).flat());
  } };
}

function drawAnswer() {
  const root = svg("svg", { viewBox: "0 0 300 226", role: "img" });
  const rows = Array.from({ length: 10 }, (_, k) => {
    const y = 4 + 22 * k, bar = svg("rect", { x: 20, y: y + 2, height: 14, class: "dl-share" }), value = svg("text", { y: y + 14 });
    root.append(bar, svg("text", { x: 2, y: y + 14 }, k), value);
    return { bar, value };
  });
  return { root, redraw(o) {
    rows.forEach(({ bar, value }, k) => {
      set(bar, { width: (170 * o[k]).toFixed(2) });
      set(value, { x: (26 + 170 * o[k]).toFixed(2), "font-weight": k === best(o) ? 700 : 400 });
      value.textContent = `${format(o[k])}${k === best(o) ? " ← answer" : ""}`;
    });
    root.setAttribute("aria-label", `Bars of the ten probabilities; the largest is ${format(o[best(o)])} for ${best(o)}`);
  } };
}

function build(ui, net, examples) {
  const drawing = pad({ side: SIDE, label: "Drawing pad: arrow keys move the pen, Space draws, Backspace erases", get: () => inks(examples, ui.state()),
    put: (ink) => ui.put({ ink: inkText(ink) || "0" }), pen: () => ui.state().pen, move: (pen) => ui.put({ pen }), erasing: () => ui.state().erase });
  const image = svg("g"), look = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": "What the network sees, moved and covered" },
    svg("rect", { width: SIDE, height: SIDE, class: "dl-thin", "vector-effect": "non-scaling-stroke" }), image);
  drawing.root.style.maxWidth = "18rem";
  look.style.maxWidth = "11rem";
  const first = drawFirst(), second = drawSecond(ui), bars = drawAnswer();
  const shove = ([text, label, down, right]) => h("button", { type: "button", "aria-label": label, onclick: () => {
    const state = ui.state();
    ui.put({ down: state.down + down, right: state.right + right });
  } }, text);
  const arrows = { element: h("div", { class: "dl-ticks", role: "group", "aria-label": "Move the digit" }, ...[["←", "left", 0, -1], ["→", "right", 0, 1], ["↑", "up", -1, 0], ["↓", "down", 1, 0]]
    .map(([text, way, ...by]) => shove([text, `Move ${way}`, ...by])), h("button", { type: "button", onclick: () => ui.put({ ink: "0", down: 0, right: 0 }) }, "Empty the pad")), update() {} };
  const controls = [arrows, choice({ label: "example", ...ui.own("digit"), put: (digit) => ui.put({ digit, ink: "" }) }), choice({ label: "cover", ...ui.own("cover") }),
    tick({ label: "the pointer erases", ...ui.own("erase") })];
  for (const { root } of [first, second]) root.style.maxWidth = "36rem";
  return { drawing: [drawing.root, look, bars.root, first.root, second.root], controls, redraw(state) {
    const words = describe(net, examples, state);
    if (!net) return { formula: [], words };
    const x = seen(examples, state), all = forward(net, x);
    drawing.redraw(inks(examples, state).map((value) => value / INK));
    image.replaceChildren(...greys(x, SIDE, { levels: INK }));
    first.redraw(net, all);
    second.redraw(net, all, state);
    bars.redraw(all.o);
    return { formula: [], words };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: inside a convolutional network", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record")), view.model.get("_examples") ?? []),
    hint: "Draw a digit in the first square, or choose an example. Then move it pixel by pixel, and cover parts of it." }),
};
