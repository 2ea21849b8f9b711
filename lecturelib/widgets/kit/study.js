// A field for the result that a reader has computed with pencil and paper.
import { h } from "./kit.js";
import { readings } from "./typed.js";

/**
 * A control with a field for the reader's own number. `mark(value)` returns `{right, says}`; a wrong number is met
 * with what is wrong about it, never with the right one. The verdict goes when `question()` asks something else. What
 * is typed is read as a number unless `read(text)` returns something else, a list of what it can mean.
 */
export function answer({ question, mark, read = readings }) {
  const label = h("span", {}, "Your result"), field = h("input", { type: "text", inputmode: "text", autocomplete: "off", size: 8 });
  const verdict = h("p", { class: "dl-verdict", role: "status" });
  const check = h("button", { type: "button", onclick: show }, "Check");
  field.addEventListener("keydown", (event) => event.key === "Enter" && show());
  function show() {
    const marks = read(field.value).map(mark); // "1,5" and "1.500" can be read in two ways
    const { right, says } = marks.find((one) => one.right) ?? marks[0] ?? { right: false, says: "That is not a number, such as −0.25 or 1/4." };
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
