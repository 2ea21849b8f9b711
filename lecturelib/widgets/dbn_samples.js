// A deep belief network of two machines: a digit that the reader draws goes up, the top machine runs, an image comes down.
import { choice, h, slider, svg, tick } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { greys, INK, inkOf, inkText, pad } from "./kit/pad.js";
import { random } from "./kit/random.js";
import { unpack } from "./kit/record.js";
import { SPEC } from "./dbn_samples.py";

const SIDE = 8;

/** The two machines `{W, b, c}`, W with a row for each unit below; null where nothing is recorded. */
export function decode(record) {
  const found = unpack(record);
  return found && [0, 1].map((n) => ({ W: found[`rbms.${n}.W`], b: found[`rbms.${n}.b`], c: found[`rbms.${n}.c`] }));
}

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
/** p(h = 1 | v) of a machine, and p(v = 1 | h). */
export const hidden = ({ W, b }, v) => {
  const a = Float64Array.from(b);
  W.forEach((row, i) => v[i] && row.forEach((w, j) => (a[j] += v[i] * w)));
  return Array.from(a, sigmoid);
};
export const visible = ({ W, c }, on) => W.map((row, i) => sigmoid(row.reduce((sum, w, j) => sum + w * on[j], c[i])));

/** What the pad shows, whole numbers from 0 to 15; and the pixels that the network sees, black or white. */
export const inks = (examples, { digit, ink }) => inkOf(ink || examples[digit] || "", SIDE);
export const pixels = (ink) => ink.map((value) => (value > INK / 2 ? 1 : 0));

/** All layers: `first` on the way up, after `steps` steps `top` and `second` below it, and the probabilities of the pixels, `image`. */
export function forward([lower, upper], v, steps, random) {
  const draw = (p) => p.map((one) => (random() < one ? 1 : 0)), first = draw(hidden(lower, v));
  let second = first, top = null;
  for (let t = 0; t < steps; t++) {
    top = draw(hidden(upper, second));
    second = draw(visible(upper, top));
  }
  return { first, top: top ?? draw(hidden(upper, first)), second, image: visible(lower, second) };
}

const count = (list) => list.filter((one) => one).length;

export function describe(net, examples, state) {
  if (!net) return "No network is recorded in this figure; DbnSamples.of(dbn, images, y) makes one.";
  const ink = inks(examples, state), v = pixels(ink), { first, second, image } = forward(net, v, state.steps, random(state.chain));
  if (!ink.some((one) => one)) return "The pad is empty: draw a digit, or choose an example.";
  const what = state.ink ? "Your drawing" : `The example ${state.digit}`, changed = count(pixels(image.map((p) => p * INK)).map((one, n) => one !== v[n])), kept = count(first.map((one, n) => one === second[n]));
  const way = state.steps ? `After ${state.steps} step${state.steps > 1 ? "s" : ""} of the top machine ${kept} of 64 hidden units are as they were` : "Without a step of the top machine it comes straight down again";
  return `${what} switches on ${count(first)} of 64 hidden units. ${way}; ${changed} of 64 pixels have changed.`;
}

function build(ui, net, examples) {
  const drawing = pad({ side: SIDE, label: "Drawing pad: arrow keys move the pen, Space draws, Backspace erases", get: () => inks(examples, ui.state()),
    put: (ink) => ui.put({ ink: inkText(ink) || "0" }), pen: () => ui.state().pen, move: (pen) => ui.put({ pen }), erasing: () => ui.state().erase });
  drawing.root.style.maxWidth = "15rem";
  const root = svg("svg", { viewBox: "0 0 300 330", role: "img" });
  const grid = (values, x, y, text) => [svg("rect", { x, y, width: 88, height: 88, class: "dl-thin" }), ...greys(values, SIDE, { x, y, cell: 11, levels: INK }), svg("text", { x: x + 44, y: y - 5, "text-anchor": "middle" }, text)];
  const arrow = (d) => svg("path", { d, class: "dl-out" });
  const button = (text, act) => h("button", { type: "button", onclick: act }, text), more = (n) => button(`+${n} step${n > 1 ? "s" : ""}`, () => ui.put({ steps: ui.state().steps + n }));
  const controls = [choice({ label: "example", ...ui.own("digit"), put: (digit) => ui.put({ digit, ink: "" }) }), tick({ label: "the pointer erases", ...ui.own("erase") }),
    slider({ label: "Gibbs steps", ...ui.own("steps") }), slider({ label: "random numbers", ...ui.own("chain") })];
  const actions = [button("Empty the pad", () => ui.put({ ink: "0", steps: 0 })), more(1), more(10), more(100), button("Other numbers", () => ui.put({ chain: (ui.state().chain % SPEC.chain.high) + 1 }))];
  return { drawing: [drawing.root, root], controls, actions, redraw(state) {
    const words = describe(net, examples, state);
    if (!net) return { formula: [], words };
    const ink = inks(examples, state), v = pixels(ink), { first, top, second, image } = forward(net, v, state.steps, random(state.chain));
    drawing.redraw(ink.map((value) => value / INK));
    root.replaceChildren(...grid(v, 20, 236, "seen: v"), ...grid(first, 20, 126, "drawn: h"), ...grid(top, 106, 16, `top machine: g`), ...grid(second, 192, 126, state.steps ? `h, ${state.steps} steps later` : "h, as it was"), ...grid(image, 192, 236, "p(v | h)"),
      arrow("M12 300V170M8 178L12 168L16 178"), arrow("M288 170V300M284 292L288 302L292 292"), arrow("M64 108V60H98M90 56L100 60L90 64"), arrow("M202 60H236V106M232 98L236 108L240 98"));
    root.setAttribute("aria-label", `Five layers, up and down. ${words}`);
    return { formula: `h ~ σ(vW₁ + b₁), ${state.steps || "no"} Gibbs step${state.steps === 1 ? "" : "s"} of (h, g), p(v | h) = σ(W₁h + c₁)`, words };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: samples of a deep belief network", spec: SPEC,
    build: (ui) => build(ui, decode(view.model.get("_record")), view.model.get("_examples") ?? []),
    hint: "Draw a digit, or choose an example. Then let the top machine take steps, and see what comes down." }),
};
