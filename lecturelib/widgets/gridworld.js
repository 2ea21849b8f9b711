// A grid world to draw: Q-learning and SARSA side by side, four action values a cell, one backup to compute by hand.
import { choice, cleaner, format, h, slider, svg, tick } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./gridworld.py";

const ROWS = 4, COLUMNS = 6, CELLS = ROWS * COLUMNS, SIDE = 60, WAYS = SPEC.way.among, ARROWS = ["↑", "→", "↓", "←"];
const MOVES = [[-1, 0], [0, 1], [1, 0], [0, -1]], LEARNERS = SPEC.learner.among;
const LETTERS = { wall: "#", free: ".", start: "S", goal: "G", hole: "X" };
const count = (drawing, letter) => drawing.split(letter).length - 1;

export function clean(raw) {
  const state = cleaner(SPEC)(raw), { drawing } = state;
  const good = drawing.length === CELLS && /^[.#SGX]*$/.test(drawing) && count(drawing, "S") === 1 && count(drawing, "G") > 0;
  return good ? state : { ...state, drawing: SPEC.drawing.start };
}

/** The drawing with the brush put on a cell; the start moves, and neither it nor the last goal is painted over. */
export function painted({ drawing, brush }, cell) {
  const letter = LETTERS[brush], old = drawing[cell];
  if (!letter || old === "S" || (old === "G" && count(drawing, "G") === 1)) return drawing;
  const base = letter === "S" ? drawing.replace("S", ".") : drawing;
  return base.slice(0, cell) + letter + base.slice(cell + 1);
}

export const acts = ({ drawing }, cell) => ".S".includes(drawing[cell]);
const ends = ({ drawing }, cell) => "GX".includes(drawing[cell]);

/** Where a move in direction `a` leads from a cell, and what it earns. */
export function moved(state, cell, a) {
  const row = Math.floor(cell / COLUMNS) + MOVES[a][0], column = (cell % COLUMNS) + MOVES[a][1], to = row * COLUMNS + column;
  const inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
  if (!inside || state.drawing[to] === "#") return { to: cell, r: state.pace };
  return { to, r: { G: state.goal, X: state.hole }[state.drawing[to]] ?? state.pace };
}

/** The random number k of step t, in [0, 1): a scrambled count, so that both learners get the same ones. */
export function random(seed, t, k) {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(t + 1, 0x85ebca6b) ^ Math.imul(k + 1, 0xc2b2ae35)) >>> 0;
  for (const [shift, factor] of [[16, 0x7feb352d], [15, 0x846ca68b], [16, 1]]) x = Math.imul(x ^ (x >>> shift), factor) >>> 0;
  return x / 4294967296;
}

const table = () => Array.from({ length: CELLS }, () => [0, 0, 0, 0]);

/** ε-greedy; equally good actions are drawn from, each as likely. */
export function choose({ epsilon, seed }, q, t) {
  const u = random(seed, t, 1);
  if (random(seed, t, 0) < epsilon) return Math.floor(4 * u);
  const top = Math.max(...q), best = [0, 1, 2, 3].filter((a) => q[a] === top);
  return best[Math.floor(best.length * u)];
}

/** The direction that a step really takes: with probability slip one of the two sides. */
export function slipped({ slip, seed }, a, t) {
  const u = random(seed, t, 2);
  return u < 1 - slip ? a : (a + (u < 1 - slip / 2 ? 1 : 3)) % 4;
}

/** Table, place and finished episodes after `done` steps of a learner. */
export function learned(state, learner) {
  const Q = table(), start = state.drawing.indexOf("S"), { alpha, gamma } = state;
  let s = start, a = choose(state, Q[s], 0), episodes = 0;
  for (let t = 0; t < state.done; t++) {
    const { to, r } = moved(state, s, slipped(state, a, t)), over = ends(state, to);
    const sarsa = learner === "SARSA" ? choose(state, Q[to], t + 1) : null;
    const value = over ? 0 : sarsa === null ? Math.max(...Q[to]) : Q[to][sarsa];
    Q[s][a] += alpha * (r + gamma * value - Q[s][a]);
    s = over ? start : to;
    if (over) episodes++;
    a = over || sarsa === null ? choose(state, Q[s], t + 1) : sarsa;
  }
  return { Q, at: s, episodes };
}

