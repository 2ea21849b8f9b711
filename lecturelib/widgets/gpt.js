// A whole GPT in the page: every head, the residual stream, the logits and the draw of the next token.
import { h, svg, set, format, slider, checklist, onpress } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { nn } from "./kit/nn.js";
import { player } from "./kit/player.js";
import { unpackTyped } from "./kit/record.js";
import { SPEC } from "./gpt.py";

const NAMES = SPEC.head.among, DRAWS = SPEC.drawn.longest / 2, SHOWN = 8;
// As the tokeniser in Python cuts a text: words and signs with the space before them, white space.
const PIECE = / ?[\p{L}\p{N}_]+| ?[^\s\p{L}\p{N}_]+|\s+(?!\S)|\s+/gu;
const pairKey = (a, b) => a * 65536 + b;

/** The recorded network: parameters as tensors by name, sizes, the tokeniser and the n-gram; null where there is none. */
export function decode(record) {
  const arrays = unpackTyped(record), net = { tokens: Array.from({ length: 256 }, (_, i) => [i]), ranks: new Map(), known: new Map() };
  if (!arrays.heads) return null;
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    const scale = arrays[`${name}.scale`]?.data;
    const values = scale ? new Float64Array(data.length) : data;
    for (let row = 0, at = 0; row < scale?.length; row++) for (const end = at + shape[1]; at < end; at++) values[at] = data[at] * scale[row];
    net[name] = { shape, data: values };
  }
  const { merges, pairs, heads } = arrays;
  for (let m = 0; m < merges.shape[0]; m++) {
    const [a, b] = merges.data.subarray(2 * m, 2 * m + 2);
    net.ranks.set(pairKey(a, b), 256 + m);
    net.tokens.push([...net.tokens[a], ...net.tokens[b]]);
  }
  for (let i = 0; i < pairs.shape[0]; i++) net.known.set(pairKey(...pairs.data.subarray(2 * i, 2 * i + 2)), net.tokens.length + i);
  net.blocks = NAMES.length / heads.data[0];
  return { ...net, heads: heads.data[0], context: net["embedding.P"].shape[0], width: net["embedding.P"].shape[1] };
}

/** The ids of a text: in each piece the earliest merge that fits, again and again. */
export function encode({ ranks }, text) {
  return (text.match(PIECE) ?? []).flatMap((piece) => {
    const ids = Array.from(new TextEncoder().encode(piece)), rank = (i) => ranks.get(pairKey(ids[i - 1], ids[i])) ?? Infinity;
    for (;;) {
      let first = Infinity;
      for (let i = 1; i < ids.length; i++) first = Math.min(first, rank(i));
      if (first === Infinity) return ids;
      for (let i = 1; i < ids.length; i++) if (rank(i) === first) ids.splice(i - 1, 2, first);
    }
  });
}

/** The text of ids; bytes that form no character become �. */
export const textOf = ({ tokens }, ids) => new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => tokens[id])));

/** A token as it is shown: · is a space, ↵ the end of a line, and part of a character its bytes. */
export function label({ tokens }, id) {
  const text = textOf({ tokens }, [id]), bytes = tokens[id].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return /[\ufffd\0-\t\v-\x1f\x7f]/.test(text) ? `‹${bytes}›` : text.replaceAll(" ", "·").replaceAll("\n", "↵");
}

/** The tokens drawn, of their text in the state; what is no token is left out. */
export const drawnIds = (net, drawn) => (drawn.match(/[\da-z]{2}/g) ?? []).map((two) => parseInt(two, 36)).filter((id) => id < net.tokens.length);

const drawnText = (ids) => ids.map((id) => id.toString(36).padStart(2, "0")).join("");

/**
 * `nn.dense`, the same numbers, four rows and two columns at a time: no sum waits for another, and what is read serves
 * several of them. In double precision, in which the processor need not convert what it reads. All widths of the
 * network are multiples of its four heads, so columns come in pairs.
 */
