// A convolution by hand: every pixel and weight can be changed, every product is listed, results are entered and marked.
import { h, svg, set, format, slider, choice, tick, onpress } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./convolution.py";

const SIDE = 4, K = 3, CELL = 40;
const grid = (rows, columns, f) => Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => f(r, c)));
const brief = (x) => format(x, Number.isInteger(x) ? 0 : 2), wrap = (x) => (x < 0 ? `(${brief(x)})` : brief(x));

/** Outputs along one side: ⌊(4 + 2 padding − 2 dilation − 1) / stride⌋ + 1, or 0 where the kernel does not fit. */
export function side({ padding, stride, dilation }) {
  const free = SIDE + 2 * padding - dilation * (K - 1) - 1;
  return free < 0 ? 0 : Math.floor(free / stride) + 1;
}

/** Row and column of the pixel under the kernel's entry (i, j) at the output (u, v); outside the image for padding. */
const under = ({ padding, stride, dilation }, u, v, i, j) => [u * stride + i * dilation - padding, v * stride + j * dilation - padding];
const inside = (r, c) => r >= 0 && c >= 0 && r < SIDE && c < SIDE;
const pixel = ({ image }, r, c) => (inside(r, c) ? image[r * SIDE + c] : 0);

/** The nine terms of the output number `place`: entry, weight, pixel and where it is. */
export function terms(state, place, kernel = state.kernel) {
  const n = side(state), u = Math.floor(place / n), v = place % n;
  return kernel.map((weight, e) => {
    const [row, column] = under(state, u, v, Math.floor(e / K), e % K);
    return { weight, row, column, value: pixel(state, row, column) };
  });
}

const sum = (list) => list.reduce((total, { weight, value }) => total + weight * value, 0);

/** All outputs, row by row. */
export const outputs = (state, kernel) => Array.from({ length: side(state) ** 2 }, (_, place) => sum(terms(state, place, kernel)));

/** The given gradient of the outputs: 1 at the first, −1 at the last, 0 elsewhere. */
export const given = (state) => Array.from({ length: side(state) ** 2 }, (_, place, last = side(state) ** 2 - 1) => (place === 0 ? 1 : place === last ? -1 : 0));

/** The terms of dK at an entry: each output's gradient and the pixel that lay under the entry there. */
export function shares(state, entry) {
  return given(state).map((weight, place) => ({ ...terms(state, place)[entry], weight, place }));
}

export const gradient = (state) => state.kernel.map((_, entry) => sum(shares(state, entry)));

const chosen = (state) => Math.min(state.place, side(state) ** 2 - 1);
const name = (state) => {
  const n = side(state), at = state.ask === "Y" ? [chosen(state), n] : [state.entry, K];
  return `${state.ask}[${Math.floor(at[0] / at[1])}, ${at[0] % at[1]}]`;
};
const listed = (state) => (state.ask === "Y" ? terms(state, chosen(state)) : shares(state, state.entry).filter(({ weight }) => weight));
const right = (state) => sum(listed(state));

const turn = (list) => [...list].reverse(), flip = (list) => list.map((_, e) => list[(e % K) * K + Math.floor(e / K)]);

/** The known wrong ways to the value that is asked for, each as `[what comes out, what to say about it]`. */
export function mistakes(state) {
  return state.ask === "Y" ? ofOutput(state) : ofGradient(state);
}

function ofOutput(state) {
  const place = chosen(state), n = side(state), u = Math.floor(place / n), v = place % n, all = outputs(state), list = terms(state, place);
  const moved = (other) => sum(state.kernel.map((weight, e) => {
    const [r, c] = under({ ...state, ...other }, u, v, Math.floor(e / K), e % K);
    return { weight, value: pixel(state, r, c) };
  }));
  const known = [[sum(terms(state, place, turn(state.kernel))), "You turned the kernel by 180°: that is a true convolution. Layers lay it on as it is."]];
  known.push([sum(terms(state, place, flip(state.kernel))), "The kernel is transposed: its first row belongs on the upper row of the window."]);
  if (state.padding) known.push([moved({ padding: 0 }), "Padding moves the first window out over the edge; you began inside the image."]);
  if (state.stride > 1) known.push([moved({ stride: 1 }), "That window is one pixel further; the kernel moves by the stride."]);
  if (state.dilation > 1) known.push([moved({ dilation: 1 }), "The weights lie further apart: dilation leaves out pixels between them."]);
  known.push([list.reduce((total, { weight, value }) => total + Math.abs(weight * value), 0), "A minus sign got lost."]);
  known.push(...all.map((value, k) => [value, `That is the output Y[${Math.floor(k / n)}, ${k % n}].`]).filter((_, k) => k !== place));
  known.push(...list.map(({ weight, value }, e) => [sum(list) - weight * value, `The product of K[${Math.floor(e / K)}, ${e % K}] is missing.`]));
  return [...known, [-sum(list), "The sign is turned round."]];
}

