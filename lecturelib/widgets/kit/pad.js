// A drawing pad: ink on a square of pixels, by mouse, finger or keys. Inks are whole numbers from 0 to 15.
import { clamp, pressed, set, svg } from "./kit.js";

/** The most ink that a pixel holds. */
export const INK = 15;
const REACH = 1.7; // a brush as soft as the strokes of scanned handwriting

/** The inks as text, a hexadecimal digit a pixel, without the zeros at its end. */
export const inkText = (ink) => ink.map((value) => value.toString(16)).join("").replace(/0+$/, "");

/** The inks of a text; what is no hexadecimal digit is 0. */
export const inkOf = (text, side) => Array.from({ length: side * side }, (_, i) => parseInt(text[i] ?? "0", 16) || 0);

/** The inks after a brush at (x, y), in pixels, has added ink or, erasing, has taken all of it away. */
export function brushed(ink, side, [x, y], erase = false) {
  return ink.map((value, i) => {
    const strength = Math.round(INK * clamp(REACH - Math.hypot((i % side) + 0.5 - x, Math.floor(i / side) + 0.5 - y), 0, 1));
    return erase ? (strength ? 0 : value) : Math.max(value, strength);
  });
}

/** The same along a straight line. */
export function stroke(ink, side, [x0, y0], [x1, y1], erase = false) {
  const steps = Math.ceil(2 * Math.hypot(x1 - x0, y1 - y0)) || 1;
  for (let t = 1; t <= steps; t++) ink = brushed(ink, side, [x0 + ((x1 - x0) * t) / steps, y0 + ((y1 - y0) * t) / steps], erase);
  return ink;
}

/**
 * Squares for values from 0 to 1, `levels` kinds of grey: paths at (x, y), a pixel `cell` wide. Few elements, in the
 * colours of the theme.
 */
export function greys(values, side, { x = 0, y = 0, cell = 1, levels = 6, className = "dl-ink" } = {}) {
  const lines = Array.from({ length: levels }, () => "");
  values.forEach((value, i) => {
    const level = Math.round(clamp(value, 0, 1) * levels);
    if (level) lines[level - 1] += `M${+(x + (i % side) * cell).toFixed(2)} ${+(y + Math.floor(i / side) * cell).toFixed(2)}h${cell}v${cell}h${-cell}z`;
  });
  return lines.map((d, level) => (d ? svg("path", { d, class: className, "fill-opacity": ((level + 1) / levels).toFixed(2) }) : null)).filter(Boolean);
}

/**
 * The pad: `get()` returns the inks, `put(inks)` takes new ones; `pen()` is where the keys write, [column, row],
 * `move(pen)` moves it. Arrows move the pen, Space writes, Backspace erases; with `erasing()` the pointer erases.
 */
export function pad({ side, label, get, put, pen, move, erasing = () => false }) {
  const layer = svg("g"), here = svg("rect", { width: 1, height: 1, class: "dl-changed", fill: "none", "vector-effect": "non-scaling-stroke" });
  const root = svg("svg", { viewBox: `0 0 ${side} ${side}`, class: "dl-unit dl-pad", tabindex: 0, role: "application", "aria-label": label },
    svg("rect", { width: side, height: side, class: "dl-thin", "vector-effect": "non-scaling-stroke" }), layer, here);
  root.style.touchAction = "none"; // a finger draws, it does not scroll
  let held = null;
  const at = ({ clientX, clientY }) => {
    const box = root.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * side, ((clientY - box.top) / box.height) * side];
  };
  const draw = (from, to) => put(stroke(get(), side, from, to, erasing()));
  root.addEventListener("pointerdown", (event) => {
    if (held || event.button) return;
    root.setPointerCapture(event.pointerId);
    held = { id: event.pointerId, from: at(event) };
    draw(held.from, held.from);
  });
  root.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.id) return;
    const to = at(event);
    draw(held.from, to);
    held.from = to;
  });
  for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, (event) => {
    if (event.pointerId === held?.id) held = null;
  });
  root.addEventListener("keydown", (event) => {
    const turn = pressed(event, { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
    const erase = pressed(event, { " ": erasing(), Enter: erasing(), Backspace: true, Delete: true });
    if (!turn && erase === undefined) return;
    event.preventDefault();
    const [x, y] = pen();
    if (turn) move([clamp(x + turn[0], 0, side - 1), clamp(y + turn[1], 0, side - 1)]);
    else put(brushed(get(), side, [x + 0.5, y + 0.5], erase));
  });
  return { root, redraw(values) {
    layer.replaceChildren(...greys(values, side, { levels: INK }));
    const [x, y] = pen();
    set(here, { x, y });
  } };
}
