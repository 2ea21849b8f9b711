// Eighty years of neural networks: three strands on an axis of years, and a list that opens one entry at a time.
import { h, svg, set, scale, pressed, slider, choice } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./timeline.py";

const { low: FIRST, high: LAST } = SPEC.since, STRANDS = SPEC.strand.among.slice(1);
const APART = 15; // of the middles of two dots, in units of the drawing

/** The entries of a strand and a period whose title, sentences or source contain the text. */
export function filter(entries, { strand, since, until, text }) {
  const wanted = text.trim().toLowerCase();
  return entries.filter((one) => (strand === "all" || one.strand === strand) && one.year >= since && one.year <= until
    && [one.title, one.what, one.why, one.cite].some((part) => part.toLowerCase().includes(wanted)));
}

/**
 * For each entry, in order of years, the row of its dot within its lane: the lowest one in which the dot before is at
 * least `apart` years away, so that no two dots overlap.
 */
export function rows(entries, apart) {
  const ends = Object.fromEntries(STRANDS.map((strand) => [strand, []]));
  return entries.map(({ year, strand }) => {
    const lane = ends[strand], free = lane.findIndex((end) => year - end >= apart), row = free < 0 ? lane.length : free;
    lane[row] = year;
    return row;
  });
}

/** The id that `turn` entries after the open one comes next among those shown; stays at the ends. */
export function next(shown, open, turn) {
  if (!shown.length) return "";
  const now = shown.findIndex(({ id }) => id === open);
  const to = now < 0 ? (turn > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, now + turn));
  return shown[to].id;
}

export function describe(entries, state) {
  const shown = filter(entries, state), count = (strand) => shown.filter((one) => one.strand === strand).length;
  const open = entries.find(({ id }) => id === state.entry);
  const parts = STRANDS.map((strand) => `${strand} ${count(strand)}`).join(", ");
  const empty = state.since > state.until ? "The period is empty: it begins after its end." : "No entry fits: widen the period or shorten the search.";
  const first = shown.length ? `${shown.length} of ${entries.length} entries shown: ${parts}.` : empty;
  if (!open) return `${first} None is open.`;
  return `${first} Open: ${open.year}, ${open.title}${shown.includes(open) ? "" : " (not among those shown)"}.`;
}

/** A dot of the strand's own shape: circle, square or diamond. */
function mark(strand, x, y) {
  const at = { transform: `translate(${x} ${y})`, class: `dl-event dl-${strand}` };
  if (strand === "ideas") return svg("g", at, svg("circle", { r: 5.5, class: "dl-shape" }));
  const turn = strand === "data" ? null : "rotate(45)";
  return svg("g", at, svg("rect", { x: -4.8, y: -4.8, width: 9.6, height: 9.6, class: "dl-shape", transform: turn }));
}

/** The axis with a dot for each entry: years to the right, or downwards where `upright`. */
function drawAxis(entries, ui, upright) {
  const length = upright ? 470 : 660, along = scale([FIRST, LAST], [34, length - 12]);
  const places = rows(entries, APART / (along(1) - along(0)));
  const depth = STRANDS.map((strand) => 1 + Math.max(0, ...places.filter((_, i) => entries[i].strand === strand)));
  const starts = depth.map((_, lane) => 30 + depth.slice(0, lane).reduce((sum, rows) => sum + APART * rows + 26, 0));
  const across = starts[2] + APART * depth[2] + 4;
  const point = (a, b) => (upright ? [b + 12, a] : [a, b]);
  const line = (a0, b0, a1, b1) => `M${point(a0, b0).join(" ")}L${point(a1, b1).join(" ")}`;
  const grid = svg("g", { class: "dl-grid", "aria-hidden": "true" });
  for (let year = FIRST; year <= LAST; year += upright ? 10 : 20) {
    const [x, y] = point(along(year), upright ? 14 : across + 12);
    grid.append(svg("path", { d: line(along(year), upright ? 22 : 8, along(year), across) }),
      svg("text", upright ? { x: 30, y: y + 4, "text-anchor": "end" } : { x, y, "text-anchor": "middle" }, year));
  }
  STRANDS.forEach((strand, lane) => {
    const [x, y] = upright ? [starts[lane] + 8, 16] : [8, starts[lane] - 10];
    grid.append(svg("text", { x, y, "text-anchor": "start", class: "dl-name" }, strand));
  });
  const dots = entries.map(({ id, year, strand }, i) => {
    const [x, y] = point(along(year), starts[STRANDS.indexOf(strand)] + APART * places[i] + 6);
    const dot = mark(strand, x, y);
    dot.addEventListener("click", () => ui.put({ entry: id }));
    return dot;
  });
  const [width, height] = upright ? [across + 20, length] : [length, across + 18];
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: upright ? "dl-upright" : "dl-level-axis",
    "aria-label": "Axis of years with a dot for each entry, in three lanes; the list has the same entries" }, grid, ...dots);
  return { root, redraw(state) {
    const shown = new Set(filter(entries, state).map(({ id }) => id));
    entries.forEach(({ id, strand }, i) => set(dots[i], { class: `dl-event dl-${strand}`
      + `${shown.has(id) ? "" : " dl-away"}${id === state.entry ? " dl-open" : ""}` }));
  } };
}

