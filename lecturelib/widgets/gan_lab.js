// Two small networks that train in the page, on points drawn by the reader: field, samples, islands found, losses.
import { clamp, cleaner, format, h, scale, slider, choice, svg, tick } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { greys, inkOf, inkText, pad } from "./kit/pad.js";
import { random } from "./kit/random.js";
import { SPEC } from "./gan_lab.py";

const SIDE = 20, CELL = 0.25, HIDDEN = 24, BATCH = 48, SHOWN = 400, MOST = 1000, EACH = 20, BETAS = [0.5, 0.999], LEAK = 0.2;

// What was played, as text

/** One letter a move, B for both, D or G alone; what is no such text is none. */
export function expand(moves) {
  if (!/^(?:[BDG]\d{1,4})*$/.test(moves)) return "";
  return moves.replace(/(\w)(\d+)/g, (_, who, n) => who.repeat(Number(n))).slice(0, MOST);
}

export const shorten = (letters) => letters.replace(/(.)\1*/g, (run) => `${run[0]}${run.length}`);

export function clean(raw) {
  const state = cleaner(SPEC)(raw), moves = shorten(expand(state.moves));
  return { ...state, moves: moves.length > SPEC.moves.longest ? "" : moves };
}

// The data

const BLOBS = { "ring of eight": Array.from({ length: 8 }, (_, k) => [10 + 7 * Math.cos((k * Math.PI) / 4), 10 - 7 * Math.sin((k * Math.PI) / 4), 1.1]), "two islands": [[6, 12, 3], [15, 5, 1.1]],
  line: Array.from({ length: 13 }, (_, k) => [4 + k, 16 - k, 0.9]), "square of four": [[5, 5, 1.6], [15, 5, 1.6], [5, 15, 1.6], [15, 15, 1.6]] };

/** The inks of the pad: the reader's, or the drawing's. */
export function inks({ data, ink }) {
  if (ink) return inkOf(ink, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, i) => (BLOBS[data].some(([x, y, r]) => Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y) < r) ? 15 : 0));
}

const around = (i) => [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [(i % SIDE) + dx, Math.floor(i / SIDE) + dy])).filter(([x, y]) => x >= 0 && y >= 0 && x < SIDE && y < SIDE).map(([x, y]) => y * SIDE + x);

/** The island of every pixel, from 1 on, 0 for water: pixels with ink that touch, corners too. Their number in `count`. */
export function islands(ink) {
  const of = ink.map(() => 0);
  let count = 0;
  ink.forEach((value, i) => {
    if (!value || of[i]) return;
    const open = [i];
    of[i] = ++count;
    while (open.length) for (const j of around(open.pop())) if (ink[j] && !of[j]) open.push(j), (of[j] = count);
  });
  return { of, count };
}

/** The pixel of a point, or −1 outside. */
const pixel = (x, y) => {
  const column = Math.floor(x / CELL + SIDE / 2), row = Math.floor(SIDE / 2 - y / CELL);
  return column >= 0 && row >= 0 && column < SIDE && row < SIDE ? row * SIDE + column : -1;
};

/** How many of the islands have more than 2 % of the samples on them or right beside, and the share of all that have land. */
export function coverage(ink, samples) {
  const { of, count } = islands(ink), hits = Array(count + 1).fill(0), n = samples.length / 2;
  for (let k = 0; k < n; k++) {
    const i = pixel(samples[2 * k], samples[2 * k + 1]);
    hits[i < 0 ? 0 : of[i] || Math.max(...around(i).map((j) => of[j]))]++;
  }
  return { count, found: hits.slice(1).filter((m) => m > 0.02 * n).length, near: 1 - hits[0] / n };
}

const normal = (rng) => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
const noise = (n, rng) => Float64Array.from({ length: 2 * n }, () => normal(rng));

/** n points with the density of the ink. */
export function draw(ink, n, rng) {
  const sums = [];
  ink.reduce((sum, value, i) => (sums[i] = sum + value), 0);
  const points = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    const at = rng() * sums.at(-1), i = sums.findIndex((sum) => sum > at);
    points[2 * k] = ((i % SIDE) + rng() - SIDE / 2) * CELL;
    points[2 * k + 1] = (SIDE / 2 - Math.floor(i / SIDE) - rng()) * CELL;
  }
  return points;
}

