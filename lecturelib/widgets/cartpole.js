// The cart and its pole, played by the reader or by a small network.
import { choice, clamp, format, h, pressed, scale, set, svg } from "./kit/kit.js";
import { affine, unpack } from "./kit/record.js";
import { frame } from "./kit/frame.js";
import { player } from "./kit/player.js";
import { SPEC } from "./cartpole.py";

const FAR = 2.4, TILT = (12 * 2 * Math.PI) / 360, MOST = SPEC.steps.high, YOU = SPEC.player.start;
const FORCES = { left: -10, none: 0, right: 10 }, NUDGE = 0.7, REACH = SPEC.now.high;

/** One step of Euler's method, 0.02 s: x, v, φ, ω under a force in N. */
export function move([x, v, angle, w], force) {
  const sin = Math.sin(angle), cos = Math.cos(angle), mass = 1.1, dt = 0.02;
  const u = (force + 0.05 * (w * w) * sin) / mass, dw = (9.8 * sin - cos * u) / (0.5 * (4 / 3 - (0.1 * (cos * cos)) / mass));
  const dv = u - (0.05 * dw * cos) / mass;
  return [x + dt * v, v + dt * dv, angle + dt * w, w + dt * dw];
}

/** The layers {W, b} of each player's network, by name, and the starts of the seeds. */
export function decode(record, starts) {
  const arrays = unpack(record) ?? {}, nets = {};
  for (const [name, W] of Object.entries(arrays)) {
    const [kind, stage] = name.split("."), who = SPEC.player.among.filter((one) => one.startsWith(kind))[stage];
    if (name.endsWith("W")) (nets[who] ??= []).push({ W, b: arrays[name.replace(/W$/, "b")] });
  }
  return { nets, starts: starts ?? [] };
}

/** What a network says of a state: two logits or two values; ReLU between the layers. */
export const outputs = (layers, state) => layers.reduce((h, layer, i) => affine(layer, i ? h.map((a) => Math.max(0, a)) : h), state);

/** π from two logits. */
export function shares([a, b]) {
  const left = 1 / (1 + Math.exp(b - a));
  return [left, 1 - left];
}

/** The state x, v, φ, ω that is shown: at step 0 where the seed starts. */
export const current = ({ starts }, { steps, seed, now }) => (steps ? now : starts[seed] ?? now);

/** How the episode has ended: "fell", "left", "clock", or "" while it goes on. */
export function end([x, , angle], steps) {
  return Math.abs(angle) > TILT ? "fell" : Math.abs(x) > FAR ? "left" : steps >= MOST ? "clock" : "";
}

/** The push of whoever plays, left, none or right, and what the network said. */
export function push(world, state) {
  const layers = world.nets[state.player];
  if (!layers) return { way: state.player === YOU ? state.push : "none" };
  const out = outputs(layers, current(world, state));
  return { way: out[1] > out[0] ? "right" : "left", out };
}

/** The next now and steps, or null after the end. */
export function advance(world, state) {
  const here = current(world, state);
  if (end(here, state.steps)) return null;
  const now = move(here, FORCES[push(world, state).way]).map((value) => clamp(value, -REACH, REACH));
  return { now, steps: state.steps + 1 };
}

export function describe(world, state) {
  const { steps, player } = state, here = current(world, state), how = end(here, steps), who = player === YOU ? "You" : `The ${player.slice(2)} ${player[0]}`;
  const kept = `${who} kept the pole up for ${steps} step${steps === 1 ? "" : "s"}`;
  if (how === "clock") return `${kept}: the clock ends the episode, truncated, not terminated.`;
  if (how) return `${kept}; then ${how === "fell" ? "it tilted by more than 12°" : "the cart left the track"}: terminated.`;
  return `Step ${steps} of ${MOST}: place ${format(here[0])} m, angle ${format((here[2] * 180) / Math.PI, 1)}°; ${who.toLowerCase().replace("q", "Q")} ${player === YOU ? "push" : "pushes"} ${{ left: "left", none: "nowhere", right: "right" }[push(world, state).way]}.`;
}

function drawBars({ player }, out) {
  if (!out) return [];
  const policy = player[0] === "π", values = policy ? shares(out) : out, most = policy ? 1 : 60;
  return values.flatMap((value, i) => {
    const y = 222 + 22 * i, width = 150 * clamp(value / most, 0, 1);
    return [svg("text", { x: 20, y: y + 12 }, `${player[0]}(s, ${i ? "right" : "left"})`), svg("rect", { x: 110, y, width: width.toFixed(2), height: 14, class: values[i] >= values[1 - i] ? "dl-share" : "dl-share dl-faint" }),
      svg("text", { x: (118 + width).toFixed(2), y: y + 12 }, format(value))];
  });
}