/** The best action values, by sweeps. */
export function optimum(state) {
  const Q = table();
  for (let change = 1; change > 1e-9;) {
    change = 0;
    const V = Q.map((q) => Math.max(...q));
    Q.forEach((q, s) => acts(state, s) && q.forEach((old, a) => {
      q[a] = [[1 - state.slip, 0], [state.slip / 2, 1], [state.slip / 2, 3]].reduce((sum, [p, turn]) => {
        const { to, r } = moved(state, s, (a + turn) % 4);
        return sum + p * (r + state.gamma * V[to]);
      }, 0);
      change = Math.max(change, Math.abs(q[a] - old));
    }));
  }
  return Q;
}

/** The mean difference of two tables, without its sign, over the cells in which one can act. */
export function distance(state, Q, other) {
  const off = Q.flatMap((q, s) => (acts(state, s) ? q.map((value, a) => Math.abs(value - other[s][a])) : []));
  return off.reduce((sum, one) => sum + one) / off.length;
}

/** Does any way lead from the start to a goal? */
export function reachable(state) {
  const seen = new Set([state.drawing.indexOf("S")]);
  for (const s of seen) if (acts(state, s)) for (let a = 0; a < 4; a++) seen.add(moved(state, s, a).to);
  return [...seen].some((s) => state.drawing[s] === "G");
}

/** The backup that is asked for: what goes into it, and what comes out. */
export function backup(state, Q = learned(state, state.learner).Q) {
  const a = WAYS.indexOf(state.way), b = WAYS.indexOf(state.follow), { to, r } = moved(state, state.cell, a);
  const old = Q[state.cell][a], next = Q[to], over = ends(state, to), sarsa = state.learner === "SARSA";
  const value = over ? 0 : sarsa ? next[b] : Math.max(...next), target = r + state.gamma * value;
  return { old, r, to, next, over, value, target, taken: next[b], result: old + state.alpha * (target - old) };
}

/** The known wrong ways, each as `[what comes out, what to say about it]`. */
export function mistakes(state, Q) {
  const { old, r, next, over, value, target, taken, result } = backup(state, Q), { alpha, gamma, learner, cell } = state;
  const to = (other) => old + alpha * (other - old), best = Math.max(...next);
  const known = over ? [] : [learner === "SARSA" ? [to(r + gamma * best), "That is Q-learning: SARSA takes the action that follows, not the best."]
    : [to(r + gamma * taken), "That is SARSA: Q-learning takes the best next action, whatever follows."]];
  known.push(
    [target, "That is the target; only a share α of the way to it is gone."], [to(2 * old - target), "The sign is turned round: Q moves towards the target."],
    [old + alpha * target, "The old value is not subtracted from the target."], [old, "That is the old value; the reward or the next value moves it."],
  );
  if (over) known.push([to(r + gamma * r), "You looked beyond the end: nothing comes after a terminal cell."], [to(gamma * r), "The reward of the step itself is not discounted."]);
  else known.push([to(r + value), "The next value is not discounted."], [to(gamma * value), "The reward is missing."], [to(r), "The value of the next cell is missing."],
    [to(r + gamma * Math.max(...Q[cell])), "Those are the values of the cell that is left; look at the one that is entered."],
    [to(r + (gamma * next.reduce((sum, q) => sum + q)) / 4), "That is the mean of the next values."]);
  return [...known, [-result, "The sign of the result is turned round."]];
}

/** `{right, says}` for the reader's backup, to two decimals. */
export function mark(state, value, Q = learned(state, state.learner).Q) {
  const near = (other) => Math.abs(value - other) <= 0.00501, { result } = backup(state, Q);
  if (near(result)) return { right: true, says: "Choose another triangle, or let them learn on." };
  return { right: false, says: mistakes(state, Q).find(([other]) => near(other))?.[1] ?? "First the target, r + γ · value of the next cell; then a share α of the way from the old value to it." };
}

