// The frame of a widget: it holds the state, draws again when the state changes, and cleans up behind itself.
// It is the same everywhere, so that a reader learns it once: a line that says what to try, the drawing, the
// formula with its numbers, the controls, the state in words, Reset and Copy link.
import { cleaner, h } from "./kit.js";

/** The state of a link to this page for the widget `key`, an object (empty where there is none). */
export function fromLink(key, address) {
  try {
    const found = JSON.parse(new URL(address).searchParams.get(key) ?? "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {}; // a link cut short in a message must not cost the reader the figure
  }
}

/** The address of this page with the state of the widget `key` in it, scrolled to its element `id`. */
export function toLink(key, state, address, id = key) {
  const url = new URL(address);
  url.search = "";
  url.searchParams.set(key, JSON.stringify(state));
  url.hash = id;
  return url.href;
}

/**
 * Build the frame in `el`. `spec` are the traits, and `clean(raw)` returns a valid state whatever it is given (needed
 * only where that is more than `cleaner(spec)`); `hint` says what to try; `build(ui)` returns `{drawing, controls,
 * redraw}` where `redraw(state)` updates the drawing and returns `{formula, words}`; for a figure with time also what
 * `player` returns: `actions`, buttons before Reset, and `stop`, which Reset and the clean-up call. Returns the
 * clean-up function.
 */
export function frame({ model, el }, { title, hint, spec, clean = cleaner(spec), build }) {
  const names = Object.keys(spec), key = el.dataset.key;
  const read = () => clean(Object.fromEntries(names.map((name) => [name, model.get(name)])));
  const initial = read(), words = h("p", { class: "dl-state", role: "status" });
  let quiet = true;
  const ui = {
    state: read,
    put(patch) {
      const next = clean({ ...read(), ...patch });
      quiet = true; // one redraw for all names, and none with half of them set
      for (const name of names) model.set(name, next[name]);
      quiet = false;
      update();
      model.save_changes();
    },
    /** What a control of the trait `name`, or of its entry `i`, needs: limits, `get` and `put`. */
    own: (name, i) => ({ ...spec[name], get: () => (i === undefined ? read()[name] : read()[name][i]),
      put: (value) => ui.put({ [name]: i === undefined ? value : read()[name].with(i, value) }) }),
    /** While a figure plays, the words change without being spoken; what they are at its end is. */
    playing(on) {
      if (on) return words.setAttribute("aria-busy", true);
      words.removeAttribute("aria-busy");
      words.textContent = words.textContent; // a new text, for whoever listens
    },
  };
  const { drawing, controls = [], redraw, actions = [], stop = () => {} } = build(ui);
  const foot = buttons(el, ui, actions, () => (stop(), ui.put(initial)));
  const formula = h("div", { class: "dl-formula" });
  const root = h("div", { class: "dl-widget", role: "group", "aria-label": title }, h("div", { class: "dl-body" },
    h("p", { class: "dl-hint" }, hint),
    h("div", { class: "dl-drawing" }, ...drawing),
    formula,
    h("div", { class: "dl-controls" }, ...controls.map((control) => control.element)),
    words,
    foot.element));
  function update() {
    if (quiet) return;
    const state = read(), shown = redraw(state);
    for (const control of [...controls, foot]) control.update();
    formula.replaceChildren(...[shown.formula].flat());
    if (words.textContent !== shown.words) words.textContent = shown.words;
  }
  el.replaceChildren(root);
  model.on("change", update);
  ui.put(key ? { ...initial, ...fromLink(key, location.href) } : {});
  return () => {
    stop();
    model.off("change", update);
    el.replaceChildren();
  };
}

function buttons({ id, dataset: { key } }, ui, actions, onclick) {
  const reset = h("button", { type: "button", onclick }, "Reset");
  const field = h("input", { type: "text", readonly: "", hidden: "", "aria-label": "Link to this figure as it is now" });
  const copy = h("button", { type: "button", onclick: () => copyLink(copy, field, toLink(key, ui.state(), location.href, id)) });
  const linking = key ? [field, copy] : []; // in a notebook there is no page to link to
  return { element: h("div", { class: "dl-buttons" }, ...actions, reset, ...linking), update() {
    copy.textContent = "Copy link"; // a link that was copied holds an earlier state
    field.hidden = true;
  } };
}

async function copyLink(button, field, link) {
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = "Link copied";
  } catch {
    // Without the right to the clipboard the reader copies by hand.
    field.value = link;
    field.hidden = false;
    field.select();
  }
}
