// Runs this page's cells: loaded when the reader first touches a Run or an Edit button.

import { Bar } from "./bar.js";
import { Cell, HiddenCell } from "./cell.js";
import { placed } from "./edits.js";
import { showFormer } from "./former.js";
import { Python, STOPPED } from "./python.js";
import { Widgets } from "./widgets.js";

const pageBar = document.querySelector(".run-page"), { dataset } = pageBar;
const address = new URL("worker.js", import.meta.url);
address.searchParams.set("pyodide", new URL(dataset.pyodide, location));

document.head.append(Object.assign(document.createElement("link"), {
  rel: "stylesheet", href: new URL("page.css", import.meta.url),
}));

class Page {
  #python = new Python(address, (message) => this.#hear(message));
  #busy = null; // {cell, target, rest, end}: what runs, for whom, how many are left

  widgets = new Widgets((id, state) => this.#python.set(id, state));

  constructor(cells) {
    this.bar = new Bar(pageBar, this);
    this.cells = cells.map((cell, number) => {
      const bar = document.querySelector(`.run-bar[data-cell="${number}"]`);
      return bar ? new Cell(number, cell, bar, this) : new HiddenCell(number, cell);
    });
  }

  of(button) { return this.cells.find(({ node }) => node?.contains(button)); }

  stop() { this.#python.stop(); }

  /** The cells that a browser can run; the others need PyTorch, say. */
  get able() { return this.cells.filter(({ stored }) => !stored.needs.length); }

  /** Runs a cell, and first, in order, those above it that this Python has not run as they are. */
  run(number) {
    const above = this.able.filter((cell) => cell.number <= number);
    const stale = above.findIndex((cell) => cell.ran !== cell.source);
    const edited = this.cells.findIndex((cell) => cell.isEdited);
    const target = this.cells[number], cells = above.slice(stale < 0 ? -1 : stale);
    return this.#series(cells, target, (cell) => cell === target ||
      (edited >= 0 && edited <= cell.number));
  }

  /** Runs every cell of the page that a browser can run. */
  runAll() { return this.#series(this.able, this.bar, () => true); }

  /** What the page says when all has run. */
  get #done() {
    const left = this.cells.filter(({ stored }) => stored.needs.length && !stored.hidden);
    const needs = [...new Set(left.flatMap(({ stored }) => stored.needs))].join(" and ");
    const but = ` but ${left.length}, which need${left.length === 1 ? "s" : ""} ${needs}`;
    return `Every cell has run${left.length ? but : ""}.`;
  }

  /** Runs cells for `target`, which says how far it is; `isShown(cell)` puts outputs on the page. */
  async #series(cells, target, isShown) {
    if (this.#busy) {
      target.say(`Python is busy with ${this.#busy.cell.name}.`);
      return;
    }
    const packages = [...new Set(cells.flatMap((cell) => cell.packages))];
    target.canStop = true;
    for (const [place, cell] of cells.entries()) {
      this.#busy = { cell, target, rest: cells.length - 1 - place };
      if (!(await this.#one(cell, isShown(cell), packages))) break;
    }
    const { cell, end } = this.#busy, isWell = cell.ran === cell.source;
    this.#busy = null;
    target.canStop = false;
    if (target === this.bar && isWell) target.say(this.#done);
    else if (end) target.say(end);
    else if (!isWell && cell !== target) target.say(`${cell.name} did not end well: ${cell.problem}`);
  }

  async #one(cell, isShown, packages) {
    const { source, name } = cell;
    cell.begin(isShown);
    cell.ran = null;
    try {
      const ok = await this.#python.run({ cell: name, source, packages });
      // What the book asserts of its own code need not hold of the reader's.
      const mayFail = cell.stored.raises || (cell.isBrokenGuard && this.cells.some((c) => c.isEdited));
      cell.ran = ok || mayFail ? source : null;
      cell.end(ok ? "Done" : "Stopped at an error");
      return cell.ran !== null;
    } catch ({ message }) {
      for (const other of this.cells) other.ran = null; // Python's memory is gone
      const { target } = this.#busy, isStopped = message === STOPPED;
      cell.end(isStopped ? "Stopped" : "Failed");
      this.#busy.end = isStopped ? "Stopped" : target === this.bar ? message : "Failed";
      if (!isStopped && target !== this.bar) target.fail(message);
      return false;
    }
  }

  #hear(message) {
    if (message.kind === "progress") return this.#tell(message);
    if (message.kind === "widget") return this.widgets.take(message);
    return this.cells.find(({ name }) => name === message.cell)?.hear(message);
  }

  #tell({ text, share }) {
    const { cell, target, rest } = this.#busy;
    cell.say(text, share);
    const where = `Running ${cell.name}, ${rest} more to go`;
    if (cell !== target) target.say(text === "Running" ? where : text, share);
  }
}

const CUT = "The cells' sources did not arrive whole. Check the connection and try again.";

/** The cells' sources; rejects if they do not come, or not whole. */
async function sources(options) {
  let answer, cells;
  try {
    answer = await fetch(dataset.cells, options);
    cells = answer.ok && await answer.json();
  } catch {
    throw new Error(CUT);
  }
  if (!cells) throw new Error(`The cells' sources are missing (${answer.status}).`);
  return cells;
}

let made;

/** The page, once its cells' sources are here. */
function page() {
  made ??= sources().catch(() => sources({ cache: "reload" })).then((cells) => new Page(cells));
  made.catch(() => { made = undefined; });
  return made;
}

/** Does what a button of a bar is for. */
export async function act(button) {
  const ready = await page(), cell = ready.of(button);
  if (button.matches(".run-all")) return ready.runAll();
  return button.matches(".edit-cell") ? cell.edit() : ready.run(cell.number);
}

/** Shows the edits of earlier visits. */
export async function restore() {
  const { cells } = await page(), { found, rest } = placed(cells);
  if (rest.length) showFormer(pageBar, rest);
  for (const [cell, edit] of found) await cell.restore(edit);
}
