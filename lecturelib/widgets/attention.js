// Attention of three tokens: every number and every cell of the mask can be changed, a weight is entered and marked.
import { cleaner, h, svg, format, slider, choice, tick, onpress } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./attention.py";

const COUNT = 3, WIDTH = 4, OUT = 2, SIDE = 38, PLACES = [0, 1, 2];
const rowOf = (list, t, n) => list.slice(t * n, (t + 1) * n);
const dot = (a, b) => a.reduce((total, x, i) => total + x * b[i], 0);
const brief = (x) => format(x, Number.isInteger(x) ? 0 : 2);

export function clean(raw) {
  const state = cleaner(SPEC)(raw);
  return { ...state, mask: state.mask.map(Math.round) };
}

/** Which token, from 0, stands at each place. */
export const standing = ({ order }) => order.split(", ").map((one) => one - 1);

/** The dot products of the query at place t with the keys at all places. */
const products = (state, t) => {
  const at = standing(state);
  return PLACES.map((s) => dot(rowOf(state.q, at[t], WIDTH), rowOf(state.k, at[s], WIDTH)));
};

const softmax = (z) => {
  const largest = Math.max(...z), e = z.map((x) => (x === -Infinity ? 0 : Math.exp(x - largest))), total = e.reduce((a, b) => a + b);
  return total ? e.map((x) => x / total) : e;
};
const divisor = ({ scaled, temperature }) => (scaled ? Math.sqrt(WIDTH) : 1) * temperature;
const seen = ({ mask }, t) => rowOf(mask, t, COUNT);

/** The weights of the query at place t; other `products` or `divided` than its own make a wrong row. */
export function weights(state, t, { hide = -Infinity, divided = divisor(state) } = {}) {
  const open = seen(state, t);
  return softmax(products(state, t).map((x, s) => (open[s] ? x / divided : hide === null ? x / divided : hide)));
}

/** The output of the query at place t. */
export function output(state, t) {
  const p = weights(state, t), at = standing(state);
  return Array.from({ length: OUT }, (_, i) => p.reduce((total, w, s) => total + w * state.v[at[s] * OUT + i], 0));
}

const chosen = ({ place }) => [Math.floor(place / COUNT), place % COUNT];
const right = (state) => weights(state, chosen(state)[0])[chosen(state)[1]];

/** The known wrong ways to the weight that is asked for, each as `[what comes out, what to say about it]`. */
export function mistakes(state) {
  const [t, s] = chosen(state), own = weights(state, t), raw = products(state, t), open = seen(state, t), { temperature } = state;
  const all = PLACES.map((row) => products(state, row)[s] / divisor(state)), hidden = open.some((one) => !one);
  const total = raw.reduce((a, b) => a + b), known = [];
  if (hidden) {
    known.push([weights(state, t, { hide: null })[s], open[s] ? "Masked too late: the hidden keys still take part in the softmax's sum." : "This key is hidden from this query: its score is −∞."]);
    known.push([weights(state, t, { hide: 0 })[s], "A masked score of 0 still counts, e⁰ is 1; it has to be −∞."]);
  }
  if (state.scaled) known.push([weights(state, t, { divided: temperature })[s], "Unscaled: the scores are divided by √d = 2 before the softmax."],
    [weights(state, t, { divided: WIDTH * temperature })[s], "You divided by d; it is its root."]);
  else known.push([weights(state, t, { divided: 2 * temperature })[s], "You divided by √d; that is switched off here."]);
  if (temperature !== 1) known.push([weights(state, t, { divided: divisor(state) / temperature })[s], "The temperature is missing."],
    [weights(state, t, { divided: divisor(state) / temperature ** 2 })[s], "The temperature divides the scores, it does not multiply them."]);
  known.push([softmax(all)[t], "The softmax runs along a row, over the keys; you went down the column."]);
  known.push([raw[s] / divisor(state), "That is the score; the softmax is still to come."], [raw[s], "That is the dot product; divide it, then take the softmax."]);
  if (total) known.push([raw[s] / total, "Those are shares of the scores; the softmax takes shares of their exponentials."]);
  known.push([weights(state, s)[t], `That is the weight of query ${s + 1} for key ${t + 1}: queries are rows.`]);
  return [...known, ...own.map((w, j) => [w, `That is the weight of key ${j + 1} in this row.`]).filter((_, j) => j !== s)];
}

/** `{right, says}` for the weight that the reader computed. */
export function mark(state, value) {
  const near = (other) => Math.abs(value - other) <= 0.00501;
  if (near(right(state))) return { right: true, says: "Tick “show its row”, or choose another weight." };
  const says = mistakes(state).find(([other]) => near(other))?.[1];
  return { right: false, says: says ?? "Take the dot products of the row, divide them, hide what is masked, then e to the power of each and their share of the sum." };
}

/** Has every token the output that it has in the order 1, 2, 3? */
export function permutes(state) {
  const at = standing(state), plain = { ...state, order: SPEC.order.among[0] };
  return at.every((token, t) => output(state, t).every((x, i) => Math.abs(x - output(plain, token)[i]) < 1e-9));
}

export function describe(state) {
  const [t, s] = chosen(state), empty = PLACES.filter((row) => !seen(state, row).some(Boolean)).map((row) => row + 1);
  const asked = `The weight of query ${t + 1} for key ${s + 1} ${state.show ? `is ${format(right(state))}` : "is asked for"}.`;
  const nothing = empty.length ? ` Query ${empty.join(" and ")} may look nowhere: weights and output are 0.` : "";
  const moved = state.order === SPEC.order.among[0] ? "" : permutes(state) ? " Each token has the output that it had before they changed places."
    : " The outputs have changed: the mask belongs to the places.";
  return asked + nothing + moved;
}

