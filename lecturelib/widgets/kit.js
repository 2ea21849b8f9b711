// What every widget of the book shares: elements, numbers, scales, controls and the frame around them.
// The frame is the same everywhere, so that a reader learns it once: a line that says what to try, the
// drawing, the formula with its numbers, the controls, the state in words, Reset and Copy link.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; `on…` attributes are listeners, null ones are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Set several attributes at once. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/** The number `value` if it is one, brought into [low, high]; otherwise `fallback`. */
export const number = (value, low, high, fallback) =>
  typeof value === "number" && Number.isFinite(value) ? clamp(value, low, high) : fallback;

/** `count` numbers in [low, high], each invalid one replaced by its fallback. */
export const numbers = (value, low, high, fallback) =>
  fallback.map((other, i) => number(Array.isArray(value) ? value[i] : null, low, high, other));

/** A number as the book prints it: a true minus sign, no "−0.00", short for the very large. */
export function format(x, digits = 2) {
  if (Number.isNaN(x)) return "undefined";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const text = Math.abs(x) >= 1e5 ? x.toExponential(1) : x.toFixed(digits);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** A linear scale from data to drawing, and back with `.invert`. */
export function scale([d0, d1], [r0, r1]) {
  const k = (r1 - r0) / (d1 - d0);
  return Object.assign((x) => r0 + (x - d0) * k, { invert: (r) => d0 + (r - r0) / k });
}

/** A plane with grid, ticks and axis names; `layer` is clipped to it, `over` is not. */
export function plane({ x, y, width, height, ticksX, ticksY = ticksX, nameX, nameY, margin = [12, 12, 38, 44] }) {
  const [top, right, bottom, left] = margin;
  const sx = scale(x, [left, width - right]), sy = scale(y, [height - bottom, top]);
  const id = `dl-clip-${Math.random().toString(36).slice(2)}`; // every widget's module counts by itself
  const box = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const grid = svg("g", { class: "dl-grid", "aria-hidden": "true" });
  for (const t of ticksX) {
    grid.append(svg("path", { d: `M${sx(t)} ${top}V${height - bottom}`, class: t === 0 ? "dl-zero" : "" }));
    grid.append(svg("text", { x: sx(t), y: height - bottom + 15, "text-anchor": "middle" }, format(t, 0)));
  }
  for (const t of ticksY) {
    grid.append(svg("path", { d: `M${left} ${sy(t)}H${width - right}`, class: t === 0 ? "dl-zero" : "" }));
    grid.append(svg("text", { x: left - 6, y: sy(t) + 4, "text-anchor": "end" }, format(t, 0)));
  }
  grid.append(svg("text", { x: sx((x[0] + x[1]) / 2), y: height - 6, "text-anchor": "middle", class: "dl-name" }, nameX));
  const my = sy((y[0] + y[1]) / 2);
  grid.append(svg("text", { x: 13, y: my, transform: `rotate(-90 13 ${my})`, "text-anchor": "middle", class: "dl-name" }, nameY));
  const layer = svg("g", { "clip-path": `url(#${id})` }), over = svg("g");
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "dl-plane" },
    svg("clipPath", { id }, svg("rect", box)), grid, layer, over);
  return { root, layer, over, sx, sy };
}

/** Where on a chart the pointer is, in data. */
export function at({ root, sx, sy }, { clientX, clientY }) {
  const p = new DOMPoint(clientX, clientY).matrixTransform(root.getScreenCTM().inverse());
  return [sx.invert(p.x), sy.invert(p.y)];
}

/** A path through points; points that are not finite interrupt it. */
export function path(points, sx, sy) {
  let pen = "M";
  return points.map(([px, py]) => {
    if (!Number.isFinite(py)) return (pen = "M"), "";
    const [x, y] = [sx(px), sy(py)].map((c) => clamp(c, -1e4, 1e4).toFixed(2));
    const step = `${pen}${x} ${y}`;
    pen = "L";
    return step;
  }).join("");
}

