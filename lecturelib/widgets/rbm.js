// A machine of three visible and four hidden units, its weights in bits: CD-1 by hand, Gibbs sampling, CD-k, all states.
import { choice, format, h, onpress, scale, set, slider, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./rbm.py";

const [HAND, GIBBS, CDK, ALL] = SPEC.view.among, V = 3, H = 4, VISIBLE = SPEC.v.among;
/** What is asked for by hand, in order. */
export const ASKED = ["p", "q", "p1", "step", "free"];
const label = (name, { i, j }) => ({ p: `p(h${j} = 1 | v)`, q: `p(v${i}′ = 1 | h)`, p1: `p(h${j} = 1 | v′)`, step: `step of W${i}${j}`, free: "F(v) in bits" })[name];

const units = (text) => Array.from(text, Number), SEEN = VISIBLE.map(units), HIDDEN = SPEC.h.among.map(units), range = (n) => Array.from({ length: n }, (_, k) => k), I = range(V), J = range(H), both = (f) => I.flatMap((i) => J.map((j) => f(i, j)));
const odds = (bits) => 2 ** bits, share = (bits) => 1 / (1 + 2 ** -bits), sum = (list) => list.reduce((a, x) => a + x, 0);

/** What the hidden units are told, in bits; what the visible ones are. */
export const up = (bits, v) => J.map((j) => sum(I.map((i) => v[i] * bits[H * i + j])));
export const down = (bits, hidden) => I.map((i) => sum(J.map((j) => bits[H * i + j] * hidden[j])));

/** The free energy of v in bits. */
export const free = (bits, v) => -sum(up(bits, v).map((a) => Math.log2(1 + odds(a))));

/** p(v) of the eight visible states. */
export function exact(bits) {
  const w = SEEN.map((v) => odds(-free(bits, v))), Z = sum(w);
  return w.map((one) => one / Z);
}

/** Energy in bits and probability of all states: a row for each v. */
export function landscape(bits) {
  const E = SEEN.map((v) => HIDDEN.map((hidden) => -sum(up(bits, v).map((a, j) => a * hidden[j]))));
  const Z = sum(E.flat().map((e) => odds(-e)));
  return { E, p: E.map((row) => row.map((e) => odds(-e) / Z)) };
}

const draw = (p, u) => p.map((one, k) => (u[k] < one ? 1 : 0));

/** Random numbers from 0 to 1, the same for the same seed: a linear congruence. */
export function uniform(seed) {
  let s = seed * 1e9;
  return () => (s = (s * 1664525 + 1013904223) % 4294967296) / 4294967296;
}

/** How often the chain was in each visible state, as shares, and where it is. */
export function histogram({ bits, v, steps, chain }) {
  const random = uniform(chain), counts = VISIBLE.map(() => 0);
  let now = units(v);
  for (let t = 0; t < steps; t++) {
    const hidden = draw(up(bits, now).map(share), J.map(random));
    now = draw(down(bits, hidden).map(share), I.map(random));
    counts[4 * now[0] + 2 * now[1] + now[2]]++;
  }
  return { shares: counts.map((n) => n / (steps || 1)), now };
}

/** p(next v | v) of one Gibbs step, a row for each v. */
export function transition(bits) {
  const chance = (p, state) => state.reduce((product, on, k) => product * (on ? p[k] : 1 - p[k]), 1);
  return SEEN.map((v) => SEEN.map((next) => sum(HIDDEN.map((on) => chance(up(bits, v).map(share), on) * chance(down(bits, on).map(share), next)))));
}

/** The true gradient for the data v, and CD-k on average: twelve numbers each. */
export function contrast({ bits, v, k }) {
  const T = transition(bits);
  const start = VISIBLE.map((one) => (one === v ? 1 : 0));
  let after = start;
  for (let t = 0; t < k; t++) after = range(8).map((b) => sum(after.map((p, a) => p * T[a][b])));
  const part = (weights) => both((i, j) => sum(SEEN.map((one, a) => weights[a] * one[i] * share(up(bits, one)[j]))));
  const minus = (weights) => part(start.map((x, a) => x - weights[a]));
  return { truth: minus(exact(bits)), cd: minus(after) };
}

/** The angle between two gradients in degrees; null where one has no length. */
export function angle(a, b) {
  const length = Math.hypot(...a) * Math.hypot(...b);
  return length < 1e-12 ? null : (Math.acos(Math.min(1, sum(a.map((x, n) => x * b[n])) / length)) * 180) / Math.PI;
}

/** The whole step by hand; `round` is what a person does on the way. */
export function hand(state, round = (x) => x) {
  const { bits, u } = state, i = state.i - 1, j = state.j - 1, v = units(state.v);
  const ph = up(bits, v).map(share), drawn = draw(ph, u), pv = down(bits, drawn).map(share), v1 = draw(pv, u.slice(H)), p1 = up(bits, v1).map(share);
  return { v, ph, drawn, pv, v1, p: round(ph[j]), q: round(pv[i]), p1: round(p1[j]), step: round(v[i] * round(ph[j]) - v1[i] * round(p1[j])), free: round(free(bits, v)) };
}

/** The known wrong ways to a value, each as `[what comes out, what to say about it]`. */
export function mistakes(state, name) {
  const { bits } = state, i = state.i - 1, j = state.j - 1, all = hand(state), { v, ph, drawn, pv, v1 } = all;
  const common = (told, sample, whole) => [[share(whole), "Units that are 0 add nothing."], [1 - share(told), "That is the probability that the unit is off."], [1 / (1 + Math.exp(-told)), "The weights are in bits: powers of 2, not of e."],
    [odds(told), "Those are the odds; a probability is at most 1."], [sample, "That is the sample; its probability is asked for."]];
  if (name === "p") return common(up(bits, v)[j], drawn[j], up(bits, [1, 1, 1])[j]);
  if (name === "q") return [[share(down(bits, ph)[i]), "You passed on probabilities; v′ comes from the sample h."], ...common(down(bits, drawn)[i], v1[i], down(bits, [1, 1, 1, 1])[i])];
  if (name === "p1") return [[all.p, "That belongs to v; the chain is at v′ now."], [share(up(bits, pv)[j]), "You passed on probabilities; v′ is a sample."], ...common(up(bits, v1)[j], NaN, up(bits, [1, 1, 1])[j])];
  if (name === "step") return [[-all.step, "The sign: what the chain says is taken away."], [v[i] * all.p, "What the chain says is missing."], [v1[i] * all.p1, "What the data say is missing."],
    [v[i] * drawn[j] - v1[i] * all.p1, "The sample h drives v′; its probability is counted."], [v[i] * all.p - pv[i] * all.p1, "v′ is a sample, 0 or 1."],
    [v[i] * (all.p - all.p1), "The second product has the visible unit of v′."], [(v[i] - v1[i]) * all.p, "The second product has the hidden probability of v′."]];
  const a = up(bits, v);
  return [[-all.free, "The sign: F is minus the logarithm of a sum."], [all.free * Math.LN2, "That is in nats."], [-sum(a), "That is the energy with all hidden units on; each may be off."],
    [-sum(a.map((one, n) => one * drawn[n])), "That is the energy with the drawn h; F is over all h."], [-sum(a.map((one) => Math.log2(1 + Math.exp(one)))), "The weights are in bits: powers of 2, not of e."]];
}

const TOLD = "Add the weights from units that are 1, in bits; 2 to that power are the odds.";
const ASK = { step: "v p(h|v) − v′ p(h|v′) for this weight.", free: "Each hidden unit gives log₂(1 + 2ᵃ); minus their sum." };

/** `{right, says}` for the reader's value of what is asked next, to two decimals. */
export function mark(state, value) {
  const name = ASKED[state.done], near = (other) => Math.abs(value - other) <= 0.00501, cents = (x) => Math.round(100 * x) / 100; // who rounds on the way is right too
  if ([hand(state), hand(state, cents)].some((all) => near(all[name]))) return { right: true, says: "Press Show to go on." };
  return { right: false, says: mistakes(state, name).find(([other]) => near(other))?.[1] ?? ASK[name] ?? TOLD };
}

const named = (kind, list) => list.map((n) => kind + (n + 1)), tuple = (list) => `(${[...list].join(", ")})`;

export function describe(state) {
  const { view, v, steps, k, done } = state;
  if (view === HAND) {
    const all = hand(state), known = ASKED.slice(0, done).map((name) => `${label(name, state)} = ${format(all[name])}`);
    const drawn = [done > 0 && `h = ${tuple(all.drawn)}`, done > 1 && `v′ = ${tuple(all.v1)}`].filter(Boolean);
    return `${done} of 5 values shown${known.length ? `: ${known.join(", ")}` : ""}.${drawn.length ? ` Drawn: ${drawn.join(", ")}.` : ""}`;
  }
  if (view === GIBBS) {
    if (!steps) return `No step yet; the chain starts at v = ${tuple(v)}.`;
    const { shares, now } = histogram(state), p = exact(state.bits);
    return `After ${steps} step${steps > 1 ? "s" : ""} the chain is at ${tuple(now)}; its shares are within ${format(Math.max(...shares.map((s, n) => Math.abs(s - p[n]))))} of the exact probabilities.`;
  }
  if (view === CDK) {
    const { truth, cd } = contrast(state), degrees = angle(truth, cd), off = Math.max(...truth.map((x, n) => Math.abs(x - cd[n])));
    return `CD-${k} on average, for the data ${tuple(v)}: off by ${format(off, 3)} at most, ${degrees === null ? "and one of the two gradients is 0." : `${format(degrees, 1)}° from the true gradient.`}`;
  }
  const { E, p } = landscape(state.bits), a = VISIBLE.indexOf(v), b = parseInt(state.h, 2);
  return `v = ${tuple(v)}, h = ${tuple(state.h)}: energy ${format(E[a][b])} bits, probability ${format(p[a][b], 3)}.`;
}

const terms = (weights, on) => weights.map((w, n) => `${on[n]} · ${w < 0 ? `(${format(w, 1)})` : format(w, 1)}`).join(" + ");

function formula(state) {
  const { bits, view, done } = state, all = hand(state), i = state.i - 1, j = state.j - 1, column = I.map((n) => bits[H * n + j]);
  if (view === HAND) return [`1/(1 + 2⁻ᵃ), a = ${terms(column, all.v)}`, `1/(1 + 2⁻ᵃ), a = ${terms(bits.slice(H * i, H * i + H), all.drawn)}`,
    `likewise, from v′ = ${tuple(all.v1)}`, `step = v${i + 1} p(h${j + 1}|v) − v${i + 1}′ p(h${j + 1}|v′)`, "F(v) = −Σ log₂(1 + 2ᵃ) over the hidden units, in bits"][Math.min(done, 4)];
  return { [GIBBS]: "h ~ p(h | v), v ~ p(v | h), and again", [CDK]: "true: data − machine; CD-k: data − chain after k steps", [ALL]: "E(v, h) = −Σ vᵢ Wᵢⱼ hⱼ, p = 2⁻ᴱ / Z" }[view];
}

const word = (x, y, text, name = "dl-symbol") => svg("text", { x, y, class: name, "text-anchor": "middle" }, text);
const rect = (x, y, width, height, name) => svg("rect", { x: x.toFixed(1), y, width: Math.max(0, width).toFixed(1), height, class: name });

/** The units and their weights; visible ones can be switched, hidden ones where all states are shown. */
function network(ui) {
  const root = svg("svg", { viewBox: "0 0 320 170", role: "group", "aria-label": "The machine" }), lines = svg("g"), flip = (text, n) => Array.from(text, (c, m) => (m === n ? 1 - c : c)).join("");
  const unit = (kind, n) => {
    const [x, y] = kind === "h" ? [40 + 80 * n, 35] : [80 + 80 * n, 125], text = word(x, y + 5, "", "dl-value"), g = svg("g", onpress(() => (kind === "v" || ui.state().view === ALL) && ui.put({ [kind]: flip(ui.state()[kind], n) })),
      svg("circle", { cx: x, cy: y, r: 18, class: "dl-node" }), text, svg("circle", { cx: x, cy: y, r: 18, class: "dl-touch" }));
    root.append(g, word(x, kind === "h" ? 12 : 160, kind + (n + 1)));
    return { g, text };
  };
  root.append(lines);
  const all = { h: J.map((n) => unit("h", n)), v: I.map((n) => unit("v", n)) };
  return { root, redraw(state) {
    const { view, bits, done } = state, byHand = hand(state);
    lines.replaceChildren(...both((i, j) => [bits[H * i + j], `M${80 + 80 * i} 125L${40 + 80 * j} 35`]).map(([w, d]) => svg("path", { d, class: w < 0 ? "dl-negative" : "dl-positive", "stroke-width": 0.2 + 1.5 * Math.abs(w) })));
    for (const kind of ["h", "v"]) all[kind].forEach(({ g, text }, n) => {
      const open = kind === "v" || view === ALL, value = kind === "v" ? state.v[n] : view === ALL ? state.h[n] : view === HAND && done ? byHand.drawn[n] : "?";
      text.textContent = value;
      const followed = view === HAND && n === state[kind === "v" ? "i" : "j"] - 1;
      set(g, { class: `${open ? "dl-unit" : ""}${followed ? " dl-chosen" : ""}`, tabindex: open ? 0 : -1, "aria-label": `${kind}${n + 1}: ${value}` });
    });
  } };
}

function drawBars(state) {
  const p = exact(state.bits), { shares } = histogram(state), x = scale([0, 1], [50, 300]);
  return VISIBLE.flatMap((v, n) => [word(24, 22 + 26 * n, tuple(v).replaceAll(", ", "")), rect(50, 9 + 26 * n, x(shares[n]) - 50, 9, "dl-bar dl-bar-now"), rect(50, 19 + 26 * n, x(p[n]) - 50, 6, "dl-share"),
    word(x(Math.max(p[n], shares[n])) + 20, 22 + 26 * n, format(p[n]))]).concat(word(175, 228, "below: exact, above: the chain"));
}

function drawContrast(state) {
  const { truth, cd } = contrast(state), most = Math.max(1e-9, ...[...truth, ...cd].map(Math.abs));
  const bar = (value, x, y, name) => rect(x + Math.min(0, (28 * value) / most), y, (28 * Math.abs(value)) / most, 7, name);
  return [...named("h", J).map((text, j) => word(70 + 68 * j, 14, text)), ...named("v", I).map((text, i) => word(14, 44 + 46 * i, text)),
    ...both((i, j) => {
      const x = 70 + 68 * j, y = 28 + 46 * i, n = H * i + j;
      return [svg("path", { d: `M${x} ${y - 4}v34`, class: "dl-grid-line" }), bar(truth[n], x, y, "dl-share"), bar(cd[n], x, y + 9, "dl-bar dl-bar-now"), word(x, y + 28, format(cd[n]))];
    }).flat(),
    word(170, 185, `above: true gradient, below: CD-${state.k}`)];
}

function drawStates(state) {
  const { p } = landscape(state.bits), most = Math.max(...p.flat()), a = VISIBLE.indexOf(state.v), b = parseInt(state.h, 2);
  return [...p.flatMap((row, r) => [word(24, 33 + 24 * r, VISIBLE[r]), ...row.map((value, c) => svg("rect", { x: 50 + 16 * c, y: 18 + 24 * r, width: 15, height: 22, class: "dl-share", "fill-opacity": Math.sqrt(value / most).toFixed(3) }))]),
    svg("rect", { x: 49 + 16 * b, y: 17 + 24 * a, width: 17, height: 24, class: "dl-person" }), word(178, 12, "h from 0000 to 1111")];
}

function fields(ui, trait, caption, rows, columns, when) {
  const all = rows.map((row, r) => columns.filter((_, c) => 4 * r + c < SPEC[trait].start.length).map((column, c) => slider({ label: `${caption}: ${row} ${column}`, ...ui.own(trait, 4 * r + c) })));
  const line = (head, cells) => h("tr", {}, h("th", {}, head), ...cells);
  const element = h("table", { class: "dl-fields" }, h("caption", {}, caption), line("", columns.map((text) => h("th", {}, text))),
    ...rows.map((row, r) => line(row, all[r].map((one) => h("td", {}, one.element.lastChild)))));
  return { element, update() {
    element.hidden = !when();
    all.flat().forEach((one) => one.update());
  } };
}

function build(ui) {
  const machine = network(ui), root = svg("svg", { viewBox: "0 0 340 235", role: "img" });
  const at = (view) => view === ui.state().view, pick = (label, name) => choice({ label, ...ui.own(name) });
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const name = at(HAND) && ASKED[ui.state().done];
    return name ? `Your ${label(name, ui.state())}, to two decimals:` : null;
  } });
  const controls = [pick("view", "view"), ask, pick("by hand: v", "i"), pick("by hand: h", "j"), pick("k of CD-k", "k"), pick("Gibbs chain", "chain"),
    slider({ label: "Gibbs steps", when: () => at(GIBBS), ...ui.own("steps") }),
    fields(ui, "bits", "Weights in bits", named("v", I), named("h", J), () => true), fields(ui, "u", "Uniform numbers", ["h", "v"], named("", J), () => at(HAND))];
  const button = (text, view, act) => ({ view, element: h("button", { type: "button", onclick: act }, text) });
  const actions = [button("Show", HAND, () => ui.put({ done: ui.state().done + 1 })), button("Hide all", HAND, () => ui.put({ done: 0 })), ...[1, 10, 100].map((n) => button(`+${n}`, GIBBS, () => ui.put({ steps: ui.state().steps + n })))];
  const paint = { [GIBBS]: drawBars, [CDK]: drawContrast, [ALL]: drawStates };
  return { drawing: [machine.root, root], controls, actions: actions.map(({ element }) => element), redraw(state) {
    machine.redraw(state);
    for (const { element, view } of actions) element.hidden = view !== state.view;
    root.style.display = paint[state.view] ? "" : "none";
    root.replaceChildren(...(paint[state.view]?.(state) ?? []));
    root.setAttribute("aria-label", `${state.view}: ${describe(state)}`);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a restricted Boltzmann machine", spec: SPEC, build,
    hint: "Compute what is asked for and enter it; Show goes on. Switch units; choose a view." }),
};