const place = (cell) => `row ${Math.floor(cell / COLUMNS) + 1}, column ${(cell % COLUMNS) + 1}`;

export function describe(state, both = LEARNERS.map((learner) => learned(state, learner)), best = optimum(state)) {
  const [q, sarsa] = both.map(({ Q, episodes }) => `${format(distance(state, Q, best))} after ${episodes} episode${episodes === 1 ? "" : "s"}`);
  const way = reachable(state) ? `From S the best play is worth ${format(Math.max(...best[state.drawing.indexOf("S")]))}.` : "No way leads from S to a goal: open a wall.";
  return `${state.done} step${state.done === 1 ? "" : "s"}. Mean distance to the optimum: Q-learning ${q}, SARSA ${sarsa}. ${way}`;
}

/** The lines below the boards: what goes into the backup, and, once shown, what comes out. */
export function calculation(state, Q = learned(state, state.learner).Q) {
  if (!acts(state, state.cell)) return ["Choose a free cell and one of its four triangles."];
  const { old, r, next, over, value, target, result } = backup(state, Q), b = (x) => (x < 0 ? `(${format(x)})` : format(x));
  const list = over ? "terminal" : ARROWS.map((arrow, a) => `${arrow} ${format(next[a])}`).join(", ");
  const lines = [`${state.learner}, ${place(state.cell)}, ${state.way}: Q = ${format(old)}, r = ${format(r)}, next cell: ${list}`];
  if (!over && state.learner === "SARSA") lines.push(`The next action is ${state.follow}.`);
  lines.push(state.shown ? `target = ${b(r)} + ${format(state.gamma)} · ${b(value)} = ${format(target)}; new Q = ${b(old)} + ${format(state.alpha)} · (${format(target)} − ${b(old)}) = ${format(result)}`
    : `α = ${format(state.alpha)}, γ = ${format(state.gamma)}; without slipping.`);
  return lines;
}

const HATCH = "M0 15L15 0M0 30L30 0M0 45L45 0M0 60L60 0M15 60L60 15M30 60L60 30M45 60L60 45";
const CORNERS = ["0 0H60L30 30Z", "60 0V60L30 30Z", "60 60H0L30 30Z", "0 60V0L30 30Z"];

function drawCell(state, Q, cell, largest, chosen) {
  const x = (cell % COLUMNS) * SIDE, y = Math.floor(cell / COLUMNS) * SIDE, letter = state.drawing[cell];
  const g = svg("g", { transform: `translate(${x} ${y})` });
  const box = (name) => svg("path", { d: "M0 0H60V60H0Z", class: name });
  g.append(box("dl-node"));
  if (letter === "#") return g.append(svg("path", { d: HATCH, class: "dl-thin" })), g;
  if (!acts(state, cell)) return g.append(svg("text", { x: 30, y: 36, class: "dl-symbol", "text-anchor": "middle" }, letter)), g;
  Q[cell].forEach((q, a) => g.append(svg("path", { d: `M${CORNERS[a]}`, class: q < 0 ? "dl-minus" : "dl-plus", "fill-opacity": ((0.75 * Math.abs(q)) / largest).toFixed(3) })));
  if (chosen) g.append(svg("path", { d: `M${CORNERS[WAYS.indexOf(state.way)]}`, class: "dl-changed", fill: "none" }));
  const top = Math.max(...Q[cell]), only = Q[cell].filter((q) => q === top).length === 1;
  g.append(svg("text", { x: 30, y: 36, class: "dl-value", "text-anchor": "middle" }, only ? `${ARROWS[Q[cell].indexOf(top)]}${format(top, 1)}` : format(top, 1)));
  return g;
}

