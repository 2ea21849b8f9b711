// Ridge and lasso with two weights on the levels of the error; the reader enters the solution.
import { h, svg, set, format, slider, choice, tick } from "./kit/kit.js";
import { at, plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./regularization.py";

const REACH = SPEC.least.high, MOST = SPEC.strength.high;
export const SQUARE = 5; // XᵀX = 5I: the rows are (1, 2) and (2, −1)
const SUB = ["w₁", "w₂"];

const ridge = (b, strength) => b / (SQUARE + strength);
/** Towards zero by `strength`, and not beyond. */
export const soft = (v, strength) => Math.sign(v) * Math.max(Math.abs(v) - strength, 0);
const lasso = (b, strength) => soft(b, strength) / SQUARE;

/** The minimum of ½‖Xw − y‖² + penalty: each weight by itself, since XᵀX = 5I. */
export const solve = ({ penalty, strength, least }) =>
  least.map((v) => (penalty === "ridge" ? ridge : lasso)(SQUARE * v, strength));

/** The error above its minimum, ½‖X(w − least)‖², and the penalty at w. */
export function cost({ penalty, strength, least }, w) {
  const squares = (u) => u.reduce((sum, c) => sum + c * c, 0);
  return { error: (SQUARE / 2) * squares(w.map((c, i) => c - least[i])),
    penalty: strength * (penalty === "ridge" ? squares(w) / 2 : Math.abs(w[0]) + Math.abs(w[1])) };
}

/** The known wrong ways to w_i, each as `[what comes out, what to say about it]`. */
export function mistakes({ penalty, strength, least }, i) {
  const v = least[i], b = SQUARE * v, far = Math.sign(v) * strength, other = least[1 - i] * SQUARE;
  const common = [[v, "That is least squares: the penalty is missing."], [b, "That is the entry of Xᵀy; nothing has been divided yet."]];
  if (penalty === "ridge") return [
    [lasso(b, strength), "That is the lasso's answer, which subtracts: the square divides."], ...common,
    [v - far / SQUARE, "You subtracted, as the lasso does: the square divides."],
    [b / (SQUARE + 2 * strength), "The penalty is half the square, so its slope is λw."],
    [b / (1 + strength), "XᵀX is not the identity: look at its diagonal."],
    [b / strength, "You divided by λ alone; the diagonal of XᵀX is added to it."],
    [b / (SQUARE - strength), "λ is added to XᵀX, not taken away."],
    [ridge(other, strength), "That is the other weight."], [-ridge(b, strength), "The size is right, the sign is not."],
  ];
  return [
    [ridge(b, strength), "That is the ridge answer, which divides: the absolute value subtracts."],
    [v - far / SQUARE, "That is beyond zero: at the kink the weight stops."], ...common,
    [soft(b, strength) / (SQUARE + strength), "Penalised both ways: you subtracted λ and divided by a larger number too."],
    [soft(v, strength), "You moved the least-squares weight by λ itself; it is divided like the rest."],
    [v - far, "You moved the least-squares weight by λ itself, and beyond zero."],
    [soft(b, strength), "That is not divided yet: look at the diagonal of XᵀX."],
    [soft(b, strength / 2) / SQUARE, "The ½ belongs to squares: the slope of λ|w| is λ."],
    [v + far / SQUARE, "That is away from zero; the penalty pulls towards it."],
    [lasso(other, strength), "That is the other weight."], [-lasso(b, strength), "The size is right, the sign is not."],
  ];
}

/** `{right, says}` for the w_i that the reader computed, to two decimals. */
export function mark(state, i, value) {
  const near = (other) => Math.abs(value - other) <= 0.00501;
  if (near(solve(state)[i])) return { right: true, says: "Tick the box below to see it." };
  const known = mistakes(state, i).find(([wrong]) => near(wrong));
  return { right: false, says: known?.[1] ?? (state.penalty === "ridge"
    ? "Divide the entry of Xᵀy by the diagonal of XᵀX and λ together."
    : "Move the entry of Xᵀy towards zero by λ, then divide by the diagonal of XᵀX.") };
}

/** The points w with the penalty that w has now: a circle or a diamond around the origin. */
export function ball(penalty, w, count = 96) {
  if (penalty === "lasso") {
    const r = Math.abs(w[0]) + Math.abs(w[1]);
    return [[r, 0], [0, r], [-r, 0], [0, -r], [r, 0]];
  }
  return circle([0, 0], Math.hypot(...w), count);
}

const circle = ([x, y], r, count = 96) => [...Array(count + 1).keys()].map((k) => {
  const angle = (2 * Math.PI * k) / count;
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
});

const brief = (x) => `${Number(x.toFixed(2))}`.replace("-", "−");
const pair = (w) => `(${w.map((c) => format(c)).join(", ")})`;

export function describe(state) {
  const { penalty, strength, least, shown } = state, name = penalty === "ridge" ? "Ridge" : "Lasso";
  const start = `${name} with λ = ${brief(strength)}, least squares at ${pair(least)}`;
  if (!shown) return `${start}. The solution is hidden: compute it and enter it.`;
  const w = solve(state), zero = w.filter((c) => c === 0).length, head = `${start}: w = ${pair(w)}. `;
  if (strength === 0) return `${head}Without a penalty it is least squares.`;
  if (penalty === "ridge") return `${head}Both weights are multiplied by 5/(5 + λ) = ${format(SQUARE / (SQUARE + strength))}.`;
  return `${head}Each weight moves by λ/5 = ${format(strength / SQUARE)} towards zero; ${["none is", "one is", "both are"][zero]} exactly zero.`;
}

function formula({ penalty, strength, least, shown }) {
  const b = least.map((v) => SQUARE * v), top = `Xᵀy = ${pair(b)}, XᵀX = 5I, λ = ${brief(strength)}`;
  const w = solve({ penalty, strength, least });
  const rows = b.map((v, i) => {
    const value = shown ? format(w[i]) : "?";
    return `${SUB[i]} = ` + (!shown ? value : penalty === "ridge" ? `${format(v)} / (5 + ${brief(strength)}) = ${value}`
      : `S(${format(v)}, ${brief(strength)}) / 5 = ${format(soft(v, strength))} / 5 = ${value}`);
  });
  return [top, ...rows].map((line) => h("div", {}, line));
}

function drawMap(ui) {
  const axis = [-REACH, REACH], ticks = [-4, -2, 0, 2, 4];
  const chart = plane({ x: axis, y: axis, width: 340, height: 340, ticksX: ticks, nameX: "weight w₁", nameY: "weight w₂" });
  const { root, layer, sx, sy } = chart;
  const [levels, touching, region, point] = ["dl-contour", "dl-trail", "dl-side", "dl-stops"].map((name) => svg("path", { class: name }));
  layer.append(region, levels, touching, point);
  set(root, { role: "group", "aria-label": "Levels of the error over both weights" });
  const drop = (p) => ui.put({ least: p.map((c) => Number(c.toFixed(1))) });
  const grip = handle(chart, { label: "Least squares", className: "dl-input", range: axis, get: () => ui.state().least, move: drop });
  let held = null; // the click that ends a drag is no tap
  root.addEventListener("pointerdown", ({ target }) => (held = target.closest(".dl-handle")));
  root.addEventListener("click", (event) => held ?? drop(at(chart, event)));
  return { root, redraw(state) {
    const { least, penalty, shown } = state, w = solve(state), radius = Math.hypot(w[0] - least[0], w[1] - least[1]);
    const draw = (points) => path(points, sx, sy);
    levels.setAttribute("d", [1, 2, 3, 4, 5, 6, 7].map((r) => draw(circle(least, r))).join(""));
    touching.setAttribute("d", shown ? draw(circle(least, radius)) : "");
    region.setAttribute("d", shown ? draw(ball(penalty, w)) : "");
    point.setAttribute("d", shown ? draw([w, w]) : ""); // round caps make it a dot
    grip(`least squares ${pair(least)}`);
  } };
}

/** Both weights against λ, drawn once the solution is shown. */
function drawPaths() {
  const { root, layer, sx, sy } = plane({ x: [0, MOST], y: [-REACH, REACH], width: 340, height: 340, ticksX: [0, 5, 10, 15, 20, 25],
    ticksY: [-4, -2, 0, 2, 4], nameX: "strength λ", nameY: "weights" });
  const curves = ["dl-curve dl-series-0", "dl-curve dl-series-1"].map((name) => svg("path", { class: name }));
  const names = SUB.map((name) => svg("text", {}, name)), now = svg("path", { class: "dl-limit" });
  layer.append(now, ...curves, ...names);
  set(root, { role: "img", "aria-label": "Both weights against the strength" });
  return { root, redraw(state) {
    const steps = [...Array(251).keys()].map((k) => (k * MOST) / 250);
    const all = steps.map((strength) => solve({ ...state, strength }));
    curves.forEach((curve, i) => curve.setAttribute("d", state.shown ? path(all.map((w, k) => [steps[k], w[i]]), sx, sy) : ""));
    names.forEach((name, i) => set(name, { x: sx(0.4), y: sy(state.least[i]) - 7, visibility: state.shown ? "visible" : "hidden" }));
    now.setAttribute("d", path([[state.strength, -REACH], [state.strength, REACH]], sx, sy));
  } };
}

function build(ui) {
  const parts = [drawMap(ui), drawPaths()];
  const ask = (i) => answer({ mark: (value) => mark(ui.state(), i, value), question() {
    const { penalty, strength, least, shown } = ui.state();
    return shown ? null : `${penalty}, Xᵀy = ${pair(least.map((v) => SQUARE * v))}, λ = ${brief(strength)}: ${SUB[i]} =`;
  } });
  const controls = [slider({ label: "strength λ", step: 0.5, ...ui.own("strength") }),
    choice({ label: "penalty", say: (name) => (name === "ridge" ? "ridge, ½λ‖w‖²" : "lasso, λ‖w‖₁"), ...ui.own("penalty") }),
    ask(0), ask(1), tick({ label: "show the solution", ...ui.own("shown") })];
  return { drawing: parts.map((part) => part.root), controls, redraw(state) {
    for (const part of parts) part.redraw(state);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: ridge and lasso by hand", spec: SPEC, build,
    hint: "Drag the least-squares point, choose penalty and λ, compute both weights and enter them. Then show the solution." }),
};