function ofGradient(state) {
  const all = gradient(state), list = listed(state), total = sum(list), { entry } = state;
  const known = list.length > 1 ? list.map((one, k) => [sum([one]), `That is the ${k ? "last" : "first"} place only: the weight was used at the other one too.`]) : [];
  known.push([list.reduce((s, { value }) => s + value, 0), "Each pixel counts times the gradient of its own output; one of them is −1."]);
  known.push([all[K * K - 1 - entry], "That is the entry on the opposite side: the kernel is not turned here."]);
  if (state.stride > 1) known.push([gradient({ ...state, stride: 1 })[entry], "The windows are a stride apart, not one pixel."]);
  known.push(...all.map((value, k) => [value, `That is dK[${Math.floor(k / K)}, ${k % K}].`]).filter((_, k) => k !== entry));
  known.push([state.kernel[entry], "That is the weight itself; asked is the loss's slope along it."], [total / side(state) ** 2, "That is the mean over the places; each place adds its whole share."]);
  return [...known, [-total, "The sign is turned round."]];
}

const ASK = {
  Y: "Lay the kernel on the marked window, multiply entry by entry, and add.",
  dK: "Which pixel lay under this entry at the first output and at the last? Each counts times its own dY.",
};

/** `{right, says}` for the value that the reader computed. */
export function mark(state, value) {
  const near = (other) => Math.abs(value - other) <= 0.00501;
  if (near(right(state))) return { right: true, says: "Tick “show it” to see it term by term, or choose another." };
  return { right: false, says: mistakes(state).find(([other]) => near(other))?.[1] ?? ASK[state.ask] };
}

export function describe(state) {
  const n = side(state), { padding, stride, dilation } = state, free = SIDE + 2 * padding - dilation * (K - 1) - 1;
  if (!n) return `The kernel spans ${dilation * (K - 1) + 1} pixels, the image with its padding has ${SIDE + 2 * padding}: there is no place for it.`;
  const left = free % stride, size = `${n} × ${n} outputs.${left ? ` The stride does not divide ${free}: ${left === 1 ? "one row and column is" : "two rows and columns are"} in no window.` : ""}`;
  return `${size} ${name(state)} ${state.show ? `= ${brief(right(state))}.` : "is asked for."}`;
}

function square(x, y, text, type) {
  const label = svg("text", { x: x + CELL / 2, y: y + CELL / 2 + 6, class: "dl-value" }, text);
  return svg("g", {}, svg("rect", { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, class: type }), label);
}

function drawImage() {
  const root = svg("svg", { class: "dl-diagram dl-steps", role: "img" });
  return { root, redraw(state) {
    const { padding } = state, total = SIDE + 2 * padding, n = side(state);
    set(root, { viewBox: `0 -24 ${total * CELL} ${total * CELL + 26}` });
    root.style.maxWidth = `${total * 2.6}rem`;
    const cells = grid(total, total, (r, c) => square(c * CELL, r * CELL, brief(pixel(state, r - padding, c - padding)), inside(r - padding, c - padding) ? "dl-node" : "dl-thin"));
    const marks = n ? listed(state).map(({ row, column, weight }) => svg("rect", { x: (column + padding) * CELL + 3, y: (row + padding) * CELL + 3,
      width: CELL - 6, height: CELL - 6, class: state.ask === "Y" || weight > 0 ? "dl-learned" : "dl-person" })) : [];
    root.replaceChildren(svg("text", { x: total * CELL / 2, y: -8, class: "dl-symbol" }, padding ? "X with its padding" : "X"), ...cells.flat(), ...marks);
    root.setAttribute("aria-label", `The image, ${total} by ${total} with its padding; the pixels that count for ${n ? name(state) : "nothing"} are framed`);
  } };
}

