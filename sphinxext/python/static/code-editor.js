// The editor of a code cell: prism-code-editor in the look of the book's static code. The text lies
// in an ordinary textarea, so that undo, selection, input methods and screen readers are the
// browser's own; coloured lines lie on top of it and let every touch through.
import {
  addEditorHotkey, createEditor, cursorPosition, defaultKeymap, insertBefore, insertText,
  languages, setIgnoreTab,
} from "./editor.js";

const INDENT = 4; // spaces
const HELP = "Tab indents. Press Escape, then Tab, to leave.";
const NOT_CODE = { spellcheck: "false", autocapitalize: "off", autocorrect: "off" };
// The part of the editor's own shortcuts that readers know from notebooks.
const KEPT = ["Tab", "8+Tab", "Mod+/", "Mod+[", "Mod+]", "1+ArrowUp", "1+ArrowDown"];
const RUN = ["Shift+Enter", "Ctrl+Enter", "Meta+Enter"];

// Python's own errors; a class that only ends alike, as MeanSquaredError, is a name as any other.
const ERROR = RegExp(String.raw`\b(?:
  (?:Arithmetic|Assertion|Attribute|EOF|FileNotFound|FloatingPoint|Import|Indentation|Index|Key|
    Lookup|Memory|ModuleNotFound|Name|NotImplemented|OS|Overflow|Permission|Recursion|Runtime|
    Syntax|Timeout|Type|UnboundLocal|Value|ZeroDivision)Error|
  (?:Base)?Exception|KeyboardInterrupt|StopIteration|SystemExit|
  (?:Deprecation|Future|Runtime|User)?Warning)\b`.replace(/\s+/g, ""));

// What Pygments tells apart and Prism does not, so that code keeps its colours when it is edited.
languages.python.decorator = { pattern: /(^[ \t]*)@\w+/m, lookbehind: true };
insertBefore(languages.python, "keyword", {
  special: { pattern: /\b__(?:class|dict|doc|file|module|name|slots)__\b/, alias: "builtin" },
  magic: { pattern: /\b__\w+__\b/, alias: "function" },
  attribute: { pattern: /(\.\s*)(?!e[+-]?\d|j\b)[^\W\d]\w*/i, lookbehind: true },
  module: { pattern: /(\b(?:from|import)\s+)[\w.]+/, lookbehind: true },
  error: { pattern: ERROR, alias: "keyword" },
  name: { pattern: /\b(?:print|self|cls|NotImplemented|Ellipsis)\b/, alias: "builtin" },
  product: { pattern: /@=?/, alias: "operator" },
});
insertBefore(languages.python, "punctuation", { dot: { pattern: /\./, alias: "operator" } });

// Awaited here, so that nobody sees an editor without its stylesheet.
await new Promise((resolve, reject) => {
  const href = new URL("code-editor.css", import.meta.url).href;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  link.onload = resolve;
  link.onerror = () => reject(new Error(`${href} did not load: reload the page to edit.`));
  document.head.append(link);
});

/** Python as the book writes it: lines end in LF, spaces indent. */
const plain = (text) => text.replace(/\r\n?/g, "\n").replaceAll("\t", " ".repeat(INDENT));

/** The text between the start of the line and the caret, or the selection's start. */
function before(editor) {
  const [start] = editor.getSelection();
  return editor.value.slice(editor.value.lastIndexOf("\n", start - 1) + 1, start);
}

/** Replaces the selection, which the browser can undo, and shows the caret. */
function insert(editor, text) {
  insertText(editor, text);
  editor.extensions.cursor.scrollIntoView();
}

