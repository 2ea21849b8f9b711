// One cell on the page: its bar of buttons, its code as the book's or in the editor, its outputs.

import { Bar } from "./bar.js";
import { edits } from "./edits.js";
import { Outputs } from "./outputs.js";

let editor;

/** Asked for once: WebKit hands a second asker a module that has not ended its own waiting. */
function loadEditor() {
  editor ??= import("./code-editor.js").catch((error) => {
    editor = undefined;
    throw new Error(`The editor could not be fetched (${error.message}). Check the connection and ` +
      "reload the page.");
  });
  return editor;
}

const CHANGED = "The book has changed this cell since your edit, which is kept.";

/** Where a line of code stands in its place, in the editor or in the book's own block. */
function lineBox(place, line) {
  const own = place.querySelectorAll(".pce-line")[line - 1];
  const pre = place.querySelector("pre"), box = (own ?? pre).getBoundingClientRect();
  const top = box.top - place.getBoundingClientRect().top;
  if (own) return { top, height: box.height };
  const { lineHeight, paddingTop, borderTopWidth } = getComputedStyle(pre);
  const height = parseFloat(lineHeight);
  return { top: top + parseFloat(paddingTop) + parseFloat(borderTopWidth) + (line - 1) * height, height };
}

/** A cell that the page does not show: it installs the library elsewhere, or guards the prose. */
export class HiddenCell {
  ran = null; // the source that has run in this Python

  constructor(number, stored) {
    Object.assign(this, { number, stored, outputs: null });
  }

  /** Its id in the notebook: where it stands on the page may change. */
  get id() { return this.stored.id; }
  get name() { return `cell ${this.number + 1}`; }
  get source() { return this.stored.source; }
  get isEdited() { return false; }
  get isBrokenGuard() { return this.stored.hidden && this.problem.startsWith("AssertionError"); }

  /** What is fetched before it runs; an edit that imports more loads it then. */
  get packages() { return this.stored.packages.filter((name) => this.source.includes(name)); }

  say() {}
  begin() { this.problem = ""; }
  end() {}

  /** Takes a message of the kernel: of an error, the line that says what it was. */
  hear({ kind, text }) {
    if (kind === "error") this.problem = text.trim().split("\n").at(-1);
  }
}

export class Cell extends HiddenCell {
  #editor = null;
  #edited = null;
  #runs = false;

  /** `bar` is the book's bar of buttons below the code; `page` has run, stop and widgets. */
  constructor(number, stored, bar, page) {
    super(number, stored);
    this.node = bar.closest("div.cell");
    this.page = page;
    this.input = bar.closest(".cell_input");
    this.bar = new Bar(bar, page);
    this.code = this.input.querySelector(".highlight");
    this.place = document.createElement("div");
    this.place.className = "cell_output live-output";
    this.#insert(this.input.closest("details"));
    this.outputs = new Outputs(this.place, { alt: stored.alt, widgets: page.widgets });
    this.resetButton = this.bar.button("Reset", () => this.reset());
  }

  /** Outputs follow the code; the picture of a set-up stands above its folded bar. */
  #insert(fold) {
    if (!this.node.contains(fold)) this.input.after(this.place);
    else if (fold.matches(".set-up")) fold.before(this.place);
    else fold.after(this.place);
  }

  get source() { return this.#editor?.source ?? this.#edited ?? this.stored.source; }
  get isEdited() { return this.source !== this.stored.source; }

  say(text, share) { this.bar.say(text, share); }

  /** Opens the editor; resolves when the reader can type. */
  async edit() {
    const { openEditor } = await loadEditor();
    if (this.#editor) return this.#editor.focus();
    this.#open(openEditor);
    return this.#editor.focus();
  }

  #open(openEditor) {
    const place = document.createElement("div");
    place.className = "cell-editor";
    this.code.hidden = true;
    this.code.after(place);
    const keep = () => {
      edits.keep(this.id, this.stored.source, this.source);
      this.#mark(null);
      this.#offerReset();
    };
    this.#editor = openEditor(place, {
      source: this.#edited ?? this.stored.source,
      label: `Python code of ${this.name}`,
      onRun: () => this.page.run(this.number),
      onInput: keep,
    });
    this.editorPlace = place;
    this.#offerReset();
  }

  /** Shows an edit of an earlier visit; of code that the book has changed since, offers it. */
  async restore({ original, edited }) {
    if (original !== this.stored.source) return this.#offerEdit(edited);
    this.#edited = edited;
    const { openEditor } = await loadEditor();
    if (!this.#editor) this.#open(openEditor);
  }

  #offerEdit(edited) {
    this.say(CHANGED);
    const button = this.bar.button("Show my edit", async () => {
      await this.edit();
      edits.drop(this.id);
      this.#editor.source = edited; // and so it is kept as one of the new code
      button.remove();
      this.say("");
    });
    button.hidden = false;
  }

  #offerReset() {
    this.resetButton.hidden = !this.isEdited && !this.#editor && this.outputs.isEmpty;
    this.node.classList.toggle("is-edited", this.isEdited);
  }

  /** Back to the book's code and the book's output. */
  reset() {
    if (this.#runs) return;
    const focus = document.activeElement === this.resetButton || this.#editor !== null;
    this.#editor?.close();
    this.editorPlace?.remove();
    this.#editor = this.#edited = null;
    edits.keep(this.id, this.stored.source, this.stored.source);
    this.code.hidden = false;
    this.#mark(null);
    this.outputs.clear();
    this.node.classList.remove("is-live");
    this.say("");
    this.#offerReset();
    if (focus) this.bar.focus();
  }

  /** Before it runs; `shown` puts its outputs in the place of the book's. */
  begin(shown) {
    super.begin();
    this.#mark(null);
    this.isShown = shown;
    this.outputs.clear();
    this.node.classList.toggle("is-live", shown);
    this.node.setAttribute("aria-busy", "true");
    this.#runs = true;
    this.bar.clock(true);
    this.say("Running");
  }

  end(text) {
    this.#runs = false;
    this.outputs.settle();
    this.bar.clock(false);
    this.node.removeAttribute("aria-busy");
    this.say(text);
    this.#offerReset();
  }

  set canStop(can) { this.bar.canStop = can; }

  /** Takes a message of the kernel; an error is shown even where outputs are the book's. */
  hear(message) {
    super.hear(message);
    if (message.kind === "error") {
      this.node.classList.add("is-live");
      this.isShown = true;
      this.#mark(message.line);
    }
    if (this.isShown) this.outputs.show(message);
  }

  fail(text) {
    this.node.classList.add("is-live");
    this.outputs.fail(`${text}\n`);
  }

  /** Marks the line that failed. */
  #mark(line) {
    this.errorLine?.remove();
    this.errorLine = null;
    if (!line) return;
    const place = this.editorPlace?.isConnected ? this.editorPlace : this.code;
    this.errorLine = document.createElement("div");
    this.errorLine.className = "error-line";
    this.errorLine.dataset.line = line;
    const { top, height } = lineBox(place, line);
    Object.assign(this.errorLine.style, { top: `${top}px`, height: `${height}px` });
    place.append(this.errorLine);
  }
}
