// Byte pair encoding on the reader's text: the next pair is asked for. And the knobs of sampling, one after the other.
import { cleaner, choice, format, h, slider, svg, tick } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./bpe.py";

const [LEARN, CUT, KNOBS] = SPEC.view.among;
const BLANK = "\\s\\x1c-\\x1f\\x85", LETTER = "\\p{L}\\p{N}_"; // what Python means by \s and \w
const PIECE = RegExp(` ?[${LETTER}]+| ?[^${BLANK}${LETTER}]+|[${BLANK}]+(?![^${BLANK}])|[${BLANK}]+`, "gu");
const NAMES = ["A", "B", "C", "D"];
const STAGES = ["temperature", "top-k", "top-p"];

/** The text cut into words, signs and white space, as `pieces` of lecturelib.tokenizer. */
export const pieces = (text) => text.match(PIECE) ?? [];
const bytes = (text) => [...new TextEncoder().encode(text)];

/** How often each pair of neighbours stands: `[left, right, count]`, the most frequent first, of equal ones the lower ids. */
export function pairs(words) {
  const found = new Map();
  for (const { ids, times } of words) {
    for (let i = 1; i < ids.length; i++) {
      const key = ids[i - 1] * 1000 + ids[i];
      found.set(key, (found.get(key) ?? 0) + times);
    }
  }
  return [...found].map(([key, count]) => [Math.floor(key / 1000), key % 1000, count]).sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]);
}

/** `made` for every pair (left, right), from the left. */
export function joined(ids, [left, right], made) {
  const found = [];
  for (let i = 0; i < ids.length; i++) {
    const both = ids[i] === left && ids[i + 1] === right;
    found.push(both ? made : ids[i]);
    if (both) i++;
  }
  return found;
}

/** After `count` merges, or as many as there are: the merges, the tokens as bytes, the different pieces as ids. */
export function learn(text, count) {
  const times = new Map();
  for (const piece of pieces(text)) times.set(piece, (times.get(piece) ?? 0) + 1);
  let words = [...times].map(([piece, n]) => ({ piece, ids: bytes(piece), times: n }));
  const merges = [], tokens = Array.from({ length: 256 }, (_, i) => [i]);
  while (merges.length < count) {
    const [best] = pairs(words);
    if (!best) break;
    words = words.map((word) => ({ ...word, ids: joined(word.ids, best, 256 + merges.length) }));
    tokens.push([...tokens[best[0]], ...tokens[best[1]]]);
    merges.push(best);
  }
  return { merges, tokens, words };
}

/** The ids of a text: the merges in their order, within each piece. */
export const encode = (text, merges) => pieces(text).flatMap((piece) => merges.reduce((ids, pair, m) => joined(ids, pair, 256 + m), bytes(piece)));

export function clean(raw) {
  const state = cleaner(SPEC)(raw);
  return { ...state, done: learn(state.text, state.done).merges.length };
}

/** A token as it is shown: a space as ␣, bytes that are no whole character in hexadecimal. */
export function shown(token) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(token)).replace(/ /g, "␣").replace(/\n/g, "⏎");
  } catch {
    return `‹${token.map((b) => b.toString(16).padStart(2, "0")).join(" ")}›`;
  }
}

/** `{right, says}` for the pair that the reader names as the next one, written as one word. */
export function markPair({ text, done }, typed) {
  const { merges, tokens, words } = learn(text, done), all = pairs(words), written = typed;
  const name = ([left, right]) => shown([...tokens[left], ...tokens[right]]), same = written.replace(/[ ·+]/g, (c) => (c === " " ? "␣" : ""));
  const wanted = [same, same.replace(/^␣+|␣+$/g, "")], found = all.find((pair) => wanted.includes(name(pair)));
  const wrong = (says) => ({ right: false, says });
  if (!written) return wrong("Write the two tokens one behind the other, such as th.");
  if (found === all[0] && found) return { right: true, says: "Press Merge to make it a token." };
  if (found && found[2] === all[0][2]) return wrong("It stands as often as another pair. Of equal ones the pair with the lower left id comes first, then the lower right id.");
  if (found) return wrong(`It stands ${found[2]} time${found[2] > 1 ? "s" : ""}; another pair stands more often.`);
  const at = merges.findIndex((pair) => wanted.includes(name(pair)));
  if (at >= 0) return wrong(`That was merge ${at + 1}: it is one token already.`);
  if (wanted.some((one) => one.length < 2)) return wrong("That is one token; a pair is two neighbours.");
  const letters = (piece) => shown(bytes(piece));
  if (wanted.some((one) => words.some(({ piece }) => letters(piece).includes(one)))) return wrong("These letters stand there, but not as two whole tokens: a letter that was merged is no longer alone, and three tokens are no pair.");
  if (wanted.some((one) => letters(text).replace(/␣/g, "").includes(one.replace(/␣/g, "")))) return wrong("It would reach over the end of a word.");
  return wrong("These two are nowhere neighbours in the text.");
}

