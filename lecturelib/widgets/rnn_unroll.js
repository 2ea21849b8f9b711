// The lecture's recurrent network, unrolled: every matrix entry editable, every result entered by hand.
import { cleaner, h, svg, set, format, slider, choice, onpress } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./rnn_unroll.py";

const LETTERS = "helo", SUB = "₀₁₂₃₄₅₆", UNITS = [0, 1, 2];
const ENTRIES = SPEC.entry.among;

/** The letters of the alphabet in a text, at most six; "hell" where there is none. */
export const letters = (text) => [...String(text).toLowerCase()].filter((c) => LETTERS.includes(c)).slice(0, SPEC.letters.longest).join("")
  || SPEC.letters.start;

export function clean(raw) {
  const state = cleaner(SPEC)(raw), text = letters(raw.letters ?? ""), done = Math.min(state.done, text.length);
  return { ...state, letters: text, done, t: Math.min(state.t, text.length, done + 1) };
}

/** Row i of a matrix with n columns, its rows stored one after the other. */
const row = (M, i, n) => M.slice(i * n, (i + 1) * n);
const dot = (p, q) => p.reduce((sum, pj, j) => sum + pj * q[j], 0);

export function softmax(z) {
  const top = Math.max(...z), e = z.map((zk) => Math.exp(zk - top)), total = e.reduce((p, q) => p + q);
  return e.map((ek) => ek / total);
}

/** One step: a = U x + W s, next s = tanh(a), z = V s, o = softmax(z); x is one-hot at k. */
function step({ U, W, V }, k, before, round) {
  const a = UNITS.map((i) => round(U[4 * i + k] + dot(row(W, i, 3), before)));
  const s = a.map((ai) => round(Math.tanh(ai))), z = [0, 1, 2, 3].map((c) => round(dot(row(V, c, 3), s)));
  return { before, a, s, z, o: softmax(z).map(round) };
}

/** All steps from s₀ = 0; `round` is applied to each value before it is used further. */
export function compute(state, round = (value) => value) {
  let s = [0, 0, 0];
  return [...state.letters].map((letter) => {
    const now = step(state, LETTERS.indexOf(letter), s, round);
    s = now.s;
    return now;
  });
}

const place = ({ entry }) => [entry[0], Number(entry[1]) - 1];
const part = (entry) => (entry[0] === "o" ? `letter ${LETTERS[entry[1] - 1]}` : `unit ${entry[1]}`);
const title = ({ entry, t }) => `${entry[0]}${SUB[t]}, ${part(entry)}`;
const shown = ({ t, done }) => t <= done;

/** The known wrong ways to the chosen entry, each as `[what comes out, what to say about it]`. */
export function mistakes(state) {
  const [kind, i] = place(state), all = compute(state), now = all[state.t - 1], k = LETTERS.indexOf(state.letters[state.t - 1]);
  const forgot = step(state, k, [0, 0, 0], (value) => value), f = kind === "s" ? Math.tanh : (a) => a;
  const past = [forgot[kind][i], "W s of the step before is missing: the network would have no memory."];
  const others = now[kind].map((value, j) => [value, `That belongs to another ${kind === "o" ? "letter" : "unit"}: take its own rows.`]).filter((_, j) => j !== i);
  const old = all.slice(0, state.t - 1).map((one) => [one[kind][i], "That is the value of an earlier step."]);
  if (kind === "o") {
    const { z, a } = now, e = z.map(Math.exp), total = dot(z, [1, 1, 1, 1]);
    return [[z[i], "That is the logit; the softmax has not been applied yet."],
      [e[i], "That is the exponential; divide it by the sum of all four."],
      [z[i] / total, "You divided the logits themselves; take the exponentials first."],
      [1 / (1 + Math.exp(-z[i])), "That is the sigmoid of one logit; the softmax uses all four."], past,
      [softmax([0, 1, 2, 3].map((c) => dot(row(state.V, c, 3), a)))[i], "You multiplied V with a; it takes the state, after tanh."], ...old, ...others];
  }
  const { U, W } = state, u = U[4 * i + k], sum = now.a[i];
  return [...(kind === "s" ? [[sum, "That is a; tanh has not been applied yet."], [1 / (1 + Math.exp(-sum)), "That is the sigmoid; the state takes tanh."],
    [forgot.a[i], "W s of the step before is missing, and tanh as well."]]
    : [[Math.tanh(sum), "That is the state already; a is the sum before tanh."]]), past,
    [f(sum - u), "The column of U for this letter is missing."],
    [f(u + dot(UNITS.map((j) => W[3 * j + i]), now.before)), "You went down a column of W; a unit has a row."],
    ...(state.t > 1 ? [[f(u + dot(row(W, i, 3), all[state.t - 2].a)), "W takes the state of the step before, after tanh; you took its a."]] : []),
    ...[0, 1, 2, 3].filter((c) => c !== k).map((c) => [f(sum - u + U[4 * i + c]), "You took the column of U of another letter."]),
    ...old, ...others, [-f(sum), "The sign is turned round."]];
}