function drawBoard(root, state, learner, { Q, at }) {
  const largest = Math.max(1e-9, ...Q.flat().map(Math.abs)), x = (at % COLUMNS) * SIDE, y = Math.floor(at / COLUMNS) * SIDE;
  root.replaceChildren(svg("text", { x: 42, y: -9, class: "dl-symbol", "text-anchor": "middle" }, learner),
    ...Array.from({ length: CELLS }, (_, cell) => drawCell(state, Q, cell, largest, cell === state.cell && learner === state.learner)),
    svg("text", { x: state.drawing.indexOf("S") % COLUMNS * SIDE + 12, y: Math.floor(state.drawing.indexOf("S") / COLUMNS) * SIDE + 56, class: "dl-symbol" }, "S"),
    svg("circle", { cx: x + 50, cy: y + 50, r: 6, class: "dl-square" }));
  root.setAttribute("aria-label", `${learner}: action values of the world, the agent in ${place(at)}`);
}

/** The cell and the direction at a point of the board. */
export function pointed(x, y) {
  const row = Math.floor(y / SIDE), column = Math.floor(x / SIDE), across = x / SIDE - column - 0.5, down = y / SIDE - row - 0.5;
  if (row < 0 || row >= ROWS || column < 0 || column >= COLUMNS) return null;
  return { cell: row * COLUMNS + column, way: WAYS[Math.abs(across) > Math.abs(down) ? (across > 0 ? 1 : 3) : down > 0 ? 2 : 0] };
}

function build(ui) {
  const press = (cell, patch) => ui.put(ui.state().brush === "look" ? patch : { drawing: painted(ui.state(), cell) });
  const boards = LEARNERS.map((learner) => {
    const root = svg("svg", { viewBox: "-2 -26 364 270", class: "dl-diagram", role: "img", onclick: (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(root.getScreenCTM().inverse()), found = pointed(at.x, at.y);
      if (found) press(found.cell, { ...found, learner });
    } });
    return root;
  });
  const step = () => {
    const { done } = ui.state();
    if (done >= SPEC.done.high) return false;
    ui.put({ done: done + 1 + Math.floor(done / 20) });
    return true;
  };
  const play = player(ui, { pause: 300, step });
  const ask = answer({ mark: (value) => mark(ui.state(), value), question() {
    const state = ui.state();
    return acts(state, state.cell) && !state.shown ? `Your new Q(${place(state.cell)}, ${state.way}) of ${state.learner}, to two decimals:` : null;
  } });
  const number = (name, label, by = 0.05) => slider({ label, step: by, ...ui.own(name) }), pick = (name, label) => choice({ label, ...ui.own(name) });
  const paint = h("button", { type: "button", onclick: () => press(ui.state().cell, {}) }, "Paint the cell");
  const controls = [ask, tick({ label: "show the calculation", ...ui.own("shown") }), pick("learner", "board"),
    slider({ label: "cell, in reading order", ...ui.own("cell") }), pick("way", "direction"), pick("follow", "next action (SARSA)"),
    pick("brush", "a press on a cell"), { element: paint, update: () => (paint.disabled = ui.state().brush === "look") },
    number("goal", "reward of the goal", 1), number("hole", "reward of a hole", 1), number("pace", "reward of other steps", 0.1), number("slip", "slip"),
    number("alpha", "learning rate α"), number("gamma", "discount γ"), number("epsilon", "exploration ε"), slider({ label: "seed", ...ui.own("seed") }),
    slider({ label: "steps", step: 10, ...ui.own("done") })];
  return { drawing: boards, controls, actions: play.actions, stop: play.stop, redraw(state) {
    const both = LEARNERS.map((learner) => learned(state, learner)), best = optimum(state);
    LEARNERS.forEach((learner, i) => drawBoard(boards[i], state, learner, both[i]));
    const lines = calculation(state, both[LEARNERS.indexOf(state.learner)].Q);
    return { formula: lines.map((line) => h("div", {}, line)), words: describe(state, both, best) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: two learners in a grid world", spec: SPEC, clean, build,
    hint: "Step lets both learn, Run goes faster and faster. Press a triangle and compute its next value, or take a brush and draw." }),
};