// The networks: [W (out, in), b] for each layer, all in one array; slope is f′ left of 0 in the hidden layers

/** A network of these sizes with He’s start, its gradients, and Adam’s memory. */
export function network(sizes, slope, rng) {
  const layers = [];
  let size = 0;
  sizes.slice(1).forEach((n, i) => (layers.push({ n, m: sizes[i], W: size, b: size + n * sizes[i] }), (size += n * (sizes[i] + 1))));
  const p = new Float64Array(size);
  for (const { n, m, W } of layers) for (let i = 0; i < n * m; i++) p[W + i] = normal(rng) * Math.sqrt(2 / m);
  return { layers, slope, p, g: new Float64Array(size), mean: new Float64Array(size), square: new Float64Array(size), t: 0 };
}

/** The values behind every layer, the inputs first: [x (N·m), …, output]. */
export function forward({ layers, slope, p }, x) {
  const N = x.length / layers[0].m;
  return layers.reduce((all, { n, m, W, b }, l) => {
    const from = all.at(-1), h = new Float64Array(N * n), last = l === layers.length - 1;
    for (let k = 0; k < N; k++) for (let i = 0; i < n; i++) {
      let sum = p[b + i];
      for (let j = 0, w = W + i * m, f = k * m; j < m; j++) sum += p[w + j] * from[f + j];
      h[k * n + i] = last || sum > 0 ? sum : slope * sum;
    }
    return [...all, h];
  }, [x]);
}

/** ∂L/∂x, and the gradients are added to g; `all` is what forward returned, dh (N·n) belongs to the output. */
export function backward({ layers, slope, p, g }, all, dh) {
  for (let l = layers.length - 1; l >= 0; l--) {
    const { n, m, W, b } = layers[l], from = all[l], dx = new Float64Array(from.length), N = dh.length / n;
    for (let k = 0; k < N; k++) for (let i = 0; i < n; i++) {
      const da = dh[k * n + i] * (l < layers.length - 1 && all[l + 1][k * n + i] <= 0 ? slope : 1);
      g[b + i] += da;
      for (let j = 0, w = W + i * m, f = k * m; j < m; j++) (g[w + j] += da * from[f + j]), (dx[f + j] += da * p[w + j]);
    }
    dh = dx;
  }
  return dh;
}

/** A step of Adam along g. */
export function adam(net, rate) {
  const [b1, b2] = BETAS, { p, g, mean, square } = net;
  net.t++;
  const c1 = 1 - b1 ** net.t, c2 = 1 - b2 ** net.t;
  for (let i = 0; i < p.length; i++) {
    mean[i] = b1 * mean[i] + (1 - b1) * g[i];
    square[i] = b2 * square[i] + (1 - b2) * g[i] * g[i];
    p[i] -= (rate * mean[i]) / c1 / (Math.sqrt(square[i] / c2) + 1e-8);
  }
}

const sigma = (a) => 1 / (1 + Math.exp(-a)), softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

const mean = (a, f) => a.reduce((sum, value) => sum + f(value), 0) / a.length;
/** What the players pay for these logits. */
export const paysD = (real, fake) => mean(real, (a) => softplus(-a)) + mean(fake, softplus);
export const paysG = (fake, loss) => (loss === "minimax" ? -mean(fake, softplus) : mean(fake, (a) => softplus(-a)));

/** A step of D on real points and fakes made of z; its loss. */
export function stepD({ G, D }, real, z, rate) {
  const fake = forward(G, z).at(-1), N = real.length / 2, x = new Float64Array(2 * real.length);
  x.set(real), x.set(fake, real.length);
  const all = forward(D, x), a = all.at(-1);
  D.g.fill(0);
  backward(D, all, a.map((value, k) => (sigma(value) - (k < N ? 1 : 0)) / N));
  adam(D, rate);
  return paysD(a.subarray(0, N), a.subarray(N));
}

