// One transition and its four targets, with the reader's numbers marked.
import { format, h, scale, slider, svg } from "./kit/kit.js";
import { frame } from "./kit/frame.js";
import { answer } from "./kit/study.js";
import { SPEC } from "./td_target.py";

export const CASES = ["DQN", "double DQN", "terminated", "truncated"];
/** What is asked for, in order: a target, then its TD error. */
export const ASKED = CASES.flatMap((name) => [[name, "y"], [name, "error"]]);
const best = (values) => (values[1] > values[0] ? 1 : 0);

/** The four targets by name: DQN's serves a truncated step too, and a terminated one has the reward alone. */
export function targets({ r, gamma, slow, now }) {
  const dqn = r + gamma * slow[best(slow)];
  return { DQN: dqn, "double DQN": r + gamma * slow[best(now)], terminated: r, truncated: dqn };
}

/** The value that is asked for as number `k`. */
export function value(state, k) {
  const [name, what] = ASKED[k], y = targets(state)[name];
  return what === "y" ? y : y - state.Q;
}

/** The known wrong ways to value `k`, each as `[what comes out, what to say about it]`. */
export function mistakes(state, k) {
  const [name, what] = ASKED[k], { r, gamma, slow, now, Q } = state, y = targets(state);
  const top = slow[best(slow)], ends = "That looks up a value of s′, but after a terminated step there is nothing.";
  if (what === "error") return [
    [Q - y[name], "The sign is turned round: target minus Q(s, a)."],
    [y[name], "That is the target; Q(s, a) is still to be taken away."],
    ...CASES.filter((other) => other !== name).map((other) => [y[other] - Q, "That is the error of another of the four targets."]),
    [y[name] + Q, "Q(s, a) is taken away, not added."],
  ];
  return {
    DQN: [[r + gamma * now[best(now)], "Those are the values of the learning network; here the target network both chooses and judges."],
      [y["double DQN"], "That is double DQN: here the target network chooses too."], [r + top, "The discount is missing."], [gamma * top, "The reward is missing."],
      [gamma * (r + top), "The reward of this step is not discounted."], [r, "That is the target of a terminated step."],
      [r + gamma * slow[1 - best(slow)], "That takes the smaller value."]],
    "double DQN": [[y.DQN, "There the target network chooses; here the learning network does."],
      [r + gamma * now[best(now)], "The learning network chooses the action, but the target network judges it."],
      [r + gamma * now[best(slow)], "The roles are exchanged: the learning network chooses, the target network judges."],
      [r + slow[best(now)], "The discount is missing."], [gamma * slow[best(now)], "The reward is missing."], [r, "That is the target of a terminated step."]],
    terminated: [[y.DQN, ends], [y["double DQN"], ends], [0, "The reward of the step itself was paid."]],
    truncated: [[r, "The clock ended the episode, not the world: the state is worth what it always was."], [y["double DQN"], "That is double DQN; this line is DQN's."],
      [0, "A truncated step is a step like any other."], [r + top, "The discount is missing."]],
  }[name];
}

const ASK = { DQN: "Reward, plus γ times the largest value of the target network.", "double DQN": "Find the action that the learning network prefers, then look it up in the target network.",
  terminated: "What comes after the end?", truncated: "Does the state know that the clock has stopped?" };

/** `{right, says}` for the reader's number, to two decimals. */
export function mark(state, typed) {
  const { done } = state, near = (other) => Math.abs(typed - other) <= 0.00501;
  if (near(value(state, done))) return { right: true, says: "Press Show to go on." };
  const [name, what] = ASKED[done], known = mistakes(state, done).find(([other]) => near(other));
  return { right: false, says: known?.[1] ?? (what === "y" ? ASK[name] : "Take Q(s, a) away from the target.") };
}

const label = ([name, what]) => (what === "y" ? `target, ${name}` : `TD error, ${name}`);

export function describe(state) {
  const { done, slow, now } = state, shown = done ? `; last: ${label(ASKED[done - 1])} = ${format(value(state, done - 1))}` : "";
  const same = best(slow) === best(now) ? "Both networks prefer the same action" : "The two networks prefer different actions";
  return `${done} of ${ASKED.length} values shown${shown}. ${same}.`;
}

const word = (x, y, text, name = "dl-value") => svg("text", { x, y, class: name }, text);

/** Bars of two values of s′ around a zero line. */
function bars(x, values, title) {
  const sy = scale([-10, 10], [150, 30]), zero = sy(0);
  return [word(x + 45, 20, title), svg("path", { d: `M${x} ${zero}H${x + 90}`, class: "dl-axis" }), ...values.flatMap((v, i) => [
    svg("rect", { x: x + 8 + 42 * i, y: Math.min(zero, sy(v)), width: 30, height: Math.abs(sy(v) - zero), class: best(values) === i ? "dl-share" : "dl-share dl-faint" }),
    word(x + 23 + 42 * i, v < 0 ? sy(v) + 14 : sy(v) - 5, format(v)), word(x + 23 + 42 * i, 180, `a${"₁₂"[i]}`, "dl-symbol")])];
}

function draw(state) {
  const y = targets(state), shown = (k) => (k < state.done ? format(value(state, k)) : "?");
  return [...bars(10, state.slow, "target network"), ...bars(130, state.now, "learning network"),
    word(320, 20, "y", "dl-symbol"), word(375, 20, "y − Q", "dl-symbol"),
    ...Object.keys(y).flatMap((name, i) => [svg("text", { x: 235, y: 55 + 36 * i }, name), word(330, 55 + 36 * i, shown(2 * i)), word(380, 55 + 36 * i, shown(2 * i + 1))])];
}

function build(ui) {
  const root = svg("svg", { viewBox: "0 0 400 190", class: "dl-diagram", role: "img" });
  root.style.maxWidth = "34rem";
  const ask = answer({ mark: (typed) => mark(ui.state(), typed), question() {
    const { done } = ui.state();
    return done < ASKED.length ? `Your ${label(ASKED[done])}, to two decimals:` : null;
  } });
  const entry = (text, ...own) => slider({ label: text, step: 0.5, ...ui.own(...own) });
  const controls = [ask, entry("reward r", "r"), slider({ label: "discount γ", step: 0.05, ...ui.own("gamma") }), entry("Q⁻(s′, a₁)", "slow", 0), entry("Q⁻(s′, a₂)", "slow", 1),
    entry("Q(s′, a₁)", "now", 0), entry("Q(s′, a₂)", "now", 1), entry("Q(s, a)", "Q")];
  const button = (text, next) => h("button", { type: "button", onclick: () => ui.put({ done: next(ui.state().done) }) }, text);
  const actions = [button("Show", (done) => Math.min(done + 1, ASKED.length)), button("Hide all", () => 0)];
  return { drawing: [root], controls, actions, redraw(state) {
    root.replaceChildren(...draw(state));
    root.setAttribute("aria-label", `Values of s′ by two networks, and the targets. ${describe(state)}`);
    const { r, gamma, Q } = state;
    const formula = [`y = r + γ Q⁻(s′, a*) = ${format(r)} + ${format(gamma)} · Q⁻(s′, a*), or r alone`, `TD error y − Q(s, a) = y − ${Q < 0 ? `(${format(Q)})` : format(Q)}`];
    return { formula: formula.map((line) => h("div", {}, line)), words: describe(state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: four targets of one transition", spec: SPEC, build,
    hint: "Compute the value that is asked for and enter it; Show goes on to the next. Full bars are the preferred actions." }),
};