function drawMaps(ui) {
  const root = svg("svg", { viewBox: "0 -24 400 266", class: "dl-diagram dl-steps dl-near", role: "group", "aria-label": "Kernel and outputs; choose what to compute" });
  const parts = (state) => {
    const n = side(state), dK = state.ask === "dK";
    const weights = dK ? gradient(state) : state.kernel, values = dK ? given(state) : outputs(state);
    return [{ title: dK ? "dK" : "K", k: K, values: weights, x: 0, now: dK ? state.entry : null, put: (e) => ({ ask: "dK", entry: e }), what: "dK" },
      { title: dK ? "dY" : "Y", k: n, values, x: 150, now: dK ? null : chosen(state), put: (p) => ({ ask: "Y", place: p }), what: "Y" }];
  };
  return { root, redraw(state) {
    const focused = document.activeElement?.closest?.("[data-cell]")?.dataset.cell, here = root.contains(document.activeElement);
    root.replaceChildren(...parts(state).flatMap(({ title, k, values, x, now, put, what }) => [
      svg("text", { x: x + k * CELL / 2, y: -8, class: "dl-symbol" }, title),
      ...values.map((value, e) => {
        const open = e !== now || state.show, text = open ? brief(value) : "?", at = `${what}[${Math.floor(e / k)}, ${e % k}]`;
        const g = svg("g", { class: `dl-unit ${e === now ? "dl-chosen" : ""}`, "aria-pressed": e === now, "data-cell": what + e,
          "aria-label": `compute ${at}${open ? `; ${title} is ${text} here` : ""}`, ...onpress(() => ui.put({ ...put(e), show: false })) });
        g.append(...square(x + (e % k) * CELL, Math.floor(e / k) * CELL, text, "dl-node").children);
        return g;
      })]));
    if (here && focused) root.querySelector(`[data-cell="${focused}"]`)?.focus();
  } };
}

/** A table of number fields, `columns` in a row. */
function numbers(ui, trait, caption, columns, label) {
  const fields = ui.state()[trait].map((_, i) => slider({ label: `${label}[${Math.floor(i / columns)}, ${i % columns}]`, ...ui.own(trait, i) }));
  const rows = grid(fields.length / columns, columns, (r, c) => h("td", {}, fields[r * columns + c].element.lastChild));
  const element = h("table", { class: "dl-fields" }, h("caption", {}, caption), h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row))));
  return { element, update: () => fields.forEach((field) => field.update()) };
}

function build(ui) {
  const image = drawImage(), maps = drawMaps(ui), body = h("tbody"), table = h("table", { class: "dl-table" }, body);
  const ask = answer({ question: () => (side(ui.state()) && !ui.state().show ? `Your ${name(ui.state())}:` : null), mark: (value) => mark(ui.state(), value) });
  const controls = [ask, numbers(ui, "image", "Image X (4, 4)", SIDE, "X"), numbers(ui, "kernel", "Kernel K (3, 3)", K, "K"),
    choice({ label: "compute", say: (what) => (what === "Y" ? "an output, Y" : "a gradient, dK"), ...ui.own("ask") }),
    ...["padding", "stride", "dilation"].map((trait) => choice({ label: trait, ...ui.own(trait) })),
    tick({ label: "show it", ...ui.own("show") })];
  return { drawing: [image.root, maps.root, table], controls, redraw(state) {
    image.redraw(state);
    maps.redraw(state);
    const list = side(state) ? listed(state) : [], result = (x) => (state.show ? brief(x) : "?");
    const rows = list.map(({ weight, value, place, row, column }, e) => [state.ask === "Y" ? `K[${Math.floor(e / K)}, ${e % K}] · X[${row}, ${column}]` : `dY · X[${row}, ${column}], ${place ? "last" : "first"} place`, `${wrap(weight)} · ${wrap(value)}`, result(weight * value)]);
    if (list.length) rows.push([name(state), "sum", result(right(state))]);
    body.replaceChildren(...rows.map(([what, text, value]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, text), h("td", {}, value))));
    return { formula: [], words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a convolution by hand", spec: SPEC, build,
    hint: "Compute what is marked with pencil and paper and enter it. Then change pixels, weights, padding and stride." }),
};