function product(x, W, b) {
  const [out, width] = W.shape, rows = x.data.length / width, v = new Float64Array(x.data), w = W.data, y = nn.tensor([...x.shape.slice(0, -1), out]);
  for (let o = 0; o < out; o += 2) {
    const start = b ? b.data[o] : 0, begin = b ? b.data[o + 1] : 0, q = o * width, r = q + width;
    let i = 0;
    for (; i + 4 <= rows; i += 4) {
      const p = i * width, p1 = p + width, p2 = p1 + width, p3 = p2 + width;
      let s = start, s1 = s, s2 = s, s3 = s, t = begin, t1 = t, t2 = t, t3 = t;
      for (let j = 0; j < width; j++) {
        const left = w[q + j], right = w[r + j], a = v[p + j], a1 = v[p1 + j], a2 = v[p2 + j], a3 = v[p3 + j];
        s += a * left;
        s1 += a1 * left;
        s2 += a2 * left;
        s3 += a3 * left;
        t += a * right;
        t1 += a1 * right;
        t2 += a2 * right;
        t3 += a3 * right;
      }
      const at = i * out + o, at2 = at + 2 * out;
      y.data[at] = s;
      y.data[at + 1] = t;
      y.data[at + out] = s1;
      y.data[at + out + 1] = t1;
      y.data[at2] = s2;
      y.data[at2 + 1] = t2;
      y.data[at2 + out] = s3;
      y.data[at2 + out + 1] = t3;
    }
    for (; i < rows; i++) {
      let s = start, t = begin;
      for (let j = 0, p = i * width; j < width; j++) {
        s += v[p + j] * w[q + j];
        t += v[p + j] * w[r + j];
      }
      y.data[i * out + o] = s;
      y.data[i * out + o + 1] = t;
    }
  }
  return y;
}

/**
 * The pass over the last `context` ids, heads of `off` silent. Of `before`, an earlier pass, all is kept that the tokens
 * have in common from the first position on: keys and values do not change when others follow. `stages[s][t]` is the
 * residual stream of token t, first the embedding, then behind each attention and each MLP; `rows[block][t][head]` are
 * t's weights.
 */
export function run(net, ids, off = [], before = null) {
  const { context, heads, blocks, width: D } = net, seen = ids.slice(-context), T = seen.length, old = before?.off === off.join() ? before : null;
  let kept = 0;
  while (old && kept < T - 1 && old.seen[kept] === seen[kept]) kept++;
  const rowsOf = (x) => seen.slice(kept).map((_, t) => x.data.subarray(t * D, (t + 1) * D));
  const behind = (kind, i, x) => {
    const all = nn.tensor([T, D]);
    if (kept) all.data.set(old.cache[i][kind].data.subarray(0, kept * D));
    all.data.set(x.data, kept * D);
    return all;
  };
  const stages = [], keep = (x) => (stages.push([...(kept ? old.stages[stages.length].slice(0, kept) : []), ...rowsOf(x)]), x);
  let x = keep(nn.add(nn.embedding(seen.slice(kept), net["embedding.E"]), { data: net["embedding.P"].data.subarray(kept * D, T * D) }));
  const cache = [], rows = [];
  for (let i = 0; i < blocks; i++) {
    const part = (name) => net[`stack.${i}.${name}`], normed = (name) => nn.layerNorm(x, part(`${name}.norm.gamma`), part(`${name}.norm.beta`));
    const qkv = product(normed("attend"), part("attend.f.W_qkv"), part("attend.f.b_qkv"));
    const [q, k, v] = [0, 1, 2].map((j) => {
      const own = nn.tensor([T - kept, D]);
      for (let t = 0; t < T - kept; t++) own.data.set(qkv.data.subarray((3 * t + j) * D, (3 * t + j + 1) * D), t * D);
      return own;
    });
    cache.push({ k: behind("k", i, k), v: behind("v", i, v) });
    const { y, weights } = nn.attention(q, cache[i].k, cache[i].v, heads), silent = Array.from({ length: heads }, (_, head) => off.includes(`${i + 1}.${head + 1}`));
    if (silent.includes(true)) y.data.forEach((_, at) => silent[Math.floor(((at % D) * heads) / D)] && (y.data[at] = 0));
    rows.push([...(kept ? old.rows[i].slice(0, kept) : []), ...seen.slice(kept).map((_, t) => Array.from({ length: heads }, (_, head) => {
      const at = (head * (T - kept) + t) * T;
      return weights.data.subarray(at, at + kept + t + 1);
    }))]);
    x = keep(nn.add(x, product(y, part("attend.f.W_out"), part("attend.f.b_out"))));
    const wide = nn.gelu(product(normed("think"), part("think.f.up.W"), part("think.f.up.b")));
    x = keep(nn.add(x, product(wide, part("think.f.down.W"), part("think.f.down.b"))));
  }
  return { seen, off: off.join(), kept, cache, rows, stages };
}

