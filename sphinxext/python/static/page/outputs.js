// What a cell gives, shown as the book shows it: text, tables, figures in both themes, widgets.

import { Terminal } from "./terminal.js";

const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const SCRIPTED = "This output is drawn by a script of its own, which a page of this book does not run. " +
  "To see an animation, show its pictures one after the other: in a loop, clear_output(wait=True) " +
  "and then display(fig).\n";
const TEXT = { stdout: "output stream", stderr: "output stderr", error: "output error" };

/** The classes are those that the book's own outputs have, so one stylesheet serves both. */
function textBlock(className) {
  const pre = element("pre", { tabIndex: 0 });
  return element("div", { className: `${className} notranslate` },
    element("div", { className: "highlight" }, pre));
}

function picture(source, alt, { width, height } = {}, theme = "") {
  const size = width ? { width, height } : {};
  return element("img", { className: `dl-figure ${theme}`.trim(), alt, ...size, src: source });
}

const svgAddress = (text) => URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));

export class Outputs {
  #addresses = [];
  #pictures = 0;
  #isStale = false; // the next output takes the place of what is shown
  #terminal = null; // of the last block, if that is text

  /** `place` is emptied; `alt` describes the book's own figure; `widgets` are the page's. */
  constructor(place, { alt, widgets }) {
    Object.assign(this, { place, alt, widgets });
  }

  get isEmpty() { return !this.place.childElementCount; }

  clear() {
    this.widgets.leave(this.place);
    this.place.replaceChildren();
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
    this.#pictures = 0;
    this.#isStale = false;
  }

  /** Empties the place for what comes at once: its height stays, so that the page does not jump. */
  #renew() {
    this.place.style.minHeight = `${this.place.offsetHeight}px`;
    this.clear();
  }

  /** When no more comes, the place is as high as what it holds. */
  settle() { this.place.style.minHeight = ""; }

  /** Shows one message of the kernel. */
  show(message) {
    if (message.kind === "clear" && !message.wait) return this.clear();
    if (message.kind === "clear") return void (this.#isStale = true);
    if (this.#isStale) this.#renew();
    if (message.kind === "stream") this.#text(TEXT[message.name], message.text);
    if (message.kind === "error") this.#text(TEXT.error, message.text);
    if (message.kind === "display") this.#display(message);
  }

  fail(text) { this.#text(TEXT.error, text); }

  #text(className, text) {
    const last = this.place.lastElementChild;
    const open = last?.className.startsWith(className) && className !== TEXT.error;
    if (!open) {
      const block = textBlock(className);
      this.place.append(block);
      this.#terminal = new Terminal(block.querySelector("pre"));
    }
    this.#terminal.write(text);
  }

  #display({ data, dark, width, height, widget }) {
    if (widget) return this.#widget(widget);
    if (data["image/svg+xml"]) return this.#figure(data["image/svg+xml"], dark, { width, height });
    if (data["image/png"]) return this.#image(`data:image/png;base64,${data["image/png"]}`);
    if (data["text/html"]) return this.#html(data["text/html"]);
    const text = data["text/markdown"] ?? data["text/latex"] ?? data["text/plain"];
    return this.#text("output text_plain", `${text}\n`);
  }

  /** A script in it would not run, and what it should draw would stay empty. */
  #html(text) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    if (parsed.querySelector("script")) return this.#text(TEXT.stderr, SCRIPTED);
    const block = element("div", { className: "output text_html" });
    block.innerHTML = text;
    return this.place.append(block);
  }

  #described() {
    const alt = this.#pictures++ === 0 ? this.alt : "";
    return alt || `Figure ${this.#pictures} that this cell has drawn`;
  }

  #image(source) { this.place.append(picture(source, this.#described())); }

  #figure(light, dark, size) {
    const alt = this.#described();
    if (!dark || dark === light) return this.place.append(picture(this.#keep(light), alt, size));
    return this.place.append(element("p", { className: "dl-figure-pair" },
      picture(this.#keep(light), alt, size, "only-light"),
      picture(this.#keep(dark), alt, size, "only-dark")));
  }

  #keep(text) {
    const address = svgAddress(text);
    this.#addresses.push(address);
    return address;
  }

  #widget(id) {
    const view = element("div", { className: "anywidget-view" });
    this.place.append(view);
    this.widgets.show(id, view).catch((error) => {
      this.fail(`The widget could not be shown: ${error.message ?? error}\n`);
    });
  }
}