/** Into how many tokens wrong ways cut the word: the longest token first from the left, the merges from the last to the first. */
export function otherCuts(word, { merges, tokens }) {
  const known = new Set(tokens.map(String));
  let longest = 0, letters = 0;
  for (const piece of pieces(word)) {
    const all = bytes(piece);
    letters += all.length;
    for (let i = 0; i < all.length; longest++) {
      let n = all.length - i;
      while (n > 1 && !known.has(String(all.slice(i, i + n)))) n--;
      i += n;
    }
  }
  const back = merges.map((pair, m) => [pair, m]).reverse();
  const reversed = pieces(word).flatMap((piece) => back.reduce((ids, [pair, m]) => joined(ids, pair, 256 + m), bytes(piece))).length;
  return { letters, longest, reversed, words: pieces(word).length };
}

/** `{right, says}` for the number of tokens of the new text. */
export function markCut(state, value) {
  const found = learn(state.text, state.done), right = encode(state.word, found.merges).length, other = otherCuts(state.word, found);
  if (value === right) return { right: true, says: "The merges in the order in which they were learned." };
  const known = [[other.reversed, "You began with the last merge; they are made in the order of learning."],
    [other.letters, "Those are the bytes; no merge has been made."], [other.longest, "That is the longest token first; here the merges are made in their order."],
    [other.words, "Those are the words; a word need not be one token."]].find(([number]) => number === value);
  return { right: false, says: known?.[1] ?? "Start from the bytes of each word and the space before it; make merge 1 wherever it fits, then merge 2, …" };
}

/** e^{ln p / τ} / Σ, at τ = 0 all for the likeliest. */
export function warmed(weights, temperature) {
  const most = Math.max(...weights);
  if (!temperature) return weights.map((_, i) => (i === weights.indexOf(most) ? 1 : 0));
  return shares(weights.map((w) => (w / most) ** (1 / temperature)));
}
const shares = (list) => list.map((w) => w / list.reduce((a, b) => a + b, 0));
/** The places of the numbers, the largest first; equal ones keep their order. */
const order = (p) => p.map((_, i) => i).sort((i, j) => p[j] - p[i] || i - j);

/** How many tokens top-p keeps: the fewest of the likeliest that together reach it. */
export function reach(p, top_p) {
  let sum = 0, n = 0;
  for (const i of order(p)) {
    if (n && sum >= top_p - 1e-6) break;
    sum += p[i];
    n += 1;
  }
  return n;
}
const cut = (p, n) => p.map((x, i) => (order(p).indexOf(i) < n ? x : 0));

/** The distribution at the start and after each of the three knobs. */
export function pipeline({ weights, temperature, top_k, top_p }, round = (x) => x) {
  const p = shares(weights), warm = warmed(weights, temperature).map(round), few = shares(cut(warm, top_k || p.length)).map(round);
  return [p, warm, few, shares(cut(few, reach(few, top_p)))];
}

/** The known wrong ways to the likeliest token's probability after a knob, each as `[what comes out, what to say]`. */
export function mistakes(state) {
  const { weights, temperature: T, top_k, top_p, stage } = state, [p, warm, few] = pipeline(state), top = (list) => Math.max(...list);
  const k = top_k || p.length, kept = reach(few, top_p), some = (list, n) => top(list) / cut(list, n).reduce((a, b) => a + b, 0);
  return [
    [[top(p) / T, "The temperature divides the logits, before the softmax, not the probabilities."], [top(p), "That is temperature 1."],
      [top(p) ** (1 / T), "The sum is no longer 1: divide by it."], [top(warmed(weights, 1 / T)), "The temperature is turned round: the exponent is 1/τ."]],
    [[top(warm), "What is left is not divided by its sum."], [1 / k, "The tokens that are kept need not be equally likely."],
      [some(p, k), "Top-k sees what the temperature has left, not the first probabilities."], [some(warm, k - 1), "One token too few is kept."]],
    [[top(few), "The others are cut, but what is left is not divided by its sum."], [some(few, kept - 1), "One token too few: together they must reach top-p."],
      [some(p, reach(p, top_p)), "Top-p sees what temperature and top-k have left, not the first probabilities."],
      [some(few, kept + 1), "One token too many: those before it reach top-p already."], [some(warm, reach(warm, top_p)), "Top-k comes before top-p."]],
  ][stage];
}