/** The logits that the last norm and the head make of one vector of the residual stream: at the last stage the model's own. */
export function logits(net, vector) {
  const normed = nn.layerNorm(nn.tensor([1, net.width], vector), net["norm.gamma"], net["norm.beta"]);
  return nn.dense(normed, net["head.W"], net["head.b"]).data;
}

function share(z, temperature = 1) {
  const top = z.reduce((a, b) => Math.max(a, b)), e = Array.from(z, (value) => Math.exp((value - top) / temperature));
  return scaled(e);
}

const sum = (values) => values.reduce((a, b) => a + b, 0), scaled = (p, total = sum(p)) => p.map((value) => value / total);
const largest = (p) => p.indexOf(Math.max(...p)); // the first of equal ones
const ranked = (p) => Array.from(p.keys()).sort((a, b) => p[b] - p[a] || a - b);

/** From logits to what is drawn from, in this order: softmax of z / T, then the top-k, then the top-p of those. */
export function chances(z, { temperature, top_k, top_p }) {
  const plain = share(z), best = largest(z), warm = temperature ? share(z, temperature) : plain.map((_, i) => Number(i === best)), order = ranked(warm);
  const few = top_k ? scaled(order.slice(top_k).reduce((p, i) => ((p[i] = 0), p), [...warm])) : warm, p = [...few];
  let before = 0;
  if (top_p < 1) for (const i of order) {
    if (before >= top_p - 1e-6) p[i] = 0;
    before += few[i];
  }
  return { plain, warm, few, p: scaled(p) };
}

/** The id at which the running sum of p passes u, from 0 to 1. */
export function pick(p, u) {
  const end = u * sum(p);
  let at = 0;
  return p.findIndex((value) => (at += value) > end);
}