/** `{right, says}` for the value that the reader computed for the chosen entry, to two decimals. */
export function mark(state, value) {
  const [kind, i] = place(state), near = (other) => Math.abs(value - other) <= 0.00501;
  // Who goes on with rounded numbers is right too.
  const cents = (x) => Math.round(100 * x) / 100;
  if ([compute(state), compute(state, cents)].some((all) => near(all[state.t - 1][kind][i]))) return { right: true, says: "Press Step to see the whole step." };
  const known = mistakes(state).find(([other]) => near(other));
  if (!known && kind !== "a" && (Math.abs(value) > 1 || (kind === "o" && value < 0))) return { right: false, says: kind === "o" ? "A probability lies between 0 and 1." : "tanh lies between −1 and 1." };
  const ask = { a: "Take one entry of U and add the row of W times the state before.", s: "Take tanh of this unit's a.", o: "Divide the exponential of this logit by the sum of all four." };
  return { right: false, says: known?.[1] ?? ask[kind] };
}

/** What Step changes: it shows the step looked at or, where that is shown, goes to the next; null at the end. */
export function next(state) {
  if (!shown(state)) return { done: state.t };
  return state.t < state.letters.length ? { t: state.t + 1 } : null;
}

const list = (values) => `(${values.map((value) => format(value)).join(", ")})`;

export function describe(state) {
  const { t, letters: text } = state, { s, o } = compute(state)[t - 1], start = `Step ${t} of ${text.length}, input ${text[t - 1]}`;
  if (!shown(state)) return `${start}: not computed yet. Enter ${title(state)}, or press Step.`;
  const top = Math.max(...o), flat = s.every((si) => Math.abs(si) > 0.99) ? " All units are saturated: they hardly tell inputs apart." : "";
  return `${start}: s${SUB[t]} = ${list(s)}, o${SUB[t]} = ${list(o)}. Most probable next letter: ${LETTERS[o.indexOf(top)]}, ${format(top)}.${flat}`;
}

/** A group of SVG that acts as a button. */
function button(pick, ...children) {
  return svg("g", { class: "dl-unit", ...onpress(pick) }, ...children.flatMap((child) => [child, " "])); // the spaces part the words for whoever listens
}

/** The name begins with the words that are seen, so that both can be said to a computer. */
function choose(g, on, name) {
  const seen = [...g.querySelectorAll("text")].map((text) => text.textContent).join(" ");
  set(g, { class: `dl-unit ${on ? "dl-chosen" : ""}`, "aria-pressed": on, "aria-label": `${seen}: ${name}` });
}