/** The list: one stop for the keyboard, arrows open the entry before and after. */
function drawList(entries, ui) {
  const items = entries.map((one) => h("div", { role: "option", class: "dl-item", onclick: () => ui.put({ entry: one.id }) },
    h("span", { class: "dl-year" }, one.year), h("span", {}, one.title), h("span", { class: "dl-kind" }, one.strand)));
  const root = h("div", { class: "dl-list dl-wide", role: "listbox", tabindex: 0, "aria-label": "Entries, oldest first" }, ...items);
  const turns = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  const prefix = `dl-${Math.random().toString(36).slice(2)}`; // the same list may stand on the page twice
  items.forEach((item, i) => (item.id = `${prefix}-${i}`));
  root.addEventListener("keydown", (event) => {
    const turn = pressed(event, turns);
    if (!turn) return;
    event.preventDefault();
    const state = ui.state();
    ui.put({ entry: next(filter(entries, state), state.entry, turn) });
  });
  return { root, redraw(state) {
    const shown = filter(entries, state), open = entries.findIndex(({ id }) => id === state.entry);
    items.forEach((item, i) => {
      item.hidden = !shown.includes(entries[i]);
      item.setAttribute("aria-selected", i === open);
    });
    if (open < 0 || items[open].hidden) return root.removeAttribute("aria-activedescendant");
    root.setAttribute("aria-activedescendant", items[open].id);
    const { offsetTop, offsetHeight } = items[open]; // moved in the list only: the page stays where it is
    if (offsetTop < root.scrollTop) root.scrollTop = offsetTop;
    if (offsetTop + offsetHeight > root.scrollTop + root.clientHeight) root.scrollTop = offsetTop + offsetHeight - root.clientHeight;
  } };
}

/** What the open entry says. `linked`: the view stands on a page of the book, so its links lead somewhere. */
function card(one, linked) {
  if (!one) return h("div", { class: "dl-card" }, "Choose an entry from the list, or a dot.");
  const link = (page, text) => (linked ? h("a", { href: `../${page}.html` }, text) : text);
  const name = one.chapter?.split("/").pop().replaceAll("-", " ");
  return h("div", { class: "dl-card" }, h("b", {}, `${one.year} · ${one.title}`), h("div", {}, one.what), h("div", {}, one.why),
    h("div", { class: "dl-source" }, "Source: ", link("reference/bibliography", one.cite), ".",
      ...(one.chapter && linked ? [" In this book: ", link(one.chapter, name), "."] : [])));
}

function search(ui) {
  const field = h("input", { type: "text", maxlength: SPEC.text.longest, autocomplete: "off", oninput: () => ui.put({ text: field.value }) });
  const element = h("div", { class: "dl-search" }, h("label", { class: "dl-choice" }, h("span", {}, "search"), field));
  return { element, update() {
    if (field.value !== ui.state().text) field.value = ui.state().text;
  } };
}

function year(ui, name, label) {
  const control = slider({ label, step: 1, ...ui.own(name) });
  return { element: control.element, update() {
    control.update();
    control.element.querySelector("[type=range]").setAttribute("aria-valuetext", `${ui.state()[name]}`);
  } };
}

function build(ui, entries, linked) {
  const across = drawAxis(entries, ui, false), down = drawAxis(entries, ui, true), list = drawList(entries, ui);
  const controls = [
    choice({ label: "strand", ...ui.own("strand") }), search(ui), year(ui, "since", "from year"), year(ui, "until", "to year"),
  ];
  const go = (turn) => () => ui.put({ entry: next(filter(entries, ui.state()), ui.state().entry, turn) });
  const actions = [h("button", { type: "button", onclick: go(-1) }, "Earlier"), h("button", { type: "button", onclick: go(1) }, "Later")];
  const axes = h("div", { class: "dl-wide dl-axes" }, across.root, down.root);
  return { drawing: [axes, list.root], controls, actions, redraw(state) {
    for (const part of [across, down, list]) part.redraw(state);
    return { formula: card(entries.find(({ id }) => id === state.entry), linked), words: describe(entries, state) };
  } };
}

export default {
  render(view) {
    const entries = view.model.get("_entries") ?? [];
    return frame(view, { title: "Interactive figure: a timeline of neural networks", spec: SPEC,
      build: (ui) => build(ui, entries, Boolean(view.el.dataset.key)),
      hint: "Choose a strand, a period or a word, then go through the entries with the arrow keys, or press a dot." });
  },
};
