// What the reader has made of the book's cells, kept in this browser.

const KEY = `book-edits:${location.pathname}`;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // storage is forbidden, or holds something else: the edits last as long as the page
  }
}

function write(all) {
  try {
    if (Object.keys(all).length) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
  } catch {
    // As in read().
  }
}

/** Edits by the id that the cell has in its notebook: `{original, edited}`. */
export const edits = {
  all: read,

  /** An edit of the cell as it was before the book changed it stays, under a name of its own. */
  keep(id, original, edited) {
    const all = read(), before = all[id];
    if (before && before.original !== original) all[`${id}, ${new Date().toISOString()}`] = before;
    if (edited === original) delete all[id];
    else all[id] = { original, edited };
    write(all);
  },

  drop(id) {
    const { [id]: dropped, ...rest } = read();
    write(rest);
  },
};

/**
 * Where the edits of earlier visits belong: pairs of a cell and an edit, and the rest.
 *
 * An edit whose cell is gone goes to one with the very code that was edited, if there is one.
 */
export function placed(cells) {
  const all = edits.all(), found = [], rest = [];
  const able = new Map(cells.filter((cell) => cell.restore).map((cell) => [cell.id, cell]));
  for (const [id, edit] of Object.entries(all)) {
    const same = ([other, { stored }]) => !(other in all) && stored.source === edit.original;
    const [home] = able.has(id) ? [id] : [...able].find(same) ?? [];
    if (!home) {
      rest.push([id, edit]);
      continue;
    }
    found.push([able.get(home), edit]);
    if (home === id) continue;
    all[home] = edit; // the next one without a cell does not come here, too
    edits.drop(id);
    edits.keep(home, edit.original, edit.edited);
  }
  return { found, rest };
}