/** `{right, says}` for the likeliest token's probability after the next knob, to two decimals. */
export function markKnob(state, value) {
  const near = (x) => Number.isFinite(x) && Math.abs(value - x) <= 0.00501, cents = (x) => Math.round(100 * x) / 100;
  const right = [pipeline(state), pipeline(state, cents)].some((all) => near(Math.max(...all[state.stage + 1]))); // rounding on the way is right too
  if (right) return { right, says: "Press Next knob to go on." };
  const known = mistakes(state).find(([other]) => near(other));
  return { right, says: known?.[1] ?? ["Raise each weight to the power 1/τ and divide by the sum.", "Keep the k likeliest and divide by what they have together.", "Keep the fewest of the likeliest that reach top-p, and divide by what they have together."][state.stage] };
}

const size = (words) => words.reduce((sum, { ids, times }) => sum + ids.length * times, 0);

export function describe(state) {
  if (state.view === KNOBS) {
    const all = pipeline(state), left = all[state.stage].filter((x) => x > 0).length;
    const after = state.stage ? `After ${STAGES[state.stage - 1]}` : "At the start";
    return `${after} ${left} of 4 tokens can come; the likeliest has ${format(Math.max(...all[state.stage]))}.`;
  }
  const { merges, tokens, words } = learn(state.text, state.done), open = pairs(words).length;
  const names = merges.map(([a, b]) => shown([...tokens[a], ...tokens[b]])).join(", ");
  const text = `${merges.length} merge${merges.length === 1 ? "" : "s"}${names && `: ${names}`}.`;
  if (state.view === CUT) return `${text} The new text has ${bytes(state.word).length} bytes.`;
  return `${text} ${bytes(state.text).length} bytes are ${size(words)} tokens.${open ? "" : " No pair is left."}`;
}

const row = (...cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell)));
const table = (caption, head, rows) => h("table", { class: "dl-fields" }, h("caption", {}, caption),
  h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...rows));
const code = (text) => h("code", {}, text);

/** Each different piece with its tokens, the merges so far, and on request what stands how often. */
function drawMerges(state) {
  const { merges, tokens, words } = learn(state.text, state.done), name = (id) => shown(tokens[id]);
  const rows = words.slice(0, 8).map(({ ids, times }) => row(String(times), code(ids.map(name).join(" · "))));
  if (words.length > 8) rows.push(row("…", `${words.length - 8} more`));
  const made = merges.map(([a, b, n], m) => row(String(m + 1), code(`${name(a)} + ${name(b)}`), String(n), String(256 + m)));
  const next = pairs(words).slice(0, 6).map(([a, b, n]) => row(code(`${name(a)} + ${name(b)}`), String(n), `${a}, ${b}`));
  return [table("Pieces of the text", ["times", "tokens"], rows), ...(made.length ? [table("Merges so far", ["merge", "pair", "stood", "id"], made)] : []),
    ...(state.counts && next.length ? [table("Most frequent pairs now", ["pair", "stands", "ids"], next)] : [])];
}

/** Four columns of bars, those of stages to come with question marks. */
function drawKnobs(state) {
  const all = pipeline(state), titles = ["softmax", `τ = ${format(state.temperature, 1)}`, `top-k = ${state.top_k || "all"}`, `top-p = ${format(state.top_p)}`];
  return titles.flatMap((title, s) => [svg("text", { x: 50 + 98 * s, y: 16, class: "dl-symbol" }, title), ...NAMES.flatMap((name, i) => {
    const x = 10 + 98 * s, y = 32 + 30 * i, known = s <= state.stage;
    return [svg("text", { x, y: y + 14 }, name), svg("path", { d: `M${x + 14} ${y}h${known ? 42 * all[s][i] : 0}v18h${known ? -42 * all[s][i] : 0}Z`, class: "dl-plus" }),
      svg("text", { x: x + 60, y: y + 14 }, known ? format(all[s][i]).replace(/^0/, "") : "?")];
  })]);
}

