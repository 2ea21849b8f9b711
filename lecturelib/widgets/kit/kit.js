// What every widget of the book shares: elements, numbers, valid states and controls.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; `on…` attributes are listeners, null ones are left out. */
export function h(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

function dress(element, attributes, children) {
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

/** A function that makes a valid state of whatever it is given; `spec` are the traits of the Python class. */
export const cleaner = (spec) => (raw) => Object.fromEntries(Object.keys(spec).map((name) => [name, valid(spec[name], raw[name])]));

/** A number is brought into its range, a choice among the known, a text to its length; anything else is the default. */
function valid({ start, among, longest, ...range }, value) {
  const listed = Array.isArray(value);
  if (Array.isArray(start)) {
    if (among) return listed ? among.filter((one) => value.includes(one)) : start;
    return start.map((other, i) => valid({ start: other, ...range }, listed ? value[i] : null));
  }
  if (among) return among.includes(value) ? value : start;
  if (typeof value !== typeof start) return start;
  if (longest) return Array.from(value).slice(0, longest).join("");
  if (typeof start === "boolean") return value;
  if (!Number.isFinite(value)) return start;
  return clamp(range.whole ? Math.round(value) : value, range.low, range.high);
}

/**
 * What `keys` has for the key that was pressed. With Alt, Ctrl or Meta it is the browser's own, such as Alt + ← for the
 * page before, and there is nothing.
 */
export const pressed = (event, keys) => (event.altKey || event.ctrlKey || event.metaKey ? undefined : keys[event.key]);

/** Listeners that make a drawn element act as a button: for the attributes of `svg`. */
export const onpress = (act) => ({ tabindex: 0, role: "button", onclick: act, onkeydown: (event) => {
  if (!pressed(event, { Enter: 1, " ": 1 })) return;
  event.preventDefault();
  act();
} });

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

/**
 * Label, slider and the number itself, which can be typed. `ui.own(name)` gives `low`, `high`, `get` and `put`; the
 * control stays hidden while `when` says that it would change nothing.
 */
export function slider({ label, low, high, whole, step = whole ? 1 : 0.1, get, put, when = () => true }) {
  const snap = (x) => clamp(Number((Math.round(x / step) * step).toFixed(6)), low, high);
  const range = h("input", { type: "range", min: low, max: high, step: "any" });
  const typed = h("input", { type: "number", min: low, max: high, step: "any", "aria-label": `${label}, typed` });
  range.addEventListener("input", () => put(snap(range.value)));
  range.addEventListener("keydown", (event) => {
    // With step "any" a browser chooses the step of the keys itself; here every key moves by the same one.
    const turn = pressed(event, { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 });
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

/** A labelled choice: `among` are the values, `say` gives the text of one. */
export function choice({ label, among, say = String, get, put }) {
  const menu = h("select", { onchange: () => put(among[menu.selectedIndex]) },
    ...among.map((value) => h("option", { value }, say(value))));
  return { element: h("label", { class: "dl-choice" }, h("span", {}, label), menu), update: () => (menu.value = get()) };
}

/** Boxes to tick, one for each of `among`. */
export function checklist({ among, say = String, get, put }) {
  const boxes = among.map((one) => tick({ label: say(one), get: () => get().includes(one),
    put: (on) => put(on ? [...get(), one] : get().filter((other) => other !== one)) }));
  return { element: h("div", { class: "dl-ticks" }, ...boxes.map((box) => box.element)), update: () => boxes.forEach((box) => box.update()) };
}

/** A labelled box to tick. */
export function tick({ label, get, put, className = "" }) {
  const box = h("input", { type: "checkbox", onchange: () => put(box.checked) });
  return { element: h("label", { class: `dl-tick ${className}` }, box, h("span", {}, label)), update: () => (box.checked = get()) };
}
