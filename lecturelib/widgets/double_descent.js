// Least squares with more and more cosines through the same eight points, and the error at every width.
import { svg, set, clamp, format, slider, choice, h } from "./kit/kit.js";
import { plane, path, handle } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./double_descent.py";

const { high: WIDEST } = SPEC.width, LIMIT = SPEC.y.high;
/** Where the eight points stand. */
export const X = [-0.47, -0.3, -0.14, 0.1, 0.44, 0.6, 0.78, 0.94];
const GRID = [...Array(101).keys()].map((i) => i / 50 - 1);
const SINE = GRID.map((x) => Math.sin(Math.PI * x));

/** The first `width` features of x: cosines, the faster the smaller. */
export const features = (x, width) => Array.from({ length: width }, (_, k) => Math.cos((Math.PI * k * (x + 1)) / 2) / (1 + k));
const ROWS = X.map((x) => features(x, WIDEST)), WITHIN = GRID.map((x) => features(x, WIDEST));

const dot = (a, b, n) => {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[k] * b[k];
  return sum;
};

/** The solution of Az = b for a symmetric, positive definite A, by Cholesky: A = LLᵀ, forward, backward. */
export function solve(A, b) {
  const n = b.length, L = A.map(() => new Float64Array(n)), z = [...b];
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) {
    const rest = A[i][j] - dot(L[i], L[j], j);
    L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j];
  }
  for (let i = 0; i < n; i++) z[i] = (z[i] - dot(L[i], z, i)) / L[i][i];
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) z[i] -= L[j][i] * z[j];
    z[i] /= L[i][i];
  }
  return z;
}

/**
 * The weights of ridge. The smaller of two systems is solved: (ΦᵀΦ + λI) w = Φᵀy, or with more features than
 * points w = Φᵀα, (ΦΦᵀ + λI) α = y, which for λ = 0 is the solution of smallest norm.
 */
export function fit({ width, strength, y }) {
  const columns = Array.from({ length: width }, (_, k) => ROWS.map((row) => row[k]));
  const wide = width > X.length, side = wide ? ROWS : columns, length = wide ? width : X.length;
  const A = side.map((a, i) => side.map((b, j) => dot(a, b, length) + (i === j ? strength : 0)));
  if (!wide) return solve(A, columns.map((column) => dot(column, y, X.length)));
  const alpha = solve(A, y);
  return columns.map((column) => dot(column, alpha, X.length));
}

const rms = (rows, w, targets) => Math.sqrt(rows.reduce((sum, row, i) => sum + (dot(row, w, w.length) - targets[i]) ** 2, 0) / rows.length);

/** Root mean squares: from the curve to the points, from the curve to the sine; and the norm of the weights. */
export function measure(state) {
  const w = fit(state);
  return { w, points: rms(ROWS, w, state.y), sine: rms(WITHIN, w, SINE), norm: Math.sqrt(dot(w, w, w.length)) };
}

const brief = (x) => format(x, x < 100 ? 2 : 0);
const count = (n) => `${n} ${n === 1 ? "cosine" : "cosines"}`;

export function describe(state) {
  const { points, sine, norm } = measure(state), { width, strength } = state;
  const start = `${count(width)}, λ = ${strength}: root mean square distance ${brief(points)} from the points and ${brief(sine)} from the sine; norm of the weights ${brief(norm)}. `;
  if (strength) return `${start}The penalty keeps the weights small.`;
  if (width < X.length) return `${start}Fewer weights than points: in general no curve goes through all of them.`;
  if (width === X.length) return `${start}As many weights as points: one curve goes through all of them, whatever weights it takes.`;
  return `${start}More weights than points: of all curves through them this one has the smallest norm.`;
}

function formula(state) {
  const { points, sine, norm } = measure(state);
  return [`${count(state.width)} for ${X.length} points, λ = ${state.strength}`,
    `distance from the points ${brief(points)}, from the sine ${brief(sine)}`, `‖w‖ = ${brief(norm)}`].map((line) => h("div", {}, line));
}

function drawCurve(ui) {
  const chart = plane({ x: [-1, 1], y: [-LIMIT, LIMIT], width: 340, height: 300, ticksX: [-1, 0, 1], ticksY: [-2, -1, 0, 1, 2], nameX: "x", nameY: "y" });
  const { root, layer, sx, sy } = chart;
  const [sine, curve] = ["dl-limit", "dl-curve dl-series-0"].map((name) => svg("path", { class: name }));
  layer.append(sine, curve);
  sine.setAttribute("d", path(GRID.map((x, i) => [x, SINE[i]]), sx, sy));
  set(root, { role: "group", "aria-label": "The points, the sine they were drawn from, and the fitted curve" });
  const grips = X.map((x, i) => handle(chart, { label: `Height of point ${i + 1}`, className: "dl-input", upright: true, range: [-LIMIT, LIMIT],
    get: () => [x, ui.state().y[i]],
    move: ([, y]) => ui.put({ y: ui.state().y.map((old, j) => (j === i ? Number(clamp(y, -LIMIT, LIMIT).toFixed(1)) : old)) }) }));
  return { root, redraw(state) {
    const w = fit(state);
    curve.setAttribute("d", path(GRID.map((x, i) => [x, dot(WITHIN[i], w, w.length)]), sx, sy));
    grips.forEach((grip, i) => grip(`${format(state.y[i], 1)} at x = ${format(X[i])}`));
  } };
}

/** Both distances at every width, on logarithmic axes. */
function drawErrors() {
  const { root, layer, sx, sy } = plane({ x: [0, Math.log10(WIDEST)], y: [-2, 3], width: 340, height: 300, ticksX: [0, 1, 2],
    ticksY: [-2, -1, 0, 1, 2, 3], nameX: "log₁₀ of the number of cosines", nameY: "log₁₀ of the distance" });
  const curves = ["dl-curve dl-series-1", "dl-curve dl-series-0"].map((name) => svg("path", { class: name }));
  const now = svg("path", { class: "dl-limit" }), names = ["from the points", "from the sine"].map((name) => svg("text", {}, name));
  layer.append(now, ...curves, ...names);
  set(root, { role: "img", "aria-label": "Distance from the points and from the sine against the number of cosines" });
  set(names[0], { x: sx(0.95), y: sy(-1.75) });
  set(names[1], { x: sx(1.3), y: sy(-0.4) });
  return { root, redraw({ width, strength, y }) {
    const found = Array.from({ length: WIDEST }, (_, i) => measure({ width: i + 1, strength, y }));
    ["points", "sine"].forEach((name, i) => curves[i].setAttribute("d",
      path(found.map((one, k) => [Math.log10(k + 1), Math.log10(Math.max(one[name], 1e-9))]), sx, sy)));
    now.setAttribute("d", path([[Math.log10(width), -2], [Math.log10(width), 3]], sx, sy));
  } };
}

function build(ui) {
  const parts = [drawCurve(ui), drawErrors()];
  const controls = [slider({ label: "cosines", ...ui.own("width") }), choice({ label: "λ", ...ui.own("strength") })];
  return { drawing: parts.map((part) => part.root), controls, redraw(state) {
    for (const part of parts) part.redraw(state);
    return { formula: formula(state), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: through the interpolation peak", spec: SPEC, build,
    hint: "Move the number of cosines from few to many, change λ, and drag any point up or down." }),
};