/** A step of G; its loss. What the way back leaves in D is cleared. */
export function stepG({ G, D }, z, rate, loss) {
  const made = forward(G, z), all = forward(D, made.at(-1)), a = all.at(-1), N = a.length, minimax = loss === "minimax";
  G.g.fill(0);
  backward(G, made, backward(D, all, a.map((value) => (minimax ? -sigma(value) : sigma(value) - 1) / N)));
  D.g.fill(0);
  adam(G, rate);
  return paysG(a, loss);
}

// Playing: a game that was played is kept, so that a step costs a step and not all before it

const games = new Map();

/** Both losses on real points and noise that stay the same. */
function measured({ G, D, real, shown }, loss) {
  const judge = (x) => forward(D, x).at(-1), fake = judge(forward(G, shown).at(-1));
  return [paysD(judge(real), fake), paysG(fake, loss)];
}

/** The game of a state with its moves played: `{G, D, letters, losses}`, losses a pair every 20 moves; null on an empty pad. */
export function played(state) {
  const ink = inks(state), key = JSON.stringify([ink, state.rate_D, state.rate_G, state.loss, state.seed]), wanted = expand(state.moves);
  if (!ink.some((value) => value)) return null;
  let game = games.get(key);
  if (!game || !wanted.startsWith(game.letters)) {
    const rng = random(state.seed + 1);
    game = { G: network([2, HIDDEN, HIDDEN, 2], 0, rng), D: network([2, HIDDEN, HIDDEN, 1], LEAK, rng), rng, letters: "", losses: [], real: draw(ink, SHOWN, random(98)), shown: noise(SHOWN, random(99)) };
    game.L = measured(game, state.loss);
    if (games.size > 3) games.delete(games.keys().next().value);
    games.set(key, game);
  }
  for (const who of wanted.slice(game.letters.length)) {
    if (who !== "G") stepD(game, draw(ink, BATCH, game.rng), noise(BATCH, game.rng), state.rate_D / 1000);
    if (who !== "D") stepG(game, noise(BATCH, game.rng), state.rate_G / 1000, state.loss);
    game.letters += who;
    if (game.letters.length % EACH === 0) game.losses.push(measured(game, state.loss));
  }
  game.L = measured(game, state.loss);
  return game;
}

/** The state after n more moves of `who`; null if there is no room. */
export function more(state, who, n) {
  const letters = expand(state.moves) + who.repeat(n), moves = shorten(letters);
  return letters.length > MOST || moves.length > SPEC.moves.longest ? null : { moves };
}

export function describe(state) {
  const game = played(state);
  if (!game) return "The pad is empty: draw where real samples lie, or choose a drawing.";
  const { count, found, near } = coverage(inks(state), forward(game.G, game.shown).at(-1)), n = game.letters.length;
  const full = more(state, "B", EACH) ? "" : " That is as far as it goes: Reset begins anew.";
  return `${n} moves: ${found} of ${count} island${count > 1 ? "s" : ""} found, ${format(near)} of the samples on land.${n ? ` Losses: D ${format(game.L[0])}, G ${format(game.L[1])}.` : ""}${full}`;
}

const SIZE = 300, place = scale([0, SIDE], [0, SIZE]);

/** Where D sees real ones (dots grow with D above ½) and the samples of G. */
function drawField(root, game, ink) {
  const grid = new Float64Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) (grid[2 * i] = ((i % SIDE) + 0.5 - SIDE / 2) * CELL), (grid[2 * i + 1] = (SIDE / 2 - Math.floor(i / SIDE) - 0.5) * CELL);
  const D = Array.from(forward(game.D, grid).at(-1), sigma), x = forward(game.G, game.shown).at(-1), cell = SIZE / SIDE;
  const dots = Array.from({ length: SHOWN }, (_, k) => [place(x[2 * k] / CELL + SIDE / 2), place(SIDE / 2 - x[2 * k + 1] / CELL)]).filter((at) => at.every((c) => c >= 0 && c <= SIZE));
  const land = ink.map((value, i) => (value ? `M${(i % SIDE) * cell} ${Math.floor(i / SIDE) * cell}h${cell}v${cell}h${-cell}z` : "")).join("");
  root.replaceChildren(...greys(D, SIDE, { cell, levels: 8, className: "dl-share" }), svg("path", { d: land, class: "dl-thin" }),
    svg("path", { d: dots.map(([px, py]) => `M${px.toFixed(1)} ${py.toFixed(1)}h.01`).join(""), stroke: "var(--dl-negative)", "stroke-width": 4, "stroke-linecap": "round" }),
    svg("rect", { width: SIZE, height: SIZE, class: "dl-thin" }));
}