/**
 * A point on `chart` to drag by mouse or finger, or to move by the arrow keys; calls `move([x, y])`. One that lives
 * on a `line` goes right with ArrowUp too.
 */
export function handle(chart, { label, className, square = false, line = false, step = 0.1, range, get, move }) {
  const dot = svg("g", { class: `dl-handle ${className}`, tabindex: 0, role: "slider", "aria-label": label,
    "aria-valuemin": range[0], "aria-valuemax": range[1] },
    svg("circle", { r: 22, class: "dl-touch" }),
    square ? svg("rect", { x: -7, y: -7, width: 14, height: 14, class: "dl-dot" }) : svg("circle", { r: 8, class: "dl-dot" }));
  let held = null; // which pointer drags, and how far from the point it took hold
  dot.addEventListener("pointerdown", (event) => {
    if (held || event.button) return; // a second finger, or a button that opens a menu
    dot.setPointerCapture(event.pointerId);
    const [px, py] = at(chart, event), [x, y] = get();
    held = { id: event.pointerId, offset: [x - px, y - py] }; // the point does not jump under the finger
    dot.focus();
  });
  dot.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.id) return;
    const [px, py] = at(chart, event);
    move([px + held.offset[0], py + held.offset[1]]);
  });
  for (const end of ["pointerup", "pointercancel"]) dot.addEventListener(end, (event) => {
    if (event.pointerId === held?.id) held = null;
  });
  dot.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    const [x, y] = get(), size = event.shiftKey ? 10 * step : step;
    move(line ? [x + (dx + dy) * size, y] : [x + dx * size, y + dy * size]);
  });
  chart.over.append(dot);
  return (text) => {
    const [x, y] = get();
    set(dot, { transform: `translate(${chart.sx(x)} ${chart.sy(y)})`, "aria-valuenow": x, "aria-valuetext": text });
  };
}

/**
 * Label, slider and the number itself, which can be typed. `get` and `put` read and write the state; the control
 * stays hidden while `when` says that it would change nothing.
 */
export function slider({ label, low, high, step = 0.1, get, put, when = () => true }) {
  const snap = (x) => clamp(Number((Math.round(x / step) * step).toFixed(6)), low, high);
  const range = h("input", { type: "range", min: low, max: high, step: "any" });
  const typed = h("input", { type: "number", min: low, max: high, step: "any", "aria-label": `${label}, typed` });
  range.addEventListener("input", () => put(snap(range.value)));
  range.addEventListener("keydown", (event) => {
    // With step "any" a browser chooses the step of the keys itself; here every key moves by the same one.
    const turn = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (!turn) return;
    event.preventDefault();
    put(snap(get() + turn * step));
  });
  const rounded = () => Number(get().toFixed(6));
  const valid = () => typed.value !== "" && typed.checkValidity();
  typed.addEventListener("input", () => valid() && put(Number(typed.value)));
  typed.addEventListener("change", () => {
    put(typed.value === "" ? get() : clamp(Number(typed.value), low, high));
    typed.value = rounded(); // what was no number, or out of range, does not stay
  });
  const element = h("div", { class: "dl-slider" }, h("label", {}, h("span", {}, label), range), typed);
  return { element, update() {
    element.hidden = !when();
    range.value = get();
    range.setAttribute("aria-valuetext", format(get()));
    // A number being typed ("-", "0.") is left alone until it is one.
    if (document.activeElement !== typed || (valid() && Number(typed.value) !== get())) typed.value = rounded();
  } };
}

/** A labelled choice among `options`, pairs of value and text. */
export function choice({ label, options, get, put }) {
  const menu = h("select", { onchange: () => put(menu.value) },
    ...options.map(([value, text]) => h("option", { value }, text)));
  return { element: h("label", { class: "dl-choice" }, h("span", {}, label), menu), update: () => (menu.value = get()) };
}

/** A labelled box to tick. */
export function tick({ label, get, put, className = "" }) {
  const box = h("input", { type: "checkbox", onchange: () => put(box.checked) });
  return { element: h("label", { class: `dl-tick ${className}` }, box, h("span", {}, label)), update: () => (box.checked = get()) };
}
