// Questions that check themselves: one choice, several choices or a number. A wrong answer is met with what
// is wrong about it, never with the right one. Answers stay in this browser; nothing is sent anywhere.
import { h } from "./kit.js";
import { parse } from "./study.js";

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
  const value = parse(answer);
  if (value === null) return { right: false, says: "That is not a number that can be read, such as −0.25 or 1/4." };
  const near = (other) => Math.abs(value - other) <= question.tolerance;
  if (near(question.answer)) return { right: true, says: question.says };
  const mistake = question.mistakes?.find((known) => near(known.value));
  return { right: false, says: mistake?.says ?? question.otherwise };
}

/** Whether a stored answer can still be one to this question: the page may have changed since. */
export function fits(question, answer) {
  const listed = (i) => Number.isInteger(i) && i >= 0 && i < question.options.length;
  if (question.kind === "choice") return listed(answer);
  return question.kind === "several" ? Array.isArray(answer) && answer.every(listed) : typeof answer === "string";
}

/** Plain text with `code` and *emphasis* as elements. */
export function rich(text) {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part) => part.startsWith("`") ? h("code", {}, part.slice(1, -1))
    : part.startsWith("*") && part.length > 1 ? h("em", {}, part.slice(1, -1)) : part);
}

function storage(name) {
  const key = `${STORE}/${name}`;
  return {
    read() {
      try { return { ...JSON.parse(localStorage.getItem(key)) }; } catch { return {}; }
    },
    write(answers) {
      try { localStorage.setItem(key, JSON.stringify(answers)); } catch { /* private window: the score lasts as long as the page */ }
    },
  };
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

function ask(question, changed) {
  const answer = inputs(question), verdict = h("p", { class: "dl-verdict", role: "status" });
  const check = h("button", { type: "button", onclick: () => show(answer.value()) }, "Check");
  answer.field?.addEventListener("keydown", (event) => event.key === "Enter" && show(answer.value()));
  function show(given) {
    const { right, says } = mark(question, given);
    verdict.dataset.right = right;
    verdict.replaceChildren(right ? "✓ Right. " : "✗ Not yet. ", ...rich(says));
    changed(given, right);
  }
  const element = h("fieldset", {}, h("legend", {}, ...rich(question.text)), ...answer.elements, check, verdict);
  return { element, clear() {
    answer.fill(null);
    verdict.replaceChildren();
    delete verdict.dataset.right;
  }, restore(given) {
    answer.fill(given);
    show(given);
  } };
}

function render({ model, el }) {
  const name = `${model.get("chapter")}/${model.get("section")}`, store = storage(name), questions = model.get("questions");
  let answers = store.read();
  const right = new Set(), score = h("p", { class: "dl-state", role: "status" });
  const tell = () => (score.textContent = `${right.size} of ${questions.length} answered right. Your answers stay in this browser.`);
  const asked = questions.map((question) => ask(question, (given, ok) => {
    answers = { ...answers, [question.id]: given };
    if (ok) right.add(question.id); else right.delete(question.id);
    store.write(answers);
    tell();
  }));
  const again = h("button", { type: "button", onclick() {
    answers = {};
    store.write(answers);
    right.clear();
    for (const one of asked) one.clear();
    tell();
  } }, "Start again");
  el.replaceChildren(h("div", { class: "dl-widget dl-quiz", role: "group", "aria-label": "Questions" },
    ...asked.map(({ element }) => element), score, h("div", { class: "dl-buttons" }, again)));
  questions.forEach((question, i) => {
    if (fits(question, answers[question.id])) asked[i].restore(answers[question.id]);
  });
  tell();
  return () => el.replaceChildren();
}

export default { render };