/** Random number n of a seed, from 0 to 1, the same wherever it is asked for. */
export function uniform(seed, n) {
  let x = (Math.imul(seed + 1, 0x9e3779b1) + Math.imul(n + 1, 0x85ebca6b)) | 0;
  for (const [shift, factor] of [[16, 0x21f0aaad], [15, 0x735a2d97]]) x = Math.imul(x ^ (x >>> shift), factor);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

/** The n-gram behind these ids: [id, p] of the likeliest, from the last two tokens where it has that pair, or the last. */
export function nGram(net, ids) {
  const row = net.known.get(pairKey(...ids.slice(-2))) ?? ids.at(-1), [, K] = net.after.shape;
  return Array.from(net.after.data.subarray(row * K, (row + 1) * K), (id, k) => [id, net.p.data[row * K + k]]);
}

/** All that the figure shows of a state; `before` is what this gave for an earlier one. */
export function analyse(net, state, before = null) {
  const start = encode(net, state.prompt), drawn = drawnIds(net, state.drawn), ids = [...start, ...drawn];
  if (!ids.length) return null;
  const trace = run(net, ids, state.off, before?.trace), whole = state.off.length ? run(net, ids, [], before?.whole) : trace;
  const lost = ids.length - trace.seen.length, t = Math.max(0, trace.seen.length - 1 - state.back), last = t === trace.seen.length - 1;
  const lens = trace.stages.map((stage) => ({ norm: Math.hypot(...stage[t]), p: share(logits(net, stage[t])) }));
  const z = logits(net, trace.stages.at(-1)[t]), all = chances(z, state), u = uniform(state.seed, drawn.length);
  const intact = share(logits(net, whole.stages.at(-1)[t])), rule = nGram(net, ids.slice(0, lost + t + 1));
  return { ids, start: start.length, drawn, trace, whole, lost, t, last, lens, z, ...all, u, next: pick(all.p, u), best: largest(z), intact, rule };
}

export function describe(net, state, all) {
  if (!net) return "No network is recorded in this figure; Gpt.of(shakespeare_gpt()) makes one.";
  if (!all) return "The prompt is empty: behind nothing there is nothing to predict. Type something.";
  const { ids, trace, t, plain, best, rule, intact, lost } = all, say = (id) => `“${label(net, id)}”`, [block, head] = state.head.split("."), row = trace.rows[block - 1][t][head - 1];
  const at = largest(row), after = trace.seen[t + 1];
  return [`${ids.length} token${ids.length > 1 ? "s" : ""}${lost ? `, of which the last ${trace.seen.length} are seen` : ""}.`,
    `Behind ${say(trace.seen[t])} the model expects ${say(best)}, p = ${format(plain[best])}; the n-gram ${say(rule[0][0])}, ${format(rule[0][1])}.`,
    all.last ? (all.drawn.length < DRAWS ? `The next draw, u = ${format(all.u)}, takes ${say(all.next)}.` : `${DRAWS} tokens are drawn: this is the end.`) : `The text goes on with ${say(after)}, p = ${format(plain[after])}.`,
    state.off.includes(state.head) ? `Head ${state.head} is off.` : `Head ${state.head} looks most at ${say(trace.seen[at])}, ${format(row[at])}.`,
    ...(state.off.length ? [`Off: ${state.off.join(", ")}; with all heads ${say(best)} has p = ${format(intact[best])}.`] : [])].join(" ");
}

const short = (x) => Math.round(100 * x) / 100;

/** Rectangles [x, y, width, height, value from 0 to 1] in a few shades, as deep as the root of the value. */
function shades(cells, levels = 8) {
  const lines = Array.from({ length: levels }, () => "");
  for (const [x, y, width, height, value] of cells) {
    const level = Math.round(Math.sqrt(value) * levels);
    if (level) lines[level - 1] += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${-short(width)}z`;
  }
  return lines.flatMap((d, level) => (d ? [svg("path", { d, class: "dl-share", "fill-opacity": (level + 1) / levels })] : []));
}

/** The prompt, and below it every token: shaded by the chosen head's weights, chosen by a press. */
function drawText(net, ui) {
  const field = h("textarea", { rows: 3, maxlength: SPEC.prompt.longest, spellcheck: "false", oninput: () => ui.put({ prompt: field.value, drawn: "", back: 0 }) });
  const past = h("span", { class: "dl-faint" }), chips = h("div", { class: "dl-chips", role: "group", "aria-label": "Tokens, each with its weight" }, past), own = [];
  const root = h("div", { class: "dl-wide" }, h("label", { class: "dl-prompt" }, h("span", {}, "prompt"), field), chips);
  const chip = (i) => {
    const word = h("span"), weight = h("small"), element = h("span", { class: "dl-unit dl-chip", ...onpress(() => ui.put({ back: own.filter((one) => !one.element.hidden).length - 1 - i })) }, word, weight);
    chips.append(element);
    return { element, word, weight };
  };
  return { root, redraw(state, all) {
    if (field.value !== state.prompt) field.value = state.prompt;
    const seen = all?.trace.seen ?? [], [block, head] = state.head.split(".");
    past.textContent = all?.lost ? textOf(net, all.ids.slice(0, all.lost)) : "";
    while (own.length < seen.length) own.push(chip(own.length));
    own.forEach(({ element, word, weight }, i) => {
      element.hidden = i >= seen.length;
      if (element.hidden) return;
      const w = i > all.t ? 0 : all.trace.rows[block - 1][all.t][head - 1][i], name = label(net, seen[i]);
      word.textContent = name;
      weight.textContent = i > all.t ? "–" : format(w);
      element.style.setProperty("--share", `${(55 * Math.sqrt(w)).toFixed(0)}%`);
      set(element, { class: `dl-unit dl-chip${i > all.t ? " dl-faint" : ""}${all.lost + i >= all.start ? " dl-drawn" : ""}`, "aria-pressed": i === all.t });
    });
  } };
}

const LEFT = 48, RIGHT = 356, SIDE = 320;

/** A row for each head: where the chosen token looks. */
function drawHeads(ui) {
  const root = svg("svg", { viewBox: `0 0 360 ${22 + 38 * NAMES.length}`, role: "group", "aria-label": "Weights of every head for the chosen token" }), title = svg("text", { x: 0, y: 13 });
  root.append(title);
  const rows = NAMES.map((name, i) => {
    const y = 22 + 38 * i, cells = svg("g"), edge = svg("rect", { x: LEFT - 2, y: y + 2, width: RIGHT - LEFT + 4, height: 32, fill: "none" }), text = svg("text", { x: 0, y: y + 23 });
    const g = svg("g", { class: "dl-unit", ...onpress(() => ui.put({ head: name })) }, svg("rect", { x: 0, y, width: 360, height: 37, class: "dl-touch" }), cells, edge, text);
    root.append(g);
    return { name, y, cells, edge, text, g };
  });
  return { root, redraw(state, { trace, t }) {
    const step = (RIGHT - LEFT) / trace.seen.length;
    title.textContent = `heads: how token ${t + 1} weighs those before it and itself`;
    for (const { name, y, cells, edge, text, g } of rows) {
      const [block, head] = name.split("."), off = state.off.includes(name);
      cells.replaceChildren(...shades(Array.from(trace.rows[block - 1][t][head - 1], (w, i) => [LEFT + i * step, y + 4, step, 28, w])));
      set(edge, { class: name === state.head ? "dl-learned" : "dl-thin" });
      text.textContent = off ? `${name} off` : name;
      set(g, { "aria-pressed": name === state.head, "aria-label": `head ${name}${off ? ", off" : ""}` });
      set(cells, { class: off ? "dl-faint" : "" });
    }
  } };
}

/** All weights of the chosen head: a row a token, a column for each that it looks at. */
function drawMatrix() {
  const cells = svg("g"), row = svg("rect", { x: 0, fill: "none", class: "dl-learned", "vector-effect": "non-scaling-stroke" });
  const title = svg("text", { x: 0, y: 13 }), edge = svg("rect", { x: 2, y: 22, width: SIDE, height: SIDE, class: "dl-thin" });
  const root = svg("svg", { viewBox: "0 0 360 346", role: "img" }, title, edge, cells, row);
  return { root, redraw(state, { trace, t }) {
    const T = trace.seen.length, step = SIDE / T, [block, head] = state.head.split(".");
    title.textContent = `head ${state.head}: rows look at columns`;
    root.setAttribute("aria-label", `Weights of head ${state.head}: ${T} rows, none behind its own token`);
    cells.replaceChildren(...shades(trace.rows[block - 1].flatMap((heads, i) => Array.from(heads[head - 1], (w, j) => [2 + j * step, 22 + i * step, step, step, w]))));
    set(row, { x: 2, y: (22 + t * step).toFixed(2), width: SIDE, height: step.toFixed(2) });
  } };
}

const bar = (p) => svg("svg", { viewBox: "0 0 44 6", class: "dl-measure", "aria-hidden": "true" }, svg("rect", { width: (44 * p).toFixed(2), height: 6, class: "dl-share" }));
const cell = (text, p) => h("td", {}, text, p === undefined ? null : bar(p));

/** A table that scrolls in itself where it is too wide: `fill(heads, rows)`, rows of cells. */
function table(caption) {
  const head = h("tr"), body = h("tbody"), root = h("div", { class: "dl-wide", tabindex: 0, role: "region", "aria-label": caption },
    h("table", { class: "dl-table dl-numbers" }, h("caption", {}, caption), h("thead", {}, head), body));
  return { root, fill(heads, rows) {
    head.replaceChildren(...heads.map((text) => h("th", { scope: "col" }, text)));
    body.replaceChildren(...rows.map((cells) => h("tr", {}, ...cells)));
  } };
}

/** The steps from logits to what is drawn from, for the likeliest tokens, and the n-gram. */
function fillNext(net, place, state, { z, plain, warm, few, p, rule }) {
  const order = ranked(p).filter((i) => p[i]), others = ranked(plain), rows = [...new Set([...order.slice(0, SHOWN), ...others.slice(0, SHOWN)])].slice(0, SHOWN), count = new Map(rule);
  const least = rule.at(-1)[1], kept = (value) => (value ? format(value) : "–");
  place.fill(["token", "logit z", "softmax", `T = ${format(state.temperature)}`, `top-k ${state.top_k || "all"}`, `top-p ${format(state.top_p)}`, "n-gram"],
    rows.map((i) => [h("th", { scope: "row" }, label(net, i)), cell(format(z[i])), cell(format(plain[i]), plain[i]), cell(format(warm[i]), warm[i]), cell(kept(few[i]), few[i]), cell(kept(p[i]), p[i]),
      count.has(i) ? cell(format(count.get(i)), count.get(i)) : cell(`< ${format(Math.max(least, 0.01))}`, 0)]));
}

/** What each stage of the residual stream would predict, were the head to read it there. */
function fillLens(net, place, { lens, best }) {
  const longest = Math.max(...lens.map(({ norm }) => norm)), stage = (s) => (s ? `block ${Math.ceil(s / 2)}, ${s % 2 ? "attention" : "MLP"}` : "embedding");
  place.fill(["behind", "length ‖x‖", "likeliest", "its p", `p of ${label(net, best)}`], lens.map(({ norm, p }, s) => {
    const first = largest(p);
    return [h("th", { scope: "row" }, stage(s)), cell(format(norm), norm / longest), cell(label(net, first)), cell(format(p[first]), p[first]), cell(format(p[best]), p[best])];
  }));
}

/** The draw: the tokens side by side in the order of their ids, as wide as they are likely, and where u falls. */
function drawStrip(net) {
  const parts = svg("g"), title = svg("text", { x: 0, y: 13 }), mark = svg("path", { class: "dl-boundary" });
  const root = svg("svg", { viewBox: "0 0 360 58", role: "img" }, title, parts, mark);
  return { root, redraw({ p, u, next, last, t }) {
    let at = 0;
    parts.replaceChildren(...p.flatMap((value, i) => {
      if (!value) return [];
      const x = at, width = 356 * value;
      at += width;
      const name = label(net, i), box = svg("rect", { x: (2 + x).toFixed(2), y: 22, width: width.toFixed(2), height: 28, class: last && i === next ? "dl-learned" : "dl-thin" });
      return width > 9 * name.length + 4 ? [box, svg("text", { x: (2 + x + width / 2).toFixed(2), y: 41, class: "dl-value" }, name)] : [box];
    }));
    const x = 2 + 356 * u;
    title.textContent = last ? `the draw: u = ${format(u, 3)} falls on ${label(net, next)}` : `what could be drawn behind token ${t + 1}`;
    set(mark, { d: last ? `M${x.toFixed(2)} 20V56` : "" });
    root.setAttribute("aria-label", `${title.textContent}, one of ${p.filter((value) => value).length} tokens kept`);
  } };
}

function build(ui, net) {
  if (!net) return { drawing: [], redraw: () => ({ formula: [], words: describe(null) }) };
  const text = drawText(net, ui), heads = drawHeads(ui), matrix = drawMatrix(), strip = drawStrip(net), next = table("The next token, from logits to the draw"), lens = table("The residual stream of the chosen token, read early");
  const pair = h("div", { class: "dl-pair" }, heads.root, matrix.root);
  let shown = null, now = null;
  const step = () => {
    const state = ui.state(), all = state.back ? analyse(net, { ...state, back: 0 }, shown) : now;
    if (!all || all.drawn.length >= DRAWS) return false;
    ui.put({ drawn: drawnText([...all.drawn, all.next]), back: 0 });
    return true;
  };
  const { actions, stop } = player(ui, { step, pause: 250 });
  const undo = h("button", { type: "button", onclick: () => ui.put({ drawn: drawnText(drawnIds(net, ui.state().drawn).slice(0, -1)), back: 0 }) }, "Undo");
  const buttons = { element: h("div", { class: "dl-ask" }, ...actions, undo), update() {} };
  const controls = [buttons, slider({ label: "temperature", ...ui.own("temperature") }), slider({ label: "top-k, 0: all", ...ui.own("top_k") }), slider({ label: "top-p", ...ui.own("top_p"), step: 0.05 }),
    slider({ label: "seed", step: 1, ...ui.own("seed") }), checklist({ ...ui.own("off"), say: (name) => `${name} off` })];
  return { drawing: [text.root, next.root, strip.root, pair, lens.root], controls, stop, redraw(state) {
    const all = (now = analyse(net, state, shown));
    text.redraw(state, all);
    for (const root of [next.root, strip.root, pair, lens.root]) root.toggleAttribute("hidden", !all);
    if (all) {
      shown = all;
      fillNext(net, next, state, all);
      for (const part of [heads, matrix]) part.redraw(state, all);
      strip.redraw(all);
      fillLens(net, lens, all);
    }
    return { formula: [], words: describe(net, state, all) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a GPT in this page", spec: SPEC, build: (ui) => build(ui, decode(view.model.get("_record"))),
    hint: "Type a prompt, press Step to draw a token. Press a token or a head to see where it looks; switch heads off." }),
};
