// Questions that check themselves: one choice, several choices or a number. A wrong answer is met with what
// is wrong about it, never with the right one. Answers stay in this browser; nothing is sent anywhere.
import { h } from "./kit/kit.js";
import { readings } from "./kit/typed.js";

const STORE = "deep-learning-introduction/quiz";

/** `{right, says}` for an answer: an option's index, a list of indices, or text. */
export function mark(question, answer) {
  if (question.kind === "choice") {
    if (answer == null) return { right: false, says: "Choose one of the answers first." };
    const option = question.options[answer];
    return { right: option.right === true, says: option.says };
  }
  if (question.kind === "several") {
    const wrong = question.options.findIndex((option, i) => (option.right === true) !== answer.includes(i));
    return wrong < 0 ? { right: true, says: question.says } : { right: false, says: question.options[wrong].says };
  }
  return markNumber(question, readings(answer));
}

/** The verdict on a typed number in each of its readings, as `mark` of lecturelib.checks gives it in Python. */
function markNumber(question, values) {
  if (!values.length) return { right: false, says: "That is not a number that can be read, such as −0.25 or 1/4." };
  const near = (value, other) => Math.abs(value - other) <= 1.0001 * (question.tolerance ?? question.relative * Math.abs(other));
  const fits = (value, known) => "value" in known ? near(value, known.value) : value < known.below || value > known.above;
  const shown = (value) => String(Number(value.toPrecision(15))), note = (value) => value === values[0] ? "" : ` (Read as ${shown(value)}.)`;
  const right = values.find((value) => near(value, question.answer));
  if (right !== undefined) return { right: true, says: question.says + note(right) };
  for (const value of values) {
    const mistake = question.mistakes.find((known) => fits(value, known));
    if (mistake) return { right: false, says: mistake.says + note(value) };
  }
  return { right: false, says: question.otherwise + (values.length > 1 ? ` (Read as ${values.map(shown).join(" and as ")}.)` : "") };
}

/** An answer as it is kept: options by their text, since a later page may have others or another order. */
export function kept(question, answer) {
  if (question.kind === "choice") return question.options[answer]?.text;
  return question.kind === "several" ? answer.map((i) => question.options[i].text) : answer;
}

/** The answer that was kept, or null if it cannot be one to this question: the page may have changed since. */
export function recalled(question, text) {
  if (question.kind === "number") return typeof text === "string" ? text : null;
  const one = (wanted) => question.options.findIndex((option) => option.text === wanted);
  if (question.kind === "choice") return one(text) < 0 ? null : one(text);
  return Array.isArray(text) && text.every((part) => one(part) >= 0) ? text.map(one) : null;
}

/** Plain text with `code` and *emphasis* as elements. */
export function rich(text) {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part) => part.startsWith("`") ? h("code", {}, part.slice(1, -1))
    : part.startsWith("*") && part.length > 1 ? h("em", {}, part.slice(1, -1)) : part);
}

/** The answers to one quiz by the questions' ids. Another tab may hold the same quiz, so each is added to what is there. */
function storage(name) {
  const key = `${STORE}/${name}`;
  function read() {
    try { return { ...JSON.parse(localStorage.getItem(key)) }; } catch { return {}; }
  }
  function write(answers) {
    try { localStorage.setItem(key, JSON.stringify(answers)); } catch { /* private window: the score lasts as long as the page */ }
  }
  return { read, add: (id, answer) => write({ ...read(), [id]: answer }), clear: () => write({}) };
}

/** The inputs of a question with `value()` and `fill(answer)`. */
function inputs(question) {
  if (question.kind === "number") {
    const field = h("input", { type: "text", inputmode: "text", autocomplete: "off", size: 10, "aria-label": "Your number" });
    return { elements: [h("div", { class: "dl-answer" }, field)], value: () => field.value, fill: (answer) => (field.value = answer ?? ""), field };
  }
  const type = question.kind === "choice" ? "radio" : "checkbox";
  const id = `dl-${Math.random().toString(36).slice(2)}`; // the same question may stand on the page twice
  const boxes = question.options.map(() => h("input", { type, name: id }));
  const chosen = () => boxes.flatMap((box, i) => (box.checked ? [i] : []));
  return {
    elements: question.options.map((option, i) => h("label", { class: "dl-option" }, boxes[i], h("span", {}, ...rich(option.text)))),
    value: () => (type === "radio" ? chosen()[0] ?? null : chosen()),
    fill: (answer) => boxes.forEach((box, i) => (box.checked = [answer].flat().includes(i))),
  };
}

/** One question; `changed(answer, right)` is called when the reader checks an answer. */
function ask(question, changed) {
  const answer = inputs(question), verdict = h("p", { class: "dl-verdict", role: "status" });
  const check = h("button", { type: "button", onclick: given }, "Check");
  answer.field?.addEventListener("keydown", (event) => event.key === "Enter" && given());
  function show(value) {
    const { right, says } = mark(question, value);
    verdict.dataset.right = right;
    verdict.replaceChildren(right ? "✓ Right. " : "✗ Not yet. ", ...rich(says));
    return right;
  }
  function given() {
    changed(answer.value(), show(answer.value()));
  }
  const element = h("fieldset", {}, h("legend", {}, ...rich(question.text)), ...answer.elements, check, verdict);
  return { element, clear() {
    answer.fill(null);
    verdict.replaceChildren();
    delete verdict.dataset.right;
  }, restore(value) {
    answer.fill(value);
    return show(value);
  } };
}

function render({ model, el }) {
  const store = storage(`${model.get("chapter")}/${model.get("section")}`), questions = model.get("questions");
  const right = new Set(), score = h("p", { class: "dl-state", role: "status" });
  const count = (id, ok) => (ok ? right.add(id) : right.delete(id));
  const tell = () => (score.textContent = `${right.size} of ${questions.length} answered right. Your answers stay in this browser.`);
  const asked = questions.map((question) => ask(question, (answer, ok) => {
    store.add(question.id, kept(question, answer));
    count(question.id, ok);
    tell();
  }));
  const again = h("button", { type: "button", onclick() {
    store.clear();
    right.clear();
    for (const one of asked) one.clear();
    tell();
  } }, "Start again");
  // All of it before it is in the document: what a status says then is not news that a screen reader announces.
  const answers = store.read();
  questions.forEach((question, i) => {
    const answer = recalled(question, answers[question.id]);
    if (answer !== null) count(question.id, asked[i].restore(answer));
  });
  tell();
  el.replaceChildren(h("div", { class: "dl-widget dl-quiz", role: "group", "aria-label": "Questions" },
    ...asked.map(({ element }) => element), score, h("div", { class: "dl-buttons" }, again)));
  return () => el.replaceChildren();
}

export default { render };
