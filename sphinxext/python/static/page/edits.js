// What the reader has made of the book's cells, kept in this browser.

const KEY = `book-edits:${location.pathname}`;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // storage is forbidden, or holds something else: the edits last as long as the page
  }
}

/** Edits by the number of the cell: `{original, edited}`. */
export const edits = {
  all: read,

  keep(number, original, edited) {
    const all = read();
    if (edited === original) delete all[number];
    else all[number] = { original, edited };
    try {
      if (Object.keys(all).length) localStorage.setItem(KEY, JSON.stringify(all));
      else localStorage.removeItem(KEY);
    } catch {
      // As in read().
    }
  },
};