/** Whether the line after this one belongs deeper: after a colon or in a bracket left open. */
function opens(line) {
  const code = line.replace(/(["'])(?:\\.|(?!\1).)*\1/g, "").replace(/#.*/, "");
  const count = (brackets) => code.split(brackets).length;
  return /[:([{]\s*$/.test(code) || count(/[([{]/) > count(/[)\]}]/);
}

/** A new line, indented as this one or deeper. */
function breakLine(editor) {
  const line = before(editor), [indent] = /^ */.exec(line);
  const step = indent + (opens(line) ? " ".repeat(INDENT) : "");
  // Chrome inserts a bare line feed at the end of a text twice; its own Enter is right.
  if (!step && !editor.value[editor.getSelection()[1]]) return false;
  insert(editor, `\n${step}`);
  return true;
}

/** In the indentation Backspace takes a whole step; elsewhere it is the browser's. */
function eraseStep(editor) {
  const [start, end] = editor.getSelection();
  return start === end && /^ +$/.test(before(editor)) && defaultKeymap["8+Tab"](editor);
}

/** Keys and what they do; a command that returns false leaves the key to the browser. */
function commands(onRun) {
  const run = () => { onRun?.(); return true; };
  return [
    ...KEPT.map((key) => [key, defaultKeymap[key]]),
    ...RUN.map((key) => [key, run]),
    ["Enter", breakLine],
    ["Backspace", eraseStep],
  ];
}

/** Listens to the textarea until `signal` aborts. */
function listen(editor, signal) {
  const { textarea } = editor;
  // Escape gives Tab back to the page until another key is pressed or the editor is left.
  textarea.addEventListener("keydown", ({ key }) => {
    if (key !== "Tab" && key !== "Shift") setIgnoreTab(key === "Escape");
  }, { signal, capture: true });
  textarea.addEventListener("blur", () => setIgnoreTab(false), { signal });
  textarea.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!text.includes("\t")) return; // the browser pastes everything else rightly
    event.preventDefault();
    insert(editor, plain(text));
  }, { signal });
}

/** Replaces all the text as one step of undo where the browser allows it; the focus stays. */
function replaceAll(editor, text) {
  const { textarea } = editor, focused = document.activeElement;
  const caret = Math.min(textarea.selectionStart, text.length);
  textarea.focus({ preventScroll: true });
  // Hidden, it takes no focus, and the text would go wherever the focus is.
  if (document.activeElement === textarea) {
    insertText(editor, text, 0, editor.value.length, caret);
  }
  if (editor.value !== text) editor.setOptions({ value: text });
  if (focused === textarea) return;
  textarea.blur();
  focused?.focus({ preventScroll: true });
}

/**
 * Puts an editor for Python into the element `place`.
 *
 * `source` is the first text, `label` its name for screen readers. `onRun()` is called on
 * Shift-Enter, Ctrl-Enter and Cmd-Enter, `onInput(source)` after every change, also one by undo or
 * by `source = …`. The result's `source` has LF and no tabs; setting it can be undone. `focus()`
 * puts the caret where it was last; `close()` takes the editor out of the page.
 * Throws a TypeError when `place` is no element or `label` is missing.
 */
export function openEditor(place, { source = "", label, onRun, onInput } = {}) {
  if (!(place instanceof Element)) {
    throw new TypeError(`openEditor got ${place} as its place: give an element of the page.`);
  }
  if (!label) {
    throw new TypeError("openEditor got no label: say to screen readers which code this is.");
  }
  const editor = createEditor(place, {
    language: "python", value: plain(source), tabSize: INDENT, lineNumbers: false,
    class: "code-editor",
  }, cursorPosition());
  const { textarea } = editor, listeners = new AbortController();
  const about = { ...NOT_CODE, "aria-label": label, "aria-description": HELP };
  for (const [name, value] of Object.entries(about)) textarea.setAttribute(name, value);
  editor.container.translate = false;
  delete editor.keyCommandMap.Escape; // it would lose the place of whoever tabs on
  listen(editor, listeners.signal);
  const release = [
    editor.on("update", () => onInput?.(plain(editor.value))),
    ...commands(onRun).map(([key, command]) => addEditorHotkey(
      // The Enter that ends a composition belongs to the input method.
      editor, key, (_, event) => !event.isComposing && command(editor),
    )),
  ];
  return {
    get source() { return plain(editor.value); },
    set source(text) { if (plain(text) !== editor.value) replaceAll(editor, plain(text)); },
    focus() { textarea.focus(); },
    close() {
      textarea.blur(); // what follows the selection lets go of this editor
      listeners.abort();
      for (const free of release) free();
      editor.remove();
    },
  };
}