function formula(state) {
  const { temperature: T, weights, stage } = state, b = shares(weights).map((x) => format(x)).join(", ");
  if (state.view !== KNOBS) return ["most frequent pair → one token; of equal ones the lower left id, then the lower right id; ␣ is a space"];
  const next = [T ? `next: p^(1/${format(T, 1)}) / sum` : "next: τ = 0, all for the likeliest", state.top_k ? `next: the ${state.top_k} likeliest / their sum` : "next: all are kept", `next: the fewest that reach ${format(state.top_p)} / their sum`][stage];
  return [`p = ${b}`, next ?? "draw one of what is left"];
}

/** A labelled field for a text of the state. */
function written(ui, name, label, when) {
  const field = h("input", { type: "text", maxlength: SPEC[name].longest, spellcheck: "false", autocomplete: "off", size: 14, oninput: put });
  field.addEventListener("keydown", (event) => event.key === "Enter" && put());
  function put() {
    ui.put({ [name]: field.value, ...(name === "text" ? { done: 0 } : {}) });
  }
  const element = h("label", { class: "dl-choice" }, h("span", {}, label), field);
  return { element, update() {
    element.hidden = !when();
    if (field.value !== ui.state()[name]) field.value = ui.state()[name];
  } };
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 400 155", class: "dl-diagram", role: "img" }), lists = h("div"), drawn = h("div", { class: "dl-wide" }, root, lists);
  const at = (...views) => () => views.includes(ui.state().view), number = (name, label, step) => slider({ label, step, when: at(KNOBS), ...ui.own(name) });
  const pair = answer({ mark: (typed) => markPair(ui.state(), typed), read: (typed) => [typed], question() {
    const { view, text, done } = ui.state(), { words } = learn(text, done);
    return view === LEARN && pairs(words).length ? `The next pair, of ${size(words)} tokens:` : null;
  } });
  const ask = answer({ mark: (value) => (ui.state().view === CUT ? markCut : markKnob)(ui.state(), value), question() {
    const { view, stage } = ui.state();
    return view === CUT ? "How many tokens?" : view === KNOBS && stage < 3 ? `The likeliest token after ${STAGES[stage]}, to two decimals:` : null;
  } });
  const showCounts = tick({ label: "show how often pairs stand", ...ui.own("counts") });
  const counts = { element: showCounts.element, update: () => ((showCounts.element.hidden = ui.state().view !== LEARN), showCounts.update()) };
  const controls = [choice({ label: "view", ...ui.own("view") }), written(ui, "text", "text to learn from", at(LEARN)), pair, counts,
    written(ui, "word", "new text", at(CUT)), ask, number("temperature", "temperature τ", 0.1), number("top_k", "top-k, 0 for all"), number("top_p", "top-p", 0.05),
    ...NAMES.map((name, i) => slider({ label: `weight of ${name}`, step: 1, when: at(KNOBS), ...ui.own("weights", i) }))];
  const button = (text, act) => h("button", { type: "button", onclick: act }, text);
  const merge = button("Merge", () => ui.put({ done: ui.state().done + 1 })), next = button("Next knob", () => ui.put({ stage: Math.min(3, ui.state().stage + 1) }));
  const back = button("From the start", () => ui.put({ done: 0, stage: 0 }));
  return { drawing: [drawn], controls, actions: [merge, next, back], redraw(state) {
    const knobs = state.view === KNOBS;
    merge.hidden = knobs;
    next.hidden = !knobs;
    root.toggleAttribute("hidden", !knobs);
    lists.hidden = knobs;
    if (knobs) root.replaceChildren(...drawKnobs(state));
    else lists.replaceChildren(...drawMerges(state));
    root.setAttribute("aria-label", `${state.view}: ${describe(state)}`);
    return { formula: formula(state).map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: byte pairs and the knobs of sampling", spec: SPEC, clean, build,
    hint: "Name the pair that is merged next, then press Merge. The other views cut up a new text and turn the knobs." }),
};
