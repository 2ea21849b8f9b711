// What a widget needs to be studied with pencil and paper: steps, and a field for the reader's own result.
import { h } from "./kit.js";

/** What the reader typed as a number: "−0,5", "1/4" and "2.5e-3" count; null where it is none. */
export function parse(text) {
  const match = /^([-+]?[\d.]+(?:e[-+]?\d+)?)(?:\s*\/\s*(\d+(?:\.\d+)?))?$/i.exec(text.trim().replaceAll("−", "-").replace(",", "."));
  const value = match ? Number(match[1]) / Number(match[2] ?? 1) : NaN;
  return Number.isFinite(value) ? value : null;
}

/**
 * A control with a field for the reader's own number. `mark(value)` returns `{right, says}`; a wrong number is met
 * with what is wrong about it, never with the right one. The verdict goes when `question()` asks something else.
 */
export function answer({ question, mark }) {
  const label = h("span", {}, "Your result"), field = h("input", { type: "text", inputmode: "text", autocomplete: "off", size: 8 });
  const verdict = h("p", { class: "dl-verdict", role: "status" });
  const check = h("button", { type: "button", onclick: show }, "Check");
  field.addEventListener("keydown", (event) => event.key === "Enter" && show());
  function show() {
    const value = parse(field.value);
    const { right, says } = value === null ? { right: false, says: "That is not a number, such as −0.25 or 1/4." } : mark(value);
    verdict.dataset.right = right;
    verdict.textContent = `${right ? "✓ Right." : "✗ Not yet."} ${says}`;
  }
  const element = h("div", { class: "dl-ask" }, h("label", {}, label, field), check, verdict);
  return { element, update() {
    const asked = question();
    element.hidden = !asked;
    if (!asked || asked === label.textContent) return;
    label.textContent = asked;
    field.value = verdict.textContent = "";
    delete verdict.dataset.right;
  } };
}

/**
 * Buttons for a figure with time: Step, and Run which becomes Pause. `step()` goes on by one and returns whether it
 * could. Without Run where the reader has asked for reduced motion.
 */
export function player({ step, pause = 700 }) {
  let timer = null;
  const once = h("button", { type: "button", onclick: () => (stop(), step()) }, "Step");
  const run = h("button", { type: "button", onclick: () => (timer ? stop() : start()) }, "Run");
  function start() {
    run.textContent = "Pause";
    timer = setInterval(() => step() || stop(), pause);
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    run.textContent = "Run";
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { actions: still ? [once] : [once, run], stop };
}
