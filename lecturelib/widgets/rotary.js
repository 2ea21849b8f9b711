// A dial: query and key are turned by their positions, and their dot product depends on the distance alone.
import { h, svg, format, scale, slider } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./rotary.py";

const LAST = SPEC.m.high;

/** A pair of numbers, turned by `degrees`. */
export function turned([x, y], degrees) {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [c * x - s * y, s * x + c * y];
}

/** Query and key at their positions, and their dot product. */
export function look({ q, k, m, n, angle }) {
  const [a, b] = [turned(q, m * angle), turned(k, n * angle)];
  return { a, b, product: a[0] * b[0] + a[1] * b[1] };
}

/** Both positions one further, or from the end back to the first pair with this distance. */
export function further({ m, n }) {
  const by = Math.max(m, n) < LAST ? 1 : -Math.min(m, n);
  return { m: m + by, n: n + by };
}

export function describe(state) {
  const { m, n, angle } = state, degrees = (t) => `${format((t * angle) % 360, Number.isInteger(angle) ? 0 : 1)}°`;
  const between = Math.abs(m - n), places = `${between} ${between === 1 ? "place" : "places"}`;
  const where = m === n ? "at the same place" : `${places} ${m > n ? "before" : "behind"} the query`;
  return `The query is turned by ${degrees(m)}, the key by ${degrees(n)}. With the key ${where} the dot product is ${format(look(state).product)}.`;
}

const sx = scale([-4.5, 4.5], [0, 240]), sy = scale([-4.5, 4.5], [240, 0]);
const line = (d, name, more = {}) => svg("path", { d, class: name, fill: "none", ...more });

/** An arrow from the middle with a word at its end. */
function arrow([x, y], word, more) {
  const long = Math.hypot(x, y) || 1, [u, v] = [x / long, y / long], at = (along, across) => `${sx(x - along * u - across * v).toFixed(1)} ${sy(y - along * v + across * u).toFixed(1)}`;
  return [line(`M${sx(0)} ${sy(0)}L${at(0, 0)}`, "dl-arrow", more), line(`M${at(0.35, 0.2)}L${at(0, 0)}L${at(0.35, -0.2)}`, "dl-arrow"),
    svg("text", { x: sx(x + 0.5 * u), y: sy(y + 0.5 * v) + 4, class: "dl-corner" }, word)];
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 240 240", class: "dl-diagram", role: "img" });
  const number = (name, label, step) => slider({ label, step, ...ui.own(name) });
  const pair = (name) => [0, 1].map((i) => slider({ label: `${name}[${i + 1}]`, step: 0.5, ...ui.own(name, i) }));
  const controls = [number("m", "place m of q"), number("n", "place n of k"), number("angle", "angle, °", 10), ...pair("q"), ...pair("k")];
  const actions = [h("button", { type: "button", onclick: () => ui.put(further(ui.state())) }, "Move both")];
  return { drawing: [root], controls, actions, redraw(state) {
    const { a, b, product } = look(state);
    root.replaceChildren(line(`M0 ${sy(0)}H240M${sx(0)} 0V240`, "dl-grid-line"), svg("circle", { cx: sx(0), cy: sy(0), r: 75, class: "dl-thin" }),
      ...arrow(a, "q"), ...arrow(b, "k", { "stroke-dasharray": "6 4" }));
    root.setAttribute("aria-label", describe(state));
    return { formula: [`(${a.map((x) => format(x)).join("; ")}) · (${b.map((x) => format(x)).join("; ")}) = ${format(product)}`], words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: rotary positions", spec: SPEC, build,
    hint: "Move both by the same number of places, then only one of them, and watch the dot product." }),
};