function drawGraph(ui) {
  const root = svg("svg", { viewBox: "0 0 400 220", class: "dl-diagram dl-wide", role: "group", "aria-label": "The unrolled network; choose a step" });
  return { root, redraw(state) {
    const text = state.letters, at = (t) => 22 + (t * 356) / text.length, all = compute(state);
    const held = root.contains(document.activeElement) && document.activeElement.dataset.t, edges = [], nodes = [];
    const edge = (d, on, name, x, y) => edges.push(svg("path", { d, class: `dl-positive ${on ? "" : "dl-faint"}`, "stroke-width": on ? 3 : 1.5 }), svg("text", { x, y, class: "dl-weight" }, name));
    const node = (x, y, name, value) => [svg("circle", { cx: x, cy: y, r: 21, class: "dl-node" }),
      svg("text", { x, y: y - 3, class: "dl-symbol" }, name), svg("text", { x, y: y + 13, class: "dl-value" }, value)];
    nodes.push(...node(22, 110, "s₀", "0"));
    [...text].forEach((letter, j) => {
      const t = j + 1, x = at(t), on = t === state.t, known = t <= state.done, o = all[j].o, guess = known ? LETTERS[o.indexOf(Math.max(...o))] : "?";
      edge(`M${at(j) + 21} 110H${x - 21}`, on, "W", (at(j) + x) / 2, 102);
      edge(`M${x} 169V131`, on, "U", x + 10, 155);
      edge(`M${x} 89V51`, on, "V", x + 10, 75);
      const g = button(() => ui.put({ t }), svg("rect", { x: x - 25, y: 4, width: 50, height: 212, class: "dl-touch" }),
        ...node(x, 190, `x${SUB[t]}`, letter), ...node(x, 110, `s${SUB[t]}`, known ? "✓" : "?"), ...node(x, 30, `o${SUB[t]}`, guess));
      choose(g, on, `Step ${t}, input ${letter}, ${known ? `output ${guess}` : "not computed yet"}`);
      g.dataset.t = t;
      nodes.push(g);
    });
    root.replaceChildren(...edges, ...nodes);
    // The drawing is new, the reader's place is not.
    if (held) root.querySelector(`[data-t="${held}"]`)?.focus();
  } };
}

function drawBars(ui) {
  const root = svg("svg", { viewBox: "0 0 400 212", class: "dl-diagram dl-wide", role: "group", "aria-label": "The values of this step; choose one" });
  const heads = [4, 128, 280].map((x) => svg("text", { x, y: 15 }));
  const rows = ENTRIES.map((entry) => {
    const [kind, i] = place({ entry }), x = { a: 2, s: 126, o: 278 }[kind], y = 24 + 46 * i, width = { a: 100, s: 128, o: 120 }[kind];
    const bar = svg("rect", { y: y + 24, height: 9 }), value = svg("text", { x: x + width - 8, y: y + 18, "text-anchor": "end" });
    const g = button(() => ui.put({ entry }), svg("rect", { x, y, width, height: 40, rx: 5, class: "dl-node" }),
      svg("text", { x: x + 10, y: y + 18 }, kind === "o" ? LETTERS[i] : i + 1), value, bar);
    return { entry, kind, i, x, g, bar, value };
  });
  root.append(...heads, ...rows.map(({ g }) => g));
  return { root, redraw(state) {
    const now = compute(state)[state.t - 1], known = shown(state);
    ["a", "s", "o"].forEach((kind, j) => (heads[j].textContent = `${kind}${SUB[state.t]}${["", ", −1 to 1", ", 0 to 1"][j]}`));
    for (const { entry, kind, i, x, g, bar, value } of rows) {
      const v = now[kind][i], zero = kind === "s" ? x + 64 : x + 10, size = known && kind !== "a" ? Math.abs(v) * (kind === "s" ? 54 : 100) : 0;
      value.textContent = known ? format(v) : "?";
      set(bar, { x: v < 0 ? zero - size : zero, width: size, class: v < 0 ? "dl-minus" : "dl-plus" });
      choose(g, entry === state.entry, `${title({ ...state, entry })}: ${known ? format(v) : "not computed yet"}`);
    }
  } };
}

const wrap = (x) => (x < 0 ? `(${format(x)})` : format(x));

