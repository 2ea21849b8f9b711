// The smallest adversarial game by hand: one weight against one generated number, both losses side by side.
import { clamp, cleaner, format, h, scale, slider, choice, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./gan_duel.py";

const NAMES = { real: "D(real)", fake: "D(θ)", loss: "D’s loss", slope: "dL/dw", w: "the new w", minimax: "the minimax slope of θ", other: "the non-saturating slope of θ" };
/** What is asked for, in order. */
export const ASKED = Object.keys(NAMES);

const sigma = (a) => 1 / (1 + Math.exp(-a)), same = (value) => value;
/** log(1 + eᵃ), which does not overflow. */
const softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** All values of a round; `round` is what a reader does to each before going on. */
export function play({ w, real: x, theta, rate }, round = same) {
  const real = round(sigma(w * x)), fake = round(sigma(w * theta));
  const loss = round === same ? softplus(-w * x) + softplus(w * theta) : -Math.log(real) - Math.log(1 - fake);
  const slope = round((real - 1) * x + fake * theta);
  return { real, fake, loss, slope, w: w - rate * slope, minimax: -fake * w, other: -(1 - fake) * w };
}

/** The state after a round: w and θ have moved, each with the old value of the other. */
export function next(state) {
  const all = play(state), slope = state.loss === "minimax" ? all.minimax : all.other;
  return { w: clamp(all.w, SPEC.w.low, SPEC.w.high), theta: clamp(state.theta - state.rate * slope, SPEC.theta.low, SPEC.theta.high), done: 0 };
}

/** The known wrong ways to a value, each as `[what comes out, what to say about it]`. */
export function mistakes(state, name) {
  const { w, real: x, theta, rate } = state, { real, fake, slope, minimax, other, w: after } = play(state);
  const left = -(1 - fake) * theta, mine = name === "minimax" ? minimax : other, sampleFactor = "That is the slope by the logit; from θ to the logit there is one more factor.";
  return {
    real: [[w * x, "That is the logit; a sigmoid follows."], [1 - real, "That is the probability of a fake."], [sigma(x), "The weight is missing."], [sigma(w), "The sample is missing: the logit is w x."]],
    fake: [[w * theta, "That is the logit; a sigmoid follows."], [1 - fake, "That is the probability of a fake, or a sign of θ got lost."], [sigma(theta), "The weight is missing."]],
    loss: [[-Math.log(real) - Math.log(fake), "D wants to call the fake a fake: its term has 1 − D."], [-Math.log(real), "The term of the fake is missing."],
      [-Math.log(1 - fake), "The term of the real sample is missing."], [play(state).loss / 2, "Both terms are added; nothing halves them."],
      [-Math.log(1 - real) - Math.log(fake), "The targets changed places: 1 is real."]],
    slope: [[(real - 1) * x - fake * theta, "A sign: the fake has an x of its own, which is θ."], [real - 1 + fake, "Those are the slopes by the logits; each still has to meet its own x."],
      [(real - 1) * x, "The fake is missing."], [fake * theta, "The real sample is missing."], [slope + left, "That includes what the generator’s step leaves behind; D learns from its own loss alone."],
      [(real - 1) * x + (fake - 1) * theta, "The target of the fake is 0, not 1."], [real * x + fake * theta, "The target of the real sample is missing: D − 1."], [slope / 2, "Both terms are added; nothing halves them."]],
    w: [[w + rate * slope, "Down the slope, not up."], [w - rate * (slope + left), "That includes what the generator’s step leaves behind: a gradient was not cleared."], [slope, "That is the slope; the step is missing."],
      [rate * slope, "That is the step; it starts at the old w."], [-rate * slope, "That is the step; it starts at the old w."], [w - slope, "The rate is missing."]],
    minimax: [[other, "That is the non-saturating loss."], [-minimax, "The sign: log(1 − D) falls where D rises."], [-fake, sampleFactor], [-fake * (1 - fake) * w, "The slope of the sigmoid stands there once too often: the logarithm has taken a factor away."],
      [-sigma(after * theta) * after, "That is at the new w; here both move from the old values."], [state.theta - rate * mine, "That is the new θ; the slope is asked for."]],
    other: [[minimax, "That is the minimax loss."], [-other, "The sign: −log D falls where D rises."], [-(1 - fake), sampleFactor], [-fake * (1 - fake) * w, "The slope of the sigmoid stands there once too often: the logarithm has taken a factor away."],
      [-(1 - sigma(after * theta)) * after, "That is at the new w; here both move from the old values."], [state.theta - rate * mine, "That is the new θ; the slope is asked for."]],
  }[name];
}

const ASK = {
  real: "The logit is w times the sample; then the sigmoid.", fake: "The logit is w θ; then the sigmoid.", loss: "−log D(real) for the real sample, −log(1 − D(θ)) for the fake.",
  slope: "By the logit it is D(real) − 1 for the real sample and D(θ) for the fake; each times its own x.", w: "The old w minus rate times slope.",
  minimax: "The slope of log(1 − D) by the logit is −D(θ); then the factor from θ to the logit.", other: "The slope of −log D by the logit is −(1 − D(θ)); then the factor from θ to the logit.",
};

/** `{right, says}` for the reader's value of what is asked next, to three decimals. */
export function mark(state, value) {
  const name = ASKED[state.done], near = (wanted) => Math.abs(value - wanted) <= 0.000501;
  const thousandths = (x) => Math.round(1000 * x) / 1000; // who rounds on the way is right too
  if ([play(state), play(state, thousandths)].some((all) => near(all[name]))) return { right: true, says: "Press Show to go on." };
  const known = mistakes(state, name).find(([wrong]) => near(wrong));
  return { right: false, says: known?.[1] ?? (near(-play(state)[name]) ? "The sign is turned round." : ASK[name]) };
}

export function describe(state) {
  const all = play(state), known = ASKED.slice(0, state.done).map((name) => `${NAMES[name]} = ${format(all[name], 3)}`).join(", ");
  const away = state.done < 7 ? "" : all.fake < 0.05 ? " D sees through the fake: the minimax loss hardly teaches." : Math.abs(all.real - all.fake) < 0.05 ? " D can hardly tell the two apart." : "";
  return `${state.done} of 7 values shown${known && `: ${known}`}.${away}`;
}

const LEFT = 40, RIGHT = 380, line = (d, name) => svg("path", { d, class: name, fill: "none" });
const word = (x, y, text, name = "dl-symbol") => svg("text", { x, y, class: name, "text-anchor": "middle" }, text);

/** The curve of D, both samples, and where either loss would take θ. */
function draw(state) {
  const all = play(state), { real: x, theta, rate, done } = state, most = Math.max(3, Math.abs(theta) + 0.5), sx = scale([-most, most], [LEFT, RIGHT]), sy = scale([0, 1], [150, 20]);
  const curve = Array.from({ length: 81 }, (_, i) => -most + (i / 40) * most).map((at, i) => `${i ? "L" : "M"}${sx(at).toFixed(1)} ${sy(sigma(state.w * at)).toFixed(1)}`).join("");
  const ends = [["minimax", all.minimax, 192, 6], ["other", all.other, 222, 7]].map(([name, slope, y, from]) => {
    const end = sx(clamp(theta - rate * slope, -most, most)), start = sx(theta), way = Math.sign(end - start);
    return [svg("text", { x: 2, y: y - 9 }, name === "other" ? "non-saturating" : "minimax"), ...(done < from ? [] : [line(`M${start.toFixed(1)} ${y}H${end.toFixed(1)}m${-6 * way} -5l${6 * way} 5l${-6 * way} 5`, "dl-arrow"),
      svg("text", { x: RIGHT + 15, y: y - 9, class: "dl-end" }, `θ → ${format(theta - rate * slope, 3)}`)])];
  });
  return [line(`M${LEFT} 150H${RIGHT}`, "dl-axis"), line(`M${LEFT} ${sy(0.5)}H${RIGHT}`, "dl-level"), ...[0, 0.5, 1].map((y) => word(22, sy(y) + 4, format(y, 1))), ...[-2, 0, 2].map((at) => word(sx(at), 166, format(at, 0))),
    line(curve, "dl-curve dl-series-0"), line(`M${sx(x)} 150V${sy(all.real)}M${sx(theta)} 150V${sy(all.fake)}`, "dl-here"),
    svg("circle", { cx: sx(x), cy: 150, r: 7, class: "dl-node" }), svg("rect", { x: sx(theta) - 6, y: 144, width: 12, height: 12, class: "dl-square" }),
    word(sx(x), 12, "real"), word(sx(theta), 137, "θ", "dl-corner"), ...ends.flat()];
}

/** The two losses of the generator, formula and number, side by side. */
function compare(state) {
  const { fake, minimax, other } = play(state), seen = (value, from) => (state.done < from ? "?" : format(value, 3)), a = state.w * state.theta;
  const rows = [["loss", "log(1 − D)", "−log D"], ["now", seen(-softplus(a), 7), seen(softplus(-a), 7)], ["slope by logit", seen(-fake, 6), seen(fake - 1, 7)], ["slope by θ", seen(minimax, 6), seen(other, 7)]];
  return h("table", { class: "dl-table dl-readings" }, h("thead", {}, h("tr", {}, ...["G pays", "minimax", "non-saturating"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((text) => h("td", {}, text))))));
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 400 232", class: "dl-diagram", role: "img" }), box = h("div", {});
  const ask = answer({ mark: (value) => mark(ui.state(), value), question: () => (ui.state().done < 7 ? `Your ${NAMES[ASKED[ui.state().done]].replace("the ", "")}, to three decimals:` : null) });
  const own = (name, label, step = 0.1) => slider({ label, step, ...ui.own(name), put: (value) => ui.put({ [name]: value, done: 0 }) });
  const button = (text, onclick) => h("button", { type: "button", onclick }, text);
  const actions = [button("Show", () => ui.put({ done: Math.min(7, ui.state().done + 1) })), button("Next round", () => ui.put(next(ui.state())))];
  const controls = [ask, own("w", "weight w"), own("real", "real sample"), own("theta", "made, θ"), own("rate", "rate"), choice({ label: "next round by", ...ui.own("loss") })];
  return { drawing: [root, box], controls, actions, redraw(state) {
    root.replaceChildren(...draw(state));
    root.setAttribute("aria-label", `The curve of D over the samples: ${describe(state)}`);
    box.replaceChildren(compare(state));
    const b = (x) => (x < 0 ? `(${format(x)})` : format(x));
    return { formula: h("div", {}, `D(x) = σ(w x) = σ(${format(state.w, 3)} x); real: x = ${b(state.real)}, made: x = θ = ${b(state.theta)}; rate ${format(state.rate)}`), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: a duel of two numbers", spec: SPEC, build,
    hint: "Compute the value that is asked for and enter it; Show goes on to the next. Then play rounds." }),
};
