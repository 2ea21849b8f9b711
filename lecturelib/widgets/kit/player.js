// Time: a figure goes on by itself or step by step.
import { h } from "./kit.js";

/**
 * Buttons for a figure with time: Step, and Run which becomes Pause. `step()` goes on by one and returns whether it
 * could. Without Run where the reader has asked for reduced motion.
 */
export function player(ui, { step, pause = 700 }) {
  let timer = null;
  const once = h("button", { type: "button", onclick: () => (stop(), step()) }, "Step");
  const run = h("button", { type: "button", onclick: () => (timer ? stop() : start()) }, "Run");
  function start() {
    run.textContent = "Pause";
    timer = setInterval(() => step() || stop(), pause);
    ui.playing(true);
  }
  function stop() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    run.textContent = "Run";
    ui.playing(false);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { actions: still ? [once] : [once, run], stop };
}