/** Lines `[formula, its numbers, result]` of the chosen entry; a question mark where it is not computed yet. */
export function calculation(state) {
  const [kind, i] = place(state), now = compute(state)[state.t - 1], t = SUB[state.t], k = LETTERS.indexOf(state.letters[state.t - 1]);
  const open = (x) => (shown(state) ? format(x) : "?"), n = i + 1;
  if (kind === "a") return [[`a${t} = U x${t} + W s${SUB[state.t - 1]}, row ${n}`, [format(state.U[4 * i + k]), ...row(state.W, i, 3).map((w, j) => `${wrap(w)}·${wrap(now.before[j])}`)].join(" + "), open(now.a[i])]];
  if (kind === "s") return [[`s${t} = tanh(a${t}), unit ${n}`, `tanh(${open(now.a[i])})`, open(now.s[i])]];
  const terms = row(state.V, i, 3).map((v, j) => `${wrap(v)}·${shown(state) ? wrap(now.s[j]) : "?"}`);
  const powers = now.z.map((z) => `exp(${open(z)})`);
  return [[`z${t} = V s${t}, row ${n}`, terms.join(" + "), open(now.z[i])],
    [`o${t} = softmax(z${t}), letter ${LETTERS[i]}`, `${powers[i]} / (${powers.join(" + ")})`, open(now.o[i])]];
}

/** A table of number fields for a matrix: a row for each unit, a column for each thing it listens to. */
function fields(ui, name, caption, rows, columns) {
  const all = rows.flatMap((to, i) => columns.map((from, j) => {
    const { element, update } = slider({ label: `${name}, from ${from} to ${to}`, ...ui.own(name, i * columns.length + j) });
    // The number alone: a matrix of sliders would fill the page.
    return { typed: element.lastChild, update };
  }));
  // "unit 2" is written as 2, to fit a phone.
  const heading = (text, scope) => h("th", { scope }, text.at(-1));
  const body = rows.map((to, i) => h("tr", {}, heading(to, "row"), ...row(all, i, columns.length).map(({ typed }) => h("td", {}, typed))));
  const head = h("tr", {}, h("th"), ...columns.map((from) => heading(from, "col")));
  return { element: h("table", { class: "dl-fields" }, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...body)),
    update: () => all.forEach((one) => one.update()) };
}

function build(ui) {
  const graph = drawGraph(ui), bars = drawBars(ui), units = UNITS.map((i) => `unit ${i + 1}`), alphabet = [...LETTERS];
  const play = player(ui, { pause: 1200, step() {
    const patch = next(ui.state());
    if (patch) ui.put(patch);
    return patch !== null;
  } });
  const ask = answer({ question: () => (shown(ui.state()) ? null : `Your ${title(ui.state())}, to two decimals:`), mark: (value) => mark(ui.state(), value) });
  const typed = h("input", { type: "text", size: 8, autocomplete: "off",
    onchange: () => ui.put({ letters: letters(typed.value), t: 1, done: 0 }) });
  const word = { element: h("label", { class: "dl-choice" }, h("span", {}, "letters"), typed), update: () => (typed.value = ui.state().letters) };
  const controls = [ask, word,
    choice({ label: "entry", say: (entry) => `${entry[0]}, ${part(entry)}`, ...ui.own("entry") }),
    fields(ui, "U", "U (3, 4): a row for each unit", units, alphabet), fields(ui, "W", "W (3, 3): a row for each unit", units, units),
    fields(ui, "V", "V (4, 3): a row for each letter", alphabet, units)];
  const hide = h("button", { type: "button", onclick: () => (play.stop(), ui.put({ t: 1, done: 0 })) }, "Hide all");
  return { drawing: [graph.root, bars.root], controls, actions: [hide, ...play.actions], stop: play.stop, redraw(now) {
    graph.redraw(now);
    bars.redraw(now);
    return { formula: calculation(now).map(([start, middle, end]) => h("div", {}, `${start} = `, h("b", {}, `${middle} = ${end}`))), words: describe(now) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a recurrent network, step by step", spec: SPEC, clean, build,
    hint: "The lecture's network reads the letters h, e, l, o. Press Step, compute the chosen entry on paper, enter it, then Step again." }),
};