/** Both losses over the moves. */
function drawLosses(root, losses) {
  const top = Math.max(2, ...losses.flat()), low = Math.min(0, ...losses.flat()), sx = scale([0, Math.max(20, losses.length)], [34, 290]), sy = scale([low, top], [112, 8]);
  const curve = (which) => losses.map((pair, k) => `${k ? "L" : "M"}${sx(k + 1).toFixed(1)} ${sy(pair[which]).toFixed(1)}`).join("");
  root.replaceChildren(svg("path", { d: `M34 8V112H290`, class: "dl-axis" }), svg("path", { d: `M34 ${sy(Math.log(4)).toFixed(1)}H290M34 ${sy(Math.log(2)).toFixed(1)}H290`, class: "dl-level" }),
    ...[[4, "1.39"], [2, "0.69"]].map(([n, text]) => svg("text", { x: 2, y: sy(Math.log(n)) + 4 }, text)), svg("path", { d: curve(0), class: "dl-curve dl-series-0" }), svg("path", { d: curve(1), class: "dl-curve dl-series-1" }),
    svg("text", { x: 40, y: 132 }, "loss: D ── G – –  over the moves"));
}

function build(ui) {
  const field = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }), losses = svg("svg", { viewBox: "0 0 300 138", role: "img", "aria-label": "The losses of D and G over the moves" });
  const drawing = pad({ side: SIDE, label: "Drawing pad: arrow keys move the pen, Space draws, Backspace erases", get: () => inks(ui.state()), put: (ink) => ui.put({ ink: inkText(ink) || "0", moves: "" }),
    pen: () => ui.state().pen, move: (pen) => ui.put({ pen }), erasing: () => ui.state().erase });
  const move = (who, n) => {
    const next = more(ui.state(), who, n);
    if (next) ui.put(next);
    return Boolean(next);
  };
  const { actions, stop } = player(ui, { step: () => move("B", EACH), pause: 120 });
  const button = (text, onclick) => h("button", { type: "button", onclick }, text), set = (patch) => () => (stop(), ui.put({ ...patch, moves: "" }));
  // Whatever changes the game begins it anew.
  const own = (name) => ({ ...ui.own(name), put: (value) => ui.put({ [name]: value, moves: "" }) });
  const settings = { element: h("div", { class: "dl-ticks", role: "group", "aria-label": "Settings" }, button("Healthy", set({ rate_D: 5, rate_G: 2 })), button("Collapsed", set({ rate_D: 0.1, rate_G: 2 })), button("Empty the pad", set({ ink: "0" }))), update() {} };
  const controls = [settings, choice({ label: "drawing", ...ui.own("data"), put: (data) => ui.put({ data, ink: "", moves: "" }) }), tick({ label: "the pointer erases", ...ui.own("erase") }), choice({ label: "G’s loss", ...own("loss") }),
    slider({ label: "rate of D, ‰", ...own("rate_D") }), slider({ label: "rate of G, ‰", ...own("rate_G") }), slider({ label: "start", ...own("seed") })];
  const alone = ["D", "G"].map((who) => button(`${who} only`, () => (stop(), move(who, EACH))));
  drawing.root.style.maxWidth = "17rem";
  return { drawing: [field, drawing.root, losses], controls, actions: [...actions, ...alone], stop, redraw(state) {
    const ink = inks(state), game = played(state), words = describe(state);
    drawing.redraw(ink.map((value) => clamp(value / 15, 0, 1)));
    for (const root of [field, losses]) root.replaceChildren();
    field.setAttribute("aria-label", `The discriminator’s field and the samples: ${words}`);
    if (game) drawField(field, game, ink), drawLosses(losses, game.losses);
    return { formula: [], words };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a generator and a discriminator in training", spec: SPEC, clean, build,
    hint: "Run the training: points are samples, frames your data, and the stronger the blue, the more real a place is to D. Draw other data on the pad." }),
};