const label = (x, y, text, name = "dl-symbol") => svg("text", { x, y, class: name }, text);

/** Nine cells at x, with what `cell(t, s)` says of each: text, depth of colour, attributes. */
function nine(x, title, cell) {
  const cells = PLACES.flatMap((t) => PLACES.map((s) => {
    const { text, deep, ...attributes } = cell(t, s), left = x + s * SIDE, top = 40 + t * SIDE, box = { x: left + 1, y: top + 1, width: SIDE - 2, height: SIDE - 2 };
    return svg("g", attributes, svg("rect", { ...box, class: "dl-node" }), svg("rect", { ...box, class: "dl-plus", "fill-opacity": 0.45 * deep }), label(left + SIDE / 2, top + 24, text, "dl-value"));
  }));
  return [label(x + 1.5 * SIDE, 14, title), ...PLACES.map((s) => label(x + (s + 0.5) * SIDE, 33, `k${s + 1}`)), ...cells];
}

function drawing(ui) {
  const root = svg("svg", { viewBox: "0 0 400 160", class: "dl-diagram dl-wide", role: "group", "aria-label": "Mask, weights and outputs; click a cell of the mask to open or close it, a weight to compute it" });
  root.style.maxWidth = "34rem";
  return { root, redraw(state) {
    const focused = root.contains(document.activeElement) && document.activeElement.dataset.cell, [row] = chosen(state);
    const rows = PLACES.map((t) => label(14, 64 + t * SIDE, `q${t + 1}`));
    const mask = nine(32, "may look", (t, s) => {
      const e = t * COUNT + s, open = state.mask[e];
      return { text: open ? "✓" : "–", deep: open / 3, class: "dl-unit", "data-cell": `m${e}`, "aria-pressed": Boolean(open),
        "aria-label": `query ${t + 1} may look at key ${s + 1}`, ...onpress(() => ui.put({ mask: state.mask.with(e, 1 - open) })) };
    });
    const p = nine(164, "weights p", (t, s) => {
      const e = t * COUNT + s, known = t !== row || state.show, w = weights(state, t)[s];
      return { text: known ? format(w) : "?", deep: known ? w : 0, class: `dl-unit ${e === state.place ? "dl-chosen" : ""}`, "data-cell": `p${e}`, "aria-pressed": e === state.place,
        "aria-label": `compute the weight of query ${t + 1} for key ${s + 1}${known ? `; it is ${format(w)} here` : ""}`, ...onpress(() => ui.put({ place: e, show: false })) };
    });
    const out = PLACES.map((t) => label(340, 64 + t * SIDE, t === row && !state.show ? "?" : output(state, t).map((x) => format(x)).join("; "), "dl-value"));
    root.replaceChildren(...rows, ...mask, ...p, label(340, 14, "outputs h"), ...out);
    if (focused) root.querySelector(`[data-cell="${focused}"]`)?.focus();
  } };
}

/** A table of number fields: a row a token. */
function fields(ui, trait, caption, columns) {
  const all = ui.state()[trait].map((_, i) => slider({ label: `${trait}[${Math.floor(i / columns) + 1}, ${(i % columns) + 1}]`, ...ui.own(trait, i) }));
  const rows = PLACES.map((t) => h("tr", {}, h("th", { scope: "row" }, t + 1), ...rowOf(all, t, columns).map(({ element }) => h("td", {}, element.lastChild))));
  const element = h("table", { class: "dl-fields" }, h("caption", {}, caption), h("tbody", {}, ...rows));
  return { element, update: () => all.forEach((one) => one.update()) };
}

function formula(state) {
  const [t] = chosen(state), under = [state.scaled && "√4", state.temperature !== 1 && format(state.temperature)].filter(Boolean).join(" · ");
  const row = (list) => list.map(brief).join(", "), at = standing(state)[t];
  return [`p = softmax(q · k${under && ` / ${under.includes("·") ? `(${under})` : under}`}), q${t + 1} = (${row(rowOf(state.q, at, WIDTH))})`,
    state.show ? `dot products ${row(products(state, t))}; weights ${weights(state, t).map((w) => format(w, 3)).join(", ")}` : "dot products ?, weights ?"].map((text) => h("div", {}, text));
}

function build(ui) {
  const picture = drawing(ui), [t, s] = [() => chosen(ui.state())[0] + 1, () => chosen(ui.state())[1] + 1];
  const ask = answer({ mark: (value) => mark(ui.state(), value), question: () => (ui.state().show ? null : `Your weight of query ${t()} for key ${s()}, to two decimals:`) });
  const controls = [ask, fields(ui, "q", "Queries q (3, 4)", WIDTH), fields(ui, "k", "Keys k (3, 4)", WIDTH), fields(ui, "v", "Values v (3, 2)", OUT),
    slider({ label: "temperature", ...ui.own("temperature") }), tick({ label: "divide by √d", ...ui.own("scaled") }),
    choice({ label: "order of the tokens", ...ui.own("order") }), tick({ label: "show its row", ...ui.own("show") })];
  const actions = [["All", () => 1], ["Causal", (t, s) => Number(s <= t)]].map(([name, open]) => h("button", { type: "button",
    onclick: () => ui.put({ mask: PLACES.flatMap((t) => PLACES.map((s) => open(t, s))) }) }, `Mask: ${name.toLowerCase()}`));
  return { drawing: [picture.root], controls, actions, redraw(state) {
    picture.redraw(state);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: attention of three tokens", spec: SPEC, clean, build,
    hint: "Compute the weight that is asked for and enter it. Then change numbers, click the mask, and let tokens change places." }),
};
