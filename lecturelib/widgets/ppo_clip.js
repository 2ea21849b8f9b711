// PPO's clipped objective: a curve over the ratio, and a point on it to drag.
import { clamp, format, h, set, slider, svg } from "./kit/kit.js";
import { handle, path, plane } from "./kit/plane.js";
import { frame } from "./kit/frame.js";
import { SPEC } from "./ppo_clip.py";

/** The objective, both products in it, and its slope by ρ: A, or 0 where the clip holds. */
export function objective({ ratio, advantage, clip }) {
  const plain = ratio * advantage, clipped = clamp(ratio, 1 - clip, 1 + clip) * advantage;
  const beyond = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
  return { plain, clipped, value: Math.min(plain, clipped), slope: beyond ? 0 : advantage };
}

export function describe(state) {
  const { ratio, advantage, clip } = state, { value, slope } = objective(state);
  const head = `ρ = ${format(ratio)}, A = ${format(advantage)}: the objective is ${format(value)}.`;
  if (advantage === 0) return `${head} Without an advantage there is no gradient.`;
  if (slope === 0) return `${head} The action is ${advantage > 0 ? "likelier" : "rarer"} by more than c = ${format(clip)} already: no gradient.`;
  const wrong = advantage > 0 ? ratio < 1 - clip : ratio > 1 + clip;
  if (wrong) return `${head} A ${advantage > 0 ? "good action became rarer" : "bad action became likelier"}: the gradient takes that back.`;
  return `${head} Inside the clip: the gradient makes the action ${advantage > 0 ? "likelier" : "rarer"}.`;
}

function build(ui) {
  const chart = plane({ x: [0, 2], y: [-8, 8], width: 400, height: 300, ticksX: [0, 1, 2], ticksY: [-8, -4, 0, 4, 8], nameX: "ratio ρ", nameY: "objective" });
  const [edges, plain, curve] = ["dl-level", "dl-curve dl-series-1", "dl-curve dl-series-0"].map((name) => svg("path", { class: name, fill: "none" }));
  chart.layer.append(edges, plain, curve);
  set(chart.root, { role: "group", "aria-label": "The objective over the ratio: dashed without the clip, full with it" });
  const grip = handle(chart, { label: "Ratio", className: "", line: true, range: [SPEC.ratio.low, SPEC.ratio.high], step: 0.05,
    get: () => [ui.state().ratio, objective(ui.state()).value], move: ([x]) => ui.put({ ratio: Number(x.toFixed(2)) }) });
  const controls = [slider({ label: "ratio ρ", step: 0.05, ...ui.own("ratio") }), slider({ label: "advantage A", ...ui.own("advantage") }), slider({ label: "clip c", step: 0.01, ...ui.own("clip") })];
  return { drawing: [chart.root], controls, redraw(state) {
    const { advantage, clip, ratio } = state, all = objective(state), { sx, sy } = chart;
    const at = (x) => [x, objective({ ...state, ratio: x }).value];
    edges.setAttribute("d", [1 - clip, 1 + clip].map((x) => path([[x, -8], [x, 8]], sx, sy)).join(""));
    plain.setAttribute("d", path([[0, 0], [2, 2 * advantage]], sx, sy));
    curve.setAttribute("d", path([0, 1 - clip, 1 + clip, 2].map(at), sx, sy));
    grip(`${format(ratio)}, objective ${format(all.value)}`);
    const lines = [`ρ A = ${format(all.plain)}, clip(ρ) A = ${format(all.clipped)}`, `min = ${format(all.value)}, slope by ρ: ${format(all.slope)}`];
    return { formula: lines.map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: PPO's clip", spec: SPEC, build,
    hint: "Drag the point along the ratio; then make the advantage negative. Where does the curve go flat?" }),
};
