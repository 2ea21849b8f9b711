// Text as a terminal shows it: a line that is begun anew, characters erased, the colours of ANSI.

const PART = /\x1b\[([\d;:?]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\n\r\b\x1b]|[^\n\r\b\x1b]+/g;
const UNFINISHED = /\x1b(?:\[[\d;:?]*|\][^\x07\x1b]*)?$/;
const STYLES = { 1: "ansi-bold", 3: "ansi-italic", 4: "ansi-underline" };

/** The classes of a style: its emphases by name and its colour, 31 to 36, by number. */
const classes = ({ colour, ...emphases }) =>
  [...Object.values(emphases), ...(colour ? [`ansi-${colour}`] : [])].join(" ");

/** A style after the codes of ESC [ … m; other colours than the eight keep that of the text. */
function restyled(style, codes) {
  const next = { ...style };
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place];
    if (code === 0) for (const name of Object.keys(next)) delete next[name];
    else if (STYLES[code]) next[code] = STYLES[code];
    else if (code === 22) delete next[1];
    else if (code === 23 || code === 24) delete next[code - 20];
    else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) next.colour = 30 + (code % 10);
    else if (code === 39) delete next.colour;
    else if (code === 38 || code === 48) {
      if (code === 38) delete next.colour;
      place += codes[place + 1] === 5 ? 2 : 4; // one of 256 colours, or red, green and blue
    }
  }
  return next;
}

/** Characters with their styles as nodes, a run of one style each. */
function nodes(characters) {
  const runs = [];
  for (const [text, style] of characters) {
    if (runs.at(-1)?.style === style) runs.at(-1).text += text;
    else runs.push({ text, style });
  }
  return runs.map(({ text, style }) => {
    if (!style) return document.createTextNode(text);
    return Object.assign(document.createElement("span"), { className: style, textContent: text });
  });
}

export class Terminal {
  #line = []; // [character, its classes] of the line that may still change
  #place = 0; // where in it the next character goes
  #style = {};
  #kept = ""; // the beginning of a code whose end has not come
  #open = document.createElement("span");

  /** Shows what is written below what `pre` has. */
  constructor(pre) { pre.append(this.#open); }

  write(text) {
    const all = this.#kept + text, lines = [];
    this.#kept = UNFINISHED.exec(all)?.[0] ?? "";
    for (const [part, values, command] of all.slice(0, all.length - this.#kept.length).matchAll(PART)) {
      if (part === "\n") lines.push(...this.#line, ["\n", ""]);
      if (part === "\n") this.#line = [];
      if (part === "\n" || part === "\r") this.#place = 0;
      else if (part === "\b") this.#place = Math.max(0, this.#place - 1);
      else if (command === "m") this.#style = restyled(this.#style, values.split(/[;:]/).map(Number));
      else if (command === "K") this.#erase(Number(values));
      else if (!part.startsWith("\x1b")) this.#put(part);
    }
    this.#open.before(...nodes(lines));
    this.#open.replaceChildren(...nodes(this.#line));
  }

  #put(text) {
    const style = classes(this.#style);
    for (const character of text) this.#line[this.#place++] = [character, style];
  }

  /** From here to the line's end, from its beginning to here, or all of it. */
  #erase(what) {
    if (what === 0) this.#line.length = Math.min(this.#line.length, this.#place);
    else this.#line.fill([" ", ""], 0, what === 1 ? this.#place + 1 : undefined);
  }
}