function draw(world, state) {
  const here = current(world, state), { way, out } = push(world, state), sx = scale([-2.4, 2.4], [30, 370]), [x, , angle] = here;
  const at = clamp(sx(x), -20, 420), floor = 190, top = floor - 26, tip = [at + 110 * Math.sin(angle), top - 110 * Math.cos(angle)].map((c) => c.toFixed(2));
  const reach = way === "none" ? 0 : way === "left" ? -1 : 1;
  return [svg("path", { d: `M30 ${floor}H370`, class: "dl-axis" }), svg("path", { d: `M30 ${floor - 12}v24M370 ${floor - 12}v24`, class: "dl-limit" }),
    svg("rect", { x: (at - 26).toFixed(2), y: top, width: 52, height: 26, class: "dl-node" }), svg("path", { d: `M${at.toFixed(2)} ${top}L${tip.join(" ")}`, class: "dl-now", fill: "none" }),
    ...(reach ? [svg("path", { d: `M${(at + 30 * reach).toFixed(2)} ${top + 13}h${24 * reach}m${-7 * reach} -6l${7 * reach} 6l${-7 * reach} 6`, class: "dl-arrow" })] : []),
    ...drawBars(state, out)];
}

function build(ui, world) {
  const root = svg("svg", { viewBox: "0 0 400 265", class: "dl-diagram", role: "group", tabindex: 0 });
  root.style.maxWidth = "34rem";
  const steer = (way) => ui.put({ push: way });
  const keys = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "none" };
  const key = (event) => {
    const way = pressed(event, keys);
    if (!way || ui.state().player !== YOU) return;
    event.preventDefault();
    if (ui.state().push !== way) steer(way);
  };
  root.addEventListener("keydown", key);
  const time = player(ui, { pause: 20, step() {
    const next = advance(world, ui.state());
    return next !== null && (ui.put(next), true);
  } });
  for (const button of time.actions) button.addEventListener("keydown", key); // the focus is there after Run
  const again = (patch) => (time.stop(), ui.put({ ...patch, steps: 0, push: "none" }));
  const buttons = [["Push left", () => steer("left")], ["Let go", () => steer("none")], ["Push right", () => steer("right")]].map(([text, onclick]) => h("button", { type: "button", onclick }, text));
  const nudge = (by) => () => {
    const state = ui.state(), here = current(world, state), [x, v, angle, w] = here;
    if (!end(here, state.steps)) ui.put({ now: [x, v, angle, clamp(w + by, -REACH, REACH)], steps: Math.max(1, state.steps) });
  };
  const nudges = [["Nudge the pole left", nudge(-NUDGE)], ["Nudge the pole right", nudge(NUDGE)]].map(([text, onclick]) => h("button", { type: "button", onclick }, text));
  const row = { element: h("div", { class: "dl-ticks", role: "group", "aria-label": "Push and nudge" }, ...buttons, ...nudges), update() {
    const { player, push: way } = ui.state();
    buttons.forEach((button, i) => {
      button.hidden = player !== YOU;
      button.setAttribute("aria-pressed", ["left", "none", "right"][i] === way);
    });
  } };
  row.element.style.gap = ".4rem";
  const controls = [row, choice({ label: "who plays", ...ui.own("player"), put: (player) => again({ player }) }), choice({ label: "seed", ...ui.own("seed"), put: (seed) => again({ seed }) })];
  const afresh = h("button", { type: "button", onclick: () => again({}) }, "New episode");
  return { drawing: [root], controls, actions: [...time.actions, afresh], stop: time.stop, redraw(state) {
    root.replaceChildren(...draw(world, state));
    set(root, { "aria-label": `Cart and pole; arrow keys push. ${describe(world, state)}` });
    const [x, v, angle, w] = current(world, state);
    return { formula: h("div", {}, `x = ${format(x)} m, v = ${format(v)} m/s, φ = ${format(angle, 3)} rad, ω = ${format(w)} rad/s`), words: describe(world, state) };
  } };
}

export default {
  render: (view) => frame(view, { title: "Interactive figure: cart and pole", spec: SPEC, build: (ui) => build(ui, decode(view.model.get("_record") ?? {}, view.model.get("_starts"))),
    hint: "Press Run and keep the pole up with the arrow keys or the buttons. Then let an agent play, and nudge it." }),
};
